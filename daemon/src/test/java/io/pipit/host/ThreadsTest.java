package io.pipit.host;

import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.monitor.Counter;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ThreadsTest {
    private final Counter died = new Counter();
    private final Threads threads = new Threads(died);

    @Test
    void areNamedAndDoNotKeepTheProcessAlive() {
        ThreadFactory factory = threads.named("store");
        Thread first = factory.newThread(() -> {});
        assertThat(first.getName()).isEqualTo("store");
        assertThat(first.isDaemon()).isTrue();
        assertThat(factory.newThread(() -> {}).getName()).isEqualTo("store-2");
    }

    @Test
    void anExceptionThatEndsOneIsCounted() throws InterruptedException {
        threads.start("dies", ThreadsTest::fail).join();
        assertThat(died.count()).isEqualTo(1);
    }

    @Test
    void anExceptionInATimersTaskIsCountedToo() throws InterruptedException {
        ScheduledExecutorService timer = threads.timer("timer");
        var _ = timer.submit(ThreadsTest::fail);
        timer.shutdown();
        assertThat(timer.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
        assertThat(died.count()).isEqualTo(1);
    }

    private static void fail() {
        throw new IllegalStateException("on purpose");
    }
}
