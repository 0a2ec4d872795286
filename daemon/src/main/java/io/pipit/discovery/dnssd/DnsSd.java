package io.pipit.discovery.dnssd;

import io.pipit.discovery.rung.Ear;
import io.pipit.discovery.rung.Rung;
import io.pipit.discovery.rung.RungReport;
import io.pipit.discovery.rung.Sighting;
import io.pipit.model.NodeId;
import io.pipit.model.Series;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The rung of DNS-SD: by Avahi where that runs, otherwise by jmdns; when Avahi comes it takes over,
 * and when it goes it is replaced. All that may wait is done on the executor that it is handed.
 * What it finds is told on threads of its libraries. Its methods may be called from any thread.
 */
public final class DnsSd implements Ear {
    /** Services that are kept in mind: of one node there is one for each link and protocol. */
    static final int FOUND_MAX = 512;

    /** Addresses on which jmdns speaks. */
    static final int JMDNS_MAX = 4;

    /** Addresses that are taken of one service. */
    private static final int ADDRESSES_MAX = 4;

    private static final int STOP_MS = 1_000;
    private static final String UNIX_PATH = "unix:path=";

    private final Instance instance;
    private final String bus;
    private final ExecutorService executor;
    private final RungReport report;
    private final Consumer<Sighting> sightings;
    private final Consumer<Sighting> gone;
    private final AtomicBoolean looking = new AtomicBoolean();
    private volatile List<InetAddress> addresses = List.of();

    /** What the responder of now has found; what the one before it had goes with that. */
    private volatile Taking taking = new Taking();

    // On the executor alone:
    private @Nullable Responder responder;
    private List<InetAddress> usedBy = List.of();

    /**
     * Silent until it is told to {@link #look}.
     *
     * @param announcedName null where strangers aren't to learn it
     * @param port of the network endpoint
     * @param bus address of the system's D-Bus, {@code unix:path=…}
     * @param executor one thread, with a bounded queue; ended by {@link #close}
     * @param sightings hears of each node that is found
     * @param gone hears of each that was found and is no longer announced
     */
    public DnsSd(
            NodeId self,
            @Nullable String announcedName,
            int port,
            String bus,
            ExecutorService executor,
            RungReport report,
            Consumer<Sighting> sightings,
            Consumer<Sighting> gone) {
        this.instance = new Instance(self, announcedName, port);
        this.bus = bus;
        this.executor = executor;
        this.report = report;
        this.sightings = sightings;
        this.gone = gone;
    }

    /**
     * Sees that what speaks for this node still does, and that it is the right one. To be called
     * now and then.
     *
     * @param now addresses of this machine, one of each interface
     */
    public void look(List<InetAddress> now) {
        addresses = now.subList(0, Math.min(JMDNS_MAX, now.size()));
        if (looking.compareAndSet(false, true)) {
            try {
                executor.execute(() -> {
                    try {
                        lookNow();
                    } finally {
                        looking.set(false);
                    }
                });
            } catch (RejectedExecutionException e) {
                looking.set(false);
                report.refused();
            }
        }
    }

    private void lookNow() {
        try {
            Responder present = responder;
            if (present != null && !present.isAlive()) {
                end(present);
            }
            if (!(responder instanceof AvahiResponder)) {
                change();
            }
            Responder speaks = responder;
            if (speaks == null) {
                report.off("no interface with a network is up");
            } else {
                report.works("by " + speaks);
            }
        } catch (IOException | RuntimeException | LinkageError e) {
            report.fails(
                    "it can't be used, and is tried again: "
                            + (e.getMessage() == null ? e.toString() : e.getMessage()));
        }
    }

    private void end(Responder present) {
        present.close();
        responder = null;
        var _ = afresh();
    }

    /** Begins to take without what was taken before. */
    private Taking afresh() {
        Taking before = taking;
        Taking next = new Taking();
        taking = next;
        before.all().forEach(gone);
        return next;
    }

    private void change() throws IOException {
        AvahiResponder avahi = null;
        String refused = null;
        if (isBusThere()) {
            try {
                if (responder == null) {
                    avahi = AvahiResponder.open(bus, instance, executor, afresh());
                } else if (AvahiResponder.isThere(bus)) {
                    // Never both at a time.
                    end(responder);
                    avahi = AvahiResponder.open(bus, instance, executor, afresh());
                }
            } catch (IOException e) {
                refused = String.valueOf(e.getMessage());
            }
        }
        if (avahi != null) {
            report.wentOut();
            responder = avahi;
            return;
        }
        if (refused != null) {
            throw new IOException("Avahi: " + refused);
        }
        List<InetAddress> now = addresses;
        if (responder == null || !now.equals(usedBy)) {
            if (responder != null) {
                end(responder);
            }
            if (!now.isEmpty()) {
                responder = JmdnsResponder.open(now, instance, afresh());
                report.wentOut();
            }
            usedBy = now;
        }
    }

    /** Where there is no such socket, none of D-Bus has to be loaded. */
    private boolean isBusThere() {
        return !bus.startsWith(UNIX_PATH)
                || Files.exists(Path.of(bus.substring(UNIX_PATH.length())));
    }

    private final class Taking implements Responder.Findings {
        private final Map<String, List<Sighting>> byService = new LinkedHashMap<>();

        @Override
        public void found(
                String service,
                @Nullable String id,
                @Nullable String name,
                List<InetSocketAddress> addresses) {
            report.cameIn();
            NodeId node = id == null ? null : NodeId.parse(id).orElse(null);
            if (node == null) {
                // Some other device that speaks CoAP.
                refused();
            } else if (!node.equals(instance.id())) {
                String said = name != null && Series.NAME.matcher(name).matches() ? name : null;
                List<Sighting> all =
                        addresses.stream()
                                .limit(ADDRESSES_MAX)
                                .map(address -> new Sighting(node, said, address, Rung.DNS_SD))
                                .toList();
                List<Sighting> before = new ArrayList<>(keep(service, all));
                all.forEach(sightings);
                before.removeAll(all);
                before.forEach(gone);
            }
        }

        private synchronized List<Sighting> keep(String service, List<Sighting> all) {
            List<Sighting> before = take(service);
            if (byService.size() >= FOUND_MAX) {
                byService.remove(byService.keySet().iterator().next());
                refused();
            }
            byService.put(service, all);
            return before;
        }

        @Override
        public void gone(String service) {
            take(service).forEach(gone);
        }

        private synchronized List<Sighting> take(String service) {
            List<Sighting> before = byService.remove(service);
            return before == null ? List.of() : before;
        }

        private synchronized List<Sighting> all() {
            return byService.values().stream().flatMap(List::stream).toList();
        }

        @Override
        public void refused() {
            report.refused();
        }
    }

    @Override
    public void seek() {
        // It browses all the time.
    }

    @Override
    public List<Sighting> heard() {
        return taking.all();
    }

    @Override
    public void close() {
        try {
            executor.execute(() -> {
                if (responder != null) {
                    responder.close();
                }
            });
            executor.shutdown();
            boolean _ = executor.awaitTermination(STOP_MS, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            report.refused();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        executor.shutdownNow();
    }
}
