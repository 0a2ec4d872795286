package io.pipit.coap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.pipit.identity.pairing.Meeting;
import io.pipit.identity.pairing.MeetingFailed;
import io.pipit.model.NodeId;
import io.pipit.port.Event;
import io.pipit.port.PeerLinks.Path;
import io.pipit.resource.exchange.Caller.Via;
import io.pipit.resource.exchange.Request;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A stranger at the network endpoint while a pairing window is open, and when it isn't. */
@Timeout(60)
class GuestsIT {
    private LoopbackNode node;
    private LoopbackNode stranger;

    @BeforeEach
    void start() throws Exception {
        node = new LoopbackNode(LoopbackNode.key());
        stranger = new LoopbackNode(LoopbackNode.key());
        stranger.trusts(node);
    }

    @AfterEach
    void stop() {
        stranger.close();
        node.close();
    }

    @Test
    void aStrangerMayPairAndGetsNoAnswerToAnythingElse() throws Exception {
        node.welcome = true;
        try (Meeting meeting = meeting()) {
            Meeting.Answer answer = answer(meeting, new byte[] {7});
            // The fake answers with 2.05, which no pairing does.
            assertThat(answer).isNull();
        }
        assertThat(node.requests)
                .singleElement()
                .satisfies(request -> {
                    assertThat(request.method()).isEqualTo(Request.Method.POST);
                    assertThat(request.path()).containsExactly("pair");
                    assertThat(request.payload()).containsExactly(7);
                    assertThat(request.caller().via()).isEqualTo(Via.STRANGER);
                    assertThat(request.caller().grants()).isEmpty();
                    assertThat(NodeId.of(request.caller().proof().key())).isEqualTo(stranger.id);
                });

        stranger.fetch(1, node);
        Event.FetchFailed failed = stranger.await(Event.FetchFailed.class, Duration.ofSeconds(30));
        assertThat(failed.reason()).contains("no answer");
        assertThat(failed.path()).isEqualTo(Path.UDP);
        stranger.links.greet(node.id);
        await().untilAsserted(() ->
                assertThat(node.metric("pipit_coap_messages_refused")).isGreaterThan(2));
        assertThat(node.requests).hasSize(1);
    }

    @Test
    void withoutAWindowAStrangerDoesNotGetThroughTheHandshake() throws Exception {
        try (Meeting meeting = meeting()) {
            assertThat(refused(meeting)).isTrue();
        }
        assertThat(node.metric("pipit_dtls_guests")).isZero();
        assertThat(node.requests).isEmpty();
    }

    @Test
    void aSessionFromBeforeIsWorthNothingWhenTheWindowIsClosed() throws Exception {
        node.welcome = true;
        try (Meeting meeting = meeting()) {
            assertThat(answer(meeting, new byte[] {7})).isNull();
            node.welcome = false;
            node.network.showStrangersOut();
            await().untilAsserted(() -> assertThat(refused(meeting)).isTrue());
        }
        assertThat(node.requests).hasSize(1);
    }

    @Test
    void whoIsAPeerByThenStays() throws Exception {
        node.welcome = true;
        try (Meeting meeting = meeting()) {
            assertThat(answer(meeting, new byte[] {7})).isNull();
            node.trusts(stranger);
            node.welcome = false;
            assertThat(answer(meeting, new byte[] {8})).isNull();
        }
        assertThat(node.requests.getLast().caller().via()).isEqualTo(Via.NETWORK);
        assertThat(node.network.heardAt(stranger.id)).isNull();
        stranger.fetch(2, node);
        assertThat(stranger.await(Event.Fetched.class, Duration.ofSeconds(30)).number())
                .isEqualTo(2);
    }

    private Meeting meeting() {
        return stranger.endpoints.meetings(stranger.key).at(node.address());
    }

    private static Meeting.Answer answer(Meeting meeting, byte[] message) throws Exception {
        try {
            return meeting.ask(message).toCompletableFuture().get(30, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            assertThat(e.getCause()).isInstanceOf(MeetingFailed.class).hasMessageContaining("2.05");
            return null;
        }
    }

    private static boolean refused(Meeting meeting) throws Exception {
        try {
            meeting.ask(new byte[1]).toCompletableFuture().get(30, TimeUnit.SECONDS);
            return false;
        } catch (ExecutionException e) {
            return e.getCause() instanceof MeetingFailed failed && failed.isRefused();
        }
    }
}
