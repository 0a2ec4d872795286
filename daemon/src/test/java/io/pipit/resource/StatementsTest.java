package io.pipit.resource;

import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.identity.TrustStore.Verdict;
import io.pipit.identity.statement.Revocation;
import io.pipit.model.NodeId;
import io.pipit.resource.Bench.Answers;
import io.pipit.resource.exchange.Request;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code /statements}, as a peer uses it. */
class StatementsTest {
    private static final String HELLO = "/statements?instance=00000000deadbeef";
    private static final int OCTETS = 42;

    private final Bench bench = new Bench();

    private Answers post(String target, int format, byte[] payload) {
        Answers answers =
                bench.as(Bench.peer())
                        .method(Request.Method.POST)
                        .body(format, payload)
                        .ask(target);
        bench.settle();
        return answers;
    }

    private static byte[] statement() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        KeyPair admin = generator.generateKeyPair();
        NodeId shed = NodeId.ofBytes(new byte[16]);
        return Revocation.of(shed, 42, admin.getPublic(), admin.getPrivate()).bytes();
    }

    @Test
    void whoSaysThatItIsThereIsMetAndAskedToSaySoSoonWhereTwoMayHaveItsKey() {
        assertThat(post(HELLO, Request.NONE, new byte[0]).code()).isEqualTo(204);
        bench.peers.doubted = true;
        assertThat(post(HELLO, Request.NONE, new byte[0]).code()).isEqualTo(201);
        assertThat(bench.peers.met)
                .containsExactly(Bench.PEER + " deadbeef", Bench.PEER + " deadbeef");
        assertThat(bench.peers.handed).isEmpty();
    }

    @Test
    void aStatementIsHandedOnWithTheSameAnswers() throws Exception {
        assertThat(post(HELLO, OCTETS, statement()).code()).isEqualTo(204);
        bench.peers.doubted = true;
        assertThat(post(HELLO, OCTETS, statement()).code()).isEqualTo(201);
        assertThat(bench.peers.handed).hasSize(2);
        assertThat(bench.metric("pipit_statements_taken")).isEqualTo(2);
    }

    @ParameterizedTest
    @CsvSource({
        "KNOWN, 204, pipit_statements_taken, 0",
        "OVERRULED, 204, pipit_statements_taken, 0",
        "NOT_ALLOWED, 403, pipit_statements_refused, 1",
        "FULL, 503, pipit_statements_taken, 0"
    })
    void whatBecomesOfAStatementIsSaid(Verdict verdict, int code, String counter, int count)
            throws Exception {
        bench.peers.verdict = verdict;
        assertThat(post("/statements", OCTETS, statement()).code()).isEqualTo(code);
        assertThat(bench.metric(counter)).isEqualTo(count);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "deadbeef", "00000000DEADBEEF", "-0000000deadbeef", "0x"})
    void anInstanceThatIsNoneIsRefused(String instance) {
        Answers answers = post("/statements?instance=" + instance, Request.NONE, new byte[0]);
        assertThat(answers.code()).isEqualTo(400);
        assertThat(bench.peers.met).isEmpty();
    }

    @Test
    void whatIsNoStatementIsRefusedAndCounted() throws Exception {
        byte[] forged = statement();
        forged[30] ^= 1;
        assertThat(post("/statements", OCTETS, forged).code()).isEqualTo(400);
        assertThat(post("/statements", OCTETS, new byte[] {1}).code()).isEqualTo(400);
        assertThat(bench.metric("pipit_statements_malformed")).isEqualTo(2);
        assertThat(post("/statements", OCTETS, new byte[513]).code()).isEqualTo(413);
        assertThat(post("/statements", 50, statement()).code()).isEqualTo(415);
        assertThat(bench.peers.handed).isEmpty();
    }

    @Test
    void onlySoManyWaitToBeVerified() throws Exception {
        byte[] statement = statement();
        for (int i = 0; i < TrustDocuments.WAITING_MAX; i++) {
            bench.as(Bench.peer())
                    .method(Request.Method.POST)
                    .body(OCTETS, statement)
                    .ask("/statements");
        }
        assertThat(post("/statements", OCTETS, statement).code()).isEqualTo(503);
        assertThat(post("/statements", OCTETS, statement).code()).isEqualTo(204);
    }
}
