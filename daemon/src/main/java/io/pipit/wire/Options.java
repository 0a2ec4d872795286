package io.pipit.wire;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * A message's options in the order of their numbers (RFC 7252, section 3.1). Immutable. Signalling
 * messages have number spaces of their own (RFC 8323, section 5.1), which only the plain accessors
 * fit.
 */
public final class Options implements Iterable<Options.Option> {
    public static final int URI_HOST = 3;
    public static final int ETAG = 4;
    public static final int OBSERVE = 6;
    public static final int URI_PORT = 7;
    public static final int URI_PATH = 11;
    public static final int CONTENT_FORMAT = 12;
    public static final int MAX_AGE = 14;
    public static final int URI_QUERY = 15;
    public static final int ACCEPT = 17;
    public static final int BLOCK2 = 23;
    public static final int BLOCK1 = 27;

    /** How large the whole answer is (RFC 7959, section 4), bytes. */
    public static final int SIZE2 = 28;

    /** What came with an answer, and is to come back (RFC 9175, section 2.2.1), 1 to 40 bytes. */
    public static final int ECHO = 252;

    /** How large the whole payload is, bytes. */
    public static final int SIZE1 = 60;

    /** The size exponent of a block of any multiple of 1,024 bytes (RFC 8323, section 6). */
    public static final int BERT = 7;

    /** More options than any request of ours has; what it bounds is the work per message. */
    public static final int COUNT_MAX = 128;

    /** All options of a message together, bytes. */
    public static final int BYTES_MAX = 16 * 1024;

    /** None at all. */
    public static final Options NONE = new Options(List.of());

    private static final int NUMBER_MAX = 0xffff;
    private static final int MARKER = 0xff;
    private static final int ONE_BYTE = 13;
    private static final int TWO_BYTES = 14;
    private static final int RESERVED = 15;
    private static final int ONE_BYTE_BASE = 13;
    private static final int TWO_BYTES_BASE = 269;
    private static final int NIBBLE_BYTES_MAX = 5;

    /** One option; the array belongs to it. */
    public record Option(int number, byte[] value) {
        /** Whether who doesn't know it must refuse the message (RFC 7252, section 5.4.1). */
        public boolean isCritical() {
            return (number & 1) == 1;
        }
    }

    /**
     * A part of a body (RFC 7959, section 2.2). Twenty bits of its number travel, so that no part
     * begins beyond 1 GiB: of what is longer only a resource that begins further on (a query {@code
     * from}) has the rest.
     *
     * @param number 0 to {@link #NUMBER_MAX}
     * @param sizeExponent the block's size is 2^(exponent + 4) bytes; 7 is BERT (RFC 8323, section
     *     6)
     */
    public record Block(int number, boolean more, int sizeExponent) {
        /** The largest number. */
        public static final int NUMBER_MAX = (1 << 20) - 1;

        /** The unit in which {@link #number} counts, bytes: 16 to 1,024. */
        public int unitBytes() {
            return 1 << (Math.min(sizeExponent, BERT - 1) + 4);
        }

        /** Where in the body it begins, bytes. */
        public long from() {
            return (long) number * unitBytes();
        }

        /** As it stands in the option. */
        public long encoded() {
            return (long) number << 4 | (more ? 8 : 0) | sizeExponent;
        }
    }

    private record Form(boolean repeats, int bytesMin, int bytesMax) {
        boolean fits(byte[] value) {
            return value.length >= bytesMin && value.length <= bytesMax;
        }
    }

    private static final Map<Integer, Form> KNOWN =
            Map.ofEntries(
                    Map.entry(URI_HOST, new Form(false, 1, 255)),
                    Map.entry(ETAG, new Form(true, 1, 8)),
                    Map.entry(OBSERVE, new Form(false, 0, 3)),
                    Map.entry(URI_PORT, new Form(false, 0, 2)),
                    Map.entry(URI_PATH, new Form(true, 0, 255)),
                    Map.entry(CONTENT_FORMAT, new Form(false, 0, 2)),
                    Map.entry(MAX_AGE, new Form(false, 0, 4)),
                    Map.entry(URI_QUERY, new Form(true, 0, 255)),
                    Map.entry(ACCEPT, new Form(false, 0, 2)),
                    Map.entry(BLOCK2, new Form(false, 0, 3)),
                    Map.entry(BLOCK1, new Form(false, 0, 3)),
                    Map.entry(SIZE2, new Form(false, 0, 4)),
                    Map.entry(SIZE1, new Form(false, 0, 4)),
                    Map.entry(ECHO, new Form(false, 1, 40)));

