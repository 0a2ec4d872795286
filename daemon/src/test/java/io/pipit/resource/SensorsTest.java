package io.pipit.resource;

import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.model.BootClock;
import io.pipit.model.Filter;
import io.pipit.model.LogSlice;
import io.pipit.model.Series;
import io.pipit.model.Stamp;
import io.pipit.model.Timeline;
import io.pipit.port.Conditions;
import io.pipit.port.Event;
import io.pipit.port.SensorStatus.State;
import io.pipit.resource.Bench.Answers;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SensorsTest {
    private final Bench bench = new Bench();

    SensorsTest() {
        bench.history.has(Bench.reading(12, "air/temperature", 21.5, "Cel"));
    }

    @Test
    void tellsTheNewestReadingInCborAndJson() throws Exception {
        Answers cbor = bench.as(Bench.monitor()).ask("/sensors/air/temperature");
        Answers json = bench.as(Bench.monitor()).accept(110).ask("/sensors/air/temperature");

        assertThat(cbor.only().contentFormat()).isEqualTo(112);
        assertThat(cbor.items()).isEqualTo(json.items());
        // Taken at 12 s, now it is 20 s, and nobody knows the time.
        assertThat(json.text())
                .isEqualTo(
                        "[{\"bn\":\"VLREQSM-EFVYIFN-TPK7HIE-4F5AQUV/\",\"bt\":-8,"
                                + "\"n\":\"air/temperature\",\"u\":\"Cel\",\"v\":21.5}]");
    }

    @Test
    void tellsTheTimeOnTheWallOnceItIsKnown() throws Exception {
        bench.history.timeline =
                new Timeline(
                        List.of(
                                new BootClock(
                                        1,
                                        new Stamp(Bench.BOOT, 0),
                                        1_767_225_600_000_000L,
                                        true)));

        Answers answers = bench.as(Bench.monitor()).ask("/sensors/air/temperature");

        assertThat(answers.items().getFirst().timeMicros()).isEqualTo(1_767_225_612_000_000L);
    }

    @Test
    void anObserverGetsTheNewestAndThenWhatTheCoreDelivers() throws Exception {
        Answers answers =
                bench.as(Bench.monitor())
                        .observe()
                        .ask(
                                "/sensors/air/temperature?c.pmin=0.5&c.pmax=60&c.gt=25&c.lt=-3.5&c.st=1e-1");

        assertThat(answers.items().getFirst().value()).isEqualTo(21.5);
        var observed = bench.event(Event.SeriesObserved.class);
        assertThat(observed.series()).isEqualTo(new Series("air", "temperature"));
        assertThat(observed.conditions())
                .isEqualTo(new Conditions(500_000_000L, 60_000_000_000L, 25.0, -3.5, 0.1));
        var next = Bench.reading(13, "air/temperature", 26, "Cel");
        observed.observer().deliver(new LogSlice(Bench.LOG, 1, 12, List.of(next), 13));
        assertThat(answers.all).hasSize(2);
        assertThat(answers.items().getFirst().value()).isEqualTo(26);
        answers.close();
        assertThat(bench.event(Event.SeriesReleased.class).observer())
                .isSameAs(observed.observer());
    }

    @Test
    void withoutConditionsEachReadingCounts() {
        bench.as(Bench.monitor()).observe().ask("/sensors/air/temperature");

        assertThat(bench.event(Event.SeriesObserved.class).conditions()).isEqualTo(Conditions.NONE);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "c.pmin=-1", "c.pmin=x", "c.pmin=", "c.pmax=0", "c.pmin=5&c.pmax=4", "c.gt=NaN",
                "c.lt=0x1p3", "c.st=0", "c.st=-1", "c.gt=1&c.gt=2", "c.band=1", "pmin=1",
                "c.pmax=1e99", "c.gt=1e999"
            })
    void wrongConditionsAreRefusedWithAReason(String query) throws Exception {
        Answers answers =
                bench.as(Bench.socket()).observe().ask("/sensors/air/temperature?" + query);

        assertThat(answers.code()).isEqualTo(400);
        assertThat(answers.problem().detail()).hasSizeGreaterThan(10);
        assertThat(bench.events).isEmpty();
    }

    @Test
    void aSeriesThatWasNeverReadIsNotFound() throws Exception {
        Answers answers = bench.as(Bench.socket()).observe().ask("/sensors/air/humidity");

        assertThat(answers.code()).isEqualTo(404);
        assertThat(answers.problem().detail()).contains("air/humidity");
        assertThat(bench.events).isEmpty();
    }

    @Test
    void whoMayNotReadItDoesNotLearnWhetherItIsThere() {
        for (String path : List.of("/sensors/host/load", "/sensors/host/nothing")) {
            assertThat(bench.as(Bench.peer("read:air/*")).ask(path).code()).isEqualTo(403);
        }
    }

    @Test
    void whereTheCoreHasNoRoomTheObservationEndsWithAnError() {
        bench.inboxFull = true;

        Answers answers = bench.as(Bench.monitor()).observe().ask("/sensors/air/temperature");

        assertThat(answers.last().code()).isEqualTo(503);
        assertThat(bench.metric("pipit_observations")).isZero();
    }

    @Test
    void listsTheSeriesAndThoseThatCome() {
        Answers answers = bench.as(Bench.monitor()).observe().ask("/sensors");
        assertThat(answers.only().contentFormat()).isEqualTo(40);
        assertThat(answers.text()).contains("</sensors/air/temperature>");
        var opened = bench.event(Event.WatchOpened.class);
        assertThat(opened.filter()).isEqualTo(Filter.of("greenhouse/**"));

        var known = Bench.reading(13, "air/temperature", 26, "Cel");
        opened.watcher().arrived(Bench.NODE, Bench.LOG, List.of(known), true);
        assertThat(answers.all).hasSize(1);
        var unknown = Bench.reading(14, "air/humidity", 50, "%RH");
        bench.history.has(unknown);
        opened.watcher().arrived(Bench.NODE, Bench.LOG, List.of(unknown), true);
        assertThat(answers.all).hasSize(2);
        assertThat(answers.text()).contains("</sensors/air/humidity>");
        answers.close();
        assertThat(bench.event(Event.WatchClosed.class).watcher()).isSameAs(opened.watcher());
    }

    @Test
    void aSensorThatWasTakenOutIsNotListedAnyMore() {
        bench.history.has(Bench.reading(13, "soil/moisture", 0.2, "/"));
        Answers answers = bench.as(Bench.monitor()).observe().ask("/sensors");
        assertThat(answers.text())
                .contains("</sensors/air/temperature>", "</sensors/soil/moisture>");

        bench.sensors.are(Bench.sensor("air", State.FAILING, "silent"));

        assertThat(answers.all).hasSize(2);
        assertThat(answers.text()).contains("/air/").doesNotContain("/soil/");
        assertThat(bench.as(Bench.monitor()).ask("/.well-known/core").text())
                .doesNotContain("/soil/");
        bench.sensors.are(Bench.sensor("air", State.OK, ""));
        assertThat(answers.all).as("the list is the same").hasSize(2);
        answers.close();
        assertThat(bench.sensors.listeners).isEmpty();
    }

    @Test
    void tellsHowEachSensorIsAndThoseThatMeasuredNothingYet() throws Exception {
        bench.sensors.are(
                Bench.sensor("air", State.OK, ""),
                Bench.sensor("hung", State.HUNG, "no answer"),
                Bench.sensor("new", State.WAITING, ""),
                Bench.sensor("soil", State.QUARANTINED, "nobody there"));

        Answers answers = bench.as(Bench.monitor()).accept(50).observe().ask("/sensors");

        assertThat(answers.text())
                .isEqualTo(
                        "{\"sensors\":[{\"name\":\"air\",\"state\":\"ok\",\"since-seconds-ago\":5.0,"
                                + "\"quantities\":[\"temperature\"]},"
                                + "{\"name\":\"hung\",\"state\":\"failed\",\"reason\":\"no answer\","
                                + "\"since-seconds-ago\":5.0,\"quantities\":[]},"
                                + "{\"name\":\"new\",\"state\":\"waiting\",\"since-seconds-ago\":5.0,"
                                + "\"quantities\":[]},"
                                + "{\"name\":\"soil\",\"state\":\"failed\",\"reason\":\"nobody there\","
                                + "\"since-seconds-ago\":5.0,\"retry-in-seconds\":20.0,\"quantities\":[]}]}");
        bench.sensors.are(Bench.sensor("air", State.FAILING, "silent"));
        assertThat(answers.all).hasSize(2);
        assertThat(answers.text()).contains("silent").doesNotContain("soil");
        assertThat(bench.as(Bench.monitor()).accept(60).ask("/sensors").code()).isEqualTo(205);
        assertThat(bench.as(Bench.monitor()).accept(110).ask("/sensors").code()).isEqualTo(406);
        assertThat(bench.as(Bench.peer("read:soil/*")).accept(50).ask("/sensors").text())
                .doesNotContain("air");
    }

    @ParameterizedTest
    @CsvSource({
        "Cel, temperature, 3303",
        "Cel, cpu-temperature, 3303",
        "%RH, humidity, 3304",
        "Pa, pressure, 3323",
        "lx, illuminance, 3301",
        "V, voltage, 3316",
        "A, current, 3317",
        "W, power, 3328",
        "kWh, energy, 3331",
        "m, distance, 3330",
        "m, height, 3300",
        "ppm, co2, 3325",
        "/, load, 3300",
    })
    void saysWhatKindOfObjectASeriesIs(String unit, String quantity, String object) {
        bench.history.has(Bench.reading(1, "x/" + quantity, 1, unit));

        assertThat(bench.as(Bench.monitor()).ask("/sensors?rt=urn:oma:lwm2m:ext:" + object).text())
                .contains("</sensors/x/" + quantity + ">");
    }
}
