package io.pipit.config.rule;

import io.pipit.config.text.Malformed;
import java.util.ArrayList;
import java.util.List;

/**
 * The words, signs and parentheses of a condition, one after the other. A word is what has no
 * space, parenthesis or sign of comparison in it: a name, a number, a unit, a time. One thread.
 */
final class Tokens {
    /**
     * One of them.
     *
     * @param text empty at the end
     * @param offset characters before it
     */
    record Token(String text, int offset) {
        boolean isEnd() {
            return text.isEmpty();
        }

        boolean is(String word) {
            return text.equals(word);
        }

        /** As a message names it. */
        String quoted() {
            return isEnd() ? "the end" : Malformed.quote(text);
        }
    }

    private static final String PARENTHESES = "()";
    private static final String SIGNS = "<>=!";

    private final List<Token> tokens = new ArrayList<>();
    private int at;

    Tokens(String text) {
        int from = 0;
        while (from < text.length()) {
            char first = text.charAt(from);
            int to = from + 1;
            if (Character.isWhitespace(first)) {
                from = to;
                continue;
            }
            if (PARENTHESES.indexOf(first) < 0) {
                boolean sign = SIGNS.indexOf(first) >= 0;
                while (to < text.length() && goesOn(text.charAt(to), sign)) {
                    to++;
                }
            }
            tokens.add(new Token(text.substring(from, to), from));
            from = to;
        }
        tokens.add(new Token("", text.length()));
    }

    private static boolean goesOn(char next, boolean sign) {
        boolean nextIsSign = SIGNS.indexOf(next) >= 0;
        return !Character.isWhitespace(next) && PARENTHESES.indexOf(next) < 0 && nextIsSign == sign;
    }

    Token peek() {
        return tokens.get(at);
    }

    /** The next one; the end again and again. */
    Token next() {
        Token token = tokens.get(at);
        at = Math.min(at + 1, tokens.size() - 1);
        return token;
    }

    /** Takes the next one where it is this. */
    boolean take(String word) {
        if (!peek().is(word)) {
            return false;
        }
        at++;
        return true;
    }
}
