package io.pipit.config.text;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/** Finds the known word that a misspelt one probably stands for. */
public final class Spelling {
    private static final int WORD_CHARS_MAX = 64;

    private Spelling() {}

    /**
     * The known word with the fewest slips (a letter missing, added, wrong, or two swapped) from
     * the given one, where those are few for its length.
     */
    public static Optional<String> nearest(String word, Collection<String> known) {
        if (word.length() > WORD_CHARS_MAX) {
            return Optional.empty();
        }
        int most = Math.max(1, (word.length() + 1) / 3);
        return known.stream()
                .filter(candidate -> candidate.length() <= WORD_CHARS_MAX)
                .filter(candidate -> distance(word, candidate) <= most)
                .min(
                        Comparator.comparingInt((String candidate) -> distance(word, candidate))
                                .thenComparing(Comparator.naturalOrder()));
    }

    /** What follows "unknown …": the nearest word where there is one, else all of them. */
    public static String hint(String word, Collection<String> known) {
        return nearest(word, known)
                .map(near -> "did you mean \"" + near + "\"?")
                .orElseGet(() ->
                        known.isEmpty()
                                ? "there is none"
                                : "known are " + String.join(", ", known));
    }

    /** Optimal string alignment: Levenshtein's distance, a swap of neighbours counting as one. */
    static int distance(String a, String b) {
        int[][] cost = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            cost[i][0] = i;
        }
        for (int j = 0; j <= b.length(); j++) {
            cost[0][j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            for (int j = 1; j <= b.length(); j++) {
                int wrong = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
                cost[i][j] =
                        Math.min(
                                Math.min(cost[i - 1][j], cost[i][j - 1]) + 1,
                                cost[i - 1][j - 1] + wrong);
                if (i > 1
                        && j > 1
                        && a.charAt(i - 1) == b.charAt(j - 2)
                        && a.charAt(i - 2) == b.charAt(j - 1)) {
                    cost[i][j] = Math.min(cost[i][j], cost[i - 2][j - 2] + 1);
                }
            }
        }
        return cost[a.length()][b.length()];
    }
}
