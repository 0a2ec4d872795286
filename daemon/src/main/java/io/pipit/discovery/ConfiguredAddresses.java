package io.pipit.discovery;

import io.pipit.discovery.rung.Rung;
import io.pipit.discovery.rung.RungReport;
import io.pipit.model.Peer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Where the configuration and the list of peers say that peers are. Looking a host's name up may
 * take seconds, so that is done on a timer's thread and again now and then, since names move. Where
 * all addresses are plain numbers the timer isn't used at all. Thread-safe.
 */
final class ConfiguredAddresses {
    private static final long LOOK_UP_EVERY_S = 60;

    private final Candidates candidates;
    private final RungReport report;
    private final ScheduledExecutorService timer;
    private List<Peer> peers = List.of();
    private @Nullable ScheduledFuture<?> next;

    /**
     * @param timer for nothing else, since a task on it may take long
     */
    ConfiguredAddresses(Candidates candidates, RungReport report, ScheduledExecutorService timer) {
        this.candidates = candidates;
        this.report = report;
        this.timer = timer;
        report.works("");
    }

    /** Takes these peers in place of those before. */
    synchronized void know(List<Peer> known) {
        peers = List.copyOf(known);
        for (Peer peer : known) {
            InetSocketAddress address = peer.address();
            if (address == null) {
                candidates.set(peer.id(), Rung.CONFIGURATION, List.of());
            } else if (!address.isUnresolved()) {
                candidates.set(peer.id(), Rung.CONFIGURATION, List.of(address));
            }
        }
        if (next != null) {
            next.cancel(false);
            next = null;
        }
        report.works("");
        if (known.stream().anyMatch(ConfiguredAddresses::isNamed)) {
            next =
                    timer.scheduleWithFixedDelay(
                            this::lookUpNames, 0, LOOK_UP_EVERY_S, TimeUnit.SECONDS);
        }
    }

    private synchronized List<Peer> named() {
        return peers.stream().filter(ConfiguredAddresses::isNamed).toList();
    }

    private void lookUpNames() {
        Map<String, String> unknown = new LinkedHashMap<>();
        for (Peer peer : named()) {
            InetSocketAddress address = peer.address();
            if (address != null) {
                lookUp(peer, address, unknown);
            }
        }
        if (unknown.isEmpty()) {
            report.works("");
        } else {
            report.limps(String.join("; ", unknown.values()));
        }
    }

    private static boolean isNamed(Peer peer) {
        InetSocketAddress address = peer.address();
        return address != null && address.isUnresolved();
    }

    private void lookUp(Peer peer, InetSocketAddress named, Map<String, String> unknown) {
        report.wentOut();
        try {
            List<InetSocketAddress> found = new ArrayList<>();
            for (InetAddress address : InetAddress.getAllByName(named.getHostString())) {
                found.add(new InetSocketAddress(address, named.getPort()));
            }
            report.cameIn();
            candidates.set(peer.id(), Rung.CONFIGURATION, found);
        } catch (UnknownHostException e) {
            // What was found before may still be right.
            report.refused();
            unknown.put(
                    peer.name(),
                    "peer %s: the name %s isn't known now; tried again every %d s"
                            .formatted(peer.name(), named.getHostString(), LOOK_UP_EVERY_S));
        }
    }
}
