package io.pipit.discovery.multicast;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pipit.discovery.multicast.Air.Station;
import io.pipit.discovery.multicast.LinkMessage.Answer;
import io.pipit.discovery.multicast.LinkMessage.Hello;
import io.pipit.discovery.rung.Sighting;
import io.pipit.model.NodeId;
import io.pipit.wire.WireException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class LinkTalkTest {
    private static final byte[] TOKEN = {1, 2, 3, 4, 5, 6, 7, 8};
    private static final InetSocketAddress STRANGER =
            new InetSocketAddress(InetAddress.ofLiteral("10.1.9.9"), 1_234);

    private final Air air = new Air(1);

    private static Hello ask(@Nullable NodeId id) {
        return new Hello(1, TOKEN, id, id == null ? 0 : 5684, null, null);
    }

    private static InetSocketAddress from(int number) {
        return new InetSocketAddress(Air.address(number), 1_234);
    }

    @Test
    void twoFindEachOtherWithinASecond() {
        Station one = air.station(1);
        air.pass(500 * Air.MILLI);
        Station two = air.station(2);
        air.pass(Air.SECOND);
        assertThat(one.found).containsEntry(two.id, new InetSocketAddress(Air.address(2), 5684));
        assertThat(two.found).containsEntry(one.id, new InetSocketAddress(Air.address(1), 5684));
        assertThat(one.talk.trouble()).isEmpty();
    }

    @Test
    void aHelloIsThisManyBytes() {
        byte[] hello = new Hello(0x1234, TOKEN, Air.id(1), 5684, "shed", null).encode();
        assertThat(HexFormat.of().formatHex(hello))
                .isEqualTo(
                        "58011234"
                                + "0102030405060708"
                                + "bb"
                                + hex(".well-known")
                                + "04"
                                + hex("core")
                                + "4d00"
                                + hex("rt=pipit.node")
                                + "0d12"
                                + hex("ep=" + Air.id(1).toString().replace("-", ""))
                                + "09"
                                + hex("port=5684")
                                + "06"
                                + hex("n=shed"));
    }

    @Test
    void anAnswerIsThisManyBytes() {
        byte[] answer = new Answer(0x1234, TOKEN, Air.id(1), 5684, null).encode();
        assertThat(HexFormat.of().formatHex(answer))
                .isEqualTo(
                        "58451234"
                                + "0102030405060708"
                                + "c128ff"
                                + hex(
                                        "</>;rt=\"pipit.node\";ep=\""
                                                + Air.id(1).toString().replace("-", "")
                                                + "\";port=5684"));
    }

    private static String hex(String text) {
        return HexFormat.of().formatHex(text.getBytes(UTF_8));
    }

    @Test
    void whatIsWrittenIsReadAgain() throws WireException {
        Answer answer = new Answer(7, TOKEN, Air.id(3), 65_535, "a".repeat(32));
        Answer read = (Answer) LinkMessage.decode(answer.encode()).orElseThrow();
        assertThat(read.id()).isEqualTo(answer.id());
        assertThat(read.port()).isEqualTo(65_535);
        assertThat(read.name()).isEqualTo(answer.name());
        assertThat(answer.encode()).hasSizeLessThanOrEqualTo(LinkTalk.ANSWER_BYTES_MAX);
    }

    @Test
    void aProgramThatAsksPlainlyIsAnsweredWithLittle() {
        Station node = air.station(1);
        air.pass(Air.SECOND);
        byte[] question = ask(null).encode();
        node.hears(STRANGER, question);
        air.pass(Air.SECOND);
        assertThat(node.answers).hasSize(1);
        assertThat(node.answers.getFirst())
                .hasSizeLessThanOrEqualTo(LinkTalk.ANSWER_BYTES_MAX)
                .hasSizeLessThanOrEqualTo(LinkTalk.AMPLIFICATION_MAX * question.length);
        assertThat(new String(node.answers.getFirst(), UTF_8)).doesNotContain("shed");
    }

    @Test
    void theNameIsSaidOnlyWhereItIsAnnounced() {
        Station node = air.station(1, "shed");
        Station other = air.station(2);
        air.pass(Air.SECOND);
        assertThat(other.talk.heard()).extracting(Sighting::name).containsExactly("shed");
        assertThat(node.talk.heard()).extracting(Sighting::name).containsExactly((String) null);
    }

    @Test
    void theSmallestQuestionIsAnsweredByTheLongestNameWithAtMostThreeTimesAsMuch() {
        Station node = air.station(1, "a".repeat(32));
        air.pass(Air.SECOND);
        byte[] question = new Hello(1, new byte[0], null, 0, null, null).encode();
        assertThat(question).hasSize(36);
        node.hears(STRANGER, question);
        air.pass(Air.SECOND);
        assertThat(node.answers).hasSize(1);
        assertThat(node.answers.getFirst())
                .hasSizeLessThanOrEqualTo(LinkTalk.AMPLIFICATION_MAX * question.length);
    }

    @Test
    void nothingElseIsAnsweredToAnyone() {
        Station node = air.station(1);
        air.pass(Air.SECOND);
        byte[] confirmable = ask(null).encode();
        confirmable[0] = 0x48;
        byte[] put = ask(null).encode();
        put[1] = 3;
        byte[] ping = {0x40, 0, 1, 2};
        byte[] root = {0x50, 1, 1, 2};
        for (byte[] bytes : List.of(confirmable, put, ping, root, new byte[0], new byte[2_000])) {
            node.hears(STRANGER, bytes);
        }
        air.pass(10 * Air.SECOND);
        assertThat(node.answers).isEmpty();
    }

    @Test
    void whoIsNotOnTheLinkIsNotAnsweredNorBelieved() {
        Station node = air.station(1);
        air.pass(Air.SECOND);
        node.hears(
                new InetSocketAddress(InetAddress.ofLiteral("10.2.0.1"), 5683),
                ask(Air.id(5)).encode());
        air.pass(Air.SECOND);
        assertThat(node.answers).isEmpty();
        assertThat(node.found).isEmpty();
    }

    @Test
    void anAnswerThatNobodyAskedForIsNotBelieved() {
        Station node = air.station(1);
        air.pass(Air.SECOND);
        node.hears(STRANGER, new Answer(1, TOKEN, Air.id(5), 5684, null).encode());
        assertThat(node.found).isEmpty();
    }

    @Test
    void whoeverClaimsToBeThisNodeItselfIsIgnored() {
        Station node = air.station(1);
        air.pass(Air.SECOND);
        node.hears(STRANGER, ask(node.id).encode());
        air.pass(Air.SECOND);
        assertThat(node.found).isEmpty();
        assertThat(node.answers).isEmpty();
    }

    @Test
    void aFloodOfQuestionsGetsAFewAnswers() {
        Station node = air.station(1);
        air.pass(Air.SECOND);
        for (int second = 0; second < 10; second++) {
            for (int i = 0; i < 10_000; i++) {
                node.hears(from(1_000 + i % 2_000), ask(null).encode());
            }
            air.pass(Air.SECOND);
        }
        assertThat(node.answers).hasSizeLessThanOrEqualTo(64 + 10 * 10 + 10);
        assertThat(node.report.state(0).refused()).isGreaterThan(90_000);
    }

    @Test
    void aFloodOfClaimsMakesNobodySendMuchAndForgetNobodyTrusted() {
        Station node = air.station(1);
        Station friend = air.station(2);
        node.trusted.add(friend.id);
        air.pass(5 * Air.SECOND);
        int hellos = node.toAll.size();
        for (int second = 0; second < 30; second++) {
            for (int i = 0; i < 1_000; i++) {
                int number = 1_000 + second * 1_000 + i;
                node.hears(from(number), ask(Air.id(number)).encode());
            }
            air.pass(Air.SECOND);
        }
        assertThat(node.talk.heard()).hasSizeLessThanOrEqualTo(LinkTalk.HEARD_MAX);
        assertThat(node.talk.heard()).extracting(Sighting::id).contains(friend.id);
        assertThat(node.toAll.size() - hellos).isLessThanOrEqualTo(12);
        assertThat(node.answers).hasSizeLessThanOrEqualTo(64 + 30 * 10 + 10);
    }

    @Test
    void oneAddressMayClaimFewIds() {
        Station node = air.station(1);
        air.pass(Air.SECOND);
        for (int i = 0; i < 100; i++) {
            node.hears(STRANGER, ask(Air.id(100 + i)).encode());
        }
        assertThat(node.found).hasSize(LinkTalk.IDS_PER_SOURCE_MAX);
    }

    @Test
    void oneThatFloodsCrowdsNobodyOut() {
        Station node = air.station(1);
        air.pass(Air.SECOND);
        for (int i = 0; i < 1_900; i++) {
            node.hears(STRANGER, new byte[] {1});
        }
        Station good = air.station(2);
        air.pass(Air.SECOND);
        assertThat(node.found).containsKey(good.id);
    }

    @Test
    void aPeerThatIsMissedAnswersThoughSomebodyClaimedItsIdBefore() {
        Station node = air.station(1);
        Station peer = air.station(2);
        air.pass(20 * Air.SECOND);
        node.found.clear();
        node.missed.add(peer.id);
        air.pass(60 * Air.SECOND);
        node.hears(STRANGER, ask(peer.id).encode());
        assertThat(node.found.get(peer.id).getAddress()).isEqualTo(STRANGER.getAddress());
        node.talk.seek();
        node.hears(STRANGER, new byte[0]);
        air.pass(2 * Air.SECOND);
        assertThat(node.found.get(peer.id).getAddress()).isEqualTo(Air.address(2));
    }

    @Test
    void seekingAgainAndAgainAsksOnceAMinute() {
        Station node = air.station(1);
        air.pass(2_000 * Air.SECOND);
        int before = node.toAll.size();
        for (int i = 0; i < 60; i++) {
            node.talk.seek();
            node.hears(STRANGER, new byte[0]);
            air.pass(Air.SECOND);
        }
        assertThat(node.toAll.size() - before).isLessThanOrEqualTo(2);
    }

    @Test
    void whoLeftIsForgotten() {
        Station node = air.station(1);
        Station other = air.station(2);
        air.pass(5 * Air.SECOND);
        air.leave(other);
        air.pass(1_400 * Air.SECOND);
        assertThat(node.talk.heard()).isEmpty();
    }

    @Test
    void aFirewallThatDropsMulticastIsNoticed() {
        Station node = air.station(1);
        air.leave(node);
        // It sends, but what it sends comes to nobody, itself among them.
        for (int i = 0; i < 40; i++) {
            node.talk.step();
            air.pass(500 * Air.MILLI);
        }
        assertThat(node.talk.trouble()).contains("eth0 IPv4").contains("firewall");
    }

    @Test
    void anErrorOfTheSystemIsShown() {
        Station node = air.station(1);
        node.sendError = "Operation not permitted";
        air.pass(Air.SECOND);
        assertThat(node.talk.trouble()).contains("Operation not permitted");
    }

    @Test
    void mutilatedMessagesAreRefusedWithoutHarm() {
        Random random = new Random(3);
        List<byte[]> good =
                List.of(
                        new Hello(1, TOKEN, Air.id(1), 5684, "shed", known(40)).encode(),
                        new Answer(1, TOKEN, Air.id(1), 5684, "shed").encode());
        List<Throwable> wrong = new ArrayList<>();
        for (int i = 0; i < 50_000; i++) {
            byte[] bytes = good.get(i & 1).clone();
            for (int n = random.nextInt(4); n >= 0; n--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
            }
            byte[] cut = Arrays.copyOf(bytes, random.nextInt(bytes.length + 8));
            try {
                var _ = LinkMessage.decode(cut);
            } catch (WireException e) {
                // as it should be
            } catch (RuntimeException e) {
                wrong.add(e);
            }
        }
        assertThat(wrong).isEmpty();
    }

    @Test
    void namesAndPortsThatCannotBeAreRefused() {
        for (String name : List.of("", "Shed", "a b", "a".repeat(33), "\u001b[31m")) {
            byte[] hello = new Hello(1, TOKEN, Air.id(1), 5684, name, null).encode();
            assertThatThrownBy(() -> LinkMessage.decode(hello)).isInstanceOf(WireException.class);
        }
        byte[] port = new Hello(1, TOKEN, Air.id(1), 0, null, null).encode();
        assertThatThrownBy(() -> LinkMessage.decode(port)).isInstanceOf(WireException.class);
    }

    private static Known known(int count) {
        List<NodeId> ids = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            ids.add(Air.id(i));
        }
        return Known.of(ids, TOKEN);
    }

    @Test
    void whoIsKnownIsInTheFilterAndFewOthersAre() {
        Known known = known(144);
        int others = 0;
        for (int i = 0; i < 10_000; i++) {
            if (i < 144) {
                assertThat(known.mayHold(Air.id(i))).isTrue();
            } else if (known.mayHold(Air.id(i))) {
                others++;
            }
        }
        assertThat(others).isLessThan(700);
        assertThat(new Hello(1, TOKEN, Air.id(1), 65_535, "a".repeat(32), known).encode())
                .hasSizeLessThanOrEqualTo(LinkMessage.BYTES_MAX);
    }
}
