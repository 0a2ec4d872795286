package io.pipit.coap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.pipit.model.Filter;
import io.pipit.model.Grant;
import io.pipit.model.NodeId;
import io.pipit.port.Event;
import io.pipit.resource.exchange.Answer;
import io.pipit.resource.exchange.Asked;
import io.pipit.resource.exchange.Caller;
import io.pipit.resource.exchange.Exchange;
import io.pipit.resource.exchange.Request;
import io.pipit.wire.compact.CompactSlice;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Two nodes with real DTLS between them. */
class CoapPeerLinksIT {
    private static final Duration SOON = Duration.ofSeconds(5);
    private static final Duration TWO_SECONDS = Duration.ofSeconds(2);

    private LoopbackNode lower;
    private LoopbackNode higher;

    @BeforeEach
    void open() throws GeneralSecurityException, IOException {
        List<KeyPair> keys = LoopbackNode.keys();
        lower = new LoopbackNode(keys.getFirst());
        higher = new LoopbackNode(keys.getLast());
        LoopbackNode.introduce(lower, higher);
    }

    @AfterEach
    void close() {
        lower.close();
        higher.close();
    }

    @Test
    void fetchesFromAPeerThatKnowsWhoAsks() throws InterruptedException {
        lower.fetch(42, higher);

        Event.Fetched fetched = lower.await(Event.Fetched.class, SOON);
        assertThat(fetched.number()).isEqualTo(42);
        assertThat(fetched.peer()).isEqualTo(higher.id);
        Request request = higher.requests.getFirst();
        assertThat(request.method()).isEqualTo(Request.Method.GET);
        assertThat(request.path()).containsExactly("readings");
        assertThat(request.query())
                .containsExactlyInAnyOrder(
                        "series=**",
                        "pv=1",
                        "limit=100",
                        "after=0000000000000001:7",
                        "upto=107",
                        "held=5");
        assertThat(request.accept()).isEqualTo(CompactSlice.CONTENT_FORMAT);
        Caller caller = request.caller();
        assertThat(caller.via()).isEqualTo(Caller.Via.NETWORK);
        assertThat(caller.peer()).isEqualTo(lower.id);
        assertThat(caller.grants()).containsExactly(Grant.of(Grant.Role.READ));
        assertThat(NodeId.of(caller.proof().key())).isEqualTo(lower.id);
    }

    @Test
    void asksAPeerThatHasOnlySenmlForThatFromThenOn() throws InterruptedException {
        higher.formats = List.of(112);
        lower.fetch(42, higher);
        assertThat(lower.await(Event.Fetched.class, SOON).number()).isEqualTo(42);
        lower.fetch(43, higher);
        assertThat(lower.await(Event.Fetched.class, SOON).number()).isEqualTo(43);

        assertThat(higher.requests)
                .extracting(Request::accept)
                .containsExactly(CompactSlice.CONTENT_FORMAT, 112, 112);
        assertThat(higher.requests.getLast().query())
                .containsExactlyInAnyOrder(
                        "series=**", "pv=1", "limit=100", "after=0000000000000001:7", "held=5");
    }

    @Test
    void carriesAnEchoThereAndBack() throws Exception {
        byte[] given = {1, 2, 3};
        Asked write =
                new Asked(
                        Request.Method.PUT,
                        List.of("actuators", "fan"),
                        List.of(),
                        Asked.NONE,
                        112,
                        new byte[] {(byte) 0x80},
                        given);

        Answer answer = lower.links.ask(higher.id, write, SOON).toCompletableFuture().get();

        assertThat(answer.code()).isEqualTo(204);
        assertThat(higher.requests.getFirst().echo()).isEqualTo(given);
        assertThat(answer.echo()).containsExactly(given.length);
    }

    @Test
    void aThousandNotificationsArriveInOrderAndNoneIsLost() throws InterruptedException {
        Exchange observer = subscribe(lower, higher);

        for (int i = 1; i <= 1_000; i++) {
            observer.respond(LoopbackNode.content(i));
            Thread.sleep(1);
        }

        for (long i = 1; i <= 1_000; i++) {
            assertThat(lower.await(Event.Received.class, SOON).slice().previous()).isEqualTo(i);
        }
        assertThat(higher.metric("pipit_coap_notifications_dropped")).isZero();
    }

