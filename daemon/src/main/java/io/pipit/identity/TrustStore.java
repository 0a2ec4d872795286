package io.pipit.identity;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.pipit.model.NodeId;
import io.pipit.model.Peer;
import io.pipit.model.Series;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The peers that this node knows: those of the configuration, which are fixed, and those of {@code
 * <data-dir>/peers.toml}, which are added and removed here. Thread-safe; {@link #find} never waits.
 *
 * <p>Whoever changes the file (the daemon, or a verb while it is stopped) holds a lock on {@code
 * peers.lock} and reads it again first. A file that can't be understood trusts nobody: the
 * configured peers stay, {@link #problems} says what is wrong, nothing can be changed, and the file
 * is left alone until somebody mends it. Where it could be understood before, what it said then
 * holds until then.
 */
public final class TrustStore {
    /** How many peers a node may know. */
    public static final int PEERS_MAX = 256;

    private static final String FILE_MODE = "rw-r-----";
    private static final int FILE_BYTES_MAX = 1 << 20;
    private static final long LOCK_RETRY_NANOS = 10_000_000;
    private static final int LOCK_RETRIES_MAX = 500;

    private final Path dataDirectory;
    private final Path file;
    private final Path lockFile;
    private final NodeId self;
    private final String selfName;
    private final List<Consumer<List<Peer>>> listeners = new CopyOnWriteArrayList<>();

    private List<Peer> configured;
    private List<Peer> added = List.of();
    private @Nullable String damage;
    private volatile Map<NodeId, Peer> known = Map.of();
    private volatile List<String> problems = List.of();

    private TrustStore(Path dataDirectory, NodeId self, String selfName, List<Peer> configured) {
        this.dataDirectory = dataDirectory;
        this.file = dataDirectory.resolve("peers.toml");
        this.lockFile = dataDirectory.resolve("peers.lock");
        this.self = self;
        this.selfName = selfName;
        this.configured = List.copyOf(configured);
    }

    /**
     * Opens it; what is wrong with the file doesn't prevent that.
     *
     * @param self which can't be a peer
     * @param selfName which no peer can have
     * @param configured from the configuration
     */
    public static TrustStore open(
            Path dataDirectory, NodeId self, String selfName, List<Peer> configured) {
        TrustStore store = new TrustStore(dataDirectory, self, selfName, configured);
        store.reload();
        return store;
    }

    /** The peer with this ID. */
    public Optional<Peer> find(NodeId id) {
        return Optional.ofNullable(known.get(id));
    }

    /** All peers, the configured ones first. */
    public List<Peer> list() {
        return List.copyOf(known.values());
    }

    /** What is wrong with the lists, a line each; empty where nothing is. */
    public List<String> problems() {
        return problems;
    }

    /**
     * Calls this with all peers whenever they, or {@link #problems}, changed, in the order of the
     * changes, on the thread that made the change. It must only hand over.
     */
    public void onChange(Consumer<List<Peer>> listener) {
        listeners.add(listener);
    }

    /**
     * Takes other configured peers instead, and reads the file again. Tells of it even where the
     * peers are the same: what is wanted of them may not be.
     */
    public synchronized void configure(List<Peer> peers) {
        configured = List.copyOf(peers);
        readAgain();
        boolean _ = merge();
        tell();
    }

    /** Reads the file again. */
    public synchronized void reload() {
        readAgain();
        if (merge()) {
            tell();
        }
    }

    private void readAgain() {
        try {
            added = readFile();
            damage = null;
        } catch (IdentityException e) {
            damage = e.getMessage();
        }
    }

    /**
     * Adds a peer, or changes an added one with the same ID. It is durable when this returns.
     *
     * @throws IdentityException where it can't be added, and why
     */
    public void add(Peer peer) throws IdentityException {
        change(peer.id(), before -> peer);
    }

    /**
     * Adds a peer, or changes what is said of an added one with the same ID. It is durable when
     * this returns.
     *
     * @throws IdentityException where it can't be done, and why
     */
    public void change(Peer.Change change) throws IdentityException {
        change(change.id(), change::to);
    }

    /**
     * Removes an added peer, durably.
     *
     * @return false where it isn't there
     * @throws IdentityException where it is a configured one, or the file can't be written
     */
    public boolean remove(NodeId id) throws IdentityException {
        return change(id, before -> null);
    }

    /** Makes of the added peer that was there, or null, what takes its place, or null. */
    private interface Step {
        @Nullable Peer from(@Nullable Peer before);
    }

    private synchronized boolean change(NodeId id, Step step) throws IdentityException {
        checkNotConfigured(id);
        try {
            Files.createDirectories(dataDirectory);
            try (FileChannel channel =
                            FileChannel.open(
                                    lockFile, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                    FileLock lock = locked(channel)) {
                return changeLocked(id, step, lock);
            }
        } catch (IOException e) {
            throw new IdentityException(file + " can't be written: " + e, e);
        }
    }

    private boolean changeLocked(NodeId id, Step step, FileLock lock)
            throws IdentityException, IOException {
        if (!lock.isValid()) {
            throw new IdentityException(lockFile + ": the lock was lost; try again");
        }
        List<Peer> before = readFile();
        List<Peer> after = new ArrayList<>(before);
        after.removeIf(peer -> peer.id().equals(id));
        Peer next =
                step.from(
                        before.stream()
                                .filter(peer -> peer.id().equals(id))
                                .findFirst()
                                .orElse(null));
        if (next != null) {
            check(next, after);
            after.add(next);
        }
        after.sort(Comparator.comparing(Peer::name));
        boolean changed = !after.equals(before);
        if (changed) {
            DurableFile.replace(file, PeerFile.write(after), FILE_MODE);
        }
        added = List.copyOf(after);
        damage = null;
        if (merge()) {
            tell();
        }
        return changed;
    }

    private void checkNotConfigured(NodeId id) throws IdentityException {
        for (Peer peer : configured) {
            if (peer.id().equals(id)) {
                throw new IdentityException(
                        "the peer %s (%s) stands in the configuration; change it there"
                                .formatted(peer.name(), id));
            }
        }
    }

    private void check(Peer peer, List<Peer> others) throws IdentityException {
        if (peer.id().equals(self)) {
            throw new IdentityException(peer.id() + " is this node itself");
        }
        if (!Series.NAME.matcher(peer.name()).matches()) {
            throw new IdentityException(
                    "\"%s\" is not a name; a name is %s"
                            .formatted(peer.name(), Series.NAME.pattern()));
        }
        if (peer.name().equals(selfName)) {
            throw new IdentityException(
                    "this node itself is called %s; give the peer another name"
                            .formatted(selfName));
        }
        List<Peer> rest = new ArrayList<>(configured);
        rest.addAll(others);
        for (Peer other : rest) {
            if (other.name().equals(peer.name())) {
                throw new IdentityException(
                        "the name %s belongs to %s; give the new peer another one"
                                .formatted(peer.name(), other.id()));
            }
        }
        if (rest.size() >= PEERS_MAX) {
            throw new IdentityException(
                    "a node knows at most %d peers; remove one first".formatted(PEERS_MAX));
        }
    }

    private FileLock locked(FileChannel channel) throws IOException, IdentityException {
        for (int tries = 0; tries < LOCK_RETRIES_MAX; tries++) {
            try {
                FileLock lock = channel.tryLock();
                if (lock != null) {
                    return lock;
                }
            } catch (OverlappingFileLockException e) {
                // Another store of this process has it.
            }
            LockSupport.parkNanos(LOCK_RETRY_NANOS);
        }
        throw new IdentityException(
                lockFile + ": another pipit holds this lock for seconds already; try again");
    }

    private List<Peer> readFile() throws IdentityException {
        try {
            if (Files.size(file) > FILE_BYTES_MAX) {
                throw new IdentityException(
                        "%s is larger than %d bytes, far more than %d peers need; mend it or move it away"
                                .formatted(file, FILE_BYTES_MAX, PEERS_MAX));
            }
            List<Peer> read = PeerFile.read(new String(Files.readAllBytes(file), UTF_8));
            if (read.size() > PEERS_MAX) {
                throw new IdentityException(
                        "%s holds %d peers; a node knows at most %d"
                                .formatted(file, read.size(), PEERS_MAX));
            }
            return read;
        } catch (NoSuchFileException e) {
            return List.of();
        } catch (PeerFile.Malformed e) {
            throw new IdentityException(
                    "%s, %s; mend it or move it away".formatted(file, e.getMessage()), e);
        } catch (IOException e) {
            throw new IdentityException(file + " can't be read: " + e, e);
        }
    }

    /** Says whether anything is different now. */
    private boolean merge() {
        List<String> wrong = new ArrayList<>();
        if (damage != null) {
            wrong.add(damage);
        }
        Map<NodeId, Peer> all = new LinkedHashMap<>();
        Map<String, NodeId> names = new HashMap<>();
        names.put(selfName, self);
        take(configured, "configuration", all, names, wrong);
        take(added, file.toString(), all, names, wrong);
        boolean changed =
                !List.copyOf(all.values()).equals(List.copyOf(known.values()))
                        || !wrong.equals(problems);
        known = all;
        problems = List.copyOf(wrong);
        return changed;
    }

    private void tell() {
        List<Peer> peers = List.copyOf(known.values());
        listeners.forEach(listener -> listener.accept(peers));
    }

    private void take(
            Collection<Peer> peers,
            String where,
            Map<NodeId, Peer> all,
            Map<String, NodeId> names,
            List<String> wrong) {
        for (Peer peer : peers) {
            if (peer.id().equals(self)) {
                wrong.add("%s: the peer %s is this node itself".formatted(where, peer.name()));
                continue;
            }
            Peer known = all.get(peer.id());
            if (known != null) {
                wrong.add(
                        "%s: the peer %s is there already, as %s, and stays so"
                                .formatted(where, peer.id(), known.name()));
                continue;
            }
            if (all.size() >= PEERS_MAX) {
                wrong.add(
                        "%s: the peer %s is one too many; a node knows at most %d"
                                .formatted(where, peer.name(), PEERS_MAX));
                continue;
            }
            Peer named = peer;
            if (names.containsKey(peer.name())) {
                named = new Peer(peer.id(), Peer.nameFor(peer.id()), peer.address(), peer.grants());
                wrong.add(
                        "%s: the name %s belongs to %s; %s is called %s until it gets a name of its own"
                                .formatted(
                                        where,
                                        peer.name(),
                                        names.get(peer.name()),
                                        peer.id(),
                                        named.name()));
            }
            names.put(named.name(), named.id());
            all.put(named.id(), named);
        }
    }
}
