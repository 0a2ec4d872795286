package io.pipit.discovery;

import io.pipit.discovery.dnssd.DnsSd;
import io.pipit.discovery.multicast.AddressChanges;
import io.pipit.discovery.multicast.Links;
import io.pipit.discovery.multicast.Multicast;
import io.pipit.discovery.rung.Ear;
import io.pipit.discovery.rung.Rung;
import io.pipit.discovery.rung.RungReport;
import io.pipit.discovery.rung.RungState;
import io.pipit.discovery.rung.Sighting;
import io.pipit.model.NodeId;
import io.pipit.model.Peer;
import io.pipit.monitor.Health;
import io.pipit.monitor.Health.Part;
import io.pipit.monitor.Health.Status;
import io.pipit.monitor.Metrics;
import io.pipit.port.Entropy;
import io.pipit.port.TimeSource;
import io.pipit.port.reach.Neighbours;
import io.pipit.port.reach.Whereabouts;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Finds out where peers are, by several ways side by side, and is the one place that answers that.
 * What it does by itself it does on the timer that it is handed, about once a second; the questions
 * may come from any thread and never wait.
 */
public final class Discovery implements Neighbours, Whereabouts, AutoCloseable {
    /**
     * What a node says and where.
     *
     * @param multicast whether that rung is on
     * @param dnsSd likewise
     * @param systemBus address of the machine's D-Bus, {@code unix:path=…}
     * @param announcedName null where strangers aren't to learn it
     * @param listen where the network endpoint listens, with the ports that were really taken
     * @param dataDirectory where the book of addresses is kept
     */
    public record Settings(
            NodeId self,
            boolean multicast,
            boolean dnsSd,
            String systemBus,
            @Nullable String announcedName,
            List<InetSocketAddress> listen,
            Path dataDirectory) {
        public Settings {
            listen = List.copyOf(listen);
        }
    }

    /**
     * What it runs on.
     *
     * @param timer for short tasks
     * @param lookUps for looking names up, which may take long
     * @param dnsSd likewise for DNS-SD; with a bounded queue, and ended here
     * @param multicast makes one thread
     */
    public record Threads(
            ScheduledExecutorService timer,
            ScheduledExecutorService lookUps,
            ExecutorService dnsSd,
            ThreadFactory multicast) {}

    private static final long STEP_MS = 1_000;

    /** Links are looked at every so many steps. */
    private static final int LOOK_EVERY = 2;

    /** DNS-SD's libraries are loaded after so many steps, and looked after every so many. */
    private static final int DNS_SD_AFTER = 2;

    private static final int DNS_SD_EVERY = 15;

    /** Claims of several addresses come together: the best of them is tried first. */
    private static final long TRY_AFTER_MS = 100;

    private final Settings settings;
    private final Threads threads;
    private final TimeSource time;
    private final Entropy entropy;
    private final Health health;
    private final Map<Rung, RungReport> reports = new EnumMap<>(Rung.class);
    private final Candidates candidates = new Candidates();
    private final ConfiguredAddresses configured;
    private final AddressBook book;
    private final Enquiries enquiries;
    private final Trials trials = new Trials();
    private final List<Ear> ears = new CopyOnWriteArrayList<>();
    private volatile Set<NodeId> trusted = Set.of();
    private volatile @Nullable Reach reach;
    private volatile @Nullable Multicast multicast;
    private volatile @Nullable DnsSd dnsSd;

    // On the timer alone:
    private final AddressChanges addresses = new AddressChanges();
    private @Nullable Links links;
    private Set<NodeId> missingBefore = Set.of();
    private long steps;

    /** Made silent: {@link #start} begins. */
    public Discovery(
            Settings settings,
            Threads threads,
            TimeSource time,
            Entropy entropy,
            Health health,
            Metrics metrics) {
        this.settings = settings;
        this.threads = threads;
        this.time = time;
        this.entropy = entropy;
        this.health = health;
        for (Rung rung : Rung.values()) {
            reports.put(rung, new RungReport(rung, metrics));
        }
        configured =
                new ConfiguredAddresses(candidates, report(Rung.CONFIGURATION), threads.lookUps());
        book =
                AddressBook.open(
                        settings.dataDirectory(), report(Rung.REMEMBERED), time.monotonicNanos());
        enquiries = new Enquiries(entropy);
    }

    private RungReport report(Rung rung) {
        RungReport report = reports.get(rung);
        if (report == null) {
            throw new IllegalStateException("no report of " + rung);
        }
        return report;
    }

    /** The ways to the peers, which are made after it, since they ask it where those are. */
    public void reachedBy(Reach ways) {
        reach = ways;
    }

    /** These are the trusted peers from now on. */
    public void know(List<Peer> peers) {
        Set<NodeId> ids = new LinkedHashSet<>(peers.stream().map(Peer::id).toList());
        candidates.know(ids);
        book.know(ids);
        ids.forEach(id -> candidates.set(id, Rung.REMEMBERED, book.of(id)));
        configured.know(peers);
        boolean more = !trusted.containsAll(ids);
        trusted = ids;
        if (more) {
            ears.forEach(Ear::seek);
            // Who is there already is a candidate from now on.
            heard().forEach(this::seen);
        }
    }

