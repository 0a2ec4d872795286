package io.pipit.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pipit.model.LogEntry;
import io.pipit.model.LogSlice;
import io.pipit.model.Reading;
import io.pipit.model.Stamp;
import io.pipit.model.Timeline;
import io.pipit.wire.Slices.Sample;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class SliceCodecTest {
    private static final String HEAD =
            "'bn':'VLREQSM-EFVYIFN-TPK7HIE-4F5AQUV/','log':'00112233445566ff','kept':1,'prev':5";
    private static final String FIRST =
            HEAD + ",'seq':6,'boot':1,'bmono':1000000,'n':'air/t','u':'Cel','v':1";
    private static final int BIG = 1 << 20;

    private static byte[] golden(Format format) throws IOException {
        String name = format == Format.JSON ? "slice.json" : "slice.cbor.hex";
        try (var in = SliceCodecTest.class.getResourceAsStream(name)) {
            String text = new String(in.readAllBytes(), StandardCharsets.UTF_8).replace("\n", "");
            return format == Format.JSON
                    ? text.getBytes(StandardCharsets.UTF_8)
                    : HexFormat.of().parseHex(text);
        }
    }

    private static List<byte[]> encode(Sample sample, Format format, int bytesMax) {
        return SliceCodec.encode(
                sample.slice(),
                Slices.NODE,
                sample.timeline(),
                sample.nowMicros(),
                format,
                bytesMax);
    }

    private static LogSlice decode(String json) throws WireException {
        return SliceCodec.decode(
                json.replace('\'', '"').getBytes(StandardCharsets.UTF_8), Format.JSON);
    }

    private static LogSlice decodeHex(String hex) throws WireException {
        return SliceCodec.decode(HexFormat.of().parseHex(hex.replace(" ", "")), Format.CBOR);
    }

    @ParameterizedTest
    @EnumSource
    void writesTheSameBytesAsEver(Format format) throws Exception {
        List<byte[]> packs = encode(Slices.golden(), format, BIG);

        assertThat(packs).hasSize(1);
        if (format == Format.JSON) {
            assertThat(new String(packs.get(0), StandardCharsets.UTF_8))
                    .isEqualTo(new String(golden(format), StandardCharsets.UTF_8));
        } else {
            assertThat(HexFormat.of().formatHex(packs.get(0)))
                    .isEqualTo(HexFormat.of().formatHex(golden(format)));
        }
    }

    @ParameterizedTest
    @EnumSource
    void readsWhatWasWrittenByEarlierVersions(Format format) throws Exception {
        assertThat(SliceCodec.decode(golden(format), format)).isEqualTo(Slices.golden().slice());
    }

    @ParameterizedTest
    @EnumSource
    void bringsEverySliceBackAsItWas(Format format) throws Exception {
        for (int seed = 0; seed < 1_000; seed++) {
            Sample sample = Slices.random(new Random(seed), 60);

            List<byte[]> packs = encode(sample, format, BIG);

            assertThat(packs).as("seed %d", seed).hasSize(1);
            assertThat(SliceCodec.decode(packs.get(0), format))
                    .as("seed %d", seed)
                    .isEqualTo(sample.slice());
        }
    }

    @ParameterizedTest
    @EnumSource
    void splitsIntoPacksThatFollowOnEachOtherAndFit(Format format) throws Exception {
        for (int seed = 0; seed < 500; seed++) {
            Sample sample = Slices.random(new Random(seed), 80);
            int bytesMax = new Random(seed).nextInt(100, 2_000);

            List<byte[]> packs = encode(sample, format, bytesMax);

            var entries = new ArrayList<LogEntry>();
            long previous = sample.slice().previous();
            LogSlice last = null;
            for (byte[] pack : packs) {
                LogSlice part = SliceCodec.decode(pack, format);
                assertThat(part.previous()).as("seed %d", seed).isEqualTo(previous);
                assertThat(part.firstKept()).isEqualTo(sample.slice().firstKept());
                assertThat(pack.length <= bytesMax || part.entries().size() <= 1)
                        .as("seed %d: %d bytes of %d", seed, pack.length, bytesMax)
                        .isTrue();
                assertThat(last == null || last.completeTo() == previous).isTrue();
                entries.addAll(part.entries());
                if (!part.entries().isEmpty()) {
                    previous = part.entries().getLast().sequence();
                }
                last = part;
            }
            assertThat(entries).as("seed %d", seed).isEqualTo(sample.slice().entries());
            assertThat(last.completeTo()).isEqualTo(sample.slice().completeTo());
            assertThat(
                            SliceCodec.encodeFirst(
                                    sample.slice(),
                                    Slices.NODE,
                                    sample.timeline(),
                                    sample.nowMicros(),
                                    format,
                                    bytesMax))
                    .isEqualTo(packs.get(0));
        }
    }

    @ParameterizedTest
    @EnumSource
    void fillsPacksRatherThanMakeMany(Format format) {
        for (int seed = 0; seed < 200; seed++) {
            Sample sample = Slices.random(new Random(seed), 200);
            long bytes = encode(sample, format, BIG).get(0).length;

            int packs = encode(sample, format, 2_000).size();

            assertThat(packs).as("seed %d", seed).isLessThanOrEqualTo((int) (bytes / 1_400 + 1));
        }
    }

    @ParameterizedTest
    @EnumSource
    void noPackHoldsMoreThanItsRoomAllows(Format format) throws Exception {
        var entries = new ArrayList<LogEntry>();
        for (int i = 1; i <= 2_000; i++) {
            entries.add(
                    new Reading(
                            i,
                            new Stamp(1, 5),
                            io.pipit.model.Series.parse("a/t").orElseThrow(),
                            i % 20,
                            "m"));
        }
        var smallest =
                new Sample(new LogSlice(Slices.LOG, 1, 0, entries, 2_000), Timeline.EMPTY, 5);

        for (int bytes = 200; bytes < 20_000; bytes += 331) {
            assertThat(SliceCodec.decode(encode(smallest, format, bytes).get(0), format).entries())
                    .hasSizeLessThanOrEqualTo(SliceCodec.entriesMax(bytes));
        }
    }

    @Test
    void aLoneReadingFitsADatagramWithRoomToSpare() {
        var slice =
                new LogSlice(
                        Slices.LOG,
                        1,
                        41,
                        List.of(Slices.reading(42, 1, 5_000_000, "air/temperature", 21.37)),
                        42);

        assertThat(
                        SliceCodec.encode(
                                        slice,
                                        Slices.NODE,
                                        Timeline.EMPTY,
                                        5_000_100,
                                        Format.CBOR,
                                        1_024)
                                .get(0))
                .hasSizeLessThan(150);
    }

    @Test
    void aSingleRecordThatDoesNotFitIsSentAllTheSame() throws Exception {
        List<byte[]> packs = encode(Slices.golden(), Format.CBOR, 1);

        assertThat(packs).hasSize(Slices.golden().slice().entries().size());
        assertThat(SliceCodec.decode(packs.getLast(), Format.CBOR).completeTo()).isEqualTo(60);
    }

    @ParameterizedTest
    @EnumSource
    void aHeartbeatIsOneRecord(Format format) throws Exception {
        var heartbeat = new LogSlice(Slices.LOG, 3, 99, List.of(), 120);

        byte[] pack = encode(new Sample(heartbeat, Timeline.EMPTY, 0), format, 1_024).get(0);

        assertThat(SliceCodec.decode(pack, format)).isEqualTo(heartbeat);
        assertThat(pack.length).isLessThan(130);
    }

    @ParameterizedTest
    @EnumSource
    void noFlippedByteDoesAnythingButFail(Format format) throws Exception {
        byte[] good = encode(Slices.golden(), format, BIG).get(0);
        Random random = new Random(1);
        int read = 0;
        for (int i = 0; i < 20_000; i++) {
            byte[] bytes = good.clone();
            int flips = 1 + random.nextInt(4);
            for (int flip = 0; flip < flips; flip++) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
            }
            if (random.nextInt(8) == 0) {
                bytes = java.util.Arrays.copyOf(bytes, random.nextInt(bytes.length + 20));
            }
            try {
                assertThat(SliceCodec.decode(bytes, format)).isNotNull();
                read++;
            } catch (WireException e) {
                assertThat(e).hasMessageMatching("\\P{Cntrl}{1,300}");
            }
        }
        assertThat(read).as("some bytes don't matter").isPositive();
    }

    @ParameterizedTest
    @EnumSource
    void randomBytesDoNothingButFail(Format format) {
        Random random = new Random(2);
        for (int i = 0; i < 20_000; i++) {
            byte[] bytes = new byte[random.nextInt(60)];
            random.nextBytes(bytes);
            if (bytes.length > 1 && random.nextBoolean()) {
                bytes[0] = format == Format.JSON ? (byte) '[' : (byte) (0x80 | random.nextInt(32));
                bytes[1] = format == Format.JSON ? (byte) '{' : (byte) (0xa0 | random.nextInt(32));
            }
            assertThatThrownBy(() -> SliceCodec.decode(bytes, format))
                    .isInstanceOf(WireException.class);
        }
    }

    @Test
    void anAnnouncedLengthAllocatesNothing() {
        for (String head :
                List.of(
                        "9a7fffffff",
                        "9b7fffffffffffffff",
                        "81ba7fffffff",
                        "81bb7fffffffffffffff")) {
            assertThatThrownBy(() -> decodeHex(head)).isInstanceOf(WireException.class);
        }
        for (String text :
                List.of("7a7fffffff", "7b000000ffffffffff", "5a7fffffff", "c25a7fffffff")) {
            assertThatThrownBy(() -> decodeHex("81a1 21" + text)).isInstanceOf(WireException.class);
            assertThatThrownBy(() -> decodeHex("81a1 02" + text)).isInstanceOf(WireException.class);
            assertThatThrownBy(() -> decodeHex("81a1" + text)).isInstanceOf(WireException.class);
        }
    }

    @Test
    void numbersWithHugeExponentsCostNothing() {
        for (String exponent : List.of("1a7fffffff", "3a7fffffff", "1a3b9aca00")) {
            assertThatThrownBy(() -> decodeHex("81a1 02 c482" + exponent + "01"))
                    .isInstanceOf(WireException.class);
            assertThatThrownBy(() -> decodeHex("81a1 6470726576 c482" + exponent + "01"))
                    .isInstanceOf(WireException.class);
        }
        assertThatThrownBy(() -> decode("[{" + FIRST.replace("'v':1", "'v':1e999999999") + "}]"))
                .isInstanceOf(WireException.class);
    }

    @Test
    void readsWhatOtherEncodersMakeOfTheSame() throws Exception {
        LogSlice plain = decode("[{" + FIRST + "}]");

        assertThat(plain.entries())
                .containsExactly(
                        new Reading(
                                6,
                                new Stamp(1, 1_000_000),
                                io.pipit.model.Series.parse("air/t").orElseThrow(),
                                1,
                                "Cel"));
        assertThat(decode("[{" + FIRST.replace("'v':1", "'v':10e-1") + "}]")).isEqualTo(plain);
        assertThat(decode("[{" + FIRST.replace("'seq':6", "'seq':6.0") + "}]")).isEqualTo(plain);
        assertThat(decode("[{" + FIRST.replace("'v':1", "'v':-1,'bv':2") + "}]")).isEqualTo(plain);
        assertThat(decode("[{" + FIRST.replace("'u'", "'bu'") + "}]")).isEqualTo(plain);
        assertThat(decode("[{" + FIRST + ",'bver':10,'colour':{'a':[1,{}]},'vd':'AA','s':7}]"))
                .isEqualTo(plain);
        assertThat(decode("[ {" + FIRST + " , 'pv' : 1 } ] ")).isEqualTo(plain);
        assertThat(decode("[{" + HEAD + "},{" + FIRST.substring(HEAD.length() + 1) + "}]"))
                .isEqualTo(plain);
        String whole = FIRST.replace("QUV/'", "QUV/air/'").replace("'air/t'", "'t'");
        assertThat(decode("[{" + whole + "}]")).isEqualTo(plain);
    }

    @Test
    void readsIndefiniteLengthsAndDecimalFractions() throws Exception {
        String base =
                "21 7820"
                        + HexFormat.of()
                                .formatHex((Slices.NODE + "/").getBytes(StandardCharsets.US_ASCII));
        String log =
                "636c6f67 70"
                        + HexFormat.of()
                                .formatHex("00112233445566ff".getBytes(StandardCharsets.US_ASCII));
        String places =
                "646b657074 01 6470726576 05 63736571 f94600 64626f6f74 01 65626d6f6e6f 1b00000000000f4240";
        String value = "00 7f 63616972 622f74 ff 01 6343656c 02 c48221 19 086b";

        LogSlice slice = decodeHex("9f bf" + base + log + places + value + "ff ff");

        assertThat(slice.entries())
                .containsExactly(Slices.reading(6, 1, 1_000_000, "air/t", 21.55));
    }

    @Test
    void baseFieldsHoldOnUntilTheyAreSetAnew() throws Exception {
        LogSlice slice =
                decode(
                        "[{"
                                + FIRST.replace("'u'", "'bu'")
                                + "},{'n':'air/t','v':2,'t':0.5},"
                                + "{'bu':'K','boot':2,'bmono':7,'n':'air/t','v':3,'t':-0.000002}]");

        assertThat(slice.entries())
                .extracting(LogEntry::sequence, LogEntry::at)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple(6L, new Stamp(1, 1_000_000)),
                        org.assertj.core.groups.Tuple.tuple(7L, new Stamp(1, 1_500_000)),
                        org.assertj.core.groups.Tuple.tuple(8L, new Stamp(2, 5)));
        assertThat(((Reading) slice.entries().get(1)).unit()).isEqualTo("Cel");
        assertThat(((Reading) slice.entries().get(2)).unit()).isEqualTo("K");
    }

    @Test
    void aLaterWireVersionIsRefusedInWords() {
        assertThatThrownBy(() -> decode("[{" + FIRST + ",'pv':2}]"))
                .isInstanceOf(WireException.class)
                .hasMessageContaining("wire version 2")
                .hasMessageContaining("update");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "null",
                "{}",
                "[]",
                "[1]",
                "[{}]",
                "[{},{}]",
                "[{HEAD}",
                "[{HEAD}] 1",
                "[{HEAD},[]]",
                "[{HEAD,'must_':1}]",
                "[{HEAD,'kept':2}]",
                "[{HEAD,'upto':4}]",
                "[{HEAD,'upto':1e30}]",
                "[{HEAD,'upto':6.5}]",
                "[{HEAD,'upto':99999999999999999999}]",
                "[{HEAD,'bver':11}]",
                "[{FIRST},{'n':'air/t','v':2,'seq':6}]",
                "[{FIRST},{'n':'air/t','v':2,'seq':9223372036854775807},{'n':'air/t','v':2}]",
                "[{FIRST},{'n':'air/t'}]",
                "[{FIRST},{'n':'air/t','v':null}]",
                "[{FIRST},{'n':'air/t','v':'2'}]",
                "[{FIRST},{'n':'air/t','vb':true}]",
                "[{FIRST},{'n':'air/t','v':NaN}]",
                "[{FIRST},{'n':'air/t','v':1e400}]",
                "[{FIRST},{'n':'air/t','v':1,'bv':1e308},{'bv':1e308,'v':1e308,'n':'air/t','u':'a'}]",
                "[{FIRST},{'n':'air/t','v':2}]",
                "[{FIRST},{'n':'air/t','v':2,'u':''}]",
                "[{FIRST},{'n':'air','v':2,'u':'m'}]",
                "[{FIRST},{'n':'Air/t','v':2,'u':'m'}]",
                "[{FIRST},{'n':'a/b/c','v':2,'u':'m'}]",
                "[{FIRST},{'v':2,'u':'m'}]",
                "[{FIRST},{'bn':'AAAAAAA-AAAAAAA-AAAAAAA-AAAAAAA/','n':'air/t','v':2,'u':'m'}]",
                "[{FIRST},{'bn':'urn:dev:x/','n':'air/t','v':2,'u':'m'}]",
                "[{FIRST},{'bn':'','n':'air','v':2,'u':'m'}]",
                "[{FIRST},{'n':'air/t','v':2,'u':'m','t':1e300}]",
                "[{FIRST},{'n':'air/t','v':2,'u':'m','boot':-1}]",
                "[{FIRST},{'n':'air/t','v':2,'u':'m','boot':4294967296}]",
                "[{FIRST},{'n':'air/t','v':2,'u':'m','bmono':9223372036854775807,'t':1}]",
                "[{FIRST},{'n':'air/t','v':2,'u':'m','prev':6}]",
                "[{FIRST},{'n':'air/t','v':2,'u':'m','log':'00112233445566ff'}]",
                "[{FIRST},{'n':'boot:offset','v':2,'u':'s'}]",
                "[{FIRST},{'n':'boot:offset','v':2,'u':'s','offset':2000000}]",
                "[{FIRST},{'n':'boot:offset','v':2,'u':'s','offset':2000000,'sync':1}]",
                "[{HEAD,'n':'air/t','v':2,'u':'m','boot':1,'bmono':0}]",
                "[{HEAD,'n':'air/t','v':2,'u':'m','seq':6,'bmono':0}]",
                "[{HEAD,'n':'air/t','v':2,'u':'m','seq':6,'boot':1}]",
                "[{'log':'00112233445566FF','kept':1,'prev':5}]",
                "[{'log':1,'kept':1,'prev':5}]",
                "[{'kept':1,'prev':5}]",
                "[{'log':'00112233445566ff','prev':5}]",
                "[{'log':'00112233445566ff','kept':1}]",
                "[{'log':'00112233445566ff','kept':-1,'prev':5}]",
                "[{'log':'00112233445566ff','kept':1,'prev':-5}]",
            })
    void whatIsMalformedIsRefused(String json) {
        String text = json.replace("HEAD", HEAD).replace("FIRST", FIRST);
        assertThatThrownBy(() -> decode(text))
                .isInstanceOf(WireException.class)
                .hasMessageMatching(".{10,}");
    }

    @Test
    void limitsTheRecordsAndBytesOfAPack() {
        var many = new StringBuilder("[{" + FIRST + "}");
        for (int i = 0; i < PackReader.RECORDS_MAX; i++) {
            many.append(",{}");
        }
        assertThatThrownBy(() -> decode(many.append(']').toString()))
                .isInstanceOf(WireException.class)
                .hasMessageContaining("20000 records");
        assertThatThrownBy(
                        () -> SliceCodec.decode(new byte[Format.BODY_BYTES_MAX + 1], Format.CBOR))
                .isInstanceOf(WireException.class)
                .hasMessageContaining("bytes");
        assertThatThrownBy(() -> decode("[{" + FIRST + ",'x':" + "[".repeat(100_000)))
                .isInstanceOf(WireException.class);
        assertThatThrownBy(() -> decode("[{" + FIRST + ",'" + "x".repeat(100_000) + "':1}]"))
                .isInstanceOf(WireException.class);
        assertThatThrownBy(() -> decode("[{" + FIRST.replace("Cel", "C".repeat(33)) + "}]"))
                .isInstanceOf(WireException.class);
    }

    @Test
    void saysWhereSecondaryUnitsAreUsed() throws Exception {
        var reading =
                new Reading(
                        1,
                        new Stamp(1, 0),
                        io.pipit.model.Series.parse("air/co2").orElseThrow(),
                        500,
                        "ppm");
        var slice = new LogSlice(Slices.LOG, 1, 0, List.of(reading), 1);

        byte[] pack = encode(new Sample(slice, Timeline.EMPTY, 0), Format.JSON, 1_000).get(0);

        assertThat(new String(pack, StandardCharsets.UTF_8)).startsWith("[{\"bver\":26,");
        assertThat(SliceCodec.decode(pack, Format.JSON)).isEqualTo(slice);
    }
}
