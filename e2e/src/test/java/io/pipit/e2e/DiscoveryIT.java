package io.pipit.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Nodes in network namespaces find each other; of addresses they are told as little as can be. */
class DiscoveryIT {
    /** Where programs find the system's D-Bus. */
    private static final String SYSTEM_BUS = "DBUS_SYSTEM_BUS_ADDRESS";

    private static final String SENSORS =
            """
            [[sensor]]
            name = "host"
            driver = "host"
            every = "200ms"
            """;

    private static final String DNS_SD_ALONE =
            """
            [discovery]
            multicast = false
            """;

    @TempDir private Path folder;
    private final List<RunningNode> nodes = new ArrayList<>();

    @AfterEach
    void stop() {
        nodes.forEach(RunningNode::close);
    }

    private RunningNode node(Hosts hosts, int host) {
        RunningNode node =
                new RunningNode(folder, "host" + host, "0.0.0.0", hosts.on(host))
                        .with(SENSORS)
                        .findsOthers();
        nodes.add(node);
        return node;
    }

    private void allTrustAll() {
        for (RunningNode one : nodes) {
            nodes.stream().filter(other -> other != one).forEach(one::trusts);
        }
    }

    private static JsonNode peers(RunningNode node) {
        return node.document("/peers");
    }

    private static boolean reachesAll(RunningNode node) {
        JsonNode peers = peers(node).get("peers");
        for (JsonNode peer : peers) {
            if (!peer.get("reachable").asBoolean()) {
                return false;
            }
        }
        return !peers.isEmpty();
    }

    private static JsonNode rung(RunningNode node, String name) {
        for (JsonNode rung : peers(node).get("discovery")) {
            if (rung.get("by").asString().equals(name)) {
                return rung;
            }
        }
        throw new AssertionError("no rung " + name);
    }

    /** Waits until all of them reach all their peers, and says how long that took. */
    private static Duration untilAllReachAll(List<RunningNode> nodes, Duration atMost) {
        long begin = System.nanoTime();
        await().atMost(atMost)
                .pollInterval(Duration.ofMillis(50))
                .untilAsserted(() -> {
                    for (RunningNode node : nodes) {
                        assertThat(reachesAll(node))
                                .as("%s reaches all: %s%n%s", node.name, peers(node), node.log())
                                .isTrue();
                    }
                });
        return Duration.ofNanos(System.nanoTime() - begin);
    }

    /** How many readings of one the other has. */
    private static int readings(RunningNode of, RunningNode at) {
        return at.history(of.name + "/**").size();
    }

    @Test
    void threeOnOneLinkFindEachOtherWithNothingButTrust() {
        try (Hosts hosts = new Hosts(1, 1, 1)) {
            for (int host = 1; host <= 3; host++) {
                var _ = node(hosts, host);
            }
            allTrustAll();
            nodes.forEach(RunningNode::startWithoutWaiting);
            nodes.forEach(RunningNode::awaitAnswer);
            assertThat(untilAllReachAll(nodes, Duration.ofSeconds(20)))
                    .isLessThan(Duration.ofSeconds(5));
            for (RunningNode node : nodes) {
                assertThat(rung(node, "multicast").get("status").asString()).isEqualTo("ok");
                assertThat(rung(node, "multicast").get("found").asInt()).isEqualTo(2);
                assertThat(node.verb("status").text()).doesNotContain("discovery");
            }
            stop();
        }
    }

    @Test
    void aFourthBehindARouterNeedsTheAddressOfOne() {
        try (Hosts hosts = new Hosts(1, 1, 1, 2)) {
            for (int host = 1; host <= 4; host++) {
                var _ = node(hosts, host);
            }
            allTrustAll();
            RunningNode seed = nodes.getFirst();
            RunningNode fourth = nodes.get(3);
            String peer = "id = \"" + seed.firstId() + "\"\n";
            fourth.replace(
                    peer, peer + "address = \"%s:%d\"\n".formatted(hosts.address(1), seed.port));
            nodes.subList(0, 3).forEach(RunningNode::startWithoutWaiting);
            nodes.subList(0, 3).forEach(RunningNode::awaitAnswer);
            fourth.start();
            assertThat(untilAllReachAll(nodes, Duration.ofSeconds(30)))
                    .isLessThan(Duration.ofSeconds(10));
            assertThat(rung(fourth, "peers").get("found").asInt()).isGreaterThanOrEqualTo(2);
            stop();
        }
    }

    @Test
    void theFeedGoesOnWithinTenSecondsWhereAnAddressChangesUnderWay() throws InterruptedException {
        try (Hosts hosts = new Hosts(1, 1)) {
            hosts.withoutIpv6(1);
            hosts.withoutIpv6(2);
            RunningNode stays = node(hosts, 1);
            RunningNode moves = node(hosts, 2);
            allTrustAll();
            nodes.forEach(RunningNode::startWithoutWaiting);
            nodes.forEach(RunningNode::awaitAnswer);
            var _ = untilAllReachAll(nodes, Duration.ofSeconds(20));

            String to = hosts.readdress(2);
            Thread.sleep(Duration.ofSeconds(10));
            int before = readings(moves, stays);
            int beforeOther = readings(stays, moves);
            Thread.sleep(Duration.ofSeconds(5));
            // Twenty-odd readings a second are taken.
            assertThat(readings(moves, stays) - before).isGreaterThan(50);
            assertThat(readings(stays, moves) - beforeOther).isGreaterThan(50);
            assertThat(peers(stays).at("/peers/0/address").asString()).startsWith(to + ":");
            stop();
        }
    }

