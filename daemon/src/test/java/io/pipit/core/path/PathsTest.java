package io.pipit.core.path;

import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.core.timing.Heartbeats;
import io.pipit.core.timing.Timing;
import io.pipit.model.Filter;
import io.pipit.model.LogEntry;
import io.pipit.model.LogId;
import io.pipit.model.LogSlice;
import io.pipit.model.NodeId;
import io.pipit.model.Reading;
import io.pipit.model.Series;
import io.pipit.model.Stamp;
import io.pipit.monitor.Metrics;
import io.pipit.port.Event;
import io.pipit.port.PeerLinks;
import io.pipit.port.PeerLinks.Fetch;
import io.pipit.port.PeerLinks.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** When a feed moves to TCP and back, and which way questions take. */
class PathsTest {
    private static final long SECOND = Timing.SECOND;
    private static final Filter ALL = Filter.ALL;
    private static final NodeId SHED =
            NodeId.parse("AAAAAAA-AAAAAAA-AAAAAAA-AAAAAAA").orElseThrow();
    private static final LogId LOG = new LogId(0x5ed);

    /** Writes down what is asked of it. */
    private static final class Links implements PeerLinks {
        final List<String> feeds = new ArrayList<>();
        final List<Fetch> fetches = new ArrayList<>();
        long again;
        long sent;

        @Override
        public void subscribe(NodeId peer, Filter filter) {
            feeds.add("observe");
        }

        @Override
        public void unsubscribe(NodeId peer, Filter filter) {
            feeds.add("leave");
        }

        @Override
        public void fetch(Fetch fetch) {
            fetches.add(fetch);
        }

        @Override
        public Sent sent(NodeId peer) {
            return new Sent(sent, again);
        }
    }

    private final Links udp = new Links();
    private final Links tcp = new Links();
    private final Paths paths = new Paths(udp, tcp, new Metrics());
    private long nowNanos = 1_000 * SECOND;
    private long place = 10;

    // To TCP

    @Test
    void whereThereIsNoTcpNothingIsInDoubt() {
        Paths alone = new Paths(udp, null, new Metrics());
        alone.subscribe(SHED, ALL, nowNanos);
        alone.fetch(question(1, 0), Path.UDP, nowNanos);
        assertThat(alone.nextDeadlineNanos()).isEqualTo(Timing.NEVER);
        assertThat(alone.questionDueNanos(SHED)).isEqualTo(Timing.NEVER);
        assertThat(alone.repairPath(SHED, 1_000_000)).isEqualTo(Path.UDP);
        alone.tick(nowNanos + 60 * SECOND);
        assertThat(alone.failed(failed(1, Path.UDP), nowNanos)).isTrue();
        assertThat(alone.ended(ended(Path.UDP), nowNanos)).isTrue();
        assertThat(alone.reason(SHED, nowNanos)).isEmpty();
    }

    @Test
    void aQuestionWithoutAnAnswerMovesAllToTcp() {
        isOnUdp();
        ask(1, Path.UDP);
        passes(PeerPath.ANSWER_MAX_NANOS - 1);
        assertThat(tcp.feeds).isEmpty();
        passes(1);
        assertThat(tcp.feeds).containsExactly("observe");
        assertThat(tcp.fetches).extracting(Fetch::number).containsExactly(1L);
        assertThat(udp.feeds).as("not before the other one brings it").doesNotContain("leave");
        assertThat(paths.feedPath(SHED)).isEqualTo(Path.UDP);
        brings(Path.TCP);
        assertThat(udp.feeds).endsWith("leave");
        assertThat(paths.feedPath(SHED)).isEqualTo(Path.TCP);
        assertThat(answers(1, Path.TCP)).isTrue();
        assertThat(answers(1, Path.UDP)).as("the second answer").isFalse();
    }

    @Test
    void aFeedThatDoesNotBeginMovesToTcp() {
        paths.subscribe(SHED, ALL, nowNanos);
        passes(PeerPath.ANSWER_MAX_NANOS);
        assertThat(tcp.feeds).containsExactly("observe");
    }

    @Test
    void slicesThatComeDoNotShowThatQuestionsArrive() {
        isOnUdp();
        ask(1, Path.UDP);
        for (int i = 0; i < 4; i++) {
            passes(SECOND);
            brings(Path.UDP);
        }
        assertThat(tcp.feeds).containsExactly("observe");
    }

