package io.pipit.coap;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.junit.jupiter.api.Test;

class PeerLinkTest {
    private static final InetSocketAddress SHED =
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 5684);

    private final PeerLink link = new PeerLink();

    @Test
    void saysNothingOfRoundTripsThatNobodyMeasured() {
        assertThat(link.status(null).rttP50Micros()).isZero();
        assertThat(link.status(null).lossRatio()).isZero();
    }

    @Test
    void tellsTheRoundTripsOfLateInMicroseconds() {
        for (int i = 0; i < 10 * PeerLink.ROUND_TRIPS_MAX; i++) {
            link.roundTrip(i < 5 * PeerLink.ROUND_TRIPS_MAX ? 90_000_000 : 2_000_000);
        }
        assertThat(link.status(null).rttP50Micros()).isBetween(1_900L, 2_100L);
        assertThat(link.status(null).rttP99Micros()).isBetween(85_000L, 95_000L);
    }

    @Test
    void isReachableAgainOnceItSpoke() {
        link.lost("no answer within 20 s");
        assertThat(link.status(SHED).reachable()).isFalse();
        assertThat(link.status(SHED).lastError()).isEqualTo("no answer within 20 s");
        assertThat(link.heard(SHED)).isTrue();
        assertThat(link.heard(SHED)).isFalse();
        assertThat(link.status(null).reachable()).isTrue();
        assertThat(link.status(null).address()).isEqualTo(SHED);
    }

    @Test
    void countsTheShareOfTransmissionsThatWereRepeated() {
        for (int i = 0; i < 3; i++) {
            link.sent(SHED, false);
        }
        link.sent(SHED, true);
        assertThat(link.status(null).lossRatio()).isEqualTo(0.25);
    }

    @Test
    void repeatsARequestSoonerWhereAnswersComeFast() {
        assertThat(link.repeatAfterMs()).isEqualTo(CoapSettings.ACK_TIMEOUT_MS);
        link.roundTrip(3_000_000);
        assertThat(link.repeatAfterMs()).isEqualTo(PeerLink.REPEAT_MIN_MS);
        link.roundTrip(300_000_000);
        assertThat(link.repeatAfterMs()).isBetween(570, 630);
        link.roundTrip(900_000_000);
        assertThat(link.repeatAfterMs()).isEqualTo(CoapSettings.ACK_TIMEOUT_MS);
    }
}
