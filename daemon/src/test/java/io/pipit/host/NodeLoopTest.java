package io.pipit.host;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.monitor.Counter;
import io.pipit.monitor.Metrics;
import io.pipit.port.Event;
import io.pipit.port.TimeSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class NodeLoopTest {
    private final ManualTime time = new ManualTime();
    private final Metrics metrics = new Metrics();
    private final Threads threads = new Threads(new Counter());
    private final BoundedInbox inbox = new BoundedInbox(time, metrics);
    private final List<String> done = new ArrayList<>();
    private volatile long deadline = Long.MAX_VALUE;
    private volatile CountDownLatch handled = new CountDownLatch(1);

    private final NodeLoop.Handler core =
            new NodeLoop.Handler() {
                @Override
                public void handle(Event event) {
                    if (event instanceof Event.Trimmed) {
                        throw new IllegalStateException("on purpose");
                    }
                    done.add(event.getClass().getSimpleName());
                    handled.countDown();
                }

                @Override
                public void endOfBatch() {
                    done.add("end");
                }

                @Override
                public void tick() {
                    done.add("tick");
                    deadline = Long.MAX_VALUE;
                }

                @Override
                public long nextDeadlineNanos() {
                    return deadline;
                }
            };

    private final NodeLoop loop =
            new NodeLoop(inbox, core, time, threads.named("node-loop"), new Relay(), metrics);

    @Test
    void endsABatchOnceAndTicksWhenItIsTime() {
        inbox.offer(new Event.Reserved(1));
        inbox.offer(new Event.Reserved(2));
        loop.step();
        deadline = time.monotonicNanos() + 10;
        loop.step();
        time.advanceNanos(10);
        loop.step();
        assertThat(done).containsExactly("Reserved", "Reserved", "end", "tick");
    }

    @Test
    void takesSoManyAtOnceAndNoMore() {
        for (int i = 0; i <= NodeLoop.BATCH_MAX; i++) {
            inbox.offer(new Event.Reserved(i));
        }
        loop.step();
        assertThat(done).hasSize(NodeLoop.BATCH_MAX + 1).endsWith("end");
        assertThat(inbox.size()).isEqualTo(1);
    }

    @Test
    void anEventThatThrowsCostsNothingButItself() {
        inbox.offer(new Event.Trimmed(1));
        inbox.offer(new Event.Reserved(1));
        inbox.offer(new Event.Trimmed(2));
        loop.step();
        assertThat(done).containsExactly("Reserved", "end");
        assertThat(new String(metrics.openMetrics(), UTF_8))
                .contains("pipit_loop_failures_total 2.0");
    }

    @Test
    void runsOnItsThreadWakesForAnEventAndStopsAfterWhatWaits() throws Exception {
        loop.start();
        inbox.offer(new Event.Reserved(1));
        assertThat(handled.await(30, TimeUnit.SECONDS)).isTrue();
        inbox.offer(new Event.Reserved(2));
        assertThat(loop.stop(Duration.ofSeconds(30))).isTrue();
        assertThat(done.stream().filter("Reserved"::equals)).hasSize(2);
        assertThat(loop.busyNanos()).isZero();
    }

    @Test
    void tellsTheWatchdogHowLongItHasBeenAtIt() throws Exception {
        CountDownLatch inside = new CountDownLatch(1);
        CountDownLatch leave = new CountDownLatch(1);
        NodeLoop slow =
                new NodeLoop(
                        inbox,
                        new NodeLoop.Handler() {
                            @Override
                            public void handle(Event event) {
                                inside.countDown();
                                try {
                                    leave.await();
                                } catch (InterruptedException e) {
                                    Thread.currentThread().interrupt();
                                }
                            }

                            @Override
                            public void endOfBatch() {}

                            @Override
                            public void tick() {}

                            @Override
                            public long nextDeadlineNanos() {
                                return Long.MAX_VALUE;
                            }
                        },
                        time,
                        threads.named("slow"),
                        new Relay(),
                        new Metrics());
        slow.start();
        inbox.offer(new Event.Reserved(1));
        inside.await();
        time.advanceSeconds(7);
        assertThat(slow.busyNanos()).isEqualTo(7_000_000_000L);
        leave.countDown();
        assertThat(slow.stop(Duration.ofSeconds(30))).isTrue();
    }

    @Test
    void tellsTheWatchdogHowLongItHasOverslept() throws Exception {
        CountDownLatch asleep = new CountDownLatch(1);
        CountDownLatch wake = new CountDownLatch(1);
        TimeSource standing =
                new TimeSource() {
                    @Override
                    public long monotonicNanos() {
                        asleep.countDown();
                        try {
                            wake.await();
                        } catch (InterruptedException e) {
                            Thread.currentThread().interrupt();
                        }
                        return time.monotonicNanos();
                    }

                    @Override
                    public long wallMicros() {
                        return time.wallMicros();
                    }

                    @Override
                    public boolean synchronised() {
                        return time.synchronised();
                    }
                };
        NodeLoop sleeper =
                new NodeLoop(
                        new BoundedInbox(standing, new Metrics()),
                        core,
                        time,
                        threads.named("sleeper"),
                        new Relay(),
                        new Metrics());
        deadline = time.monotonicNanos() + 2_000_000_000;
        sleeper.start();
        asleep.await();
        time.advanceSeconds(2);
        assertThat(sleeper.busyNanos()).isZero();
        time.advanceSeconds(7);
        assertThat(sleeper.busyNanos()).isEqualTo(7_000_000_000L);
        wake.countDown();
        assertThat(sleeper.stop(Duration.ofSeconds(30))).isTrue();
        assertThat(sleeper.busyNanos()).isZero();
    }
}
