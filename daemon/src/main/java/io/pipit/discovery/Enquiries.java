package io.pipit.discovery;

import io.pipit.discovery.rung.Rung;
import io.pipit.discovery.rung.Sighting;
import io.pipit.model.NodeId;
import io.pipit.port.Entropy;
import io.pipit.wire.Document;
import io.pipit.wire.Format;
import io.pipit.wire.WireException;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/**
 * When to ask which peer where others are: each that comes within reach at once, and for whoever
 * stays missing a few of them now and then, ever more rarely. No I/O; stepped by one thread.
 */
final class Enquiries {
    /** Peers that one question names. */
    static final int NAMED_MAX = 8;

    /** Peers that are asked at a time for those who stay missing. */
    static final int ASKED_MAX = 3;

    /** Addresses that are told of one peer. */
    static final int TOLD_MAX = 4;

    private static final long SECOND = 1_000_000_000;
    private static final long FIRST_NANOS = SECOND;
    static final long MAX_NANOS = 300 * SECOND;

    /** Ask this peer where those are. */
    record Question(NodeId peer, List<NodeId> missing) {}

    private static final class Wait {
        private long dueNanos;
        private long nextNanos = FIRST_NANOS;
    }

    private final Entropy entropy;
    private final Map<NodeId, Wait> waits = new HashMap<>();
    private Set<NodeId> reachableBefore = Set.of();

    Enquiries(Entropy entropy) {
        this.entropy = entropy;
    }

    /**
     * What to ask now.
     *
     * @param reachable peers that can be asked
     * @param missing peers that can't be reached
     */
    List<Question> step(long nowNanos, Collection<NodeId> reachable, Collection<NodeId> missing) {
        Set<NodeId> fresh = new HashSet<>(reachable);
        fresh.removeAll(reachableBefore);
        reachableBefore = Set.copyOf(reachable);
        waits.keySet().retainAll(Set.copyOf(missing));
        List<NodeId> due = new ArrayList<>();
        for (NodeId id : missing) {
            Wait wait = waits.computeIfAbsent(id, _ -> new Wait());
            if (wait.dueNanos <= nowNanos && !reachable.isEmpty()) {
                due.add(id);
                long half = wait.nextNanos / 2;
                wait.dueNanos = nowNanos + wait.nextNanos + Math.floorMod(entropy.nextLong(), half);
                wait.nextNanos = Math.min(2 * wait.nextNanos, MAX_NANOS);
            }
        }
        List<Question> questions = new ArrayList<>();
        List<NodeId> all = List.copyOf(missing);
        fresh.forEach(peer -> add(questions, peer, all));
        List<NodeId> others = new ArrayList<>(reachable);
        others.removeAll(fresh);
        Collections.shuffle(others, new Random(entropy.nextLong()));
        others.subList(0, Math.min(ASKED_MAX, others.size()))
                .forEach(peer -> add(questions, peer, due));
        return questions;
    }

    private static void add(List<Question> questions, NodeId peer, List<NodeId> missing) {
        for (int from = 0; from < missing.size(); from += NAMED_MAX) {
            int to = Math.min(from + NAMED_MAX, missing.size());
            questions.add(new Question(peer, List.copyOf(missing.subList(from, to))));
        }
    }

    /**
     * What a peer answered: where those are, as it says. What wasn't asked for isn't listened to.
     *
     * @param isHere whether that peer is on this machine, so that its loopback is this node's
     * @param refused hears of each part that isn't taken
     */
    static List<Sighting> read(Question question, byte[] answer, boolean isHere, Runnable refused) {
        List<Sighting> told = new ArrayList<>();
        try {
            for (Document peer : Document.read(answer, Format.CBOR).get("peers").items()) {
                NodeId id = NodeId.parse(peer.get("id").text("")).orElse(null);
                if (id == null || !question.missing().contains(id)) {
                    refused.run();
                    continue;
                }
                peer.get("addresses").items().stream()
                        .limit(TOLD_MAX)
                        .flatMap(item -> AddressBook.parse(item.text("")).stream())
                        .filter(address -> isHere || isElsewhere(address.getAddress()))
                        .forEach(address -> told.add(new Sighting(id, null, address, Rung.PEERS)));
            }
        } catch (WireException e) {
            refused.run();
        }
        return told;
    }

    /** Whether an address means the same to others. */
    static boolean isElsewhere(InetAddress address) {
        return !address.isLoopbackAddress() && !address.isLinkLocalAddress();
    }
}
