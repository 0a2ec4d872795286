package io.pipit.resource.pairing;

import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.model.Grant;
import io.pipit.resource.exchange.Caller;
import io.pipit.resource.exchange.Caller.Via;
import io.pipit.resource.exchange.Exchange;
import io.pipit.resource.exchange.Request;
import io.pipit.resource.exchange.Request.Method;
import io.pipit.resource.exchange.Response;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PairingResourcesTest {
    private final List<Request> passedOn = new ArrayList<>();
    private final Caller.Proof proof = proof();
    private final FakePairing pairing = new FakePairing();
    private final PairingResources resources =
            new PairingResources((request, exchange) -> passedOn.add(request), pairing);

    @Test
    void aStrangersMessageIsAnsweredAndNothingElseOfIt() {
        assertThat(ask(Via.STRANGER, Method.POST, "pair", "abc").payload()).containsExactly(9);
        assertThat(pairing.calls).containsExactly("take 3");
        assertThat(pairing.proofs).containsExactly(proof);
        for (Method method : Method.values()) {
            for (String path : List.of("pair", "pairing", "health", "readings", "trust")) {
                if (method != Method.POST || !path.equals("pair")) {
                    assertThat(ask(Via.STRANGER, method, path, "abc")).as(path).isNull();
                }
            }
        }
        assertThat(pairing.calls).hasSize(1);
        assertThat(passedOn).isEmpty();
    }

    @Test
    void aPeerMayPairAgainAndAskAllElse() {
        assertThat(ask(Via.NETWORK, Method.POST, "pair", "abc").code()).isEqualTo(204);
        assertThat(ask(Via.NETWORK, Method.GET, "pair", "").code()).isEqualTo(405);
        ask(Via.NETWORK, Method.GET, "health", "");
        ask(Via.NETWORK, Method.POST, "pairing", "{}");
        ask(Via.MONITOR, Method.GET, "pairing", "");
        assertThat(passedOn).hasSize(3);
    }

    @Test
    void opensAWindowForMonitorAndReadWhereNothingIsSaid() {
        assertThat(text(ask(Via.SOCKET, Method.POST, "pairing", "")))
                .isEqualTo(
                        "{\"code\":\"12345678\",\"expires\":\"2027-01-15T08:00:00Z\",\"id\":\""
                                + FakePairing.ID
                                + "\",\"name\":\"greenhouse\",\"addresses\":[\"192.168.1.20:5684\"]}");
        ask(Via.SOCKET, Method.POST, "pairing", "{\"roles\":[\"read:air/*\",\"bulk\"]}");
        assertThat(pairing.calls)
                .containsExactly("open [monitor, read]", "open [bulk, read:air/*]");
    }

    @Test
    void showsTheWindowWithoutItsCodeAndClosesIt() {
        assertThat(text(ask(Via.SOCKET, Method.GET, "pairing", "")))
                .contains("\"open\":true", "\"tries-left\":2", "\"last\":\"three wrong codes\"")
                .doesNotContain("12345678");
        assertThat(ask(Via.SOCKET, Method.DELETE, "pairing", "").code()).isEqualTo(202);
        assertThat(pairing.calls).containsExactly("close");
    }

    @Test
    void joinsAndSaysWhatCameOfIt() {
        String body = "{\"to\":\"shed\",\"code\":\"1234 5678\",\"roles\":[\"read\"]}";
        assertThat(text(ask(Via.SOCKET, Method.PUT, "pairing", body)))
                .isEqualTo("{\"paired\":false,\"reason\":\"wrong code\"}");
        pairing.outcome =
                new Pairing.Outcome.Joined(
                        FakePairing.ID,
                        "shed",
                        null,
                        "tcp",
                        true,
                        Set.of(Grant.of(Grant.Role.READ)),
                        List.of("a note"));
        assertThat(text(ask(Via.SOCKET, Method.PUT, "pairing", body)))
                .contains("\"paired\":true", "\"name\":\"shed\"", "\"updated\":true", "a note")
                .doesNotContain("address", "5678");
        assertThat(pairing.calls).allMatch(call -> call.startsWith("join shed 12345678"));
    }

    @Test
    void refusesWhatMakesNoSenseWithoutRepeatingTheCode() {
        for (String body :
                List.of(
                        "{",
                        "{\"to\":\"shed\"}",
                        "{\"to\":\"shed\",\"code\":\"1234567\"}",
                        "{\"to\":\"\",\"code\":\"12345678\"}",
                        "{\"to\":\"shed\",\"code\":\"12345678\",\"roles\":[\"king\"]}",
                        "{\"to\":\"shed\",\"code\":\"12345678\",\"roles\":[]}")) {
            Response response = ask(Via.SOCKET, Method.PUT, "pairing", body);
            assertThat(response.code()).as(body).isEqualTo(400);
            assertThat(text(response)).doesNotContain("1234567");
        }
        assertThat(ask(Via.SOCKET, Method.FETCH, "pairing", "").code()).isEqualTo(405);
        assertThat(pairing.calls).isEmpty();
    }

    /** The answer; null where there is none. */
    private Response ask(Via via, Method method, String path, String body) {
        List<Response> answers = new ArrayList<>();
        resources.handle(
                new Request(
                        method,
                        List.of(path),
                        List.of(),
                        Request.NONE,
                        Request.NONE,
                        body.getBytes(StandardCharsets.UTF_8),
                        false,
                        new Caller(via, FakePairing.ID, Set.of(), proof)),
                new Exchange() {
                    @Override
                    public int payloadBytesMax() {
                        return 1_024;
                    }

                    @Override
                    public void respond(Response response) {
                        answers.add(response);
                    }

                    @Override
                    public void onClosed(Runnable action) {}
                });
        assertThat(answers).hasSizeLessThan(2);
        return answers.isEmpty() ? null : answers.getFirst();
    }

    private static String text(Response response) {
        return new String(response.payload(), StandardCharsets.UTF_8);
    }

    private static Caller.Proof proof() {
        try {
            return new Caller.Proof(
                    KeyPairGenerator.getInstance("EC").generateKeyPair().getPublic(),
                    new InetSocketAddress("192.168.1.21", 5684));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