    private final List<Option> options;

    private Options(List<Option> sorted) {
        this.options = sorted;
    }

    /** These, put in order; those with the same number stay in theirs. */
    public static Options of(List<Option> options) {
        List<Option> sorted = new ArrayList<>(options);
        sorted.sort(Comparator.comparingInt(Option::number));
        return new Options(List.copyOf(sorted));
    }

    /** Puts options together. Not thread-safe. */
    public static final class Builder {
        private final List<Option> options = new ArrayList<>();

        /** A value of bytes. */
        public Builder add(int number, byte[] value) {
            if (number < 0 || number > NUMBER_MAX) {
                throw new IllegalArgumentException("not an option's number: " + number);
            }
            options.add(new Option(number, value.clone()));
            return this;
        }

        /** A text, as UTF-8. */
        public Builder add(int number, String value) {
            return add(number, value.getBytes(StandardCharsets.UTF_8));
        }

        /** A number from 0 to 2^32 - 1, in as few bytes as it takes (RFC 7252, section 3.2). */
        public Builder add(int number, long value) {
            if (value < 0 || value > 0xffffffffL) {
                throw new IllegalArgumentException("not an unsigned 32-bit number: " + value);
            }
            int bytes = (Long.SIZE - Long.numberOfLeadingZeros(value) + 7) / 8;
            byte[] out = new byte[bytes];
            for (int i = 0; i < bytes; i++) {
                out[i] = (byte) (value >> (8 * (bytes - 1 - i)));
            }
            return add(number, out);
        }

        /** Each segment of a path as one Uri-Path, each part of a query as one Uri-Query. */
        public Builder uri(List<String> path, List<String> query) {
            path.forEach(segment -> add(URI_PATH, segment));
            query.forEach(part -> add(URI_QUERY, part));
            return this;
        }

        public Options build() {
            return of(options);
        }
    }

    @Override
    public Iterator<Option> iterator() {
        return options.iterator();
    }

    /** The value of the first with this number. */
    public Optional<byte[]> bytes(int number) {
        return options.stream().filter(o -> o.number() == number).map(Option::value).findFirst();
    }

    /** The values of all with this number, as far as its definition allows them. */
    public List<byte[]> all(int number) {
        Form form = KNOWN.get(number);
        return options.stream()
                .filter(o -> o.number() == number)
                .map(Option::value)
                .filter(value -> form == null || form.fits(value))
                .toList();
    }

    /**
     * The first with this number as a number without sign; nothing where there is none, or where it
     * has more bytes than its definition allows: an elective one is then as good as not there.
     */
    public OptionalLong number(int number) {
        Form form = KNOWN.get(number);
        Optional<byte[]> value = bytes(number).filter(v -> form == null || form.fits(v));
        if (value.isEmpty() || value.get().length > Integer.BYTES) {
            return OptionalLong.empty();
        }
        long held = 0;
        for (byte b : value.get()) {
            held = held << 8 | (b & 0xff);
        }
        return OptionalLong.of(held);
    }

    /** All with this number as texts; what isn't UTF-8 is left out, see {@link #refused}. */
    public List<String> texts(int number) {
        List<String> texts = new ArrayList<>();
        for (Option option : options) {
            String text = option.number() == number ? text(option.value()) : null;
            if (text != null) {
                texts.add(text);
            }
        }
        return texts;
    }

    /** Block1 or Block2; nothing where it isn't there or no block. */
    public Optional<Block> block(int number) {
        OptionalLong value = number(number);
        if (value.isEmpty()) {
            return Optional.empty();
        }
        int bits = (int) value.getAsLong();
        return Optional.of(new Block(bits >> 4, (bits & 8) != 0, bits & 7));
    }