    @Test
    void oneSessionServesBothDirections() throws InterruptedException {
        subscribe(lower, higher);
        subscribe(higher, lower);
        lower.fetch(1, higher);
        higher.fetch(2, lower);

        lower.await(Event.Fetched.class, SOON);
        higher.await(Event.Fetched.class, SOON);
        assertThat(lower.metric("pipit_dtls_handshakes")).isEqualTo(1);
        assertThat(higher.metric("pipit_dtls_handshakes")).isEqualTo(1);
    }

    @Test
    void theHigherOneBeginsWhereTheLowerOneDoesNot() throws InterruptedException {
        higher.fetch(1, lower);

        higher.await(Event.Fetched.class, TWO_SECONDS);
    }

    @Test
    void endsUnsubscribedFeedsWithTheNextNotification() throws InterruptedException {
        Exchange observer = subscribe(lower, higher);

        lower.links.unsubscribe(higher.id, Filter.ALL);
        await().atMost(SOON)
                .untilAsserted(() -> {
                    observer.respond(LoopbackNode.content(1));
                    assertThat(higher.gone).containsExactly(observer);
                });
        assertThat(lower.events.stream().filter(Event.SubscriptionEnded.class::isInstance))
                .isEmpty();
    }

    @Test
    void aNewSubscriptionTakesTheFormerOnesPlace() throws InterruptedException {
        Exchange former = subscribe(lower, higher);
        higher.observers.clear();
        Exchange now = subscribe(lower, higher);

        await().atMost(SOON)
                .untilAsserted(() -> {
                    former.respond(LoopbackNode.content(1));
                    assertThat(higher.gone).containsExactly(former);
                });
        now.respond(LoopbackNode.content(2));
        assertThat(lower.await(Event.Received.class, SOON).slice().previous()).isEqualTo(2);
    }

