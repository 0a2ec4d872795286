package io.pipit.resource;

import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.model.Filter;
import io.pipit.model.Grant;
import io.pipit.model.LogEntry;
import io.pipit.model.LogId;
import io.pipit.model.LogSlice;
import io.pipit.model.Peer;
import io.pipit.port.Event;
import io.pipit.port.LogSubscriber;
import io.pipit.port.ReadingHistory;
import io.pipit.port.ReadingHistory.HistoryQuery;
import io.pipit.port.ReadingHistory.Kept;
import io.pipit.port.ReadingHistory.LogQuery;
import io.pipit.port.ReadingHistory.Page;
import io.pipit.port.ReadingHistory.Position;
import io.pipit.resource.Bench.Answers;
import io.pipit.resource.exchange.Caller;
import io.pipit.resource.exchange.Request;
import io.pipit.resource.exchange.Response;
import io.pipit.wire.Format;
import io.pipit.wire.Senml;
import io.pipit.wire.SliceCodec;
import io.pipit.wire.compact.CompactSlice;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LogsTest {
    private static final LogId OTHER = new LogId(7);

    private final Bench bench = new Bench();

    private static LogSlice slice(int from, int count) {
        var entries = new ArrayList<LogEntry>();
        for (int i = 0; i < count; i++) {
            entries.add(Bench.reading(from + i, "air/temperature", 20 + i / 8.0, "Cel"));
        }
        return new LogSlice(Bench.LOG, 1, from - 1, entries, from + count - 1);
    }

    private static Kept kept(long sequence) {
        return new Kept(
                sequence % 2 == 0 ? Bench.NODE : Bench.PEER,
                Bench.LOG,
                1_767_225_600_000_000L + sequence,
                Bench.reading(sequence, "air/temperature", sequence / 4.0, "Cel"));
    }

    private Answers ask(String target) {
        return bench.as(Bench.monitor()).ask(target);
    }

    @Test
    void answersWithTheLogFromItsStart() throws Exception {
        bench.history.slice = CompletableFuture.completedFuture(slice(5, 3));

        Answers answers = ask("/readings");

        assertThat(answers.slice()).isEqualTo(slice(5, 3));
        assertThat(answers.only().contentFormat()).isEqualTo(112);
        LogQuery query = bench.history.logQuery;
        assertThat(query.filter()).isEqualTo(Filter.ALL);
        assertThat(query.log()).isNull();
        assertThat(query.after()).isZero();
        assertThat(query.limit()).isEqualTo(SliceCodec.entriesMax(1_024));
    }

    @Test
    void asksForWhatWasAskedFor() {
        ask("/readings?series=b/*&series=a/t&after=" + OTHER + ":41&limit=7&pv=1");

        assertThat(bench.history.logQuery)
                .isEqualTo(new LogQuery(Filter.of("a/t", "b/*"), OTHER, 41, Long.MAX_VALUE, 7));
        ask("/readings?limit=0");
        assertThat(bench.history.logQuery.limit()).isZero();
        bench.as(Bench.socket()).room(64 << 10).ask("/readings?limit=999999999");
        assertThat(bench.history.logQuery.limit())
                .isEqualTo(SliceCodec.entriesMax(64 << 10))
                .isLessThanOrEqualTo(ReadingHistory.LIMIT_MAX);
    }

    @Test
    void anAnswerIsOnePackThatSaysHowFarItGoes() throws Exception {
        bench.history.slice = CompletableFuture.completedFuture(slice(1, 80));

        Answers answers = ask("/readings");

        assertThat(answers.only().payload().length).isBetween(950, 1_024);
        LogSlice got = answers.slice();
        assertThat(got.entries())
                .isEqualTo(slice(1, 80).entries().subList(0, got.entries().size()));
        assertThat(got.completeTo()).isEqualTo(got.entries().getLast().sequence());
    }

    @Test
    void answersANodeThatAsksForItCompactly() throws Exception {
        bench.history.slice = CompletableFuture.completedFuture(slice(1, 900));

        Answers answers =
                bench.as(Bench.monitor())
                        .accept(CompactSlice.CONTENT_FORMAT)
                        .ask("/readings?after=" + OTHER + ":41&upto=5000&limit=900");

        assertThat(bench.history.logQuery)
                .isEqualTo(new LogQuery(Filter.ALL, OTHER, 41, 5_000, 900));
        assertThat(answers.only().contentFormat()).isEqualTo(65_112);
        LogSlice got = CompactSlice.decode(answers.only().payload());
        assertThat(got.entries())
                .hasSizeGreaterThan(200)
                .isEqualTo(slice(1, 900).entries().subList(0, got.entries().size()));
    }

    @Test
    void feedsAndStretchesOfTimeAreSenmlAlone() {
        int compact = CompactSlice.CONTENT_FORMAT;

        assertThat(bench.as(Bench.monitor()).accept(compact).ask("/readings?from=0").only().code())
                .isEqualTo(406);
        assertThat(
                        bench.as(Bench.monitor())
                                .accept(compact)
                                .observe()
                                .ask("/readings")
                                .only()
                                .code())
                .isEqualTo(406);
    }

    @Test
    void answersInJsonToo() throws Exception {
        bench.history.slice = CompletableFuture.completedFuture(slice(5, 1));

        Answers answers = bench.as(Bench.monitor()).accept(110).ask("/readings");

        assertThat(answers.only().contentFormat()).isEqualTo(110);
        assertThat(SliceCodec.decode(answers.only().payload(), Format.JSON)).isEqualTo(slice(5, 1));
    }

    @Test
    void answersByTimeFromItsOwnReadings() throws Exception {
        bench.history.page =
                CompletableFuture.completedFuture(new Page(List.of(kept(2), kept(4)), null));

        Answers answers =
                ask(
                        "/readings?series=air/*&from=2026-01-01T00:00:00Z&to=1767225601.5&after="
                                + Bench.LOG
                                + ":1&limit=5");

        assertThat(bench.history.historyQuery)
                .isEqualTo(
                        new HistoryQuery(
                                Filter.of("greenhouse/air/*"),
                                1_767_225_600_000_000L,
                                1_767_225_601_500_000L,
                                new Position(Bench.NODE, Bench.LOG, 1),
                                5));
        assertThat(answers.items())
                .extracting(Senml.Item::sequence, Senml.Item::timeMicros, Senml.Item::log)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple(2L, 1_767_225_600_000_002L, Bench.LOG),
                        org.assertj.core.groups.Tuple.tuple(4L, 1_767_225_600_000_004L, Bench.LOG));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "series=A",
                "series=",
                "serie=a/b",
                "series",
                "after=1",
                "after=x:1",
                "after=00112233445566ff:",
                "after=00112233445566ff:-1",
                "limit=-1",
                "limit=x",
                "limit=1&limit=2",
                "from=yesterday",
                "from=1e3",
                "to=99999999999999999999",
                "from=+1000000000-12-31T23:59:59Z",
                "held=-1",
                "pv=one",
                "from=1&limit=0",
                "held=9999999999999999999"
            })
    void aWrongQueryIsRefusedWithAReason(String query) throws Exception {
        Answers answers = bench.as(Bench.socket()).ask("/readings?" + query);

        assertThat(answers.code()).isEqualTo(400);
        assertThat(answers.problem().detail()).hasSizeGreaterThan(10);
        assertThat(bench.history.logQuery).isNull();
    }

    @Test
    void saysWhenToComeBackWhileTheStoreIsBusy() throws Exception {
        bench.history.slice =
                CompletableFuture.failedFuture(
                        new UncheckedIOException(new IOException("too many queries wait")));

        Answers answers = bench.as(Bench.socket()).ask("/readings");

        assertThat(answers.code()).isEqualTo(503);
        assertThat(answers.only().maxAgeSeconds()).isEqualTo(Call.RETRY_SECONDS);
        assertThat(answers.problem().detail()).contains("too many queries wait");
    }

    @ParameterizedTest
    @CsvSource({
        "read, '', 205",
        "read, series=air/*, 205",
        "read:air/*, '', 403",
        "read:air/*, series=**, 403",
        "read:air/*, series=air/*, 205",
        "read:air/*, series=air/**, 205",
        "read:air/*, series=air/t, 205",
        "read:air/*, series=air/t&series=host/load, 403",
        "read:air/*, series=*/t, 403",
        "read:air/*, series=**/t, 403",
        "'read:air/*,host/load', series=air/t&series=host/load, 205",
        "read:*/t, series=air/t&series=host/t, 205",
        "read:*/t, series=**/t, 205",
        "read:**, '', 205",
        "read:*/*, '', 205",
        "read:*, series=*/*, 403",
        "monitor, '', 403",
    })
    void aPeerGetsAllThatItAsksForOrNothing(String grant, String query, int code) {
        Answers get = bench.as(Bench.peer(grant)).ask("/readings?" + query);
        Answers observe = bench.as(Bench.peer(grant)).observe().ask("/readings?" + query);

        if (query.isEmpty()) {
            get = bench.as(Bench.peer(grant)).ask("/readings");
            observe = bench.as(Bench.peer(grant)).observe().ask("/readings");
        }
        assertThat(get.code()).isEqualTo(code);
        assertThat(observe.all.isEmpty()).isEqualTo(code == 205);
        assertThat(bench.events).hasSize(code == 205 ? 1 : 0);
    }

    @Test
    void grantsAddUp() {
        Caller caller = Bench.peer("read:air/*", "read:host/load");

        assertThat(bench.as(caller).ask("/readings?series=air/t&series=host/load").code())
                .isEqualTo(205);
        assertThat(bench.as(caller).ask("/readings?series=host/*").code()).isEqualTo(403);
    }

    @Test
    void whoIsRefusedIsToldWhatItMayNotReadAndWhatThatTakes() throws Exception {
        Answers answer =
                bench.as(Bench.peer("read:air/*"))
                        .ask("/readings?series=air/t&series=host/*&series=*/t");

        assertThat(answer.problem().detail())
                .isEqualTo(
                        "not granted: */t, host/*; it takes the role read,"
                                + " or read:*/t, read:host/*");
    }

    @Test
    void aPeerAcknowledgesWithHeld() {
        bench.as(Bench.peer("read")).ask("/readings?limit=0&held=17");

        assertThat(bench.events)
                .containsExactly(new Event.Acknowledged(Bench.PEER, Filter.ALL, 17));
    }

    @Test
    void nobodyElseDoes() {
        bench.as(Bench.monitor()).ask("/readings?limit=0&held=17");
        bench.as(Bench.socket()).ask("/readings?limit=0&held=17");
        bench.as(Bench.peer("read:air/*")).ask("/readings?limit=0&held=17");

        assertThat(bench.events).isEmpty();
    }

    @Test
    void whoObservesGetsWhatTheCoreDelivers() throws Exception {
        Answers answers = bench.as(Bench.peer("read")).observe().ask("/readings?held=3&pv=1");
        assertThat(answers.all).as("the core's first delivery is the first answer").isEmpty();
        var opened = bench.event(Event.FeedOpened.class);
        assertThat(opened.filter()).isEqualTo(Filter.ALL);
        assertThat(opened.peer()).isEqualTo(Bench.PEER);
        assertThat(bench.event(Event.Acknowledged.class).held()).isEqualTo(3);

        opened.subscriber().deliver(slice(5, 0));
        assertThat(answers.slice()).isEqualTo(slice(5, 0));
        opened.subscriber().deliver(slice(5, 2));
        assertThat(answers.slice()).isEqualTo(slice(5, 2));
        assertThat(answers.all).hasSize(2).allMatch(r -> r.code() == 205);

        answers.close();
        assertThat(bench.event(Event.FeedClosed.class).subscriber()).isSameAs(opened.subscriber());
        assertThat(bench.metric("pipit_observations")).isZero();
    }

    @Test
    void programsOnThisMachineFollowWithoutAName() {
        bench.as(Bench.monitor()).observe().ask("/readings");

        assertThat(bench.event(Event.FeedOpened.class).peer()).isNull();
    }

    @Test
    void aLargeSliceGoesInPacksThatFitAMessage() throws Exception {
        Answers answers = bench.as(Bench.monitor()).observe().ask("/readings");

        bench.event(Event.FeedOpened.class).subscriber().deliver(slice(1, 200));

        assertThat(answers.all)
                .hasSizeGreaterThan(3)
                .allMatch(response -> response.payload().length <= 1_024);
        long cursor = 0;
        for (Response response : answers.all) {
            LogSlice part = SliceCodec.decode(response.payload(), Format.CBOR);
            assertThat(part.previous()).isEqualTo(cursor);
            cursor = part.completeTo();
        }
        assertThat(cursor).isEqualTo(200);
    }

    @Test
    void aSliceIsEncodedOnceForAllOfItsFeed() {
        var subscribers = new ArrayList<LogSubscriber>();
        var answers = new ArrayList<Answers>();
        for (int i = 0; i < 4; i++) {
            answers.add(
                    bench.as(i == 3 ? Bench.monitor() : Bench.peer("read"))
                            .accept(i == 2 ? 110 : 112)
                            .observe()
                            .ask("/readings"));
            subscribers.add(bench.event(Event.FeedOpened.class).subscriber());
        }
        LogSlice slice = slice(1, 2);
        subscribers.forEach(subscriber -> subscriber.deliver(slice));

        byte[] first = answers.get(0).last().payload();
        assertThat(answers.get(1).last().payload()).isSameAs(first);
        assertThat(answers.get(2).last().payload()).isNotSameAs(first);
        assertThat(answers.get(3).last().payload()).isSameAs(first);
        subscribers.get(0).deliver(slice(1, 2));
        assertThat(answers.get(0).last().payload()).isNotSameAs(first).isEqualTo(first);
    }

    @Test
    void whoLeftBeforeItBeganIsNotForgotten() {
        var request =
                new Request(
                        Request.Method.GET,
                        List.of("readings"),
                        List.of(),
                        Request.NONE,
                        Request.NONE,
                        new byte[0],
                        true,
                        Bench.monitor());
        var answers = new Answers();
        answers.isClosed = true;

        bench.tree.handle(request, answers);

        assertThat(bench.events).hasSize(2);
        assertThat(bench.events.get(0)).isInstanceOf(Event.FeedOpened.class);
        assertThat(bench.events.get(1)).isInstanceOf(Event.FeedClosed.class);
        assertThat(bench.metric("pipit_observations")).isZero();
    }

    @Test
    void aFullInboxIsSaidAndLeavesNothingBehind() {
        bench.inboxFull = true;

        Answers answers = bench.as(Bench.peer("read")).observe().ask("/readings");

        assertThat(answers.code()).isEqualTo(503);
        assertThat(answers.only().maxAgeSeconds()).isEqualTo(Call.RETRY_SECONDS);
        assertThat(bench.metric("pipit_observations")).isZero();
        assertThat(bench.metric("pipit_observations_refused")).isEqualTo(1);
    }

    @Test
    void onePeerCannotTakeAllObservations() {
        for (int i = 0; i < Observations.PEER_MAX; i++) {
            assertThat(bench.as(Bench.peer("read")).observe().ask("/readings").all).isEmpty();
        }
        Answers more = bench.as(Bench.peer("read")).observe().ask("/readings");
        Answers other = bench.as(Bench.monitor()).observe().ask("/readings");

        assertThat(more.code()).isEqualTo(503);
        assertThat(other.all).isEmpty();
        assertThat(bench.metric("pipit_observations")).isEqualTo(Observations.PEER_MAX + 1);
        assertThat(bench.metric("pipit_observations_refused")).isEqualTo(1);
    }

    @Test
    void anObservationEndsWithTheGrantThatAllowedIt() throws Exception {
        Answers all = bench.as(Bench.peer("read")).observe().ask("/readings");
        Answers air = bench.as(Bench.peer("read")).observe().ask("/readings?series=air/*");
        Answers local = bench.as(Bench.monitor()).observe().ask("/readings");
        var left = new Grant(Grant.Role.READ, Filter.of("air/*"));

        bench.tree.grantsChanged(List.of(new Peer(Bench.PEER, "shed", null, Set.of(left))));

        assertThat(all.code()).isEqualTo(403);
        assertThat(air.all).isEmpty();
        assertThat(bench.events.stream().filter(Event.FeedClosed.class::isInstance)).hasSize(1);
        bench.tree.grantsChanged(List.of());
        assertThat(air.code()).isEqualTo(403);
        assertThat(air.problem().detail()).contains("no longer");
        assertThat(local.all).isEmpty();
        assertThat(bench.metric("pipit_observations")).isEqualTo(1);
        assertThat(bench.metric("pipit_observations_revoked")).isEqualTo(2);
    }

    @Test
    void fromAndToHaveNoPlaceInAnObservation() {
        assertThat(bench.as(Bench.socket()).observe().ask("/readings?from=1").code())
                .isEqualTo(400);
    }

    @Test
    void historyIsOfAllNodesPageByPage() throws Exception {
        bench.history.page =
                CompletableFuture.completedFuture(
                        new Page(List.of(kept(1), kept(2), kept(3)), null));

        Answers answers =
                bench.as(Bench.socket())
                        .room(64 << 10)
                        .ask(
                                "/history?series=air/temperature&series=shed/**&after="
                                        + Bench.PEER
                                        + ":"
                                        + OTHER
                                        + ":9&limit=100&from=5");

        assertThat(bench.history.historyQuery)
                .isEqualTo(
                        new HistoryQuery(
                                Filter.of("greenhouse/air/temperature", "shed/**"),
                                5_000_000L,
                                null,
                                new Position(Bench.PEER, OTHER, 9),
                                100));
        assertThat(answers.items())
                .extracting(Senml.Item::base, Senml.Item::sequence)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple(Bench.PEER + "/", 1L),
                        org.assertj.core.groups.Tuple.tuple(Bench.NODE + "/", 2L),
                        org.assertj.core.groups.Tuple.tuple(Bench.PEER + "/", 3L));
    }

    @Test
    void aPageEndsWhereTheMessageIsFull() throws Exception {
        var many = new ArrayList<Kept>();
        for (int i = 2; i < 400; i += 2) {
            many.add(kept(i));
        }
        bench.history.page = CompletableFuture.completedFuture(new Page(many, null));

        Answers answers = bench.as(Bench.socket()).room(2_000).ask("/history");

        assertThat(answers.only().payload().length).isBetween(1_900, 2_000);
        assertThat(answers.items()).hasSizeLessThan(many.size());
    }

    @ParameterizedTest
    @ValueSource(strings = {"after=1:2", "after=AAAAAAA:00112233445566ff:1", "newest=yes", "x=1"})
    void aWrongHistoryQueryIsRefused(String query) {
        assertThat(bench.as(Bench.socket()).ask("/history?" + query).code()).isEqualTo(400);
    }

    @Test
    void ofAStretchOfTimeTheOutlineIsWhatAChartNeeds() throws Exception {
        bench.history.page =
                CompletableFuture.completedFuture(
                        new Page(List.of(kept(2), kept(4), kept(6), kept(8)), null));

        Answers answers =
                bench.as(Bench.socket())
                        .accept(110)
                        .ask("/history?series=air/*&from=1767225600&to=1767225601&points=1");

        assertThat(answers.items())
                .extracting(Senml.Item::value, Senml.Item::sequence)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple(0.5, 0L),
                        org.assertj.core.groups.Tuple.tuple(2.0, 0L));
        assertThat(bench.history.historyQuery)
                .isEqualTo(
                        new HistoryQuery(
                                Filter.of("greenhouse/air/*"),
                                1_767_225_600_000_000L,
                                1_767_225_601_000_000L,
                                null,
                                ReadingHistory.LIMIT_MAX));
    }

    @Test
    void anOutlineThatDoesNotFitIsRefusedAndNotCut() {
        var many = new ArrayList<Kept>();
        for (int i = 0; i < 200; i += 2) {
            many.add(kept(i));
        }
        bench.history.page = CompletableFuture.completedFuture(new Page(many, null));

        Answers answers =
                bench.as(Bench.socket())
                        .room(1_000)
                        .ask("/history?from=1767225600&to=1767225600.0002&points=1000");

        assertThat(answers.code()).isEqualTo(413);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "points=10",
                "points=10&from=5&to=5",
                "points=1001&from=5&to=6",
                "points=10&from=5&to=6&limit=3",
                "points=many&from=5&to=6",
                // By its own clock this node is in 1970.
                "points=10&from=5"
            })
    void aWrongOutlineIsRefused(String query) {
        assertThat(bench.as(Bench.socket()).ask("/history?" + query).code()).isEqualTo(400);
    }

    @Test
    void tellsTheNewestOfEachSeries() throws Exception {
        bench.history.newest = CompletableFuture.completedFuture(List.of(kept(1), kept(2)));

        Answers answers = bench.as(Bench.socket()).ask("/history?newest=1&series=*/air/**");

        assertThat(bench.history.newestFilter).isEqualTo(Filter.of("*/air/**"));
        assertThat(answers.items()).hasSize(2);
        bench.history.newest =
                CompletableFuture.completedFuture(
                        java.util.stream.LongStream.range(1, 100).mapToObj(i -> kept(i)).toList());
        assertThat(bench.as(Bench.socket()).ask("/history?newest=1").code()).isEqualTo(413);
    }

    @Test
    void showsWhatArrivesAsItArrives() throws Exception {
        Answers answers =
                bench.as(Bench.socket()).accept(110).observe().ask("/history?series=shed/**");
        assertThat(answers.text()).isEqualTo("[]");
        var opened = bench.event(Event.WatchOpened.class);
        assertThat(opened.filter()).isEqualTo(Filter.of("shed/**"));

        opened.watcher().arrived(Bench.PEER, OTHER, slice(5, 2).entries(), true);

        assertThat(answers.items())
                .extracting(Senml.Item::base, Senml.Item::log, Senml.Item::sequence)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple(Bench.PEER + "/", OTHER, 5L),
                        org.assertj.core.groups.Tuple.tuple(Bench.PEER + "/", OTHER, 6L));
        opened.watcher().arrived(Bench.PEER, OTHER, slice(5, 100).entries(), false);
        assertThat(answers.all).allMatch(response -> response.payload().length <= 1_024);
        answers.close();
        assertThat(bench.event(Event.WatchClosed.class).watcher()).isSameAs(opened.watcher());
    }

    @Test
    void whoWatchesMayBeginWithTheNewest() throws Exception {
        bench.history.newest = CompletableFuture.completedFuture(List.of(kept(1)));

        Answers answers = bench.as(Bench.socket()).observe().ask("/history?newest=1");

        assertThat(answers.only().code()).isEqualTo(205);
        assertThat(answers.items()).hasSize(1);
        assertThat(bench.event(Event.WatchOpened.class).filter()).isEqualTo(Filter.ALL);
    }
}