    @Test
    void anAnswerInTimeIsEnough() {
        isOnUdp();
        ask(1, Path.UDP);
        passes(2 * SECOND);
        assertThat(answers(1, Path.UDP)).isTrue();
        passes(5 * SECOND);
        assertThat(tcp.feeds).isEmpty();
        assertThat(paths.reason(SHED, nowNanos)).isEmpty();
    }

    @Test
    void anAnswerEndsTheDoubt() {
        isOnUdp();
        ask(1, Path.UDP);
        passes(4 * SECOND);
        assertThat(paths.reason(SHED, nowNanos)).isEqualTo("UDP gets no answer, for 1 s");
        answers(1, Path.UDP);
        assertThat(tcp.feeds).containsExactly("observe", "leave");
        brings(Path.TCP);
        assertThat(paths.feedPath(SHED)).isEqualTo(Path.UDP);
    }

    @Test
    void whoFallsSilentIsAsked() {
        isOnUdp();
        brings(Path.UDP);
        assertThat(paths.questionDueNanos(SHED)).isEqualTo(nowNanos + 3 * SECOND);
        passes(SECOND);
        beats(Path.UDP);
        beats(Path.UDP);
        assertThat(paths.questionDueNanos(SHED)).isEqualTo(nowNanos + 6 * SECOND);
    }

    @Test
    void atRestNobodyIsAsked() {
        isOnUdp();
        brings(Path.UDP);
        long sent = nowNanos;
        for (int beat = 0; beat < 20; beat++) {
            sent = Heartbeats.nextNanos(sent, beat);
            assertThat(paths.questionDueNanos(SHED)).isGreaterThan(sent);
            passes(sent - nowNanos);
            beats(Path.UDP);
        }
        assertThat(udp.fetches).isEmpty();
    }

    @Test
    void whereMuchComesAnswersComeToo() {
        isOnUdp();
        long answered = nowNanos;
        for (int i = 0; i < PeerPath.UNANSWERED_SLICES_MAX; i++) {
            passes(SECOND / 2);
            brings(Path.UDP);
        }
        assertThat(paths.questionDueNanos(SHED)).isEqualTo(answered + PeerPath.UNANSWERED_NANOS);
        ask(1, Path.UDP);
        assertThat(paths.questionDueNanos(SHED)).isEqualTo(Timing.NEVER);
        answers(1, Path.UDP);
        brings(Path.UDP);
        assertThat(paths.questionDueNanos(SHED)).isEqualTo(nowNanos + 3 * SECOND);
    }

    @Test
    void aDeadFeedOfAPeerThatAnswersIsMadeAnew() {
        isOnUdp();
        brings(Path.UDP);
        passes(3 * SECOND);
        ask(1, Path.UDP);
        answers(1, Path.UDP);
        assertThat(udp.feeds).containsExactly("observe", "observe");
        assertThat(tcp.feeds).isEmpty();
    }

    @Test
    void aLossyFeedMovesToTcp() {
        isOnUdp();
        for (int i = 0; i < Loss.SAMPLES_MIN; i++) {
            brings(Path.UDP);
            if (i % 4 == 0) {
                place++;
            }
        }
        paths.tick(nowNanos);
        assertThat(tcp.feeds).containsExactly("observe");
        answersAfterAsking(1);
        brings(Path.TCP);
        assertThat(paths.feedPath(SHED)).isEqualTo(Path.TCP);
        assertThat(paths.reason(SHED, nowNanos))
                .matches("UDP loses 2\\d %, for 0 s; tried again in 30 s");
    }

    @Test
    void aLittleLossIsBorne() {
        isOnUdp();
        for (int i = 0; i < 200; i++) {
            brings(Path.UDP);
            if (i % 10 == 0) {
                place++;
            }
        }
        paths.tick(nowNanos);
        assertThat(tcp.feeds).isEmpty();
    }

    @Test
    void requestsThatHaveToBeRepeatedShowLossToo() {
        isOnUdp();
        udp.sent = 100;
        udp.again = 50;
        answersAfterAsking(1);
        paths.tick(nowNanos);
        assertThat(tcp.feeds).containsExactly("observe");
    }