    /**
     * The first critical option of a request that has to be refused with 4.02 (RFC 7252, sections
     * 5.4.1, 5.4.3 and 5.4.5): unknown, too long, or there twice where that isn't allowed.
     */
    public OptionalInt refused() {
        int before = -1;
        for (Option option : options) {
            Form form = KNOWN.get(option.number());
            boolean understood =
                    form != null
                            && form.fits(option.value())
                            && (form.repeats() || option.number() != before)
                            && (!isText(option.number()) || text(option.value()) != null);
            if (option.isCritical() && !understood) {
                return OptionalInt.of(option.number());
            }
            before = option.number();
        }
        return OptionalInt.empty();
    }

    private static boolean isText(int number) {
        return number == URI_PATH || number == URI_QUERY || number == URI_HOST;
    }

    private static @Nullable String text(byte[] value) {
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(value)).toString();
        } catch (CharacterCodingException e) {
            return null;
        }
    }

    /** Bytes that {@link #encode} may take, at the most. */
    public int bytesMax() {
        int bytes = 0;
        for (Option option : options) {
            bytes += NIBBLE_BYTES_MAX + option.value().length;
        }
        return bytes;
    }

    /** Writes them as RFC 7252, section 3.1, has it; the room that takes is {@link #bytesMax}. */
    public void encode(ByteBuffer out) {
        int number = 0;
        for (Option option : options) {
            int delta = option.number() - number;
            int length = option.value().length;
            out.put((byte) (nibble(delta) << 4 | nibble(length)));
            extend(out, delta);
            extend(out, length);
            out.put(option.value());
            number = option.number();
        }
    }

    private static int nibble(int value) {
        return value < ONE_BYTE_BASE ? value : value < TWO_BYTES_BASE ? ONE_BYTE : TWO_BYTES;
    }

    private static void extend(ByteBuffer out, int value) {
        if (value >= TWO_BYTES_BASE) {
            out.putShort((short) (value - TWO_BYTES_BASE));
        } else if (value >= ONE_BYTE_BASE) {
            out.put((byte) (value - ONE_BYTE_BASE));
        }
    }

    /**
     * Reads options up to the payload's marker, which is taken too, or to the end of {@code in}.
     */
    public static Options decode(ByteBuffer in) throws WireException {
        if (!in.hasRemaining()) {
            return NONE;
        }
        int start = in.position();
        List<Option> options = new ArrayList<>();
        int number = 0;
        while (in.hasRemaining()) {
            int head = in.get() & 0xff;
            if (head == MARKER) {
                if (!in.hasRemaining()) {
                    throw new WireException("a payload marker without a payload");
                }
                break;
            }
            number += extended(in, head >> 4, "delta");
            int length = extended(in, head & 0xf, "length");
            if (number > NUMBER_MAX) {
                throw new WireException("an option's number above " + NUMBER_MAX);
            }
            if (length > in.remaining()) {
                throw new WireException("option " + number + " is longer than its message");
            }
            if (options.size() == COUNT_MAX || in.position() + length - start > BYTES_MAX) {
                throw new WireException(
                        "more than " + COUNT_MAX + " options or " + BYTES_MAX + " bytes of them");
            }
            byte[] value = new byte[length];
            in.get(value);
            options.add(new Option(number, value));
        }
        return new Options(List.copyOf(options));
    }

    private static int extended(ByteBuffer in, int nibble, String what) throws WireException {
        int bytes = nibble == ONE_BYTE ? 1 : nibble == TWO_BYTES ? 2 : 0;
        if (nibble == RESERVED || in.remaining() < bytes) {
            throw new WireException("an option's " + what + " that is reserved or cut off");
        }
        return switch (bytes) {
            case 1 -> (in.get() & 0xff) + ONE_BYTE_BASE;
            case 2 -> (in.getShort() & 0xffff) + TWO_BYTES_BASE;
            default -> nibble;
        };
    }
}
