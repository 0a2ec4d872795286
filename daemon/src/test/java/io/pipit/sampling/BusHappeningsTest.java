package io.pipit.sampling;

import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.host.ManualTime;
import io.pipit.port.Event;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What happens to sensors between their readings. */
class BusHappeningsTest {
    private static final long SECOND = 1_000_000_000L;

    /** A contact; what it does in a reading takes a second. */
    private final class Contact implements Probe {
        private final Deque<Happening> edges = new ArrayDeque<>();
        private Runnable wake = () -> {};
        private long lost;
        private int opened;
        private int closed;
        private String failure = "";
        private Duration asked = Duration.ZERO;

        private Probe open() {
            opened++;
            return this;
        }

        private void edge(long nanos, double value) {
            edges.add(new Happening(nanos, List.of(new Event.Value("state", value, "/"))));
            wake.run();
        }

        @Override
        public boolean onHappening(Runnable how) {
            wake = how;
            return true;
        }

        @Override
        public Duration askedEvery() {
            return asked;
        }

        @Override
        public Happenings happenings() {
            if (!failure.isEmpty()) {
                throw new IllegalStateException(failure);
            }
            Happenings all = new Happenings(List.copyOf(edges), lost);
            edges.clear();
            lost = 0;
            return all;
        }

        @Override
        public List<Event.Value> read() {
            time.advanceNanos(SECOND);
            return List.of(new Event.Value("state", 0, "/"));
        }

        @Override
        public void close() {
            closed++;
        }

        private SensorSpec named(String name) {
            return named(name, Duration.ofSeconds(60));
        }

        private SensorSpec named(String name, Duration every) {
            return new SensorSpec(name, "gpio", every, Duration.ofSeconds(5), 1, this::open);
        }
    }

    private final ManualTime time = new ManualTime(100 * SECOND);
    private final BlockingQueue<String> said = new LinkedBlockingQueue<>();
    private final Bus bus =
            new Bus(
                    "gpio",
                    time,
                    new BusListener() {
                        @Override
                        public void read(
                                String sensor,
                                long monotonicNanos,
                                List<Event.Value> values,
                                long missed,
                                boolean news) {
                            said.add(sensor + " read at " + monotonicNanos / SECOND);
                        }

                        @Override
                        public void happened(
                                String sensor, List<Probe.Happening> happenings, long lost) {
                            happenings.forEach(one ->
                                    said.add(
                                            "%s %.0f at %d"
                                                    .formatted(
                                                            sensor,
                                                            one.values().getFirst().value(),
                                                            one.monotonicNanos())));
                            if (lost > 0) {
                                said.add(sensor + " lost " + lost);
                            }
                        }

                        @Override
                        public void judged(String sensor, String complaint) {
                            said.add(sensor + " judged: " + complaint);
                        }

                        @Override
                        public void sifted(Sieve.Tally tally) {
                            said.add(tally.toString());
                        }

                        @Override
                        public void failed(String sensor, String reason) {
                            said.add(sensor + " failed: " + reason);
                        }

                        @Override
                        public void left(String sensor, String reason) {
                            said.add(sensor + " left: " + reason);
                        }

                        @Override
                        public void wedged(String trouble, boolean again) {
                            said.add(trouble);
                        }

                        @Override
                        public void freed() {
                            said.add("freed");
                        }

                        @Override
                        public void hung(String sensor, String reason) {
                            said.add(sensor + " hung: " + reason);
                        }
                    });

    private List<String> said() {
        List<String> all = new ArrayList<>();
        said.drainTo(all);
        return all;
    }

    @Test
    void aReadingHasTheTimeAtWhichItBegan() {
        Contact door = new Contact();
        bus.add(door.named("door"));
        bus.step();
        assertThat(said()).containsExactly("door read at 100");
        assertThat(bus.statuses().getFirst().readings()).isEqualTo(1);
    }

    @Test
    void anEdgeIsAReadingAtItsOwnTime() {
        Contact door = new Contact();
        bus.add(door.named("door"));
        bus.step();
        said();
        door.edge(7, 1);
        door.edge(9, 0);
        door.lost = 3;
        assertThat(bus.step()).isTrue();
        assertThat(said()).containsExactly("door 1 at 7", "door 0 at 9", "door lost 3");
        assertThat(bus.step()).isFalse();
        assertThat(bus.statuses().getFirst().readings()).isEqualTo(3);
        assertThat(bus.statuses().getFirst().lastReadingNanos()).isEqualTo(9);
        assertThat(door.opened).isEqualTo(1);
    }

