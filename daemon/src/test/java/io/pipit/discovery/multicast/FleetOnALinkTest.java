package io.pipit.discovery.multicast;

import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.discovery.multicast.Air.Station;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Two hundred nodes on one link. */
class FleetOnALinkTest {
    private static final int NODES = 200;

    private static Air fleet(long seed, int lossPercent, long apartNanos) {
        Air air = new Air(seed);
        air.lossPercent = lossPercent;
        for (int i = 1; i <= NODES; i++) {
            air.station(i);
            air.pass(apartNanos);
        }
        return air;
    }

    private static void assertAllKnowAll(Air air) {
        for (Station station : air.stations) {
            assertThat(station.found).as(station.id.toString()).hasSize(NODES - 1);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 5, 20})
    void allKnowAllWithinTenSeconds(int lossPercent) {
        Air air = fleet(7, lossPercent, 0);
        air.pass(10 * Air.SECOND);
        assertAllKnowAll(air);
        assertThat(air.sent).isLessThan(20L * NODES);
    }

    @Test
    void allKnowAllWhereTheyStartOneAfterTheOther() {
        Air air = fleet(8, 5, 100 * Air.MILLI);
        air.pass(10 * Air.SECOND);
        assertAllKnowAll(air);
    }

    @Test
    void atRestANodeSendsAndHearsLessThanAPacketASecond() {
        Air air = fleet(9, 1, 0);
        air.pass(700 * Air.SECOND);
        long sent = air.sent;
        long received = air.stations.stream().mapToLong(station -> station.received).sum();
        air.pass(1_800 * Air.SECOND);
        double perNode = 1_800.0 * NODES;
        assertThat((air.sent - sent) / perNode).as("sent, packets a second").isLessThan(0.01);
        double heard =
                (air.stations.stream().mapToLong(station -> station.received).sum() - received)
                        / perNode;
        assertThat(heard).as("heard, packets a second").isLessThan(1);
    }

    @Test
    void oneMoreIsKnownToAllAndKnowsAllAndEachAnswersItOnce() {
        Air air = fleet(10, 0, 0);
        air.pass(60 * Air.SECOND);
        air.stations.forEach(station -> station.answers.clear());
        Station late = air.station(NODES + 1);
        air.pass(10 * Air.SECOND);
        assertThat(late.found).hasSize(NODES);
        long answers = 0;
        for (Station station : air.stations) {
            assertThat(station == late || station.found.containsKey(late.id)).isTrue();
            assertThat(station.answers).hasSizeLessThanOrEqualTo(2);
            answers += station.answers.size();
        }
        assertThat(answers).isBetween((long) NODES, NODES + NODES / 5L);
    }
}
