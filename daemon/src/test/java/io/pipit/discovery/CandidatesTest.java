package io.pipit.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.discovery.rung.Rung;
import io.pipit.model.NodeId;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class CandidatesTest {
    private static final NodeId SHED = id(1);
    private static final NodeId STRANGER = id(9);

    private final Candidates candidates = new Candidates();

    private static NodeId id(int number) {
        byte[] bytes = new byte[16];
        bytes[0] = (byte) number;
        return NodeId.ofBytes(bytes);
    }

    private static InetSocketAddress at(int last) {
        return new InetSocketAddress(InetAddress.ofLiteral("192.0.2." + last), 5684);
    }

    @BeforeEach
    void trust() {
        candidates.know(List.of(SHED));
    }

    @Test
    void whatProvedRightComesFirst() {
        candidates.set(SHED, Rung.CONFIGURATION, List.of(at(1)));
        boolean _ = candidates.sighted(SHED, at(2), Rung.MULTICAST);
        assertThat(candidates.of(SHED, 0)).containsExactly(at(1), at(2));
        assertThat(candidates.proved(SHED, at(2))).isTrue();
        assertThat(candidates.proved(SHED, at(2))).isFalse();
        assertThat(candidates.of(SHED, 0)).containsExactly(at(2), at(1));
    }

    @Test
    void aFloodOfClaimsByOneRungPushesNothingElseAside() {
        candidates.set(SHED, Rung.REMEMBERED, List.of(at(1)));
        candidates.set(SHED, Rung.CONFIGURATION, List.of(at(2)));
        boolean _ = candidates.proved(SHED, at(3));
        for (int i = 0; i < 1_000; i++) {
            boolean _ = candidates.sighted(SHED, at(10 + i % 200), Rung.MULTICAST);
        }
        assertThat(candidates.of(SHED, 0))
                .startsWith(at(3), at(2))
                .contains(at(1))
                .hasSizeLessThanOrEqualTo(Candidates.ADDRESSES_MAX);
        assertThat(candidates.of(SHED, 0).indexOf(at(1))).isLessThan(4);
    }

    @Test
    void whatFailedComesLastUntilItIsForgotten() {
        candidates.set(SHED, Rung.CONFIGURATION, List.of(at(1)));
        boolean _ = candidates.sighted(SHED, at(2), Rung.MULTICAST);
        boolean _ = candidates.sighted(SHED, at(3), Rung.DNS_SD);
        candidates.failed(SHED, at(2), 5);
        candidates.failed(SHED, at(1), 6);
        assertThat(candidates.of(SHED, 7)).containsExactly(at(3), at(2), at(1));
        assertThat(candidates.doubts(SHED, at(1), 7)).isTrue();
        long later = 6 + Candidates.FAILURE_NANOS;
        assertThat(candidates.doubts(SHED, at(1), later)).isFalse();
        assertThat(candidates.of(SHED, later)).startsWith(at(1), at(2));
    }

    @Test
    void whatAnsweredAgainIsAsGoodAsBefore() {
        candidates.set(SHED, Rung.CONFIGURATION, List.of(at(1), at(2)));
        candidates.failed(SHED, at(1), 5);
        boolean _ = candidates.proved(SHED, at(1));
        assertThat(candidates.of(SHED, 6)).startsWith(at(1));
    }

    @Test
    void aFalseClaimThatFailedMakesRoomForTheNextOne() {
        for (int i = 1; i <= Candidates.PER_RUNG_MAX; i++) {
            boolean _ = candidates.sighted(SHED, at(i), Rung.MULTICAST);
        }
        candidates.failed(SHED, at(3), 1);
        boolean _ = candidates.sighted(SHED, at(9), Rung.MULTICAST);
        assertThat(candidates.of(SHED, 2)).containsExactlyInAnyOrder(at(1), at(2), at(4), at(9));
    }

    @Test
    void nobodyElsesAddressesAreKept() {
        assertThat(candidates.sighted(STRANGER, at(1), Rung.MULTICAST)).isFalse();
        assertThat(candidates.of(STRANGER, 0)).isEmpty();
        candidates.know(List.of());
        assertThat(candidates.sighted(SHED, at(1), Rung.MULTICAST)).isFalse();
    }

    @Test
    void addressesAtWhichNobodyCanBeAreRefused() {
        for (String literal : List.of("0.0.0.0", "::", "224.0.1.187", "ff02::fd")) {
            assertThat(
                            candidates.sighted(
                                    SHED,
                                    new InetSocketAddress(InetAddress.ofLiteral(literal), 5684),
                                    Rung.PEERS))
                    .isFalse();
        }
        assertThat(
                        candidates.sighted(
                                SHED,
                                InetSocketAddress.createUnresolved("shed.local", 5684),
                                Rung.PEERS))
                .isFalse();
    }

    @Test
    void saysByWhichRungsAPeerWasFound() {
        assertThat(candidates.foundBy(SHED)).isEmpty();
        candidates.set(SHED, Rung.CONFIGURATION, List.of(at(1)));
        boolean _ = candidates.sighted(SHED, at(2), Rung.MULTICAST);
        boolean _ = candidates.sighted(SHED, at(2), Rung.DNS_SD);
        assertThat(candidates.foundBy(SHED)).isEqualTo("configuration, multicast, dns-sd");
        boolean _ = candidates.proved(SHED, at(2));
        assertThat(candidates.foundBy(SHED)).isEqualTo("multicast, dns-sd");
        boolean _ = candidates.proved(SHED, at(7));
        assertThat(candidates.foundBy(SHED)).isEqualTo("itself");
        assertThat(candidates.found(Rung.MULTICAST)).isEqualTo(1);
        assertThat(candidates.found(Rung.PEERS)).isZero();
    }
}
