package io.pipit.discovery.dnssd;

import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.pipit.discovery.rung.Rung;
import io.pipit.discovery.rung.RungReport;
import io.pipit.discovery.rung.Sighting;
import io.pipit.model.NodeId;
import io.pipit.monitor.Health.Status;
import io.pipit.monitor.Metrics;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two nodes and jmdns, on the loopback interface. */
class DnsSdIT {
    private static final List<InetAddress> LOOPBACK = List.of(InetAddress.ofLiteral("127.0.0.1"));
    private static final String NO_BUS = "unix:path=/nowhere/bus";
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir private Path folder;

    private static NodeId id(int number) {
        byte[] bytes = new byte[16];
        bytes[0] = (byte) number;
        return NodeId.ofBytes(bytes);
    }

    private final Queue<Sighting> gone = new ConcurrentLinkedQueue<>();

    private DnsSd node(int number, String name, RungReport report, Queue<Sighting> seen) {
        return new DnsSd(
                id(number),
                name,
                5_600 + number,
                NO_BUS,
                Executors.newSingleThreadExecutor(),
                report,
                seen::add,
                gone::add);
    }

    private static RungReport report() {
        return new RungReport(Rung.DNS_SD, new Metrics());
    }

    @Test
    void twoFindEachOtherWithoutAvahiAndSayTheirNamesOnlyWhereTheyAreAnnounced() {
        Queue<Sighting> byOne = new ConcurrentLinkedQueue<>();
        Queue<Sighting> byOther = new ConcurrentLinkedQueue<>();
        RungReport report = report();
        try (DnsSd one = node(1, null, report, byOne);
                DnsSd other = node(2, "shed", report(), byOther)) {
            one.look(LOOPBACK);
            other.look(LOOPBACK);
            await().atMost(PATIENCE).until(() -> !byOne.isEmpty() && !byOther.isEmpty());
            assertThat(byOne)
                    .allSatisfy(sighting -> {
                        assertThat(sighting.id()).isEqualTo(id(2));
                        assertThat(sighting.name()).isEqualTo("shed");
                        assertThat(sighting.address().getPort()).isEqualTo(5_602);
                        assertThat(sighting.address().getAddress().isLoopbackAddress()).isTrue();
                    });
            assertThat(byOther)
                    .allSatisfy(sighting -> {
                        assertThat(sighting.id()).isEqualTo(id(1));
                        assertThat(sighting.name()).isNull();
                    });
            assertThat(one.heard()).extracting(Sighting::id).containsOnly(id(2));
            assertThat(report.state(0).status()).isEqualTo(Status.OK);
            assertThat(report.state(0).reason()).contains("jmdns");
        }
    }

    @Test
    void whoLeavesIsNotHeardAnyMore() {
        Queue<Sighting> seen = new ConcurrentLinkedQueue<>();
        try (DnsSd one = node(4, null, report(), seen)) {
            one.look(LOOPBACK);
            try (DnsSd other = node(5, null, report(), new ConcurrentLinkedQueue<>())) {
                other.look(LOOPBACK);
                await().atMost(PATIENCE).until(() -> ids(one.heard()).contains(id(5)));
            }
            await().atMost(PATIENCE).until(() -> !ids(one.heard()).contains(id(5)));
            assertThat(ids(gone)).contains(id(5));
            assertThat(seen).containsAll(gone);
        }
    }

    private static Set<NodeId> ids(Collection<Sighting> sightings) {
        return sightings.stream().map(Sighting::id).collect(toSet());
    }

    @Test
    void aBusThatIsNoneIsShownAndTriedAgain() throws Exception {
        Path socket = folder.resolve("bus");
        Files.writeString(socket, "no socket");
        RungReport report = report();
        Queue<Sighting> seen = new ConcurrentLinkedQueue<>();
        try (DnsSd node =
                new DnsSd(
                        id(3),
                        null,
                        5_603,
                        "unix:path=" + socket,
                        Executors.newSingleThreadExecutor(),
                        report,
                        seen::add,
                        gone::add)) {
            node.look(LOOPBACK);
            await().atMost(PATIENCE).until(() -> report.state(0).status() == Status.FAILED);
            assertThat(report.state(0).reason()).contains("Avahi");
        }
    }
}
