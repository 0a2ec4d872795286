package io.pipit.coap;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.security.Principal;
import java.util.HashMap;
import java.util.Map;
import org.eclipse.californium.core.coap.Request;
import org.eclipse.californium.core.network.Exchange;
import org.eclipse.californium.core.network.KeyMID;
import org.eclipse.californium.core.network.deduplication.SweepPerPeerDeduplicator;
import org.eclipse.californium.elements.DtlsEndpointContext;
import org.eclipse.californium.elements.EndpointContext;
import org.eclipse.californium.elements.util.Bytes;
import org.junit.jupiter.api.Test;

class RepetitionsTest {
    private static final KeyMID KEY = new KeyMID(7, "peer");
    private static final Bytes BEFORE = new Bytes(new byte[] {1});
    private static final Bytes NOW = new Bytes(new byte[] {2});

    private final Map<Object, Bytes> sessions = new HashMap<>();
    private final PeerGuard.Repetitions repetitions =
            new PeerGuard.Repetitions(
                    new SweepPerPeerDeduplicator(CoapSettings.network()), sessions::get);

    private static EndpointContext in(Bytes session) {
        return new DtlsEndpointContext(
                new InetSocketAddress(LoopbackNode.LOOPBACK, 5684),
                null,
                (Principal) null,
                session,
                1,
                "cipher",
                0);
    }

    private static Exchange received(Bytes session) {
        Request request = Request.newGet();
        request.setSourceContext(in(session));
        return new Exchange(request, "peer", Exchange.Origin.REMOTE, null);
    }

    private static Exchange sent(Bytes session) {
        Exchange exchange = new Exchange(Request.newGet(), "peer", Exchange.Origin.LOCAL, null);
        exchange.setEndpointContext(in(session));
        return exchange;
    }

    @Test
    void theSameIdInTheSameSessionIsARepetition() {
        Exchange first = received(NOW);
        assertThat(repetitions.findPrevious(KEY, first)).isNull();
        assertThat(repetitions.findPrevious(KEY, received(NOW))).isSameAs(first);
    }

    @Test
    void theSameIdInAnotherSessionIsNot() {
        repetitions.findPrevious(KEY, received(BEFORE));
        Exchange second = received(NOW);
        assertThat(repetitions.findPrevious(KEY, second)).isNull();
        assertThat(repetitions.findPrevious(KEY, received(NOW))).isSameAs(second);
    }

    @Test
    void anAnswerInAnotherSessionIsNotOneThatCameBefore() {
        repetitions.findPrevious(KEY, sent(BEFORE));
        Exchange second = sent(NOW);
        assertThat(repetitions.findPrevious(KEY, second)).isNull();
        assertThat(repetitions.findPrevious(KEY, second)).isSameAs(second);
    }

    @Test
    void aNotificationIsARepetitionInTheNewestSessionAlone() {
        Exchange first = sent(BEFORE);
        repetitions.findPrevious(KEY, first);
        assertThat(repetitions.find(KEY)).as("of whom no session is known").isSameAs(first);
        sessions.put("peer", BEFORE);
        assertThat(repetitions.find(KEY)).isSameAs(first);
        sessions.put("peer", NOW);
        assertThat(repetitions.find(KEY)).isNull();
    }

    @Test
    void aPeerThatStartsAnewForEverIsRememberedNoLonger() {
        for (int i = 0; i < 1_000; i++) {
            repetitions.findPrevious(
                    new KeyMID(i, "peer"), received(new Bytes(new byte[] {(byte) i})));
        }
        assertThat(repetitions.size()).isLessThanOrEqualTo(64);
    }
}
