package io.pipit.node.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.coap.CoapPeerLinks;
import io.pipit.model.Grant;
import io.pipit.model.NodeId;
import io.pipit.model.Peer;
import io.pipit.monitor.Health;
import io.pipit.monitor.Health.Part;
import io.pipit.monitor.Health.Status;
import io.pipit.port.SensorStatus;
import io.pipit.port.TimeSource;
import io.pipit.resource.doctor.Doctor.Finding;
import io.pipit.resource.doctor.Doctor.State;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NodeDoctorTest {
    private static final NodeId SELF =
            NodeId.parse("VLREQSM-EFVYIFN-TPK7HIE-4F5AQUV").orElseThrow();
    private static final NodeId SHED =
            NodeId.parse("AAAAAAA-AAAAAAA-AAAAAAA-AAAAAAA").orElseThrow();

    @TempDir Path card;
    private final Health health = new Health();
    private final List<SensorStatus> sensors = new ArrayList<>();
    private final List<Peer> peers = new ArrayList<>();
    private final Map<String, CompletableFuture<Long>> pings = new HashMap<>();
    private long nowNanos;
    private long writeNanos = 5_000_000;

    private final NodeDoctor.Patient patient =
            new NodeDoctor.Patient() {
                @Override
                public List<Peer> peers() {
                    return peers;
                }

                @Override
                public List<InetSocketAddress> listening() {
                    return List.of(InetSocketAddress.createUnresolved("0.0.0.0", 5684));
                }

                @Override
                public List<Finding> discovery() {
                    return List.of(Finding.ok("discovery", "multicast", "3 nodes found"));
                }

                @Override
                public CompletionStage<Long> pingOverUdp(NodeId peer) {
                    return pings.getOrDefault("UDP", CompletableFuture.completedFuture(1_250_000L));
                }

                @Override
                public CompletionStage<Long> pingOverTcp(NodeId peer) {
                    return pings.getOrDefault("TCP", CompletableFuture.completedFuture(900_000L));
                }
            };

    @Test
    void aWellNodeNeedsNothing() {
        isWell();
        peers.add(new Peer(SHED, "shed", null, Set.of(Grant.of(Grant.Role.READ))));
        List<Finding> findings = findings();
        assertThat(findings)
                .allMatch(each -> each.state() == State.OK)
                .allMatch(each -> each.remedy().isEmpty());
        assertThat(findings)
                .extracting(Finding::what)
                .containsExactly(
                        "clock",
                        "readings",
                        "card",
                        "room",
                        "port 0.0.0.0:5684",
                        "multicast",
                        "shed over UDP",
                        "shed over TCP");
        assertThat(of("shed over UDP").says()).isEqualTo("answered within 1.3 ms");
        assertThat(of("card").says()).contains("after 5.0 ms");
        assertThat(card).isEmptyDirectory();
    }

    @Test
    void saysOfEachWayToAPeerWhyItDoesNotWorkAndWhatToDo() {
        isWell();
        peers.add(new Peer(SHED, "shed", null, Set.of()));
        pings.put(
                "UDP",
                CompletableFuture.failedFuture(new IOException("no answer (10.0.0.2:5684)")));
        pings.put(
                "TCP",
                CompletableFuture.failedFuture(
                        new IOException(
                                "the peer doesn't know this node: there, 'pipit peer add'")));
        assertThat(of("shed over UDP").state()).isEqualTo(State.FAILED);
        assertThat(of("shed over UDP").says()).isEqualTo("no answer (10.0.0.2:5684)");
        assertThat(of("shed over UDP").remedy()).contains("firewall").contains("UDP port 5684");
        assertThat(of("shed over TCP").remedy()).contains("'pipit peer add " + SELF + "' there");
    }

    @Test
    void toldThatNobodyKnowsWhereAPeerIs() {
        isWell();
        peers.add(new Peer(SHED, "shed", null, Set.of()));
        pings.put(
                "UDP",
                CompletableFuture.failedFuture(
                        new IOException(
                                "no address known; give the peer one in the configuration")));
        assertThat(of("shed over UDP").remedy()).contains("nobody found it");
        assertThat(of("shed over TCP").state()).isEqualTo(State.OK);
    }

    @Test
    void whatTheKernelKeepsBackIsSaidToBeHere() {
        isWell();
        peers.add(new Peer(SHED, "shed", null, Set.of()));
        pings.put(
                "UDP",
                CompletableFuture.failedFuture(
                        new IOException(CoapPeerLinks.NOT_SENT + " (Operation not permitted)")));
        assertThat(of("shed over UDP").remedy())
                .contains("on this machine")
                .contains("IPAddressAllow=");
    }

    @Test
    void aClockThatIsNotSynchronisedIsDoubtfulAlone() {
        isWell();
        health.set(Part.CLOCK, Status.DEGRADED, "not synchronised yet");
        assertThat(of("clock").state()).isEqualTo(State.DOUBTFUL);
        assertThat(of("clock").remedy()).contains("timedatectl");
    }

    @Test
    void aStoreThatFailedIsSaidWithItsReason() {
        isWell();
        health.set(Part.STORE, Status.FAILED, "the disk is full");
        assertThat(of("readings").state()).isEqualTo(State.FAILED);
        assertThat(of("readings").says()).isEqualTo("the disk is full");
    }

    @Test
    void aSlowCardIsDoubtful() {
        isWell();
        writeNanos = 3_000_000_000L;
        assertThat(of("card").state()).isEqualTo(State.DOUBTFUL);
        assertThat(of("card").says()).contains("3000.0 ms");
    }

    @Test
    void aCardThatTakesNothingHasFailed() throws IOException {
        isWell();
        Files.delete(card);
        assertThat(of("card").state()).isEqualTo(State.FAILED);
        assertThat(of("card").says()).contains(card.toString());
    }

    @Test
    void aSensorThatFailsSendsTheReaderToTheScan() {
        isWell();
        sensors.add(
                new SensorStatus(
                        "air",
                        "i2c-1",
                        SensorStatus.State.FAILING,
                        "nobody at 0x76",
                        0,
                        0,
                        0,
                        3,
                        3,
                        0,
                        0));
        assertThat(of("sensor air").state()).isEqualTo(State.FAILED);
        assertThat(of("sensor air").says()).isEqualTo("failing: nobody at 0x76");
        assertThat(of("sensor air").remedy()).contains("pipit sensors --scan");
    }

    @Test
    void whoKnowsNobodyIsToldHowToPair() {
        isWell();
        assertThat(of("peers").state()).isEqualTo(State.OFF);
        assertThat(of("peers").remedy()).contains("pipit pair open");
    }

    private void isWell() {
        health.set(Part.CLOCK, Status.OK, "");
        health.set(Part.STORE, Status.OK, "");
    }

    private Finding of(String what) {
        return findings().stream().filter(each -> each.what().equals(what)).findAny().orElseThrow();
    }

    private List<Finding> findings() {
        SensorStatus.Source source =
                new SensorStatus.Source() {
                    @Override
                    public List<SensorStatus> statuses() {
                        return sensors;
                    }

                    @Override
                    public void onChange(Runnable listener) {}

                    @Override
                    public void forget(Runnable listener) {}
                };
        TimeSource time =
                new TimeSource() {
                    @Override
                    public long monotonicNanos() {
                        nowNanos += writeNanos;
                        return nowNanos;
                    }

                    @Override
                    public long wallMicros() {
                        return 0;
                    }

                    @Override
                    public boolean synchronised() {
                        return true;
                    }
                };
        return new NodeDoctor(SELF, card, health, source, () -> patient, time, Runnable::run)
                .examine()
                .toCompletableFuture()
                .join();
    }
}
