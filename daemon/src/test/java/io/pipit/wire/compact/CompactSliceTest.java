package io.pipit.wire.compact;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pipit.model.LogEntry;
import io.pipit.model.LogSlice;
import io.pipit.model.Reading;
import io.pipit.model.Series;
import io.pipit.model.Stamp;
import io.pipit.wire.Slices;
import io.pipit.wire.WireException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class CompactSliceTest {
    private static final int BIG = 1 << 20;

    /** {@link Slices#golden} as it goes over the wire; docs/PROTOCOL.md explains it. */
    private static final String GOLDEN =
            "01 ff66554433221100 07 29 13"
                    + "02 2c04809bee0280a8d6b90700 32058092f401a0e8dbd888d2a30601"
                    + "04 0f6169722f74656d7065726174757265 0343656c 04 02541480897ae8bb891305ae0308"
                    + "0c6169722f68756d6964697479 03255248 04 015680897a0160"
                    + "0f6169722f74656d7065726174757265 0343656c 05 0166a09ce3090501"
                    + "0c6169722f68756d6964697479 03255248 05 0168a09ce30901c801";

    @Test
    void writesTheSameBytesAsEver() {
        assertThat(HexFormat.of().formatHex(encode(Slices.golden().slice(), BIG)))
                .isEqualTo(GOLDEN.replace(" ", ""));
    }

    @Test
    void readsWhatWasWrittenByEarlierVersions() throws WireException {
        assertThat(CompactSlice.decode(HexFormat.of().parseHex(GOLDEN.replace(" ", ""))))
                .isEqualTo(Slices.golden().slice());
    }

    @Test
    void bringsEverySliceBackAsItWas() throws WireException {
        for (int seed = 0; seed < 2_000; seed++) {
            LogSlice slice = Slices.random(new Random(seed), 60).slice();

            LogSlice again = CompactSlice.decode(encode(slice, BIG));

            assertThat(again).as("seed %d", seed).isEqualTo(slice);
            assertThat(bits(again)).as("seed %d", seed).isEqualTo(bits(slice));
        }
    }

    @Test
    void writesAsMuchAsFitsAndSaysHowFarItGoes() throws WireException {
        for (int seed = 0; seed < 1_000; seed++) {
            LogSlice slice = Slices.random(new Random(seed), 300).slice();
            int bytesMax = new Random(seed).nextInt(60, 3_000);

            byte[] pack = encode(slice, bytesMax);
            LogSlice part = CompactSlice.decode(pack);

            int count = part.entries().size();
            assertThat(part.previous()).isEqualTo(slice.previous());
            assertThat(part.entries()).isEqualTo(slice.entries().subList(0, count));
            assertThat(pack.length <= bytesMax || count <= 1)
                    .as("seed %d: %d bytes of %d", seed, pack.length, bytesMax)
                    .isTrue();
            assertThat(part.completeTo())
                    .isEqualTo(
                            count == slice.entries().size()
                                    ? slice.completeTo()
                                    : part.entries().getLast().sequence());
        }
    }

    @Test
    void takesTwoHundredReadingsInADatagramAndFillsIt() throws WireException {
        byte[] pack = encode(steady(2_000), 1_024);

        assertThat(CompactSlice.decode(pack).entries()).hasSizeGreaterThan(250);
        assertThat(pack).hasSizeBetween(900, 1_024);
    }

    @Test
    void aLoneReadingIsSmallToo() {
        assertThat(encode(steady(1), 1_024)).hasSizeLessThan(60);
    }

    @Test
    void noFlippedByteDoesAnythingButFail() {
        byte[] small = encode(Slices.golden().slice(), BIG);
        byte[] large = encode(steady(200), BIG);
        Random random = new Random(1);
        int read = 0;
        for (int i = 0; i < 200_000; i++) {
            byte[] bytes = (random.nextInt(4) == 0 ? large : small).clone();
            for (int flips = 1 + random.nextInt(4); flips > 0; flips--) {
                bytes[random.nextInt(bytes.length)] =
                        (byte) (random.nextBoolean() ? random.nextInt(256) : random.nextInt(4));
            }
            if (random.nextInt(8) == 0) {
                bytes = Arrays.copyOf(bytes, random.nextInt(bytes.length + 20));
            }
            try {
                assertThat(CompactSlice.decode(bytes)).isNotNull();
                read++;
            } catch (WireException e) {
                assertThat(e).hasMessageMatching("\\P{Cntrl}{1,300}");
            }
        }
        assertThat(read).as("some bytes don't matter").isPositive();
    }

    @Test
    void randomBytesDoNothingButFail() {
        Random random = new Random(2);
        byte[] head = Arrays.copyOf(encode(steady(1), BIG), 12);
        for (int i = 0; i < 200_000; i++) {
            byte[] bytes = new byte[random.nextInt(80)];
            random.nextBytes(bytes);
            if (bytes.length >= head.length && random.nextBoolean()) {
                System.arraycopy(head, 0, bytes, 0, head.length);
            }
            try {
                assertThat(CompactSlice.decode(bytes)).isNotNull();
            } catch (WireException e) {
                assertThat(e).hasMessageMatching("\\P{Cntrl}{1,300}");
            }
        }
    }

    @Test
    void announcedCountsAllocateNothing() {
        String head = "01 00112233445566ff 01 00 7f";
        for (String counts :
                List.of(
                        "ffffffffffffffff7f",
                        "a19c01",
                        "00 ffffffffffffffff7f",
                        "00 01 03612f74 0143 01 ffffffff7f",
                        "00 01 03612f74 0143 01 a19c01",
                        "00 01 ffffffff07")) {
            assertThatThrownBy(() ->
                            CompactSlice.decode(
                                    HexFormat.of().parseHex((head + counts).replace(" ", ""))))
                    .isInstanceOf(WireException.class);
        }
    }

    @Test
    void aRunIsNoMoreThanAPackMayHold() throws WireException {
        byte[] pack = encode(steady(CompactSlice.ENTRIES_MAX + 1), 8 << 20);

        assertThat(CompactSlice.decode(pack).entries()).hasSize(CompactSlice.ENTRIES_MAX);
    }

    @Test
    void aLaterVersionIsRefusedInWords() {
        byte[] pack = encode(steady(1), BIG);
        pack[0] = 2;
        assertThatThrownBy(() -> CompactSlice.decode(pack))
                .isInstanceOf(WireException.class)
                .hasMessageContaining("version 2")
                .hasMessageContaining("update");
    }

    private static byte[] encode(LogSlice slice, int bytesMax) {
        return CompactSlice.encodeFirst(slice, bytesMax);
    }

    private static List<Long> bits(LogSlice slice) {
        List<Long> bits = new ArrayList<>();
        for (LogEntry entry : slice.entries()) {
            if (entry instanceof Reading reading) {
                bits.add(Double.doubleToRawLongBits(reading.value()));
            }
        }
        return bits;
    }

    /** Five series in turn, two decimals, a millisecond apart with some jitter. */
    private static LogSlice steady(int count) {
        Random random = new Random(3);
        List<LogEntry> entries = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            entries.add(
                    new Reading(
                            i + 2L,
                            new Stamp(1, 5_000_000 + i * 1_000L + random.nextInt(200)),
                            new Series("air" + i % 5, "temperature"),
                            Math.round(2_000 + 10 * Math.sin(i / 100.0)) / 100.0,
                            "Cel"));
        }
        return new LogSlice(Slices.LOG, 1, 1, entries, count + 1L);
    }
}
