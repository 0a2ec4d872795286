package io.pipit.identity.pairing;

import java.security.SecureRandom;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The eight digits that a person carries from one node to the other. Immutable. They are never
 * printed by accident: {@link #toString} keeps them to itself.
 */
public final class PairingCode {
    /** How many digits. */
    public static final int DIGITS = 8;

    private static final int COUNT = 100_000_000;
    private static final Pattern WRITTEN = Pattern.compile("[0-9]{" + DIGITS + "}");

    private final String digits;

    private PairingCode(String digits) {
        this.digits = digits;
    }

    /** One that nobody can guess. */
    public static PairingCode draw(SecureRandom random) {
        String number = Integer.toString(random.nextInt(COUNT));
        return new PairingCode("0".repeat(DIGITS - number.length()) + number);
    }

    /** Reads it as a person may have typed it: with spaces or dashes between the digits. */
    public static Optional<PairingCode> parse(String text) {
        String digits = text.replaceAll("[\\s-]", "");
        return WRITTEN.matcher(digits).matches()
                ? Optional.of(new PairingCode(digits))
                : Optional.empty();
    }

    /** The digits, for the one who is to carry them. */
    public String reveal() {
        return digits;
    }

    char[] secret() {
        return digits.toCharArray();
    }

    @Override
    public String toString() {
        return "a pairing code";
    }
}