    @Test
    void whereMulticastIsBlockedTheOtherRungsServeAndItIsSaidWhichDoesNotAndWhy() {
        try (Hosts hosts = new Hosts(1, 1)) {
            RunningNode one = node(hosts, 1);
            RunningNode other = node(hosts, 2);
            allTrustAll();
            nodes.forEach(RunningNode::startWithoutWaiting);
            nodes.forEach(RunningNode::awaitAnswer);
            var _ = untilAllReachAll(nodes, Duration.ofSeconds(20));
            assertThat(one.stop()).isEqualTo(143);
            assertThat(other.stop()).isEqualTo(143);

            hosts.blockMulticast(1);
            hosts.blockMulticast(2);
            nodes.forEach(RunningNode::startWithoutWaiting);
            nodes.forEach(RunningNode::awaitAnswer);
            assertThat(untilAllReachAll(nodes, Duration.ofSeconds(20)))
                    .isLessThan(Duration.ofSeconds(10));
            assertThat(peers(one).at("/peers/0/found-by").asString()).contains("remembered");
            // Twice in vain it listened for what it said itself.
            await().atMost(Duration.ofSeconds(20))
                    .untilAsserted(() ->
                            assertThat(rung(one, "multicast").get("status").asString())
                                    .isEqualTo("failed"));
            assertThat(rung(one, "multicast").get("reason").asString())
                    .contains("eth0 IPv4")
                    .contains("firewall");
            assertThat(one.verb("status", "--json").text()).contains("discovery by multicast");
            assertThat(one.verb("doctor").hasExit(1).text())
                    .containsPattern("finding by multicast +failed .*eth0 IPv4")
                    .containsPattern("finding by remembered +ok +1 peer found")
                    .containsPattern("over UDP +ok +answered")
                    .contains("finding by multicast: an access point or firewall");
            stop();
        }
    }

    @Test
    void dnsSdAloneServesTooAndNeedsNoAvahi() {
        try (Hosts hosts = new Hosts(1, 1)) {
            node(hosts, 1).with(DNS_SD_ALONE).knowing(SYSTEM_BUS, "unix:path=/nowhere/bus");
            node(hosts, 2).with(DNS_SD_ALONE).knowing(SYSTEM_BUS, "unix:path=/nowhere/bus");
            allTrustAll();
            nodes.forEach(RunningNode::startWithoutWaiting);
            nodes.forEach(RunningNode::awaitAnswer);
            var _ = untilAllReachAll(nodes, Duration.ofSeconds(40));
            assertThat(rung(nodes.getFirst(), "multicast").get("status").asString())
                    .isEqualTo("off");
            assertThat(rung(nodes.getFirst(), "dns-sd").get("reason").asString()).contains("jmdns");
            assertThat(nodes.getLast().stop()).isEqualTo(143);
            isFoundByDnsSdNoLonger(nodes.getFirst());
            stop();
        }
    }

    @Test
    void avahiIsUsedWhereItRunsAndReplacedWhereItEnds() throws Exception {
        for (String program : List.of("avahi-daemon", "dbus-daemon", "unshare")) {
            Program.needs(program);
        }
        try (Hosts hosts = new Hosts(1, 1);
                Avahi first = new Avahi(folder, hosts.on(1), "first");
                Avahi second = new Avahi(folder, hosts.on(2), "second")) {
            RunningNode one = node(hosts, 1).with(DNS_SD_ALONE).knowing(SYSTEM_BUS, first.bus());
            RunningNode other = node(hosts, 2).with(DNS_SD_ALONE).knowing(SYSTEM_BUS, second.bus());
            allTrustAll();
            nodes.forEach(RunningNode::startWithoutWaiting);
            nodes.forEach(RunningNode::awaitAnswer);
            var _ = untilAllReachAll(nodes, Duration.ofSeconds(40));
            for (RunningNode node : nodes) {
                assertThat(rung(node, "dns-sd").get("reason").asString()).isEqualTo("by Avahi");
            }
            assertThat(rung(one, "dns-sd").get("found").asInt()).isEqualTo(1);

            first.end();
            await().atMost(Duration.ofSeconds(90))
                    .pollInterval(Duration.ofMillis(500))
                    .until(() -> rung(one, "dns-sd").get("reason").asString().contains("jmdns"));
            first.begin();
            await().atMost(Duration.ofSeconds(90))
                    .pollInterval(Duration.ofMillis(500))
                    .until(() -> rung(one, "dns-sd").get("reason").asString().equals("by Avahi"));
            await().atMost(Duration.ofSeconds(40))
                    .until(() -> rung(one, "dns-sd").get("found").asInt() == 1);
            assertThat(reachesAll(other)).isTrue();
            assertThat(other.stop()).isEqualTo(143);
            isFoundByDnsSdNoLonger(one);
            stop();
        }
    }

    /** Who says goodbye isn't found there any more; it isn't waited for that its entry gets old. */
    private static void isFoundByDnsSdNoLonger(RunningNode by) {
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() ->
                        assertThat(rung(by, "dns-sd").get("found").asInt()).as(by.log()).isZero());
    }
}
