package io.pipit.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.eclipse.californium.core.coap.Message;
import org.eclipse.californium.core.network.serialization.DataParser;
import org.eclipse.californium.core.network.serialization.TcpDataParser;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Another implementation reads the same out of the same bytes. */
class FrameAgreementTest {
    private static final int MESSAGES = Integer.getInteger("pipit.frames", 1_000_000);
    private static final int BYTES_MAX = 1 << 17;
    private static final int MUTATED_BYTES = 64;

    /** Numbers that mean something to the other one, which then gives their values a form. */
    private static final int KNOWN_BELOW = 300;

    /** It judges codes and the values of options at once, where here who uses them does. */
    private static final String MEANING =
            "Option .* must be .*|.*[Cc]ode.*|(Empty m|M)essage .* payload.*";

    /** Here a message has limits that it hasn't there. */
    private static final String LIMITS = "more than .* options or .* bytes of them";

    private final DataParser other = new TcpDataParser();
    private final Random random = new Random(20_251_128);
    private String why = "";

    private record Read(int code, byte[] token, List<String> options, byte[] payload) {
        boolean isSame(Read that) {
            // What it doesn't know becomes the first code of its class there.
            return (code == that.code || that.code == code / 100 * 100)
                    && Arrays.equals(token, that.token)
                    && options.equals(that.options)
                    && Arrays.equals(payload, that.payload);
        }
    }

    @Test
    void readsAsCaliforniumDoes() {
        int both = 0;
        int neither = 0;
        for (int i = 0; i < MESSAGES; i++) {
            boolean mutated = i % 2 == 1;
            byte[] bytes = mutated ? mutate(message()) : message();
            if (mutated && !isWhole(bytes)) {
                continue;
            }
            Read ours = ours(bytes);
            Read theirs = theirs(bytes);
            if (ours != null && theirs != null) {
                both++;
                assertThat(ours.isSame(theirs)).as(start(bytes)).isTrue();
            } else if (ours == null && theirs == null) {
                neither++;
            } else {
                assertThat(mutated && why.matches(ours == null ? LIMITS : MEANING))
                        .as("only one can read %s: %s", start(bytes), why)
                        .isTrue();
            }
        }
        assertThat(both).isGreaterThan(MESSAGES / 2);
        assertThat(neither).isPositive();
    }

    /** The other one is given one message's bytes by somebody else. */
    private static boolean isWhole(byte[] bytes) {
        try {
            return Frame.bytesOf(ByteBuffer.wrap(bytes), BYTES_MAX).orElse(0) == bytes.length;
        } catch (WireException e) {
            return false;
        }
    }

    private static String start(byte[] bytes) {
        int shown = Math.min(MUTATED_BYTES, bytes.length);
        return bytes.length + " bytes: " + HexFormat.of().formatHex(bytes, 0, shown);
    }

    private byte[] message() {
        int code = random.nextBoolean() ? 1 + random.nextInt(4) : 201 + random.nextInt(5);
        byte[] token = bytes(random.nextInt(9));
        List<Options.Option> options = new ArrayList<>();
        for (int left = random.nextInt(5); left > 0; left--) {
            int number = KNOWN_BELOW + random.nextInt(random.nextBoolean() ? 20 : 60_000);
            int length = random.nextInt(10) == 0 ? random.nextInt(700) : random.nextInt(20);
            options.add(new Options.Option(number, bytes(length)));
        }
        int length =
                switch (random.nextInt(200)) {
                    case 0 -> 60_000 + random.nextInt(10_000);
                    case 1, 2 -> random.nextInt(2_000);
                    default -> random.nextInt(30);
                };
        return new Frame(code, token, Options.of(options), bytes(length)).encode();
    }

    private byte[] bytes(int length) {
        byte[] made = new byte[length];
        random.nextBytes(made);
        return made;
    }

    private byte[] mutate(byte[] bytes) {
        byte[] changed = bytes.clone();
        for (int left = 1 + random.nextInt(3); left > 0; left--) {
            int at = random.nextInt(Math.min(changed.length, MUTATED_BYTES));
            changed[at] = (byte) random.nextInt(256);
        }
        return random.nextInt(10) == 0
                ? Arrays.copyOf(changed, random.nextInt(changed.length + 1))
                : changed;
    }

    private @Nullable Read ours(byte[] bytes) {
        try {
            ByteBuffer in = ByteBuffer.wrap(bytes);
            Optional<Frame> frame = Frame.decode(in, BYTES_MAX);
            if (frame.isEmpty() || in.hasRemaining()) {
                why = "incomplete, or more than one";
                return null;
            }
            Frame it = frame.get();
            List<String> options = new ArrayList<>();
            it.options().forEach(o -> note(options, o.number(), o.value()));
            return new Read(it.code(), it.token(), options, it.payload());
        } catch (WireException e) {
            why = String.valueOf(e.getMessage()).replaceAll("[0-9]+", "N");
            return null;
        }
    }

    private @Nullable Read theirs(byte[] bytes) {
        try {
            Message message = other.parseMessage(bytes);
            List<String> options = new ArrayList<>();
            message.getOptions()
                    .asSortedList()
                    .forEach(o -> note(options, o.getNumber(), o.getValue()));
            int code = message.getRawCode();
            byte[] payload = message.getPayload();
            return new Read(
                    (code >> 5) * 100 + (code & 31),
                    message.getTokenBytes(),
                    options,
                    payload == null ? new byte[0] : payload);
        } catch (RuntimeException e) {
            why = String.valueOf(e.getMessage()).replaceAll("[0-9]+", "N");
            return null;
        }
    }

    private static void note(List<String> options, int number, byte[] value) {
        if (number >= KNOWN_BELOW) {
            options.add(number + "=" + HexFormat.of().formatHex(value));
        }
    }
}
