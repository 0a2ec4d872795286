package io.pipit.identity;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.pipit.identity.Statements.Kept;
import io.pipit.identity.statement.Revocation;
import io.pipit.identity.statement.Rotation;
import io.pipit.identity.statement.Statement;
import io.pipit.model.Grant;
import io.pipit.model.NodeId;
import io.pipit.model.Peer;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The peers that this node knows: those of the configuration, which are fixed, and those of {@code
 * <data-dir>/peers.toml}, which are added and removed here; and what was said of keys since, in
 * {@code statements.toml}, which goes before both. Thread-safe; {@link #find} never waits.
 *
 * <p>Whoever changes the files (the daemon, or a verb while it is stopped) holds a lock on {@code
 * peers.lock} and reads them again first. A file that can't be understood trusts nobody: the
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

    /** An admin whose paths are limited has this among them, or no say. */
    private static final Set<String> ALL_STATEMENTS = Set.of("**", "*", "statements");

    /** What became of a statement that somebody handed on. */
    public enum Verdict {
        /** It was news, is kept, and holds. */
        TAKEN,
        /** It, or a newer one, is kept already. */
        KNOWN,
        /** It was overruled here on purpose. */
        OVERRULED,
        /** Whoever issued it has no say here. */
        NOT_ALLOWED,
        /** There is no room for one more. */
        FULL
    }

    private final Path dataDirectory;
    private final Path file;
    private final Path statementFile;
    private final Path lockFile;
    private final NodeId self;
    private final String selfName;
    private final List<Consumer<List<Peer>>> listeners = new CopyOnWriteArrayList<>();

    private List<Peer> configured;
    private List<Peer> added = List.of();
    private @Nullable String damage;
    private @Nullable String statementsDamage;
    private volatile Statements statements = Statements.NONE;
    private volatile PeerBook book;

    /** What the listeners know. */
    private @Nullable PeerBook told;

    private TrustStore(Path dataDirectory, NodeId self, String selfName, List<Peer> configured) {
        this.dataDirectory = dataDirectory;
        this.file = dataDirectory.resolve("peers.toml");
        this.statementFile = dataDirectory.resolve("statements.toml");
        this.lockFile = dataDirectory.resolve("peers.lock");
        this.self = self;
        this.selfName = selfName;
        this.configured = List.copyOf(configured);
        this.book = book();
    }

    /**
     * Opens it; what is wrong with the files doesn't prevent that.
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

    private PeerBook book() {
        List<String> wrong = new ArrayList<>();
        if (damage != null) {
            wrong.add(damage);
        }
        if (statementsDamage != null) {
            wrong.add(statementsDamage);
        }
        return new PeerBook(self, selfName, configured, added, file.toString(), statements, wrong);
    }

    /** The peer with this ID; also who comes in place of one, by a rotation. */
    public Optional<Peer> find(NodeId id) {
        return Optional.ofNullable(book.find(id));
    }

    /** All peers, the configured ones first. */
    public List<Peer> list() {
        return List.copyOf(book.known.values());
    }

    /** What is wrong with the lists, a line each; empty where nothing is. */
    public List<String> problems() {
        return List.copyOf(book.problems);
    }

    /** What was said of keys. */
    public Statements statements() {
        return statements;
    }

    /**
     * Calls this with all peers whenever they, {@link #problems} or {@link #statements} changed, in
     * the order of the changes, on the thread that made the change. It must only hand over.
     */
    public void onChange(Consumer<List<Peer>> listener) {
        listeners.add(listener);
    }

    /**
     * Takes other configured peers instead, and reads the files again. Tells of it even where the
     * peers are the same: what is wanted of them may not be.
     */
    public synchronized void configure(List<Peer> peers) {
        configured = List.copyOf(peers);
        boolean _ = readAgain();
        book = book();
        told = book;
        tell();
    }

    /** Reads the files again. */
    public synchronized void reload() {
        boolean news = readAgain();
        merge(news);
    }

    /** Says whether there are other statements. */
    private boolean readAgain() {
        Statements before = statements;
        try {
            statements = readStatements();
            statementsDamage = null;
        } catch (IdentityException e) {
            statementsDamage = e.getMessage();
        }
        try {
            added = readFile();
            damage = null;
        } catch (IdentityException e) {
            damage = e.getMessage();
        }
        return !statements.equals(before);
    }

    /**
     * Adds a peer, or changes an added one with the same ID. It is durable when this returns.
     *
     * @throws IdentityException where it can't be added, and why
     */
    public void add(Peer peer) throws IdentityException {
        boolean _ = change(peer.id(), false, before -> peer);
    }

    /**
     * Adds a peer, or changes what is said of an added one with the same ID. It is durable when
     * this returns.
     *
     * @throws IdentityException where it can't be done, and why; also where it was revoked
     */
    public void change(Peer.Change change) throws IdentityException {
        change(change, false);
    }

    /**
     * The same.
     *
     * @param again also where it was revoked, which is overruled by that
     */
    public void change(Peer.Change change, boolean again) throws IdentityException {
        boolean _ = change(change.id(), again, change::to);
    }

    /**
     * Removes an added peer, durably and without a statement: it may come again.
     *
     * @return false where it isn't there
     * @throws IdentityException where it is a configured one, or the file can't be written
     */
    public boolean remove(NodeId id) throws IdentityException {
        return change(id, true, before -> null);
    }

    /**
     * Trusts a node no longer, whether it is a peer or not, and states that. It is durable when
     * this returns.
     *
     * @param by this node
     * @param nowMillis since 1970, by this node's clock as it is
     * @throws IdentityException where that can't be kept, and why
     */
    public void revoke(NodeId id, Identity by, long nowMillis) throws IdentityException {
        if (id.equals(self)) {
            throw new IdentityException(id + " is this node itself");
        }
        locked(() -> {
            long number = Math.max(nowMillis, statements.lastNumber(self) + 1);
            Verdict verdict = keep(Revocation.of(id, number, by.publicKey(), by.privateKey()));
            if (verdict != Verdict.TAKEN) {
                throw new IdentityException(
                        "%s: no room for one more statement; overrule an old one by 'pipit peer add ID --again'"
                                .formatted(statementFile));
            }
            return true;
        });
    }

    /**
     * Takes in what somebody handed on. Where it is news it is durable when this returns.
     *
     * @throws IdentityException where that can't be kept, and why
     */
    public Verdict take(Statement statement) throws IdentityException {
        Verdict quick = judge(statement);
        if (quick != Verdict.TAKEN) {
            return quick;
        }
        Verdict[] verdict = {quick};
        locked(() -> {
            verdict[0] = judge(statement);
            if (verdict[0] == Verdict.TAKEN) {
                verdict[0] = keep(statement);
            }
            return true;
        });
        return verdict[0];
    }

    private Verdict judge(Statement statement) {
        Statements now = statements;
        if (now.overruled(statement)) {
            return Verdict.OVERRULED;
        }
        if (now.knows(statement)) {
            return Verdict.KNOWN;
        }
        boolean allowed =
                switch (statement) {
                    case Revocation revocation -> isAdmin(now.current(revocation.issuer()));
                    // It proves itself; but of a stranger's keys nothing is kept.
                    case Rotation rotation -> book.find(rotation.subject()) != null;
                };
        return allowed ? Verdict.TAKEN : Verdict.NOT_ALLOWED;
    }

    private boolean isAdmin(NodeId issuer) {
        Peer peer = book.find(issuer);
        return peer != null
                && peer.grants().stream()
                        .anyMatch(grant ->
                                grant.role() == Grant.Role.ADMIN
                                        && grant.paths().patterns().stream()
                                                .anyMatch(ALL_STATEMENTS::contains));
    }

    /** With the lock held. */
    private Verdict keep(Statement statement) throws IOException, IdentityException {
        String name =
                Optional.ofNullable(book.find(statement.subject())).map(Peer::name).orElse("");
        Set<NodeId> needed = new HashSet<>(configured.stream().map(Peer::id).toList());
        Statements with = statements.with(new Kept(statement, name, false), needed);
        if (with == null) {
            return Verdict.FULL;
        }
        write(with);
        write(added.stream().filter(peer -> with.revocationOf(peer.id()).isEmpty()).toList());
        return Verdict.TAKEN;
    }

    /**
     * Keeps what this node says of its own keys, so that it is handed on.
     *
     * @param done whether the key after is the one that it has now
     */
    public void keepOwn(Rotation rotation, boolean done) throws IdentityException {
        Kept kept = new Kept(rotation, selfName, done);
        if (statements.list().contains(kept)) {
            return;
        }
        boolean _ =
                locked(() -> {
                    Statements with = statements.with(kept, List.of());
                    if (with != null) {
                        write(with);
                    }
                    return with != null;
                });
    }

    /** One that took another's place, by a rotation, was here: from now on that is so. */
    public void seenInUse(NodeId id) throws IdentityException {
        if (!book.next.containsKey(id)) {
            return;
        }
        locked(() -> {
            if (book.next.containsKey(id)) {
                write(statements.done(id));
                List<Peer> now = new ArrayList<>();
                for (Peer peer : added) {
                    NodeId current = statements.current(peer.id());
                    now.add(current.equals(peer.id()) ? peer : PeerBook.with(peer, current));
                }
                write(now);
            }
            return true;
        });
    }

    /** Makes of the added peer that was there, or null, what takes its place, or null. */
    private interface Step {
        @Nullable Peer from(@Nullable Peer before);
    }

    private interface Work {
        boolean run() throws IdentityException, IOException;
    }

    private boolean change(NodeId id, boolean again, Step step) throws IdentityException {
        Kept revocation = statements.revocationOf(id).orElse(null);
        if (revocation != null && !again) {
            throw new IdentityException(
                    "%s was revoked by %s; 'pipit peer add %s --again' trusts it all the same"
                            .formatted(id, revocation.statement().issuer(), id));
        }
        boolean overrules = revocation != null && step.from(null) != null;
        if (!overrules) {
            book.checkNotConfigured(id);
        }
        return locked(() -> {
            if (overrules) {
                write(statements.overrule(id));
                book = book();
                if (book.find(id) != null) {
                    // It stands in the configuration, which says the rest.
                    return true;
                }
            }
            List<Peer> after = new ArrayList<>(added);
            after.removeIf(peer -> peer.id().equals(id));
            Peer next =
                    step.from(
                            added.stream()
                                    .filter(peer -> peer.id().equals(id))
                                    .findFirst()
                                    .orElse(null));
            if (next != null) {
                book.check(next, after);
                after.add(next);
            }
            return write(after);
        });
    }

    private synchronized boolean locked(Work work) throws IdentityException {
        try {
            Files.createDirectories(dataDirectory);
            try (FileChannel channel =
                            FileChannel.open(
                                    lockFile, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                    FileLock lock = locked(channel)) {
                if (!lock.isValid()) {
                    throw new IdentityException(lockFile + ": the lock was lost; try again");
                }
                Statements before = statements;
                statements = readStatements();
                statementsDamage = null;
                added = readFile();
                damage = null;
                book = book();
                try {
                    return work.run();
                } finally {
                    merge(!statements.equals(before));
                }
            }
        } catch (IOException e) {
            throw new IdentityException(dataDirectory + " can't be written: " + e, e);
        }
    }

    private boolean write(List<Peer> peers) throws IOException {
        List<Peer> sorted = new ArrayList<>(peers);
        sorted.sort(Comparator.comparing(Peer::name));
        if (sorted.equals(added)) {
            return false;
        }
        DurableFile.replace(file, PeerFile.write(sorted), FILE_MODE);
        added = List.copyOf(sorted);
        return true;
    }

    private void write(Statements changed) throws IOException {
        DurableFile.replace(statementFile, StatementFile.write(changed), FILE_MODE);
        statements = changed;
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
            List<Peer> read = PeerFile.read(text(file));
            if (read.size() > PEERS_MAX) {
                throw new IdentityException(
                        "%s holds %d peers; a node knows at most %d"
                                .formatted(file, read.size(), PEERS_MAX));
            }
            return read;
        } catch (PeerFile.Malformed e) {
            throw mend(file, e);
        }
    }

    private Statements readStatements() throws IdentityException {
        try {
            return StatementFile.read(text(statementFile));
        } catch (PeerFile.Malformed e) {
            throw mend(statementFile, e);
        }
    }

    private static IdentityException mend(Path file, PeerFile.Malformed e) {
        return new IdentityException(
                "%s, %s; mend it or move it away".formatted(file, e.getMessage()), e);
    }

    private static String text(Path file) throws IdentityException {
        try {
            if (Files.size(file) > FILE_BYTES_MAX) {
                throw new IdentityException(
                        "%s is larger than %d bytes, far more than it needs; mend it or move it away"
                                .formatted(file, FILE_BYTES_MAX));
            }
            return new String(Files.readAllBytes(file), UTF_8);
        } catch (NoSuchFileException e) {
            return "";
        } catch (IOException e) {
            throw new IdentityException(file + " can't be read: " + e, e);
        }
    }

    private void merge(boolean news) {
        PeerBook before = told;
        book = book();
        told = book;
        if (news || before == null || !book.isSame(before)) {
            tell();
        }
    }

    private void tell() {
        List<Peer> peers = list();
        listeners.forEach(listener -> listener.accept(peers));
    }
}
