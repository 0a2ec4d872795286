package io.pipit.wire;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FrameTest {
    private static final int BYTES_MAX = 1 << 20;
    private static final byte[] NO_TOKEN = {};

    private static byte[] hex(String text) {
        return HexFormat.of().parseHex(text.replace(" ", ""));
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }

    private static Optional<Frame> decode(byte[] bytes) throws WireException {
        return Frame.decode(ByteBuffer.wrap(bytes), BYTES_MAX);
    }

    @Test
    void readsAndWritesTheExampleOfTheRfc() throws WireException {
        // RFC 8323, section 3.2: a 2.03 with the token 7f, no options, no payload
        Frame frame = decode(hex("01 43 7f")).orElseThrow();

        assertThat(frame.code()).isEqualTo(203);
        assertThat(frame.token()).containsExactly(0x7f);
        assertThat(frame.options()).isEmpty();
        assertThat(frame.payload()).isEmpty();
        assertThat(hex(frame.encode())).isEqualTo("01437f");
    }

    @Test
    void writesARequestAsLibcoapSendsIt() {
        Options options =
                new Options.Builder()
                        .uri(List.of("sensors", "air", "temperature"), List.of("c.pmin=1"))
                        .add(Options.OBSERVE, 0)
                        .add(Options.ACCEPT, 112)
                        .build();

        assertThat(hex(new Frame(Frame.GET, hex("0102"), options).encode()))
                .isEqualTo(
                        "d217010102" // 36 bytes after the token
                                + "60" // Observe 0
                                + "57"
                                + hex("sensors".getBytes(UTF_8))
                                + "03"
                                + hex("air".getBytes(UTF_8))
                                + "0b"
                                + hex("temperature".getBytes(UTF_8))
                                + "48"
                                + hex("c.pmin=1".getBytes(UTF_8))
                                + "2170"); // Accept 112
    }

    @Test
    void writesACapabilitiesMessage() {
        Options options =
                new Options.Builder()
                        .add(Frame.CSM_BLOCK_WISE_TRANSFER, NO_TOKEN)
                        .add(Frame.CSM_MAX_MESSAGE_SIZE, 1 << 20)
                        .build();

        assertThat(hex(Frame.signal(Frame.CSM, options).encode())).isEqualTo("50e12310000020");
    }

    @ParameterizedTest
    @CsvSource({
        "0, 00",
        "1, 20",
        "11, c0",
        "12, d000",
        "13, d001",
        "267, d0ff",
        "268, e00000",
        "269, e00001",
        "65803, e0ffff",
        "65804, f000000000",
        "65805, f000000001",
        "1000000, f0000e4134"
    })
    void hasFourFormsOfLength(int payloadBytes, String header) throws WireException {
        byte[] bytes = new Frame(205, NO_TOKEN, Options.NONE, new byte[payloadBytes]).encode();

        assertThat(hex(bytes)).startsWith(header + "45");
        assertThat(decode(bytes).orElseThrow().payload()).hasSize(payloadBytes);
    }

    @ParameterizedTest
    @CsvSource({
        "1, 0, 10",
        "12, 12, cc",
        "13, 13, dd0000",
        "268, 268, ddffff",
        "269, 269, ee00000000",
        "65535, 1000, eefef202db"
    })
    void hasThreeFormsOfDeltaAndLength(int number, int length, String header) throws WireException {
        Options options = new Options.Builder().add(number, new byte[length]).build();
        byte[] bytes = new Frame(Frame.GET, NO_TOKEN, options).encode();

        assertThat(hex(bytes)).contains("01" + header);
        Options.Option option = decode(bytes).orElseThrow().options().iterator().next();
        assertThat(option.number()).isEqualTo(number);
        assertThat(option.value()).hasSize(length);
    }

    @Test
    void waitsForTheWholeMessageAndLeavesWhatFollows() throws WireException {
        byte[] one = sample(new Random(1)).encode();
        byte[] two = Arrays.copyOf(one, one.length * 2);
        System.arraycopy(one, 0, two, one.length, one.length);
        for (int bytes = 0; bytes < one.length; bytes++) {
            ByteBuffer cut = ByteBuffer.wrap(two, 0, bytes);
            assertThat(Frame.decode(cut, BYTES_MAX)).isEmpty();
            assertThat(cut.position()).isZero();
        }
        ByteBuffer both = ByteBuffer.wrap(two);
        assertThat(Frame.decode(both, BYTES_MAX)).isPresent();
        assertThat(both.position()).isEqualTo(one.length);
        assertThat(Frame.decode(both, BYTES_MAX)).isPresent();
        assertThat(both.hasRemaining()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "f0ffffffff", // announces 4 GB
                "f02fffffff", // announces 805 MB
                "09", // a token of nine bytes
                "0f"
            })
    void refusesByTheHeaderAlone(String bytes) {
        assertThatThrownBy(() -> decode(hex(bytes))).isInstanceOf(WireException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1001ff", // a marker and no payload
                "1001f0", // delta 15 without the marker
                "10010f", // length 15
                "1001d0", // one byte of delta is missing
                "2001e000", // so it is here
                "100101", // the option's value is missing
                "6001e0ffffe0ffff" // numbers above 65535
            })
    void refusesMalformedOptions(String bytes) {
        assertThatThrownBy(() -> decode(hex(bytes))).isInstanceOf(WireException.class);
    }

    @Test
    void refusesTooManyOptionsAndTooManyBytesOfThem() {
        Options.Builder many = new Options.Builder();
        for (int i = 0; i <= Options.COUNT_MAX; i++) {
            many.add(Options.URI_PATH, "a");
        }
        Options.Builder large = new Options.Builder().add(2000, new byte[Options.BYTES_MAX]);
        for (Options.Builder options : List.of(many, large)) {
            byte[] bytes = new Frame(Frame.GET, NO_TOKEN, options.build()).encode();
            assertThatThrownBy(() -> decode(bytes))
                    .isInstanceOf(WireException.class)
                    .hasMessageContaining("more than");
        }
    }

    @Test
    void comesBackFromItsBytes() throws WireException {
        Random random = new Random(8323);
        for (int i = 0; i < 20_000; i++) {
            Frame frame = sample(random);
            Frame again = decode(frame.encode()).orElseThrow();
            assertThat(again.code()).isEqualTo(frame.code());
            assertThat(again.token()).isEqualTo(frame.token());
            assertThat(again.payload()).isEqualTo(frame.payload());
            assertThat(again.encode()).isEqualTo(frame.encode());
        }
    }

    @Test
    void throwsNothingElseWhateverTheBytes() {
        Random random = new Random(7252);
        int refused = 0;
        for (int i = 0; i < 100_000; i++) {
            byte[] bytes = sample(random).encode();
            for (int changes = random.nextInt(4); changes >= 0; changes--) {
                bytes[random.nextInt(Math.min(bytes.length, 40))] = (byte) random.nextInt(256);
            }
            bytes = Arrays.copyOf(bytes, random.nextInt(bytes.length + 1));
            try {
                Frame.decode(ByteBuffer.wrap(bytes), 4_096);
            } catch (WireException e) {
                refused++;
            }
        }
        assertThat(refused).isGreaterThan(1_000);
    }

    private static Frame sample(Random random) {
        byte[] token = new byte[random.nextInt(9)];
        random.nextBytes(token);
        Options.Builder options = new Options.Builder();
        for (int count = random.nextInt(5); count > 0; count--) {
            byte[] value = new byte[random.nextInt(random.nextInt(10) == 0 ? 1000 : 20)];
            random.nextBytes(value);
            options.add(random.nextInt(random.nextBoolean() ? 40 : 65_536), value);
        }
        byte[] payload = new byte[random.nextInt(random.nextInt(10) == 0 ? 70_000 : 300)];
        random.nextBytes(payload);
        int code = random.nextInt(8) * 100 + random.nextInt(32);
        return new Frame(code, token, options.build(), payload);
    }
}