    @Test
    void edgesGoOutAtTheirTimesAndOnlyWhereTheyChangeSomething() {
        Contact door = new Contact();
        Rule onChange =
                new Rule(Rule.Calibration.NONE, 0, 1, 0, Duration.ZERO, Duration.ofHours(1));
        bus.add(
                new SensorSpec(
                        "door",
                        "gpio",
                        Duration.ofSeconds(60),
                        Duration.ofSeconds(5),
                        1,
                        new Rule.Set(Map.of("state", onChange), Rule.NONE),
                        door::open));
        bus.step();
        said();
        door.edge(101 * SECOND, 1);
        door.edge(102 * SECOND, 1);
        door.edge(103 * SECOND, 0);
        bus.step();
        assertThat(said())
                .containsExactly(
                        "door 1 at 101000000000",
                        "door 0 at 103000000000",
                        "Tally[heldBack=1, averaged=0, outOfRange=0, leftOut=0]");
        door.edge(104 * SECOND, 7);
        bus.step();
        assertThat(said().getFirst()).startsWith("door judged: state went out of its range");
        assertThat(bus.statuses().getFirst().state().isBad()).isTrue();
        door.edge(105 * SECOND, 1);
        bus.step();
        assertThat(said()).containsExactly("door 1 at 105000000000", "door judged: ");
        assertThat(bus.statuses().getFirst().state().isBad()).isFalse();
        assertThat(door.opened).isEqualTo(1);
    }

    @Test
    void whatHappenedBeforeAReadingComesBeforeIt() {
        Contact door = new Contact();
        door.edge(7, 1);
        bus.add(door.named("door"));
        bus.step();
        assertThat(said()).containsExactly("door 1 at 7", "door read at 100");
    }

    @Test
    void aLineThatChattersKeepsNoOtherFromItsReadings() {
        Contact door = new Contact();
        Contact rain = new Contact();
        bus.add(door.named("door"));
        bus.step();
        said();
        bus.add(rain.named("rain"));
        for (int i = 0; i < 3; i++) {
            door.edge(i, 1);
            bus.step();
        }
        assertThat(said())
                .containsExactly("door 1 at 0", "rain read at 101", "door 1 at 1", "door 1 at 2");
    }

    @Test
    void oneThatCannotTellAnyMoreIsOpenedAnew() {
        Contact door = new Contact();
        bus.add(door.named("door"));
        bus.step();
        said();
        door.failure = "its chip is gone";
        door.wake.run();
        bus.step();
        assertThat(said()).containsExactly("door failed: its chip is gone");
        assertThat(door.closed).isEqualTo(1);
        door.wake.run();
        assertThat(bus.step()).as("closed, so it isn't asked").isFalse();
        door.failure = "";
        time.advanceNanos(600 * SECOND);
        bus.step();
        assertThat(door.opened).isEqualTo(2);
        assertThat(said()).hasSize(1);
    }

    @Test
    void oneThatIsSeldomReadIsOpenedAnewSoon() {
        Contact door = new Contact();
        bus.add(door.named("door", Duration.ofHours(1)));
        bus.step();
        door.failure = "its chip is gone";
        door.wake.run();
        bus.step();
        door.failure = "";
        said();
        time.advanceNanos(9 * SECOND);
        assertThat(bus.step()).isFalse();
        time.advanceNanos(SECOND);
        assertThat(bus.step()).isTrue();
        assertThat(door.opened).isEqualTo(2);
        assertThat(said()).containsExactly("door read at 111");
        door.edge(7, 1);
        bus.step();
        assertThat(said()).containsExactly("door 1 at 7");
    }

    @Test
    void whoWantsToBeAskedIsAskedBetweenItsReadingsWithoutAWake() {
        Contact chip = new Contact();
        chip.asked = Duration.ofMillis(20);
        bus.add(chip.named("chip"));
        bus.step();
        said.clear();
        chip.wake = () -> {};
        for (int i = 1; i <= 50; i++) {
            assertThat(bus.step()).isFalse();
            chip.edge(i, i);
            time.advanceNanos(20_000_000);
            assertThat(bus.step()).isTrue();
        }
        assertThat(said).hasSize(50).contains("chip 1 at 1", "chip 50 at 50");
        chip.failure = "gone";
        time.advanceNanos(20_000_000);
        bus.step();
        time.advanceNanos(SECOND);
        assertThat(bus.step()).as("closed, and not asked").isFalse();
    }

    @Test
    void aWakeEndsTheWaitOfTheThread() throws Exception {
        Contact door = new Contact();
        bus.add(door.named("door"));
        bus.ensureRunning(Thread::new);
        assertThat(said.poll(10, TimeUnit.SECONDS)).isEqualTo("door read at 100");
        // Its clock stands still: without the wake it would wait for the next reading for ever.
        door.edge(7, 1);
        assertThat(said.poll(10, TimeUnit.SECONDS)).isEqualTo("door 1 at 7");
        Thread thread = bus.close();
        if (thread != null) {
            thread.join(10_000);
        }
        assertThat(door.closed).isEqualTo(1);
    }
}
