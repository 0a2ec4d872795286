package io.pipit.http.page;

import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.host.ManualTime;
import io.pipit.host.ManualTimer;
import io.pipit.monitor.Metrics;
import io.pipit.wire.Senml;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LiveTest {
    private final ManualTime time = new ManualTime();
    private final ManualTimer timer = new ManualTimer(time);
    private final FakeTree tree = new FakeTree();
    private final Metrics metrics = new Metrics();
    private final Live live =
            new Live(new Tree(tree), time, metrics, Runnable::run, timer, new Patience(timer));

    private FakeExchange joins() {
        FakeExchange viewer = new FakeExchange("GET", "/live");
        assertThat(live.join(viewer)).isTrue();
        return viewer;
    }

    private void step() {
        timer.advanceMillis(Live.STEP_MILLIS);
    }

    private Senml.Item reading(double value) {
        return new Senml.Item("NODE/", "air/temperature", "Cel", time.wallMicros(), value);
    }

    private String metric(String name) {
        return new String(metrics.openMetrics(), StandardCharsets.UTF_8)
                .lines()
                .filter(line -> line.startsWith(name + " "))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void whoComesIsToldHowItAllStands() {
        tree.documents.put("history", "[{\"n\":\"air/temperature\",\"v\":20}]");

        FakeExchange viewer = joins();

        assertThat(viewer.status).isEqualTo(200);
        assertThat(viewer.getResponseHeaders().getFirst("Content-Type"))
                .isEqualTo("text/event-stream");
        assertThat(viewer.events())
                .satisfiesExactly(
                        clock -> assertThat(clock).startsWith("clock {\"now\":"),
                        readings ->
                                assertThat(readings)
                                        .isEqualTo(
                                                "readings [{\"n\":\"air/temperature\",\"v\":20}]"),
                        health -> assertThat(health).isEqualTo("health {\"status\":\"ok\"}"),
                        peers -> assertThat(peers).isEqualTo("peers {\"peers\":[]}"),
                        sensors -> assertThat(sensors).isEqualTo("sensors {\"sensors\":[]}"));
        FakeExchange second = joins();
        assertThat(second.events())
                .as("also where nothing changed since")
                .anyMatch(event -> event.startsWith("health "))
                .anyMatch(event -> event.startsWith("peers "))
                .anyMatch(event -> event.startsWith("sensors "))
                .anyMatch(event -> event.startsWith("readings "));
        assertThat(tree.watching).hasSize(1);
    }

    @Test
    void readingsAreToldToAllWithTheNextStep() {
        FakeExchange first = joins();
        FakeExchange second = joins();
        first.events();
        second.events();

        tree.arrives(reading(20.5));
        step();

        assertThat(first.events())
                .singleElement()
                .asString()
                .startsWith("readings [{\"bn\":\"NODE/\"")
                .contains("\"n\":\"air/temperature\"", "\"v\":20.5");
        assertThat(second.events()).hasSize(1);
        step();
        assertThat(first.events()).isEmpty();
    }

    @Test
    void aDocumentIsToldWhenItChangedAndNotOtherwise() {
        FakeExchange viewer = joins();
        viewer.events();

        timer.advanceMillis(4_000);
        assertThat(viewer.events()).isEmpty();
        tree.documents.put("peers", "{\"peers\":[1]}");
        timer.advanceMillis(2_000);

        assertThat(viewer.events()).containsExactly("peers {\"peers\":[1]}");
    }

    @Test
    void nothingIsWatchedWhileNobodyIsThere() {
        assertThat(tree.asked).isEmpty();
        FakeExchange viewer = joins();
        assertThat(metric("pipit_page_viewers")).endsWith(" 1.0");

        viewer.broken = new IOException("gone");
        timer.advanceMillis(10_000);
        int asked = tree.asked.size();
        timer.advanceMillis(60_000);

        assertThat(viewer.closed).isTrue();
        assertThat(tree.watching).isEmpty();
        assertThat(tree.asked).hasSize(asked);
        assertThat(metric("pipit_page_viewers")).endsWith(" 0.0");
        assertThat(metric("pipit_page_viewers_dropped_total")).endsWith(" 0.0");
        assertThat(joins().events()).hasSize(5);
        assertThat(tree.watching).hasSize(1);
    }

    @Test
    void aViewerWithoutAWordFromItIsNoticedWhereNothingHappens() {
        FakeExchange viewer = joins();
        viewer.events();

        timer.advanceMillis(6_000);

        assertThat(viewer.body()).isEqualTo(":\n\n");
    }

    @Test
    void whoDoesNotReadIsLetGoAndTheOthersGoOn() {
        FakeExchange slow = joins();
        FakeExchange quick = joins();
        quick.events();

        slow.broken = new ClosedByInterruptException();
        tree.arrives(reading(21));
        step();

        assertThat(slow.closed).isTrue();
        assertThat(quick.events()).hasSize(1);
        assertThat(metric("pipit_page_viewers")).endsWith(" 1.0");
        assertThat(metric("pipit_page_viewers_dropped_total")).endsWith(" 1.0");
    }

    @Test
    void viewersAreLimited() {
        List<FakeExchange> viewers = new ArrayList<>();
        for (int i = 0; i < Live.VIEWERS_MAX; i++) {
            viewers.add(joins());
        }

        assertThat(live.join(new FakeExchange("GET", "/live"))).isFalse();
        assertThat(metric("pipit_page_viewers_refused_total")).endsWith(" 1.0");
        viewers.getFirst().broken = new IOException("gone");
        tree.arrives(reading(21));
        step();
        joins();
    }

    @Test
    void whatTheTreeHasNoRoomForIsWatchedLater() {
        tree.refusesWatching = true;
        FakeExchange viewer = joins();
        step();
        assertThat(tree.asked("history").stream().filter(r -> r.observe())).hasSize(1);

        tree.refusesWatching = false;
        timer.advanceMillis(5_000);
        viewer.events();
        tree.arrives(reading(21));
        step();

        assertThat(viewer.events()).hasSize(1);
    }

    @Test
    void afterItsEndNobodyIsTakenAndNothingWatched() {
        joins();

        live.close();

        assertThat(tree.watching).isEmpty();
        assertThat(live.join(new FakeExchange("GET", "/live"))).isFalse();
    }
}
