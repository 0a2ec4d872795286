package io.pipit.host;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.model.Filter;
import io.pipit.model.LogId;
import io.pipit.model.LogSlice;
import io.pipit.model.NodeId;
import io.pipit.monitor.Metrics;
import io.pipit.port.Event;
import io.pipit.port.PeerLinks.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class BoundedInboxTest {
    private static final NodeId PEER =
            NodeId.parse("AAAAAAA-AAAAAAA-AAAAAAA-AAAAAAA").orElseThrow();

    private final Metrics metrics = new Metrics();
    private final BoundedInbox inbox = new BoundedInbox(new SystemTime(), metrics);

    @Test
    void givesEventsInTheOrderInWhichTheyCame() {
        List<Event> offered =
                List.of(measured("a", 1), received(), new Event.Reserved(5), measured("a", 2));
        offered.forEach(event -> assertThat(inbox.offer(event)).isTrue());
        assertThat(inbox.size()).isEqualTo(4);
        assertThat(drain(3)).isEqualTo(offered.subList(0, 3));
        assertThat(drain(3)).isEqualTo(offered.subList(3, 4));
        assertThat(inbox.size()).isZero();
    }

    @Test
    void whereFullTheNewestOfASensorTakesThePlaceOfItsNewest() {
        for (int i = 0; i < BoundedInbox.MEASUREMENTS_MAX; i++) {
            inbox.offer(measured("a", i));
        }
        assertThat(inbox.offer(measured("a", 99_999))).isTrue();
        assertThat(inbox.offer(measured("b", 1))).isTrue();
        List<Event> all = drain(Integer.MAX_VALUE);
        assertThat(all)
                .hasSize(BoundedInbox.MEASUREMENTS_MAX + 1)
                .endsWith(measured("a", 99_999), measured("b", 1));
        assertThat(counted("pipit_inbox_measurements_replaced")).isEqualTo(1);
    }

    @Test
    void samplesCountEachAndAreRefusedTogetherInPlaceOfReplacingEachOther() {
        int left = BoundedInbox.MEASUREMENTS_MAX;
        List<Event> taken = new ArrayList<>();
        for (; left >= 50; left -= 50) {
            Event samples = samples("a", 50);
            assertThat(inbox.offer(samples)).isTrue();
            taken.add(samples);
        }
        assertThat(inbox.offer(samples("a", 50))).isFalse();
        assertThat(counted("pipit_inbox_measurements_replaced")).isEqualTo(50);
        assertThat(inbox.offer(samples("a", left))).isTrue();
        taken.add(samples("a", left));
        assertThat(drain(Integer.MAX_VALUE)).isEqualTo(taken);
        int huge = 2 * BoundedInbox.MEASUREMENTS_MAX;
        assertThat(inbox.offer(samples("a", huge))).as("one, however large").isTrue();
        assertThat(inbox.offer(samples("a", 1))).isFalse();
    }

    private static Event samples(String sensor, int count) {
        List<Event.Measured> samples = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            samples.add(measured(sensor, i));
        }
        return new Event.Sampled(sensor, samples);
    }

    @Test
    void hasRoomForEachOfSoManySensorsAndNoMore() {
        for (int i = 0; i < BoundedInbox.MEASUREMENTS_MAX; i++) {
            inbox.offer(measured("a", i));
        }
        for (int i = 1; i < BoundedInbox.SENSORS_MAX; i++) {
            assertThat(inbox.offer(measured("s" + i, i))).isTrue();
        }
        assertThat(inbox.offer(measured("one-more", 1))).isFalse();
        drain(Integer.MAX_VALUE);
        assertThat(inbox.offer(measured("one-more", 1))).isTrue();
        assertThat(counted("pipit_inbox_measurements_replaced")).isEqualTo(1);
    }

    @Test
    void refusesSlicesWhereFullAndStillTakesWhatTheCoreMustNotMiss() {
        for (int i = 0; i < BoundedInbox.RECEIVED_MAX; i++) {
            assertThat(inbox.offer(received())).isTrue();
        }
        assertThat(inbox.offer(received())).isFalse();
        assertThat(inbox.offer(new Event.Acknowledged(PEER, Filter.ALL, 1))).isFalse();
        assertThat(inbox.offer(new Event.Reserved(1))).isTrue();
        assertThat(inbox.offer(new Event.StatusAsked(new CompletableFuture<>()))).isTrue();
        assertThat(inbox.offer(measured("a", 1))).isTrue();
        assertThat(counted("pipit_inbox_received_refused")).isEqualTo(2);
        drain(1);
        assertThat(inbox.offer(received())).isTrue();
    }

    @Test
    void questionsDoNotCrowdOutTheStore() {
        for (int i = 0; i < BoundedInbox.REQUESTS_MAX; i++) {
            inbox.offer(new Event.StatusAsked(new CompletableFuture<>()));
        }
        assertThat(inbox.offer(new Event.StatusAsked(new CompletableFuture<>()))).isFalse();
        assertThat(inbox.offer(new Event.Trimmed(1))).isTrue();
        assertThat(counted("pipit_inbox_requests_refused")).isEqualTo(1);
    }

    @Test
    void controlHasALimitTooAndIsCounted() {
        for (int i = 0; i < BoundedInbox.CONTROL_MAX; i++) {
            inbox.offer(new Event.Reserved(i));
        }
        assertThat(inbox.offer(new Event.Reserved(0))).isFalse();
        assertThat(counted("pipit_inbox_control_refused")).isEqualTo(1);
    }

    @Test
    void waitsNotWhereSomethingIsThereOrTheTimeHasCome() {
        inbox.await(Long.MIN_VALUE / 2);
        inbox.offer(new Event.Reserved(1));
        inbox.await(Long.MAX_VALUE / 2);
        assertThat(drain(1)).hasSize(1);
    }

    @Test
    void anOfferWakesTheConsumer() throws InterruptedException {
        int events = 1_000;
        List<Event> taken = new ArrayList<>();
        Thread consumer =
                Thread.ofPlatform()
                        .start(() -> {
                            while (taken.size() < events) {
                                inbox.await(Long.MAX_VALUE / 2);
                                inbox.drain(taken, 10);
                            }
                        });
        for (int i = 0; i < events; i++) {
            inbox.offer(new Event.Reserved(i));
        }
        assertThat(consumer.join(Duration.ofSeconds(30))).isTrue();
        assertThat(taken).hasSize(events);
    }

    @Test
    void aWakeBeforeTheWaitIsNotLost() {
        inbox.wake();
        inbox.await(Long.MAX_VALUE / 2);
        assertThat(inbox.size()).isZero();
    }

    @Test
    void anInterruptDoesNotMakeLaterWaitsSpin() {
        Thread.currentThread().interrupt();
        inbox.await(Long.MAX_VALUE / 2);
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
    }

    private List<Event> drain(int most) {
        List<Event> events = new ArrayList<>();
        assertThat(inbox.drain(events, most)).isEqualTo(events.size());
        return events;
    }

    private long counted(String name) {
        return new String(metrics.openMetrics(), UTF_8)
                .lines()
                .filter(line -> line.startsWith(name + "_total "))
                .mapToLong(line -> (long) Double.parseDouble(line.substring(line.indexOf(' '))))
                .sum();
    }

    private static Event.Measured measured(String sensor, long value) {
        return new Event.Measured(
                sensor, value, List.of(new Event.Value("temperature", value, "Cel")));
    }

    private static Event received() {
        return new Event.Received(
                PEER, Filter.ALL, new LogSlice(new LogId(1), 1, 0, List.of(), 0), Path.UDP);
    }
}
