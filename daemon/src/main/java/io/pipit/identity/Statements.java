package io.pipit.identity;

import io.pipit.identity.statement.Revocation;
import io.pipit.identity.statement.Rotation;
import io.pipit.identity.statement.Statement;
import io.pipit.model.NodeId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The signed statements that a node keeps, and what follows from them. Immutable. */
public final class Statements {
    /** How many a node keeps. */
    public static final int STATEMENTS_MAX = 1_024;

    /** Rotations one after the other that are followed: more than any key has in its life. */
    private static final int STEPS_MAX = 64;

    static final Statements NONE = new Statements(List.of());

    /**
     * One of them.
     *
     * @param name what its subject was called here; empty where it wasn't known
     * @param settled of a revocation: overruled, the subject was taken in again on purpose; of a
     *     rotation: done, the new key was seen in use
     */
    public record Kept(Statement statement, String name, boolean settled) {
        /** The same, no longer to be acted upon. */
        Kept settle() {
            return new Kept(statement, name, true);
        }
    }

    private final List<Kept> list;
    private final Map<NodeId, Rotation> rotations = new HashMap<>();
    private final Map<NodeId, NodeId> done = new HashMap<>();
    private final Map<NodeId, Kept> revoked = new HashMap<>();

    Statements(List<Kept> list) {
        this.list = List.copyOf(list);
        for (Kept kept : list) {
            if (kept.statement() instanceof Rotation rotation) {
                rotations.put(rotation.subject(), rotation);
                if (kept.settled()) {
                    done.put(rotation.subject(), rotation.after());
                }
            }
        }
        for (Kept kept : list) {
            if (kept.statement() instanceof Revocation && !kept.settled()) {
                after(kept.statement().subject()).forEach(id -> revoked.putIfAbsent(id, kept));
            }
        }
    }

    /** All, the oldest first. */
    public List<Kept> list() {
        return list;
    }

    /** An ID and all that follow it, as far as anybody said. */
    private List<NodeId> after(NodeId id) {
        List<NodeId> all = new ArrayList<>(List.of(id));
        for (Rotation next = rotations.get(id);
                next != null && all.size() < STEPS_MAX;
                next = rotations.get(next.after())) {
            all.add(next.after());
        }
        return all;
    }

    /**
     * Why this one is out: the revocation of it, of a key before it, or of one after it. Nothing
     * where it isn't.
     */
    public Optional<Kept> revocationOf(NodeId id) {
        return after(id).stream().map(revoked::get).filter(kept -> kept != null).findFirst();
    }

    /** Who goes by the key that this one was, as far as that was seen in use. */
    public NodeId current(NodeId id) {
        NodeId now = id;
        for (int step = 0; step < STEPS_MAX; step++) {
            NodeId next = done.get(now);
            if (next == null) {
                return now;
            }
            now = next;
        }
        return now;
    }

    /** Who went by another key before, with who that is now. */
    public Map<NodeId, NodeId> successions() {
        Map<NodeId, NodeId> all = new HashMap<>();
        done.keySet().forEach(id -> all.put(id, current(id)));
        return all;
    }

    /**
     * The key that comes next for this one, but wasn't seen in use yet; null where there is none.
     */
    @Nullable NodeId next(NodeId id) {
        Rotation rotation = rotations.get(id);
        return rotation == null || done.containsKey(id) ? null : rotation.after();
    }

    /** Whether what is kept says this or something newer. */
    boolean knows(Statement statement) {
        return list.stream()
                .map(Kept::statement)
                .anyMatch(
                        known -> isSame(known, statement) && known.number() >= statement.number());
    }

    private static boolean isSame(Statement a, Statement b) {
        // Of one key there is one successor: who was first, stays.
        return a.getClass() == b.getClass()
                && a.subject().equals(b.subject())
                && a.issuer().equals(b.issuer());
    }

    /** What this node overruled of it, or null. */
    boolean overruled(Statement statement) {
        return list.stream()
                .anyMatch(kept ->
                        kept.settled()
                                && kept.statement() instanceof Revocation
                                && isSame(kept.statement(), statement)
                                && kept.statement().number() >= statement.number());
    }

    /** The highest number that this issuer used; 0 where it used none. */
    public long lastNumber(NodeId issuer) {
        return list.stream()
                .map(Kept::statement)
                .filter(statement -> statement.issuer().equals(issuer))
                .mapToLong(Statement::number)
                .max()
                .orElse(0);
    }

    /**
     * With one more, in place of an older one of the same issuer about the same subject. Where
     * there is no room, the oldest revocation goes that nobody needs: one that was overruled, or
     * else one whose subject isn't in these.
     *
     * @return null where none can go
     */
    @Nullable Statements with(Kept added, Collection<NodeId> needed) {
        List<Kept> all = new ArrayList<>(list);
        all.removeIf(kept -> isSame(kept.statement(), added.statement()));
        if (all.size() >= STATEMENTS_MAX
                && !removeFirst(all, Kept::settled)
                && !removeFirst(all, kept -> !needed.contains(kept.statement().subject()))) {
            return null;
        }
        all.add(added);
        return new Statements(all);
    }

    private static boolean removeFirst(List<Kept> from, Predicate<Kept> which) {
        for (Kept kept : from) {
            if (kept.statement() instanceof Revocation && which.test(kept)) {
                return from.remove(kept);
            }
        }
        return false;
    }

    /** With all revocations of this one, or of a key of its before, overruled. */
    Statements overrule(NodeId id) {
        Set<Statement> meant = new HashSet<>();
        for (Kept kept = revoked(id, meant); kept != null; kept = revoked(id, meant)) {
            meant.add(kept.statement());
        }
        return settle(meant);
    }

    private @Nullable Kept revoked(NodeId id, Set<Statement> but) {
        List<NodeId> same = after(id);
        for (Kept kept : list) {
            if (kept.statement() instanceof Revocation
                    && !kept.settled()
                    && !but.contains(kept.statement())
                    && (same.contains(kept.statement().subject())
                            || after(kept.statement().subject()).contains(id))) {
                return kept;
            }
        }
        return null;
    }

    /** With this rotation done. */
    Statements done(NodeId after) {
        Set<Statement> meant = new HashSet<>();
        for (Kept kept : list) {
            if (kept.statement() instanceof Rotation rotation && rotation.after().equals(after)) {
                meant.add(rotation);
            }
        }
        return settle(meant);
    }

    private Statements settle(Set<Statement> meant) {
        return new Statements(
                list.stream()
                        .map(kept -> meant.contains(kept.statement()) ? kept.settle() : kept)
                        .toList());
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Statements statements && list.equals(statements.list);
    }

    @Override
    public int hashCode() {
        return list.hashCode();
    }
}