    @Test
    void whereTcpDoesNotWorkEitherItIsTriedLessAndLess() {
        isOnUdp();
        ask(1, Path.UDP);
        for (int i = 0; i < 600; i++) {
            passes(SECOND);
            if (tcp.feeds.size() + tcp.fetches.size() > 0) {
                paths.ended(ended(Path.TCP), nowNanos);
            }
        }
        assertThat(tcp.feeds.size()).isBetween(10, 20);
        assertThat(paths.reason(SHED, nowNanos))
                .startsWith("UDP gets no answer, for ")
                .endsWith("; nor does TCP: broken");
    }

    // Back

    @Test
    void goesBackWhenQuestionsAndTheFeedComeThrough() {
        isOnTcp();
        passes(WayBack.STAY_MIN_NANOS - 1);
        assertThat(probes()).isZero();
        passes(1);
        for (int i = 1; i <= WayBack.PROBES; i++) {
            assertThat(probes()).isEqualTo(i);
            answers(udp.fetches.getLast().number(), Path.UDP);
            passes(WayBack.PROBE_GAP_NANOS);
        }
        assertThat(udp.feeds).endsWith("observe");
        brings(Path.UDP);
        assertThat(paths.feedPath(SHED)).as("that may be the answer alone").isEqualTo(Path.TCP);
        assertThat(tcp.feeds).containsExactly("observe");
        brings(Path.UDP);
        assertThat(paths.feedPath(SHED)).isEqualTo(Path.UDP);
        assertThat(tcp.feeds).containsExactly("observe", "leave");
        assertThat(paths.reason(SHED, nowNanos)).isEmpty();
    }

    @Test
    void staysWhereTheFeedDoesNotComeThrough() {
        isOnTcp();
        passes(WayBack.STAY_MIN_NANOS);
        probesAreAnswered();
        brings(Path.UDP);
        passes(WayBack.TRIAL_NANOS);
        assertThat(udp.feeds).endsWith("leave");
        assertThat(paths.feedPath(SHED)).isEqualTo(Path.TCP);
        int before = probes();
        passes(WayBack.AGAIN_FIRST_NANOS);
        assertThat(probes()).isEqualTo(before + 1);
    }

    @Test
    void slowOrRepeatedAnswersAreNoGood() {
        isOnTcp();
        passes(WayBack.STAY_MIN_NANOS);
        answers(udp.fetches.getLast().number(), Path.UDP);
        passes(WayBack.PROBE_GAP_NANOS);
        passes(WayBack.PROBE_GOOD_NANOS + 1);
        answers(udp.fetches.getLast().number(), Path.UDP);
        passes(WayBack.PROBE_GAP_NANOS);
        assertThat(probes()).isEqualTo(2);
        passes(WayBack.AGAIN_FIRST_NANOS);
        assertThat(probes()).isEqualTo(3);
        udp.again += WayBack.REPEATED_MAX + 1;
        answers(udp.fetches.getLast().number(), Path.UDP);
        passes(WayBack.PROBE_GAP_NANOS);
        assertThat(probes()).isEqualTo(3);
        assertThat(paths.feedPath(SHED)).isEqualTo(Path.TCP);
    }

    @Test
    void triesLessOftenWhileUdpStaysBlocked() {
        isOnTcp();
        for (int i = 0; i < 3_600; i++) {
            passes(SECOND);
            beats(Path.TCP);
            if (i % 20 == 19 && probes() > 0) {
                paths.failed(failed(udp.fetches.getLast().number(), Path.UDP), nowNanos);
            }
        }
        assertThat(probes()).isBetween(20, 40);
    }

    @Test
    void staysLongerEachTimeThatUdpDidNoGood() {
        isOnTcp();
        long stay = WayBack.STAY_MIN_NANOS;
        for (int i = 0; i < 8; i++) {
            passes(stay - 1);
            int before = probes();
            passes(1);
            assertThat(probes()).isEqualTo(before + 1);
            probesAreAnswered();
            brings(Path.UDP);
            brings(Path.UDP);
            assertThat(paths.feedPath(SHED)).isEqualTo(Path.UDP);
            ask(100 + i, Path.UDP);
            passes(PeerPath.ANSWER_MAX_NANOS);
            brings(Path.TCP);
            answers(100 + i, Path.TCP);
            assertThat(paths.feedPath(SHED)).isEqualTo(Path.TCP);
            stay = Math.min(2 * stay, WayBack.STAY_MAX_NANOS);
        }
        assertThat(stay).isEqualTo(WayBack.STAY_MAX_NANOS);
    }

