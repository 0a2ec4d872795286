package io.pipit.discovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.pipit.discovery.rung.Ear;
import io.pipit.discovery.rung.Rung;
import io.pipit.discovery.rung.RungState;
import io.pipit.discovery.rung.Sighting;
import io.pipit.host.ManualTime;
import io.pipit.host.ManualTimer;
import io.pipit.model.NodeId;
import io.pipit.model.Peer;
import io.pipit.monitor.Health;
import io.pipit.monitor.Health.Status;
import io.pipit.monitor.Metrics;
import io.pipit.port.reach.Neighbours.Neighbour;
import io.pipit.wire.Document;
import io.pipit.wire.Format;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DiscoveryTest {
    private static final NodeId HOUSE = id(1);
    private static final NodeId SHED = id(2);
    private static final NodeId BARN = id(3);

    @TempDir private Path data;
    private final ManualTime time = new ManualTime();
    private final ManualTimer timer = new ManualTimer(time);
    private final Health health = new Health();
    private final Ways ways = new Ways();
    private final FakeEar ear = new FakeEar();
    private Discovery discovery;

    /** What discovery has of the peers, and what it did about them. */
    private static final class Ways implements Reach {
        private final Map<NodeId, InetSocketAddress> reachable = new LinkedHashMap<>();
        private final List<String> tried = new ArrayList<>();
        private final List<Runnable> trials = new ArrayList<>();
        private final Map<NodeId, List<NodeId>> asked = new LinkedHashMap<>();
        private final Map<NodeId, Consumer<byte[]>> answers = new LinkedHashMap<>();

        @Override
        public boolean isReachable(NodeId peer) {
            return reachable.containsKey(peer);
        }

        @Override
        public InetSocketAddress addressOf(NodeId peer) {
            return reachable.get(peer);
        }

        @Override
        public void tryAt(NodeId peer, InetSocketAddress address, Runnable over) {
            tried.add(peer.toString().charAt(0) + " " + address.getAddress().getHostAddress());
            trials.add(over);
        }

        @Override
        public void greet(NodeId peer) {}

        @Override
        public void ask(NodeId peer, List<NodeId> missing, Consumer<byte[]> answer) {
            asked.put(peer, missing);
            answers.put(peer, answer);
        }
    }

    /** Hears what the test says. */
    private static final class FakeEar implements Ear {
        private final List<Sighting> heard = new ArrayList<>();
        private int sought;
        private boolean closed;

        @Override
        public void seek() {
            sought++;
        }

        @Override
        public List<Sighting> heard() {
            return List.copyOf(heard);
        }

        @Override
        public void close() {
            closed = true;
        }
    }

    private static NodeId id(int number) {
        byte[] bytes = new byte[16];
        bytes[0] = (byte) (number << 3);
        return NodeId.ofBytes(bytes);
    }

    private static InetSocketAddress at(int last) {
        return new InetSocketAddress(InetAddress.ofLiteral("192.0.2." + last), 5684);
    }

    private static Peer peer(NodeId id, String name, InetSocketAddress address) {
        return new Peer(id, name, address, Set.of());
    }

    @BeforeEach
    void begin() {
        discovery = make();
        discovery.know(List.of(peer(SHED, "shed", null)));
    }

    private Discovery make() {
        Discovery made =
                new Discovery(
                        new Discovery.Settings(
                                HOUSE, false, false, "unix:path=/nowhere", null, List.of(), data),
                        new Discovery.Threads(timer, timer, timer, Thread::new),
                        time,
                        new Random(7)::nextLong,
                        health,
                        new Metrics());
        made.reachedBy(ways);
        made.listenBy(ear);
        made.start();
        return made;
    }

    private void heard(NodeId id, String name, InetSocketAddress address, Rung rung) {
        Sighting sighting = new Sighting(id, name, address, rung);
        ear.heard.add(sighting);
        discovery.seen(sighting);
    }

    private RungState state(Rung rung) {
        return discovery.rungs().stream()
                .filter(state -> state.rung() == rung)
                .findFirst()
                .orElseThrow();
    }

    private static byte[] told(NodeId id, String... addresses) {
        Map<String, Object> peer = Map.of("id", id.toString(), "addresses", List.of(addresses));
        return Document.write(Map.of("peers", List.of(peer)), Format.CBOR);
    }

    @Test
    void allRungsServeSideBySideTheTrustedFirst() {
        discovery.know(List.of(peer(SHED, "shed", at(1)), peer(BARN, "barn", null)));
        heard(SHED, null, at(2), Rung.MULTICAST);
        heard(SHED, null, at(3), Rung.DNS_SD);
        heard(BARN, null, at(9), Rung.MULTICAST);
        ways.reachable.put(BARN, at(9));
        timer.advanceMillis(1_000);
        assertThat(ways.asked).containsEntry(BARN, List.of(SHED));
        ways.answers.get(BARN).accept(told(SHED, "192.0.2.4:5684"));

        assertThat(discovery.of(SHED)).containsExactly(at(1), at(2), at(3), at(4));
        assertThat(discovery.foundBy(SHED)).isEqualTo("configuration, multicast, dns-sd, peers");
        assertThat(discovery.rungs())
                .extracting(RungState::rung, RungState::found)
                .containsExactly(
                        tuple(Rung.CONFIGURATION, 1),
                        tuple(Rung.MULTICAST, 2),
                        tuple(Rung.DNS_SD, 1),
                        tuple(Rung.PEERS, 1),
                        tuple(Rung.REMEMBERED, 0));
    }

    @Test
    void whoIsMissedIsTriedAtOnceWhereItIsSaidToBeAndWhoIsThereIsNot() {
        heard(SHED, null, at(2), Rung.DNS_SD);
        assertThat(ways.tried).isEmpty();
        timer.advanceMillis(100);
        assertThat(ways.tried).containsExactly("C 192.0.2.2");

        ways.reachable.put(SHED, at(2));
        ways.trials.getFirst().run();
        heard(SHED, null, at(3), Rung.MULTICAST);
        timer.advanceMillis(10_000);

        assertThat(ways.tried).hasSize(1);
        assertThat(discovery.of(SHED)).containsExactly(at(2), at(3));
    }

    @Test
    void aFloodOfClaimsCostsFewTrialsAndPushesNoOtherRungAside() {
        discovery.know(List.of(peer(SHED, "shed", at(1))));
        for (int claim = 0; claim < 10_000; claim++) {
            heard(SHED, null, at(10 + claim % 200), Rung.MULTICAST);
            heard(id(9), "stranger", at(10 + claim % 200), Rung.MULTICAST);
            if (claim % 100 == 0) {
                timer.advanceMillis(100);
            }
        }

        assertThat(discovery.of(SHED))
                .startsWith(at(1))
                .hasSizeLessThanOrEqualTo(Candidates.ADDRESSES_MAX);
        assertThat(discovery.of(id(9))).isEmpty();
        // None of them ends within these ten seconds.
        assertThat(ways.tried).hasSize(3).allMatch(trial -> trial.startsWith("C "));
    }

    @Test
    void whatIsNoLongerAnnouncedExpiresUnlessItIsSaidElsewhere() {
        heard(SHED, null, at(2), Rung.DNS_SD);
        heard(SHED, null, at(3), Rung.DNS_SD);
        Sighting twice = new Sighting(SHED, null, at(3), Rung.DNS_SD);
        ear.heard.add(twice);

        Sighting first = ear.heard.removeFirst();
        discovery.gone(first);
        assertThat(discovery.of(SHED)).containsExactly(at(3));

        ear.heard.remove(twice);
        discovery.gone(twice);
        assertThat(discovery.of(SHED)).containsExactly(at(3));

        ear.heard.remove(twice);
        discovery.gone(twice);
        assertThat(discovery.of(SHED)).isEmpty();
        assertThat(discovery.foundBy(SHED)).isEmpty();
        assertThat(state(Rung.DNS_SD).found()).isZero();
    }

    @Test
    void whereAPeerProvedToBeOutlivesTheAnnouncement() {
        heard(SHED, null, at(2), Rung.DNS_SD);
        ways.reachable.put(SHED, at(2));
        timer.advanceMillis(1_000);

        Sighting only = ear.heard.removeFirst();
        discovery.gone(only);

        assertThat(discovery.of(SHED)).containsExactly(at(2));
        assertThat(discovery.foundBy(SHED)).isEqualTo("itself");
    }

    @Test
    void anAddressThatFailedComesLastForFiveMinutes() {
        discovery.know(List.of(peer(SHED, "shed", at(1))));
        heard(SHED, null, at(2), Rung.DNS_SD);
        discovery.failed(SHED, at(1));

        timer.advanceMillis(299_000);
        assertThat(discovery.doubts(SHED, at(1))).isTrue();
        assertThat(discovery.of(SHED)).containsExactly(at(2), at(1));
        timer.advanceMillis(1_000);
        assertThat(discovery.doubts(SHED, at(1))).isFalse();
        assertThat(discovery.of(SHED)).containsExactly(at(1), at(2));
    }

    @Test
    void whereAPeerMovedToComesFirstAndIsRememberedOverARestart() {
        ways.reachable.put(SHED, at(2));
        timer.advanceMillis(1_000);
        assertThat(discovery.of(SHED)).startsWith(at(2));
        ways.reachable.put(SHED, at(7));
        timer.advanceMillis(1_000);

        assertThat(discovery.of(SHED)).startsWith(at(7));
        assertThat(discovery.provedAt(SHED)).containsExactly(at(7), at(2));

        discovery.close();
        assertThat(ear.closed).isTrue();
        ways.reachable.clear();
        Discovery next = make();
        next.know(List.of(peer(SHED, "shed", null)));
        assertThat(next.of(SHED)).containsExactly(at(7), at(2));
        assertThat(next.foundBy(SHED)).isEqualTo("remembered");
        assertThat(next.provedAt(SHED)).isEmpty();
    }

    @Test
    void whoIsLostIsSoughtOnTheLinkAndAskedForAndWhatIsToldIsTried() {
        discovery.know(List.of(peer(SHED, "shed", null), peer(BARN, "barn", null)));
        ways.reachable.put(SHED, at(2));
        ways.reachable.put(BARN, at(3));
        timer.advanceMillis(2_000);
        ways.asked.clear();
        int before = ear.sought;

        ways.reachable.remove(SHED);
        timer.advanceMillis(1_000);
        assertThat(ear.sought).isEqualTo(before + 1);
        assertThat(ways.asked).containsOnly(Map.entry(BARN, List.of(SHED)));

        // Only what was asked for, and of no loopback but this machine's own.
        ways.answers.get(BARN).accept(told(SHED, "127.0.0.1:5684", "192.0.2.8:5684"));
        ways.answers.get(BARN).accept(told(id(9), "192.0.2.9:5684"));
        timer.advanceMillis(100);
        assertThat(ways.tried).containsExactly("C 192.0.2.8");
        assertThat(state(Rung.PEERS).refused()).isEqualTo(1);

        timer.advanceMillis(60_000);
        assertThat(ear.sought).isEqualTo(before + 1);
    }

    @Test
    void whoIsTrustedFromNowOnIsSoughtAndFoundWhereItWasHeardBefore() {
        heard(BARN, "barn", at(3), Rung.MULTICAST);
        assertThat(discovery.of(BARN)).isEmpty();
        int before = ear.sought;

        discovery.know(List.of(peer(SHED, "shed", null), peer(BARN, "barn", null)));

        assertThat(ear.sought).isEqualTo(before + 1);
        assertThat(discovery.of(BARN)).containsExactly(at(3));
        timer.advanceMillis(100);
        assertThat(ways.tried).containsExactly("D 192.0.2.3");
        discovery.know(List.of(peer(SHED, "shed", null)));
        assertThat(discovery.of(BARN)).isEmpty();
    }

    @Test
    void showsEachNeighbourOnceWithItsNameAndPlaces() {
        heard(BARN, null, at(3), Rung.MULTICAST);
        heard(BARN, "barn", at(4), Rung.DNS_SD);
        heard(SHED, null, at(2), Rung.MULTICAST);

        assertThat(discovery.list())
                .containsExactlyInAnyOrder(
                        new Neighbour(BARN, "barn", List.of(at(3), at(4))),
                        new Neighbour(SHED, null, List.of(at(2))));
    }

    @Test
    void saysWhichRungFailsAndWhyAndThatInHealthWhereThereArePeers() throws Exception {
        discovery.close();
        Files.createDirectory(data.resolve("addresses.json"));
        discovery = make();
        timer.advanceMillis(1_000);

        assertThat(state(Rung.MULTICAST).status()).isEqualTo(Status.OFF);
        assertThat(state(Rung.MULTICAST).reason()).contains("multicast = false");
        assertThat(state(Rung.REMEMBERED).status()).isEqualTo(Status.FAILED);
        assertThat(health.parts().get(Health.Part.PEERS).reason()).isEmpty();

        discovery.know(List.of(peer(SHED, "shed", null)));
        timer.advanceMillis(1_000);
        assertThat(health.parts().get(Health.Part.PEERS).reason())
                .contains("discovery by remembered: ", "addresses.json can't be read");
    }
}
