package io.pipit.model;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PublicKey;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/**
 * What a node is called by machines: the first 16 bytes of SHA-256 over its public key
 * (SubjectPublicKeyInfo, DER). Immutable.
 *
 * <p>Written as the 26 base32 characters (RFC 4648, section 6) of those bytes and two check
 * characters, in four groups of seven: {@code ABCDEFG-ABCDEFG-ABCDEFG-ABCDEFG}. The check is the 26
 * characters read as one number in base 32, modulo the prime 1021, in base 32: it finds every
 * single wrong character and every pair of neighbours that changed places.
 */
public final class NodeId implements Comparable<NodeId> {
    private static final String ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    private static final int BYTES = 16;
    private static final int DATA_CHARS = 26;
    private static final int CHARS = 28;
    private static final int GROUP_CHARS = 7;
    private static final int CHECK_PRIME = 1021;

    private final byte[] bytes;
    private final String text;

    private NodeId(byte[] bytes) {
        this.bytes = bytes;
        this.text = grouped(encode(bytes));
    }

    /** The ID of the node that holds the private half of {@code key}. */
    public static NodeId of(PublicKey key) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(key.getEncoded());
            return new NodeId(Arrays.copyOf(hash, BYTES));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /**
     * The ID that {@link #toBytes} gave.
     *
     * @param bytes 16 of them
     */
    public static NodeId ofBytes(byte[] bytes) {
        if (bytes.length != BYTES) {
            throw new IllegalArgumentException(
                    "a node ID has " + BYTES + " bytes, not " + bytes.length);
        }
        return new NodeId(bytes.clone());
    }

    /**
     * Reads an ID as a person may have typed it: in either case, with or without the dashes.
     *
     * @return nothing where it isn't one, or where its check characters don't fit
     */
    public static Optional<NodeId> parse(String text) {
        String chars = text.replace("-", "").toUpperCase(Locale.ROOT);
        if (chars.length() != CHARS || !chars.chars().allMatch(c -> ALPHABET.indexOf(c) >= 0)) {
            return Optional.empty();
        }
        byte[] bytes = new byte[BYTES];
        int bits = 0;
        int held = 0;
        int at = 0;
        for (int i = 0; i < DATA_CHARS; i++) {
            held = (held << 5 | ALPHABET.indexOf(chars.charAt(i))) & 0xfff;
            bits += 5;
            if (bits >= 8) {
                bits -= 8;
                bytes[at++] = (byte) (held >> bits);
            }
        }
        NodeId id = new NodeId(bytes);
        return id.text.replace("-", "").equals(chars) ? Optional.of(id) : Optional.empty();
    }

    /** The 16 bytes, a copy. */
    public byte[] toBytes() {
        return bytes.clone();
    }

    private static String encode(byte[] bytes) {
        StringBuilder out = new StringBuilder(CHARS);
        int bits = 0;
        int held = 0;
        int check = 0;
        for (byte b : bytes) {
            held = (held << 8 | (b & 0xff)) & 0xfff;
            bits += 8;
            while (bits >= 5) {
                bits -= 5;
                check = append(out, held >> bits & 31, check);
            }
        }
        check = append(out, held << (5 - bits) & 31, check);
        return out.append(ALPHABET.charAt(check >> 5))
                .append(ALPHABET.charAt(check & 31))
                .toString();
    }

    private static int append(StringBuilder out, int digit, int check) {
        out.append(ALPHABET.charAt(digit));
        return (check * 32 + digit) % CHECK_PRIME;
    }

    private static String grouped(String chars) {
        StringBuilder out = new StringBuilder(CHARS + 3);
        for (int i = 0; i < CHARS; i += GROUP_CHARS) {
            out.append(i == 0 ? "" : "-").append(chars, i, i + GROUP_CHARS);
        }
        return out.toString();
    }

    /** The order of the bytes, unsigned: all nodes agree on who of two is the lower. */
    @Override
    public int compareTo(NodeId other) {
        return Arrays.compareUnsigned(bytes, other.bytes);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof NodeId id && Arrays.equals(bytes, id.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    @Override
    public String toString() {
        return text;
    }
}