    @Test
    void anErrorEndsTheSubscription() throws InterruptedException {
        Exchange observer = subscribe(lower, higher);

        observer.respond(
                new io.pipit.resource.exchange.Response(503, Request.NONE, new byte[0], 60));

        assertThat(lower.await(Event.SubscriptionEnded.class, SOON).reason()).contains("5.03");
        assertThat(higher.gone).containsExactly(observer);
        assertThat(higher.network.observers()).isZero();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aPeerThatRestartedWithoutItsStateIsBackWithinTwoSeconds(boolean lowerRestarts)
            throws Exception {
        LoopbackNode stays = lowerRestarts ? higher : lower;
        LoopbackNode dies = lowerRestarts ? lower : higher;
        subscribe(stays, dies);
        subscribe(dies, stays);
        InetSocketAddress address = dies.address();
        kill(dies);

        LoopbackNode reborn = new LoopbackNode(dies.key, address);
        LoopbackNode.introduce(stays, reborn);
        if (lowerRestarts) {
            lower = reborn;
        } else {
            higher = reborn;
        }
        stays.fetch(1, reborn);
        stays.await(Event.Fetched.class, TWO_SECONDS);
        assertThat(stays.links.statusOf(reborn.id).handshakes()).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aPeerThatRestartedEndsTheOldSubscriptionsByItsFirstWord(boolean lowerRestarts)
            throws Exception {
        LoopbackNode stays = lowerRestarts ? higher : lower;
        LoopbackNode dies = lowerRestarts ? lower : higher;
        subscribe(stays, dies);
        subscribe(dies, stays);
        InetSocketAddress address = dies.address();
        kill(dies);

        LoopbackNode reborn = new LoopbackNode(dies.key, address);
        LoopbackNode.introduce(stays, reborn);
        if (lowerRestarts) {
            lower = reborn;
        } else {
            higher = reborn;
        }
        reborn.links.greet(stays.id);
        assertThat(stays.await(Event.SubscriptionEnded.class, TWO_SECONDS).reason())
                .contains("anew");
        await().atMost(SOON).until(() -> stays.network.observers() == 0);
        subscribe(stays, reborn);
    }

    @Test
    void aPeerThatClosesInOrderSaysSo() throws InterruptedException {
        subscribe(lower, higher);

        higher.close();

        assertThat(lower.await(Event.SubscriptionEnded.class, TWO_SECONDS).reason())
                .contains("closed");
    }

    @Test
    void bothMayBeginAtOnce() throws Exception {
        for (int i = 0; i < 20; i++) {
            lower.links.subscribe(higher.id, Filter.ALL);
            higher.links.subscribe(lower.id, Filter.ALL);
            lower.await(Event.Received.class, TWO_SECONDS);
            higher.await(Event.Received.class, TWO_SECONDS);
            assertThat(lower.metric("pipit_dtls_handshakes")).as("round %d", i).isEqualTo(1);
            reopen();
        }
    }

    @Test
    void bothMayBeginAtOnceWithoutPatience() throws Exception {
        for (int i = 0; i < 8; i++) {
            // As where the higher one's patience ended in the very moment that the lower one began.
            higher.links.subscribe(lower.id, Filter.ALL);
            Thread.sleep(PeerRequests.PATIENCE_MS - 4 + i);
            lower.links.subscribe(higher.id, Filter.ALL);
            lower.await(Event.Received.class, TWO_SECONDS);
            higher.await(Event.Received.class, TWO_SECONDS);
            reopen();
        }
    }

    @Test
    void followsAPeerThatChangedItsAddress() throws Exception {
        try (UdpRelay relay = new UdpRelay(higher.address())) {
            lower.directory.put(higher.id, List.of(relay.address()));
            Exchange observer = subscribe(lower, higher);

            relay.changeOutgoingAddress();
            lower.fetch(1, higher);
            lower.await(Event.Fetched.class, TWO_SECONDS);
            observer.respond(LoopbackNode.content(9));

            assertThat(lower.await(Event.Received.class, TWO_SECONDS).slice().previous())
                    .isEqualTo(9);
            higher.directory.clear();
            higher.fetch(2, lower);
            higher.await(Event.Fetched.class, TWO_SECONDS);
            assertThat(higher.metric("pipit_dtls_handshakes")).isEqualTo(1);
        }
    }

    @Test
    void lostDatagramsAreRepeatedInTheSameSession() throws Exception {
        LoopbackNode.introduce(lower, higher);
        try (UdpRelay relay = new UdpRelay(higher.address())) {
            lower.directory.put(higher.id, List.of(relay.address()));
            lower.fetch(1, higher);
            lower.await(Event.Fetched.class, SOON);

            relay.loseNext(2);
            lower.fetch(2, higher);

            lower.await(Event.Fetched.class, TWO_SECONDS);
            assertThat(lower.links.statusOf(higher.id).handshakes()).isEqualTo(1);
            assertThat(lower.links.statusOf(higher.id).lossRatio()).isPositive();
        }
    }

    @Test
    void forgedRecordsShutNobodyOut() throws Exception {
        try (UdpRelay relay = new UdpRelay(higher.address())) {
            lower.directory.put(higher.id, List.of(relay.address()));
            lower.fetch(1, higher);
            lower.await(Event.Fetched.class, SOON);

            relay.forge(50);
            lower.fetch(2, higher);

            lower.await(Event.Fetched.class, TWO_SECONDS);
            assertThat(lower.links.statusOf(higher.id).handshakes()).isEqualTo(1);
        }
    }

    @Test
    void aRequestOpensOneNewSessionAtTheMost() throws Exception {
        try (UdpRelay relay = new UdpRelay(higher.address())) {
            lower.directory.put(higher.id, List.of(relay.address()));
            lower.fetch(1, higher);
            lower.await(Event.Fetched.class, SOON);

            relay.losesApplicationData(true);
            lower.fetch(2, higher);
            await().atMost(SOON).until(() -> lower.links.statusOf(higher.id).handshakes() == 2);
            // Long enough for one more repetition.
            Thread.sleep(TWO_SECONDS);
            relay.losesApplicationData(false);

            lower.await(Event.Fetched.class, SOON);
            assertThat(lower.links.statusOf(higher.id).handshakes()).isEqualTo(2);
        }
    }

    @Test
    void aStrangersHandshakeFails() throws Exception {
        try (LoopbackNode stranger = new LoopbackNode(LoopbackNode.key())) {
            stranger.trusts(lower);

            stranger.fetch(1, lower);

            Event.FetchFailed failed =
                    stranger.await(Event.FetchFailed.class, Duration.ofSeconds(9));
            assertThat(failed.reason()).contains("there, 'pipit peer add " + stranger.id + "'");
            assertThat(lower.requests).isEmpty();
            assertThat(lower.metric("pipit_dtls_handshakes_refused")).isPositive();
            assertThat(lower.metric("pipit_dtls_handshakes")).isZero();
            assertThat(lower.metric("pipit_coap_library_errors")).isZero();
        }
    }

    @Test
    void anotherTrustedNodeAtThePeersAddressGetsNothing() throws Exception {
        try (LoopbackNode third = new LoopbackNode(LoopbackNode.key())) {
            LoopbackNode.introduce(lower, third);
            lower.directory.put(higher.id, List.of(third.address()));

            lower.links.subscribe(higher.id, Filter.ALL);

            assertThat(lower.await(Event.SubscriptionEnded.class, Duration.ofSeconds(9)).reason())
                    .contains("another node's");
            assertThat(third.requests).isEmpty();
        }
    }

    @Test
    void aRemovedPeerGetsNothingMore() throws InterruptedException {
        Exchange observer = subscribe(lower, higher);
        int before = higher.requests.size();

        higher.trust.remove(lower.id);
        higher.links.forget(lower.id);
        await().atMost(SOON).until(() -> higher.gone.contains(observer));
        observer.respond(LoopbackNode.content(1));
        lower.fetch(1, higher);

        lower.await(Event.FetchFailed.class, Duration.ofSeconds(15));
        assertThat(higher.requests).hasSize(before);
        assertThat(lower.events).noneMatch(Event.Received.class::isInstance);
        assertThat(higher.network.hasSession(lower.id)).isFalse();
    }

    @Test
    void aPeerWithoutItsSessionClosedIsStillAskedForItsTrust() throws InterruptedException {
        subscribe(lower, higher);
        int before = higher.requests.size();

        higher.trust.remove(lower.id);
        lower.fetch(1, higher);

        lower.await(Event.FetchFailed.class, Duration.ofSeconds(21));
        assertThat(higher.requests).hasSize(before);
        assertThat(higher.metric("pipit_coap_messages_refused")).isPositive();
    }

    @Test
    void saysWhatIsWrongWithAPeerThatIsNotThere() throws InterruptedException {
        String address = higher.address().toString();
        higher.close();

        lower.fetch(7, higher);

        Event.FetchFailed failed = lower.await(Event.FetchFailed.class, Duration.ofSeconds(10));
        assertThat(failed.number()).isEqualTo(7);
        assertThat(failed.reason()).contains("no answer").contains(address);
        assertThat(lower.links.statusOf(higher.id).reachable()).isFalse();
        assertThat(lower.links.statusOf(higher.id).lastError()).isEqualTo(failed.reason());
    }

    @Test
    void saysThatAPeerIsBack() throws Exception {
        InetSocketAddress address = higher.address();
        higher.close();
        lower.fetch(7, higher);
        lower.await(Event.FetchFailed.class, Duration.ofSeconds(10));

        higher = new LoopbackNode(higher.key, address);
        LoopbackNode.introduce(lower, higher);
        higher.links.greet(lower.id);

        assertThat(lower.await(Event.PeerReachable.class, TWO_SECONDS).peer()).isEqualTo(higher.id);
        assertThat(lower.links.statusOf(higher.id).reachable()).isTrue();
    }

    @Test
    void measuresRoundTrips() throws InterruptedException {
        for (int i = 0; i < 20; i++) {
            lower.fetch(i, higher);
            lower.await(Event.Fetched.class, SOON);
        }
        CoapPeerLinks.LinkStatus status = lower.links.statusOf(higher.id);
        assertThat(status.reachable()).isTrue();
        assertThat(status.address()).isEqualTo(higher.address());
        assertThat(status.rttP50Micros()).isBetween(20L, 500_000L);
        assertThat(status.rttP99Micros()).isGreaterThanOrEqualTo(status.rttP50Micros());
        assertThat(status.lossRatio()).isZero();
        assertThat(status.handshakes()).isEqualTo(1);
        assertThat(status.lastError()).isEmpty();
    }

    @Test
    void anAnswerThatCannotBeReadFailsTheFetch() throws Exception {
        try (LoopbackNode odd = new LoopbackNode(LoopbackNode.key())) {
            LoopbackNode.introduce(lower, odd);
            lower.links.subscribe(odd.id, Filter.ALL);
            await().atMost(SOON).until(() -> odd.observers.size() == 1);
            odd.observers
                    .getFirst()
                    .respond(new io.pipit.resource.exchange.Response(205, 112, new byte[3], 60));
            await().atMost(SOON).until(() -> lower.metric("pipit_link_answers_unreadable") == 1);
            odd.observers.getFirst().respond(LoopbackNode.content(5));
            await().atMost(SOON)
                    .until(() ->
                            lower.events.stream()
                                    .anyMatch(e ->
                                            e instanceof Event.Received r
                                                    && r.slice().previous() == 5));
        }
    }

    @Test
    void aFirstAnswerThatCannotBeReadEndsTheSubscription() throws InterruptedException {
        higher.first = new io.pipit.resource.exchange.Response(205, 112, new byte[3], 60);

        lower.links.subscribe(higher.id, Filter.ALL);

        assertThat(lower.await(Event.SubscriptionEnded.class, SOON).reason())
                .contains("can't be read");
    }

    @Test
    void listensOnSeveralAddressesOfBothFamilies() throws Exception {
        InetAddress six = InetAddress.ofLiteral("::1");
        InetAddress four = InetAddress.ofLiteral("127.0.0.1");
        try (LoopbackNode both =
                        new LoopbackNode(
                                LoopbackNode.key(),
                                new InetSocketAddress(four, 0),
                                new InetSocketAddress(six, 0));
                LoopbackNode other =
                        new LoopbackNode(LoopbackNode.key(), new InetSocketAddress(six, 0))) {
            LoopbackNode.introduce(lower, both);
            LoopbackNode.introduce(other, both);
            other.directory.put(both.id, List.of(both.network.addresses().getLast()));
            for (LoopbackNode peer : List.of(lower, other)) {
                peer.fetch(1, both);
                peer.await(Event.Fetched.class, SOON);
                both.fetch(2, peer);
                both.await(Event.Fetched.class, SOON);
            }
            assertThat(both.metric("pipit_dtls_handshakes")).isEqualTo(2);
        }
    }

    @Test
    void anUnknownAddressIsSaidAtOnce() throws InterruptedException {
        lower.directory.clear();

        lower.fetch(1, higher);

        assertThat(lower.await(Event.FetchFailed.class, SOON).reason())
                .contains("no address known");
    }

    @Test
    void leavesNoThreadBehind() throws InterruptedException {
        subscribe(lower, higher);
        lower.close();
        higher.close();

        await().atMost(SOON)
                .untilAsserted(() ->
                        assertThat(Thread.getAllStackTraces().keySet())
                                .noneMatch(t -> t.getName().startsWith("coap-"))
                                .noneMatch(t -> t.getName().startsWith("DTLS"))
                                .noneMatch(t -> t.getName().startsWith("UDP-")));
    }

    private Exchange subscribe(LoopbackNode who, LoopbackNode to) throws InterruptedException {
        int before = to.observers.size();
        who.links.subscribe(to.id, Filter.ALL);
        await().atMost(SOON).until(() -> to.observers.size() > before);
        await().atMost(SOON)
                .until(() ->
                        who.events.stream()
                                .anyMatch(e ->
                                        e instanceof Event.Received r && r.peer().equals(to.id)));
        who.events.clear();
        return to.observers.getLast();
    }

    private void reopen() throws IOException {
        close();
        lower = new LoopbackNode(lower.key);
        higher = new LoopbackNode(higher.key);
        LoopbackNode.introduce(lower, higher);
    }

    /** Closes it without a word to its peers. */
    private static void kill(LoopbackNode node) {
        node.network.close();
        node.close();
    }
}