    @Test
    void whereBothWereDownUdpIsTriedAtOnce() {
        isOnUdp();
        ask(1, Path.UDP);
        passes(3 * SECOND);
        paths.ended(ended(Path.TCP), nowNanos);
        passes(5 * SECOND);
        assertThat(tcp.feeds).containsExactly("observe", "observe");
        brings(Path.TCP);
        paths.tick(nowNanos);
        assertThat(paths.feedPath(SHED)).isEqualTo(Path.TCP);
        assertThat(probes()).isEqualTo(1);
    }

    @Test
    void whoIsHeardOverUdpIsTriedSoonerThanTheLastFailureSays() {
        isOnTcp();
        passes(WayBack.STAY_MIN_NANOS);
        paths.failed(failed(udp.fetches.getLast().number(), Path.UDP), nowNanos);
        passes(SECOND);
        assertThat(probes()).isEqualTo(1);
        assertThat(paths.reachable(new Event.PeerReachable(SHED, Path.UDP), nowNanos)).isFalse();
        paths.tick(nowNanos);
        assertThat(probes()).isEqualTo(2);
    }

    @Test
    void aBrokenConnectionIsReplacedByUdpAtOnce() {
        isOnTcp();
        int before = udp.feeds.size();
        assertThat(paths.ended(ended(Path.TCP), nowNanos)).isFalse();
        assertThat(udp.feeds).hasSize(before + 1).endsWith("observe");
        passes(SECOND);
        assertThat(tcp.feeds).as("and tried again").containsExactly("observe", "observe");
        brings(Path.TCP);
        assertThat(paths.feedPath(SHED)).isEqualTo(Path.TCP);
    }

    @Test
    void aConnectionThatDoesNoGoodIsAReasonToTryUdp() {
        isOnTcp();
        ask(2, Path.TCP);
        passes(PeerPath.ANSWER_MAX_NANOS);
        assertThat(probes()).isEqualTo(1);
    }

    @Test
    void whatEndsLateDoesNoHarm() {
        isOnTcp();
        assertThat(paths.ended(ended(Path.UDP), nowNanos)).isFalse();
        assertThat(paths.feedPath(SHED)).isEqualTo(Path.TCP);
        assertThat(tcp.feeds).containsExactly("observe");
    }

    // Questions

    @Test
    void muchIsAskedForOverTcpAndLittleOverTheFeedsWay() {
        isOnUdp();
        provesTcp();
        assertThat(way(Paths.DATAGRAM_PLACES_MAX)).isEqualTo(Path.UDP);
        assertThat(way(Paths.DATAGRAM_PLACES_MAX + 1)).isEqualTo(Path.TCP);
    }

    @Test
    void whileTcpHasNotProvedToWorkMuchIsAskedForOverUdpToo() {
        isOnUdp();
        assertThat(way(1_000_000)).isEqualTo(Path.UDP);
        assertThat(way(1_000_000)).isEqualTo(Path.UDP);
        assertThat(tcp.fetches).as("asked once").hasSize(1);
        assertThat(tcp.fetches.getFirst().limit()).isZero();
        assertThat(answers(tcp.fetches.getFirst().number(), Path.TCP))
                .as("nobody waits for that")
                .isFalse();
        assertThat(way(1_000_000)).isEqualTo(Path.TCP);
    }

    @Test
    void whereTcpIsNotToBeHadItIsAskedNowAndThen() {
        isOnUdp();
        way(1_000_000);
        assertThat(paths.failed(failed(tcp.fetches.getFirst().number(), Path.TCP), nowNanos))
                .isFalse();
        assertThat(way(1_000_000)).isEqualTo(Path.UDP);
        assertThat(tcp.fetches).hasSize(1);
        passes(2 * SECOND);
        assertThat(way(1_000_000)).isEqualTo(Path.UDP);
        assertThat(tcp.fetches).hasSize(2);
    }

