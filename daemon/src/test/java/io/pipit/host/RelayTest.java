package io.pipit.host;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pipit.monitor.Counter;
import io.pipit.monitor.Metrics;
import io.pipit.port.Event;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RelayTest {
    private final Relay relay = new Relay();
    private final Counter died = new Counter();
    private final RelayExecutor part =
            new RelayExecutor(relay, relay, new Threads(new Counter()).named("part"), died);
    private final List<String> done = Collections.synchronizedList(new ArrayList<>());

    private void note(String what) {
        done.add(what + " on " + Thread.currentThread().getName());
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @AfterEach
    void close() {
        part.shutdownNow();
    }

    @Test
    void whoBringsATaskRunsItAfterWhatItDidUntilThen() {
        String here = Thread.currentThread().getName();
        relay.execute(() -> {
            part.execute(() -> {
                note("first");
                part.execute(() -> note("third"));
                note("second");
            });
            note("brought");
        });
        assertThat(done)
                .containsExactly(
                        "brought on " + here,
                        "first on " + here,
                        "second on " + here,
                        "third on " + here);
        assertThat(part.size()).isZero();
    }

    @Test
    void fromElsewhereTheOwnThreadRunsIt() {
        CountDownLatch ran = new CountDownLatch(1);
        part.execute(() -> {
            note("it");
            ran.countDown();
        });
        await(ran);
        assertThat(done).containsExactly("it on part");
    }

    @Test
    void doesntWaitForWhoIsAtItAndLosesNothing() {
        CountDownLatch inside = new CountDownLatch(1);
        CountDownLatch leave = new CountDownLatch(1);
        CountDownLatch all = new CountDownLatch(2);
        part.execute(() -> {
            inside.countDown();
            await(leave);
            note("slow");
            all.countDown();
        });
        await(inside);
        relay.execute(() ->
                part.execute(() -> {
                    note("brought");
                    all.countDown();
                }));
        assertThat(done).isEmpty();
        leave.countDown();
        await(all);
        assertThat(done).containsExactly("slow on part", "brought on part");
    }

    @Test
    void leavesWhatIsTooMuchToTheOwnThread() {
        CountDownLatch all = new CountDownLatch(RelayExecutor.CARRIED_MAX + 1);
        relay.execute(() -> {
            for (int i = 0; i <= RelayExecutor.CARRIED_MAX; i++) {
                part.execute(() -> {
                    note("it");
                    all.countDown();
                });
            }
        });
        await(all);
        assertThat(done.subList(0, RelayExecutor.CARRIED_MAX))
                .containsOnly("it on " + Thread.currentThread().getName());
        assertThat(done.getLast()).isEqualTo("it on part");
    }

    @Test
    void aTaskThatThrowsCostsNothingButItself() {
        relay.execute(() -> {
            part.execute(() -> {
                throw new IllegalStateException("on purpose");
            });
            part.execute(() -> note("next"));
        });
        assertThat(done).hasSize(1);
        assertThat(died.count()).isEqualTo(1);
    }

    @Test
    void timersRunOnTheOwnThreadAndInTurn() throws Exception {
        CountDownLatch inside = new CountDownLatch(1);
        CountDownLatch leave = new CountDownLatch(1);
        Thread brings =
                Thread.ofPlatform()
                        .start(() ->
                                relay.execute(() ->
                                        part.execute(() -> {
                                            inside.countDown();
                                            await(leave);
                                            done.add("brought");
                                        })));
        await(inside);
        var timer =
                part.schedule(
                        () -> {
                            done.add("timer");
                        },
                        0,
                        TimeUnit.NANOSECONDS);
        leave.countDown();
        timer.get(30, TimeUnit.SECONDS);
        brings.join();
        assertThat(done).containsExactly("brought", "timer");
    }

    @Test
    void takesNothingAfterItsEnd() {
        part.shutdown();
        assertThatThrownBy(() -> part.execute(() -> note("late")))
                .isInstanceOf(RejectedExecutionException.class);
    }

    @Test
    void whatThrowsOnTheWayDoesntLoseWhatItBrought() {
        assertThatThrownBy(() ->
                        relay.execute(() -> {
                            part.execute(() -> note("brought"));
                            throw new IllegalStateException("on purpose");
                        }))
                .hasMessage("on purpose");
        assertThat(done).hasSize(1);
    }

    @Test
    void whoBringsAnEventStepsTheCoreAndTheLoopSleepsOn() throws Exception {
        SystemTime time = new SystemTime();
        Metrics metrics = new Metrics();
        BoundedInbox inbox = new BoundedInbox(time, metrics);
        CountDownLatch loopWasThere = new CountDownLatch(1);
        NodeLoop.Handler core =
                new NodeLoop.Handler() {
                    @Override
                    public void handle(Event event) {
                        note(event.getClass().getSimpleName());
                        if (event instanceof Event.Trimmed) {
                            loopWasThere.countDown();
                        } else {
                            part.execute(() -> note("sent"));
                        }
                    }

                    @Override
                    public void endOfBatch() {
                        note("end");
                    }

                    @Override
                    public void tick() {
                        throw new IllegalStateException("nothing is due");
                    }

                    @Override
                    public long nextDeadlineNanos() {
                        return Long.MAX_VALUE;
                    }
                };
        NodeLoop loop =
                new NodeLoop(inbox, core, time, new Threads(died).named("loop"), relay, metrics);
        String here = Thread.currentThread().getName();
        loop.start();
        inbox.offer(new Event.Trimmed(1));
        await(loopWasThere);
        while (loop.busyNanos() > 0) {
            Thread.onSpinWait();
        }
        done.clear();
        relay.execute(() -> inbox.offer(new Event.Reserved(1)));
        assertThat(done)
                .containsExactly("Reserved on " + here, "end on " + here, "sent on " + here);
        assertThat(loop.stop(Duration.ofSeconds(30))).isTrue();
        relay.execute(() -> inbox.offer(new Event.Reserved(2)));
        assertThat(done).hasSize(3);
        assertThat(new String(metrics.openMetrics(), UTF_8))
                .contains("pipit_loop_failures_total 0.0");
    }
}
