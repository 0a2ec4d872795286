package io.pipit.resource;

import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.identity.TrustStore;
import io.pipit.model.Filter;
import io.pipit.model.Grant;
import io.pipit.model.NodeId;
import io.pipit.model.Peer;
import io.pipit.monitor.Health.Part;
import io.pipit.monitor.Health.Status;
import io.pipit.port.CoreStatus;
import io.pipit.port.Event;
import io.pipit.resource.Bench.Answers;
import io.pipit.resource.exchange.Request;
import io.pipit.wire.Document;
import io.pipit.wire.Format;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DocumentsTest {
    private final Bench bench = new Bench();

    private static Peer shed() {
        return new Peer(
                Bench.PEER,
                "shed",
                new InetSocketAddress(InetAddress.ofLiteral("192.168.1.20"), 5_684),
                Set.of(Grant.of(Grant.Role.READ), new Grant(Grant.Role.WRITE, Filter.of("fan"))));
    }

    private static CoreStatus status(CoreStatus.Subscription... subscriptions) {
        return new CoreStatus(
                Bench.LOG,
                99,
                List.of(subscriptions),
                List.of(new CoreStatus.Subscriber(Bench.PEER, Filter.ALL, 95, 4)));
    }

    private static CoreStatus.Subscription subscription(String filter, boolean live) {
        return new CoreStatus.Subscription(
                Bench.PEER,
                Filter.of(filter),
                Bench.LOG,
                50,
                40,
                60,
                live,
                !live,
                1_000,
                10,
                2,
                19_000_000_000L,
                io.pipit.port.PeerLinks.Path.UDP,
                "");
    }

    @Test
    void saysHowTheNodeIs() throws Exception {
        bench.health.set(Part.STORE, Status.OK, "");
        bench.health.set(Part.CLOCK, Status.DEGRADED, "not synchronised");

        Answers json = bench.as(Bench.monitor()).ask("/health");
        Answers cbor = bench.as(Bench.monitor()).accept(60).ask("/health");

        assertThat(json.only().contentFormat()).isEqualTo(50);
        assertThat(json.text())
                .isEqualTo(
                        "{\"status\":\"ok\",\"parts\":{\"sensors\":{\"status\":\"off\"},"
                                + "\"store\":{\"status\":\"ok\"},\"peers\":{\"status\":\"off\"},"
                                + "\"bulk\":{\"status\":\"off\"},\"mqtt\":{\"status\":\"off\"},"
                                + "\"clock\":{\"status\":\"degraded\","
                                + "\"reason\":\"not synchronised\"}}}");
        assertThat(cbor.only().contentFormat()).isEqualTo(60);
        assertThat(Document.read(cbor.only().payload(), Format.CBOR)).hasToString(json.text());
    }

    @Test
    void saysAgainWhenThatChanges() throws Exception {
        Answers answers = bench.as(Bench.monitor()).observe().ask("/health");
        assertThat(answers.all).hasSize(1);

        bench.health.set(Part.STORE, Status.FAILED, "no such folder");
        assertThat(answers.all).hasSize(2);
        assertThat(answers.json().get("status").text("")).isEqualTo("failed");
        bench.health.set(Part.STORE, Status.FAILED, "no such folder");
        assertThat(answers.all).hasSize(2);
        answers.close();
        bench.health.set(Part.STORE, Status.OK, "");
        assertThat(answers.all).hasSize(2);
    }

    @Test
    void tellsItsNumbers() {
        Answers answers = bench.as(Bench.monitor()).ask("/metrics");

        assertThat(answers.only().contentFormat()).isZero();
        assertThat(answers.text()).contains("pipit_requests_total 1").endsWith("# EOF\n");
    }

    @Test
    void saysHowItStandsWithThePeers() throws Exception {
        bench.peers.known.put(Bench.PEER, shed());
        bench.peers.links.put(Bench.PEER, new Peers.Link(true, null, 1_250, 8_000, 0.01234567, ""));

        Answers answers = bench.as(Bench.monitor()).ask("/peers");
        bench.event(Event.StatusAsked.class)
                .answer()
                .complete(status(subscription("a/*", true), subscription("b/*", false)));
        assertThat(answers.all).as("not on the node loop").isEmpty();
        bench.settle();

        assertThat(answers.text())
                .isEqualTo(
                        "{\"id\":\"VLREQSM-EFVYIFN-TPK7HIE-4F5AQUV\",\"name\":\"greenhouse\","
                                + "\"log\":\"00112233445566ff\",\"last\":99,\"peers\":[{"
                                + "\"name\":\"shed\",\"id\":\"AAAAAAA-AAAAAAA-AAAAAAA-AAAAAAA\","
                                + "\"reachable\":true,\"address\":\"192.168.1.20:5684\","
                                + "\"transport\":\"udp\",\"rtt-p50-ms\":1.25,\"rtt-p99-ms\":8.0,"
                                + "\"loss\":0.0123,\"live\":false,\"repairing\":true,"
                                + "\"behind\":40,\"received\":2000,\"repaired\":20,\"gone\":4,"
                                + "\"subscriptions\":[{\"series\":[\"a/*\"],"
                                + "\"log\":\"00112233445566ff\",\"cursor\":50,\"committed\":40,"
                                + "\"head\":60,\"live\":true,\"repairing\":false,"
                                + "\"heard-seconds-ago\":1.0},{\"series\":[\"b/*\"],"
                                + "\"log\":\"00112233445566ff\",\"cursor\":50,\"committed\":40,"
                                + "\"head\":60,\"live\":false,\"repairing\":true,"
                                + "\"heard-seconds-ago\":1.0}],\"subscribers\":[{"
                                + "\"series\":[\"**\"],\"held\":95,\"behind\":4}]}],"
                                + "\"discovery\":[{\"by\":\"multicast\",\"status\":\"ok\","
                                + "\"reason\":\"on eth0 IPv4\",\"found\":0}]}");
    }

    @Test
    void tellsWherePeersAreWhomTheCallerNames() {
        NodeId unknown =
                NodeId.ofBytes(new byte[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1, 2, 3, 4, 5, 6});
        bench.peers.known.put(Bench.PEER, shed());
        bench.peers.proved.put(
                Bench.PEER,
                List.of(new InetSocketAddress(InetAddress.ofLiteral("192.0.2.7"), 5684)));
        bench.peers.proved.put(
                unknown, List.of(new InetSocketAddress(InetAddress.ofLiteral("192.0.2.8"), 5684)));

        assertThat(
                        bench.as(Bench.monitor())
                                .ask("/peers?where=" + Bench.PEER + "&where=" + unknown)
                                .text())
                .isEqualTo(
                        "{\"peers\":[{\"id\":\"%s\",\"addresses\":[\"192.0.2.7:5684\"]}]}"
                                .formatted(Bench.PEER));
        assertThat(bench.as(Bench.monitor()).ask("/peers?where=nobody").only().code())
                .isEqualTo(400);
        String nine = "/peers?where=" + Bench.PEER + ("&where=" + Bench.PEER).repeat(8);
        assertThat(bench.as(Bench.monitor()).ask(nine).only().code()).isEqualTo(400);
    }

    @Test
    void saysWhichWayAPeersFeedTakesAndWhy() throws Exception {
        bench.peers.known.put(Bench.PEER, shed());
        bench.peers.links.put(
                Bench.PEER, new Peers.Link(false, null, 1_250, 8_000, 0.5, "no answer"));
        bench.peers.overTcp.put(Bench.PEER, new Peers.Link(true, null, 2_500, 9_000, 0, ""));
        CoreStatus.Subscription overTcp =
                new CoreStatus.Subscription(
                        Bench.PEER,
                        Filter.ALL,
                        Bench.LOG,
                        50,
                        40,
                        60,
                        true,
                        false,
                        1_000,
                        10,
                        2,
                        19_000_000_000L,
                        io.pipit.port.PeerLinks.Path.TCP,
                        "UDP gets no answer, for 12 s; tried again in 18 s");

        Answers answers = bench.as(Bench.monitor()).accept(50).ask("/peers");
        bench.event(Event.StatusAsked.class).answer().complete(status(overTcp));
        bench.settle();

        Document peer = answers.json().get("peers").items().get(0);
        assertThat(peer.get("transport").text("")).isEqualTo("tcp");
        assertThat(peer.get("reason").text(""))
                .isEqualTo("UDP gets no answer, for 12 s; tried again in 18 s");
        assertThat(peer.get("reachable").flag(false)).isTrue();
        assertThat(peer.get("rtt-p50-ms").number(0)).isEqualTo(2.5);
    }

    @Test
    void aPeerThatWasNeverSpokenToIsNotReachable() throws Exception {
        bench.peers.known.put(Bench.PEER, new Peer(Bench.PEER, "shed", null, Set.of()));

        Answers answers = bench.as(Bench.monitor()).accept(60).ask("/peers");
        bench.event(Event.StatusAsked.class)
                .answer()
                .complete(new CoreStatus(Bench.LOG, 1, List.of(), List.of()));
        bench.settle();

        Document peer =
                Document.read(answers.only().payload(), Format.CBOR).get("peers").items().get(0);
        assertThat(peer.fields()).containsOnlyKeys("name", "id", "reachable");
        assertThat(peer.get("reachable").flag(true)).isFalse();
    }

    @Test
    void saysAgainWhenSomethingChangesWithThePeers() {
        Answers answers = bench.as(Bench.monitor()).observe().ask("/peers");
        bench.event(Event.StatusAsked.class).answer().complete(status());
        bench.settle();
        assertThat(answers.all).hasSize(1);

        bench.peers.listeners.forEach(Runnable::run);
        bench.event(Event.StatusAsked.class).answer().complete(status());
        bench.settle();
        assertThat(answers.all).hasSize(2);
        answers.close();
        assertThat(bench.peers.listeners).isEmpty();
    }

    @Test
    void aCoreThatIsTooBusyIsSaid() throws Exception {
        bench.inboxFull = true;

        Answers answers = bench.as(Bench.socket()).ask("/peers");
        bench.settle();

        assertThat(answers.code()).isEqualTo(503);
        assertThat(answers.problem().detail()).contains("busy");
    }

    @Test
    void listsWhomItTrusts() {
        bench.peers.known.put(Bench.PEER, shed());

        assertThat(bench.as(Bench.socket()).ask("/trust").text())
                .isEqualTo(
                        "[{\"id\":\"AAAAAAA-AAAAAAA-AAAAAAA-AAAAAAA\",\"name\":\"shed\","
                                + "\"address\":\"192.168.1.20:5684\","
                                + "\"roles\":[\"read\",\"write:fan\"]}]");
    }

    @Test
    void trustsOneMore() {
        byte[] body =
                """
                {"id":"aaaaaaaaaaaaaaaaaaaaaaaaaaaa","name":"shed","address":"192.168.1.20:5684",
                 "roles":["read","write:fan"]}
                """
                        .getBytes(StandardCharsets.UTF_8);

        Answers answers =
                bench.as(Bench.socket()).method(Request.Method.PUT).body(50, body).ask("/trust");
        assertThat(answers.all).as("a disk is waited for elsewhere").isEmpty();
        bench.settle();

        assertThat(answers.code()).isEqualTo(204);
        assertThat(bench.peers.list()).containsExactly(shed());
    }

    @Test
    void takesCborAndNamesToBeLookedUpLater() {
        byte[] body =
                Document.write(
                        Map.of(
                                "id", Bench.PEER.toString(),
                                "name", "shed",
                                "address", "shed.local:5684"),
                        Format.CBOR);

        Answers answers =
                bench.as(Bench.socket()).method(Request.Method.PUT).body(60, body).ask("/trust");
        bench.settle();

        assertThat(answers.code()).isEqualTo(204);
        Peer peer = bench.peers.list().getFirst();
        assertThat(peer.grants()).isEqualTo(Bench.monitor().grants());
        assertThat(peer.address())
                .isEqualTo(InetSocketAddress.createUnresolved("shed.local", 5_684));
    }

    @Test
    void whatIsNotSaidOfAKnownPeerStays() {
        bench.peers.known.put(Bench.PEER, shed());
        byte[] body =
                Document.write(Map.of("id", Bench.PEER.toString(), "name", "hut"), Format.JSON);

        bench.as(Bench.socket()).method(Request.Method.PUT).body(50, body).ask("/trust");
        bench.settle();

        assertThat(bench.peers.list())
                .containsExactly(new Peer(Bench.PEER, "hut", shed().address(), shed().grants()));
    }

    @Test
    void readsTheListAgainWhenSomebodyElseChangedIt() {
        Answers answers = bench.as(Bench.socket()).method(Request.Method.POST).ask("/trust");
        bench.settle();

        assertThat(answers.code()).isEqualTo(204);
        assertThat(bench.peers.reloads).isOne();
    }

    @Test
    void whyOneCannotBeTrustedIsSaid() throws Exception {
        bench.peers.refusing =
                TrustStore.open(Path.of("/nonexistent"), Bench.NODE, "greenhouse", List.of(shed()));
        byte[] body =
                Document.write(Map.of("id", Bench.PEER.toString(), "name", "shed"), Format.JSON);

        Answers answers =
                bench.as(Bench.socket()).method(Request.Method.PUT).body(50, body).ask("/trust");
        bench.settle();

        assertThat(answers.code()).isEqualTo(400);
        assertThat(answers.problem().detail()).contains("stands in the configuration");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "{}",
                "{",
                "{'id':'AAAAAAA-AAAAAAA-AAAAAAA-AAAAAAB','name':'shed'}",
                "{'id':'ID','name':'Shed'}",
                "{'id':'ID','name':'shed','role':[]}",
                "{'id':'ID','name':'shed','roles':['reader']}",
                "{'id':'ID','name':'shed','address':'192.168.1.20'}",
                "{'id':'ID','name':'shed','address':'192.168.1.20:0'}",
                "{'id':'ID','name':'shed','address':'192.168.1.20:99999'}",
                "{'id':'ID','name':'shed','address':'a b:1'}",
                "{'id':'ID','name':'shed','address':5}",
            })
    void aPeerThatIsNoneIsRefusedWithAReason(String json) throws Exception {
        byte[] body =
                json.replace('\'', '"')
                        .replace("ID", Bench.PEER.toString())
                        .getBytes(StandardCharsets.UTF_8);

        Answers answers =
                bench.as(Bench.socket()).method(Request.Method.PUT).body(50, body).ask("/trust");
        bench.settle();

        assertThat(answers.code()).isEqualTo(400);
        assertThat(answers.problem().detail()).hasSizeGreaterThan(10);
        assertThat(bench.peers.list()).isEmpty();
    }

    @Test
    void anotherFormOfBodyIsNotSupported() {
        assertThat(
                        bench.as(Bench.socket())
                                .method(Request.Method.PUT)
                                .body(0, new byte[0])
                                .ask("/trust")
                                .code())
                .isEqualTo(415);
    }

    @Test
    void trustsOneNoLonger() throws Exception {
        bench.peers.known.put(Bench.PEER, shed());
        var asking = Request.Method.DELETE;

        Answers wrong = bench.as(Bench.socket()).method(asking).ask("/trust?id=x");
        Answers done = bench.as(Bench.socket()).method(asking).ask("/trust?id=" + Bench.PEER);
        bench.settle();

        assertThat(wrong.code()).isEqualTo(400);
        assertThat(done.code()).isEqualTo(202);
        assertThat(bench.peers.list()).isEmpty();
        assertThat(bench.peers.revoked).containsExactly(Bench.PEER);
    }

    @Test
    void nobodyButTheSocketChangesWhoIsTrusted() {
        for (Request.Method method : Request.Method.values()) {
            assertThat(bench.as(Bench.peer("admin")).method(method).ask("/trust").code())
                    .isEqualTo(404);
        }
    }
}
