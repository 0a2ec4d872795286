package io.pipit.core;

import io.pipit.port.PeerLinks.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The questions that a subscription has under way. Node loop. */
final class Questions {
    /**
     * A question without an answer yet.
     *
     * @param from after this place
     * @param through up to this one; less than {@code from} where it only asks where the feed
     *     stands
     * @param limit entries at the most
     * @param path the way that it is asked at first
     */
    record Question(
            long number,
            long from,
            long through,
            int limit,
            boolean inDoubt,
            Path path,
            long askedNanos) {
        boolean forMissing() {
            return through > from;
        }
    }

    /** By number, so the oldest first. */
    private final TreeMap<Long, Question> all = new TreeMap<>();

    /** Those for something missing, by where they begin; they never overlap. */
    private final TreeMap<Long, Question> stretches = new TreeMap<>();

    /** What was said of the head since each question went out. */
    private final Map<Long, Long> headSince = new HashMap<>();

    private @Nullable Question standing;
    private int entries;

    void add(Question question) {
        all.put(question.number, question);
        if (question.forMissing()) {
            stretches.put(question.from, question);
            entries += question.limit;
        } else {
            standing = question;
        }
    }

    void settled(Question question) {
        all.remove(question.number);
        headSince.remove(question.number);
        if (question.equals(standing)) {
            standing = null;
        }
        if (stretches.remove(question.from, question)) {
            entries -= question.limit;
        }
    }

    void clear() {
        all.clear();
        stretches.clear();
        headSince.clear();
        standing = null;
        entries = 0;
    }

    @Nullable Question get(long number) {
        return all.get(number);
    }

    @Nullable Question oldest() {
        return all.isEmpty() ? null : all.firstEntry().getValue();
    }

    /** The one that asks where the feed stands. */
    @Nullable Question standing() {
        return standing;
    }

    /** How many are for something missing. */
    int stretches() {
        return stretches.size();
    }

    /** Entries that they ask for. */
    int entries() {
        return entries;
    }

    /** Up to where the stretch goes that this place, or the one after it, is asked for with. */
    long askedFrom(long place) {
        Map.Entry<Long, Question> asked = stretches.floorEntry(place);
        return asked == null ? place : Math.max(place, asked.getValue().through);
    }

    /** Where the next stretch above this place begins that is asked for. */
    long nextAsked(long place, long otherwise) {
        Long start = stretches.higherKey(place);
        return start == null ? otherwise : start;
    }

    /** The feed was said to go up to there. */
    void headIs(long place) {
        for (Long number : all.keySet()) {
            headSince.merge(number, place, Math::max);
        }
    }

    /** What was said of that since the question went out; 0 where nothing was. */
    long headSince(Question question) {
        return headSince.getOrDefault(question.number, 0L);
    }
}