    /** Begins to listen and to ask. */
    public void start() {
        RungReport byMulticast = report(Rung.MULTICAST);
        if (!settings.multicast()) {
            byMulticast.off("multicast = false in [discovery]");
        } else if (settings.listen().isEmpty()) {
            byMulticast.off("there is no address in [coap] listen at which others could come");
        } else {
            try {
                Multicast opened =
                        new Multicast(
                                settings.self(),
                                settings.announcedName(),
                                time,
                                entropy,
                                id -> trusted.contains(id),
                                this::isMissing,
                                byMulticast,
                                this::seen,
                                threads.multicast());
                multicast = opened;
                listenBy(opened);
            } catch (IOException e) {
                byMulticast.fails("it can't be started: " + e);
            }
        }
        startDnsSd();
        report(Rung.PEERS).works("");
        var _ =
                threads.timer()
                        .scheduleWithFixedDelay(this::step, 0, STEP_MS, TimeUnit.MILLISECONDS);
    }

    private void startDnsSd() {
        RungReport report = report(Rung.DNS_SD);
        boolean isAlone =
                settings.listen().stream().allMatch(at -> at.getAddress().isLoopbackAddress());
        if (!settings.dnsSd()) {
            report.off("dns-sd = false in [discovery]");
        } else if (isAlone) {
            report.off("[coap] listen has no address that others could reach");
        } else {
            DnsSd opened =
                    new DnsSd(
                            settings.self(),
                            settings.announcedName(),
                            settings.listen().getFirst().getPort(),
                            settings.systemBus(),
                            threads.dnsSd(),
                            report,
                            this::seen,
                            this::gone);
            dnsSd = opened;
            listenBy(opened);
        }
    }

    /** Takes what is heard by this rung, too; which says by {@link #seen} what is new. */
    void listenBy(Ear ear) {
        ears.add(ear);
    }

    private boolean isMissing(NodeId peer) {
        Reach ways = reach;
        return trusted.contains(peer) && (ways == null || !ways.isReachable(peer));
    }

