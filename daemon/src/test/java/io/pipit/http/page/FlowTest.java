package io.pipit.http.page;

import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.monitor.Counter;
import io.pipit.wire.Format;
import io.pipit.wire.Senml;
import io.pipit.wire.Senml.Item;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class FlowTest {
    private static final long NOW = 1_800_000_000_000_000L;

    private final Counter dropped = new Counter();
    private final Flow flow = new Flow(dropped);

    private static Item item(String name, long seconds, double value) {
        return new Item("NODE/", name, "Cel", NOW + seconds * 1_000_000, value);
    }

    private void offer(List<Item> items) {
        flow.offer(Senml.encode(items, Format.CBOR));
    }

    @Test
    void ofManyReadingsOfASeriesTheLowestTheHighestAndTheLastAreLeft() {
        offer(List.of(item("air/t", 1, 20), item("air/t", 2, 25), item("air/t", 3, 22)));
        offer(List.of(item("air/t", 4, 18), item("air/t", 5, 21), item("air/h", 5, 50)));

        assertThat(flow.take(NOW))
                .containsExactly(
                        item("air/t", 2, 25),
                        item("air/t", 4, 18),
                        item("air/t", 5, 21),
                        item("air/h", 5, 50));
        assertThat(flow.take(NOW)).isEmpty();
    }

    @Test
    void aReadingWithoutAClockIsOfNow() {
        offer(List.of(new Item("NODE/", "air/t", "Cel", 0, 20)));

        assertThat(flow.take(NOW)).extracting(Item::timeMicros).containsExactly(NOW);
    }

    @Test
    void itsPlaceInTheLogDoesNotGoOut() {
        offer(List.of(new Item("NODE/", "air/t", "Cel", NOW, 20.0, null, null, 17)));

        assertThat(flow.take(NOW)).containsExactly(item("air/t", 0, 20));
    }

    @Test
    void whatFindsNoRoomIsDroppedAndCounted() {
        byte[] pack = new byte[Flow.WAITING_BYTES_MAX / 2];

        flow.offer(pack);
        flow.offer(pack);
        assertThat(dropped.count()).isZero();
        flow.offer(pack);

        assertThat(dropped.count()).isEqualTo(1);
        assertThat(flow.take(NOW)).isEmpty();
        flow.offer(pack);
        assertThat(dropped.count()).as("the two that weren't SenML").isEqualTo(3);
    }

    @Test
    void ofTooManySeriesNoReadingGoesOut() {
        offer(
                IntStream.rangeClosed(0, Flow.SERIES_MAX)
                        .mapToObj(i -> item("s" + i + "/t", 1, i))
                        .toList());

        assertThat(flow.take(NOW)).hasSize(Flow.SERIES_MAX);
        assertThat(dropped.count()).isEqualTo(1);
    }
}