    @Test
    void whatFailsOneWayIsAskedTheOther() {
        isOnUdp();
        provesTcp();
        ask(1, Path.TCP);
        assertThat(paths.failed(failed(1, Path.TCP), nowNanos)).isFalse();
        assertThat(udp.fetches).extracting(Fetch::number).containsExactly(1L);
        assertThat(way(1_000_000)).as("for now").isEqualTo(Path.UDP);
        assertThat(paths.failed(failed(1, Path.UDP), nowNanos)).isTrue();
        passes(2 * SECOND);
        provesTcp();
        assertThat(way(1_000_000)).isEqualTo(Path.TCP);
    }

    private Path way(long missing) {
        paths.prepare(SHED, missing, nowNanos);
        return paths.repairPath(SHED, missing);
    }

    private void provesTcp() {
        way(1_000_000);
        answers(tcp.fetches.getLast().number(), Path.TCP);
    }

    @Test
    void aFilterThatChangesTakesTheSameWay() {
        isOnTcp();
        paths.unsubscribe(SHED);
        assertThat(tcp.feeds).endsWith("leave");
        paths.subscribe(SHED, Filter.of("air/*"), nowNanos);
        assertThat(tcp.feeds).endsWith("observe");
        paths.known(List.of());
        assertThat(paths.feedPath(SHED)).isEqualTo(Path.UDP);
    }

    private void isOnUdp() {
        paths.subscribe(SHED, ALL, nowNanos);
        brings(Path.UDP);
        assertThat(udp.feeds).containsExactly("observe");
    }

    private void isOnTcp() {
        isOnUdp();
        ask(1, Path.UDP);
        passes(PeerPath.ANSWER_MAX_NANOS);
        brings(Path.TCP);
        paths.answered(fetched(1, Path.TCP), nowNanos);
        paths.failed(failed(1, Path.UDP), nowNanos);
        udp.fetches.clear();
        assertThat(paths.feedPath(SHED)).isEqualTo(Path.TCP);
    }

    private void probesAreAnswered() {
        for (int i = 0; i < WayBack.PROBES; i++) {
            answers(udp.fetches.getLast().number(), Path.UDP);
            passes(WayBack.PROBE_GAP_NANOS);
        }
        assertThat(udp.feeds).endsWith("observe");
    }

    private int probes() {
        return (int) udp.fetches.stream().filter(each -> each.number() < 0).count();
    }

    private void ask(long number, Path path) {
        paths.fetch(question(number, 0), path, nowNanos);
    }

    private void answersAfterAsking(long number) {
        ask(number, Path.UDP);
        answers(number, Path.UDP);
    }

    private boolean answers(long number, Path path) {
        return paths.answered(fetched(number, path), nowNanos);
    }

    private void brings(Path path) {
        place++;
        LogEntry reading =
                new Reading(
                        place,
                        new Stamp(1, place),
                        Series.parse("air/temperature").orElseThrow(),
                        20,
                        "Cel");
        LogSlice slice = new LogSlice(LOG, 1, place - 1, List.of(reading), place);
        paths.received(new Event.Received(SHED, ALL, slice, path), nowNanos);
    }

    private void beats(Path path) {
        LogSlice slice = new LogSlice(LOG, 1, place, List.of(), place);
        paths.received(new Event.Received(SHED, ALL, slice, path), nowNanos);
    }

    /** Time goes by, with a wake-up whenever one was wanted. */
    private void passes(long nanos) {
        long end = nowNanos + nanos;
        while (paths.nextDeadlineNanos() <= end) {
            nowNanos = Math.max(nowNanos, paths.nextDeadlineNanos());
            paths.tick(nowNanos);
            assertThat(paths.nextDeadlineNanos()).as("no busy loop").isGreaterThan(nowNanos);
        }
        nowNanos = end;
        paths.tick(nowNanos);
    }

    private static Fetch question(long number, int limit) {
        return new Fetch(number, SHED, ALL, LOG, 0, Long.MAX_VALUE, 0, limit);
    }

    private static Event.Fetched fetched(long number, Path path) {
        return new Event.Fetched(number, SHED, ALL, new LogSlice(LOG, 1, 0, List.of(), 0), path);
    }

    private static Event.FetchFailed failed(long number, Path path) {
        return new Event.FetchFailed(number, SHED, ALL, "no answer", path);
    }

    private static Event.SubscriptionEnded ended(Path path) {
        return new Event.SubscriptionEnded(SHED, ALL, "broken", path);
    }
}