    /** Somebody said that a node is somewhere. Any thread. */
    void seen(Sighting sighting) {
        boolean _ = candidates.sighted(sighting.id(), sighting.address(), sighting.rung());
        if (!isMissing(sighting.id())) {
            return;
        }
        synchronized (trials) {
            trials.claimed(sighting.id(), sighting.address(), time.monotonicNanos());
        }
        try {
            var _ = threads.timer().schedule(this::tryClaims, TRY_AFTER_MS, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            // The node is closing.
        }
    }

    /** Nobody says so any longer; other ways by which it is known are left. Any thread. */
    void gone(Sighting sighting) {
        boolean isSaidElsewhere =
                heard().stream()
                        .anyMatch(other ->
                                other.id().equals(sighting.id())
                                        && other.rung() == sighting.rung()
                                        && other.address().equals(sighting.address()));
        if (!isSaidElsewhere) {
            candidates.gone(sighting.id(), sighting.address(), sighting.rung());
        }
    }

    private void tryClaims() {
        Reach ways = reach;
        if (ways == null) {
            return;
        }
        List<Trials.Trial> now;
        synchronized (trials) {
            now = trials.step(time.monotonicNanos(), this::isMissing);
        }
        for (Trials.Trial trial : now) {
            ways.tryAt(
                    trial.peer(),
                    trial.address(),
                    () -> {
                        synchronized (trials) {
                            trials.over(trial);
                        }
                    });
        }
    }

    private void step() {
        if (steps++ % LOOK_EVERY == 0) {
            lookAtLinks();
        }
        DnsSd services = dnsSd;
        if (services != null && links != null && steps % DNS_SD_EVERY == DNS_SD_AFTER) {
            services.look(links.networked());
        }
        Reach ways = reach;
        if (ways != null) {
            lookAtPeers(ways);
            tryClaims();
        }
        book.writeWhereDue(time.monotonicNanos());
        tellHealth();
    }

    private void lookAtLinks() {
        Links before = links;
        if (before != null && !addresses.any()) {
            return;
        }
        Links now;
        try {
            now = Links.now(settings.listen());
        } catch (SocketException e) {
            report(Rung.MULTICAST).fails("the interfaces can't be listed: " + e.getMessage());
            return;
        }
        if (now.equals(before)) {
            return;
        }
        links = now;
        Multicast rung = multicast;
        if (rung != null) {
            rung.links(now);
        }
        Reach ways = reach;
        if (before != null && ways != null && !before.addresses().containsAll(now.addresses())) {
            // Who hears from this node from elsewhere follows it.
            trusted.stream().filter(ways::isReachable).forEach(ways::greet);
        }
    }

    private void lookAtPeers(Reach ways) {
        Set<NodeId> reachable = new LinkedHashSet<>();
        Set<NodeId> missing = new LinkedHashSet<>();
        for (NodeId peer : trusted) {
            if (!ways.isReachable(peer)) {
                missing.add(peer);
                continue;
            }
            reachable.add(peer);
            remember(ways, peer);
        }
        Set<NodeId> lost = new HashSet<>(missing);
        lost.removeAll(missingBefore);
        missingBefore = Set.copyOf(missing);
        if (!lost.isEmpty()) {
            ears.forEach(Ear::seek);
        }
        for (Enquiries.Question question :
                enquiries.step(time.monotonicNanos(), reachable, missing)) {
            report(Rung.PEERS).wentOut();
            ways.ask(
                    question.peer(),
                    question.missing(),
                    answer -> told(ways.addressOf(question.peer()), question, answer));
        }
    }

    private void remember(Reach ways, NodeId peer) {
        InetSocketAddress address = ways.addressOf(peer);
        if (address != null && candidates.proved(peer, address)) {
            book.proved(peer, address);
        }
    }

    /** A peer said where others are. */
    private void told(
            @Nullable InetSocketAddress teller,
            Enquiries.Question question,
            byte @Nullable [] answer) {
        RungReport report = report(Rung.PEERS);
        if (answer == null) {
            return;
        }
        report.cameIn();
        boolean isHere = teller != null && teller.getAddress().isLoopbackAddress();
        Enquiries.read(question, answer, isHere, report::refused).forEach(this::seen);
    }

    private void tellHealth() {
        List<String> failed = new ArrayList<>();
        if (!trusted.isEmpty()) {
            for (RungState state : rungs()) {
                if (state.status() == Status.FAILED) {
                    failed.add("discovery by " + state.rung() + ": " + state.reason());
                }
            }
        }
        health.also(Part.PEERS, "discovery", String.join("; ", failed));
    }

    /** How each rung is doing, in the order of trust. */
    public List<RungState> rungs() {
        return reports.entrySet().stream()
                .map(one -> one.getValue().state(candidates.found(one.getKey())))
                .toList();
    }

    /** By which rungs this peer was found, in words; empty where by none. */
    public String foundBy(NodeId peer) {
        return candidates.foundBy(peer);
    }

    /**
     * Where this peer proved to be, the last place first, as others may be told. Where only this
     * machine or this link makes sense of that: where it is said to be, unless that is no better.
     */
    public List<InetSocketAddress> provedAt(NodeId peer) {
        Set<InetSocketAddress> proved = new LinkedHashSet<>();
        InetSocketAddress last = candidates.proved(peer);
        if (last != null) {
            proved.add(last);
            proved.addAll(book.of(peer));
        }
        Set<InetSocketAddress> said = new LinkedHashSet<>(proved);
        if (last != null) {
            said.addAll(of(peer));
        }
        List<InetSocketAddress> elsewhere =
                (isElsewhere(proved) ? proved : said)
                        .stream()
                                .filter(address -> Enquiries.isElsewhere(address.getAddress()))
                                .toList();
        return (elsewhere.isEmpty() ? List.copyOf(proved) : elsewhere)
                .stream().limit(Enquiries.TOLD_MAX).toList();
    }

    private static boolean isElsewhere(Set<InetSocketAddress> some) {
        return some.stream().anyMatch(address -> Enquiries.isElsewhere(address.getAddress()));
    }

    @Override
    public List<InetSocketAddress> of(NodeId peer) {
        return candidates.of(peer, time.monotonicNanos());
    }

    @Override
    public void failed(NodeId peer, InetSocketAddress address) {
        candidates.failed(peer, address, time.monotonicNanos());
    }

    @Override
    public boolean doubts(NodeId peer, InetSocketAddress address) {
        return candidates.doubts(peer, address, time.monotonicNanos());
    }

    private List<Sighting> heard() {
        return ears.stream().flatMap(ear -> ear.heard().stream()).toList();
    }

    @Override
    public List<Neighbour> list() {
        Map<NodeId, Neighbour> all = new LinkedHashMap<>();
        heard().forEach(sighting -> add(all, sighting));
        return List.copyOf(all.values());
    }

    private static void add(Map<NodeId, Neighbour> all, Sighting sighting) {
        all.merge(
                sighting.id(),
                new Neighbour(sighting.id(), sighting.name(), List.of(sighting.address())),
                (one, other) -> {
                    Set<InetSocketAddress> addresses = new LinkedHashSet<>(one.addresses());
                    addresses.addAll(other.addresses());
                    return new Neighbour(
                            one.id(),
                            one.name() != null ? one.name() : other.name(),
                            addresses.stream().limit(Candidates.ADDRESSES_MAX).toList());
                });
    }

    @Override
    public void close() {
        ears.forEach(Ear::close);
        Reach ways = reach;
        if (ways != null) {
            // Since the last step somebody may have been reached for the first time.
            trusted.stream().filter(ways::isReachable).forEach(peer -> remember(ways, peer));
        }
        book.write();
    }
}
