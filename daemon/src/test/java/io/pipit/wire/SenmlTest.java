package io.pipit.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pipit.model.BootClock;
import io.pipit.model.Stamp;
import io.pipit.model.Timeline;
import io.pipit.wire.Senml.Item;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SenmlTest {
    private static final String EXAMPLE_CBOR =
            "83a521781d75726e3a6465763a6d61633a623832376562666666653132333435363a221a6955b900006b74"
                    + "656d7065726174757265016343656c02f94d60a3006868756d69646974790163255248021830a3"
                    + "0068707265737375726501625061021a00018bcd";
    private static final String EXAMPLE_JSON =
            "[{\"bn\":\"urn:dev:mac:b827ebfffe123456:\",\"bt\":1767225600,\"n\":\"temperature\","
                    + "\"u\":\"Cel\",\"v\":21.5},{\"n\":\"humidity\",\"u\":\"%RH\",\"v\":48},"
                    + "{\"n\":\"pressure\",\"u\":\"Pa\",\"v\":101325}]";
    private static final String BASE = "urn:dev:mac:b827ebfffe123456:";
    private static final long TIME = 1_767_225_600_000_000L;
    private static final List<Item> EXAMPLE =
            List.of(
                    new Item(BASE, "temperature", "Cel", TIME, 21.5),
                    new Item(BASE, "humidity", "%RH", TIME, 48),
                    new Item(BASE, "pressure", "Pa", TIME, 101_325));

    private static List<Item> decode(String json) throws WireException {
        return Senml.decode(json.replace('\'', '"').getBytes(StandardCharsets.UTF_8), Format.JSON);
    }

    @Test
    void theWorkedExampleIsReadAndWrittenByteForByte() throws Exception {
        byte[] cbor = HexFormat.of().parseHex(EXAMPLE_CBOR);
        byte[] json = EXAMPLE_JSON.getBytes(StandardCharsets.UTF_8);

        assertThat(Senml.decode(cbor, Format.CBOR)).isEqualTo(EXAMPLE);
        assertThat(Senml.decode(json, Format.JSON)).isEqualTo(EXAMPLE);
        assertThat(HexFormat.of().formatHex(Senml.encode(EXAMPLE, Format.CBOR)))
                .isEqualTo(EXAMPLE_CBOR);
        assertThat(new String(Senml.encode(EXAMPLE, Format.JSON), StandardCharsets.UTF_8))
                .isEqualTo(EXAMPLE_JSON);
    }

    @ParameterizedTest
    @EnumSource
    void historyComesBackAsItWas(Format format) throws Exception {
        Random random = new Random(3);
        for (int round = 0; round < 300; round++) {
            var items = new ArrayList<Item>();
            int count = random.nextInt(40);
            for (int i = 0; i < count; i++) {
                items.add(
                        new Item(
                                random.nextInt(9) > 0 ? Slices.NODE + "/" : "x:",
                                random.nextBoolean() ? "air/t" : "host/load",
                                random.nextBoolean() ? "Cel" : "hPa",
                                TIME + random.nextLong(1L << random.nextInt(1, 48)),
                                random.nextInt(5) > 0 ? Slices.value(random) : null,
                                random.nextInt(5) == 0 ? (Boolean) random.nextBoolean() : null,
                                i % 10 < 9 ? Slices.LOG : new io.pipit.model.LogId(7),
                                1 + random.nextLong(1L << 50)));
            }
            List<Item> measured =
                    items.stream().filter(i -> i.value() != null || i.flag() != null).toList();

            assertThat(Senml.decode(Senml.encode(items, format), format)).isEqualTo(measured);
        }
    }

    @ParameterizedTest
    @EnumSource
    void writesAsManyAsFitButAtLeastOne(Format format) throws Exception {
        byte[] all = Senml.encode(EXAMPLE, format);
        for (int bytesMax = 1; bytesMax <= all.length; bytesMax++) {
            byte[] some = Senml.encode(EXAMPLE, format, bytesMax);
            int count = Senml.decode(some, format).size();

            assertThat(count == 1 || some.length <= bytesMax).isTrue();
            assertThat(Senml.decode(some, format)).isEqualTo(EXAMPLE.subList(0, count));
        }
        assertThat(Senml.encode(EXAMPLE, format, all.length)).isEqualTo(all);
        assertThat(Senml.decode(Senml.encode(EXAMPLE, format, all.length - 1), format)).hasSize(2);
    }

    /** RFC 9100, section 2.1: "26 denotes a version that adds the 'Secondary Units' feature". */
    @Test
    void saysThatItHasSecondaryUnits() throws Exception {
        Item item = new Item("", "air/pressure", "hPa", 0, 1013.25);

        assertThat(new String(Senml.encode(List.of(item), Format.JSON), StandardCharsets.UTF_8))
                .isEqualTo("[{\"bver\":26,\"n\":\"air/pressure\",\"u\":\"hPa\",\"v\":1013.25}]");
        assertThat(decode("[{'bver':10,'n':'a','u':'Pa','v':1}]")).hasSize(1);
        assertThatThrownBy(() -> decode("[{'bver':42,'n':'a','u':'Pa','v':1}]"))
                .isInstanceOf(WireException.class);
    }

    @Test
    void aReadingTellsTheWallTimeWhereTheClockWasRight() throws Exception {
        var reading = Slices.reading(9, 2, 8_000_000, "air/temperature", 21.25);
        var clock = new BootClock(1, new Stamp(2, 0), TIME, true);

        Item item = Senml.item(Slices.NODE, reading, new Timeline(List.of(clock)), 2, 9_000_000);

        assertThat(new String(Senml.encode(List.of(item), Format.JSON), StandardCharsets.UTF_8))
                .isEqualTo(
                        "[{\"bn\":\"VLREQSM-EFVYIFN-TPK7HIE-4F5AQUV/\",\"bt\":1767225608,"
                                + "\"n\":\"air/temperature\",\"u\":\"Cel\",\"v\":21.25}]");
        assertThat(item.isRelative()).isFalse();
    }

    @Test
    void aReadingTellsItsAgeWhereTheClockWasNot() {
        var reading = Slices.reading(9, 2, 8_000_000, "air/temperature", 21.25);
        var clock = new BootClock(1, new Stamp(2, 0), 5, false);
        var timeline = new Timeline(List.of(clock));

        Item present = Senml.item(Slices.NODE, reading, timeline, 2, 9_500_000);
        Item earlier = Senml.item(Slices.NODE, reading, timeline, 3, 1_000_000);

        assertThat(present.timeMicros()).isEqualTo(-1_500_000);
        assertThat(present.isRelative()).isTrue();
        assertThat(earlier.timeMicros()).isEqualTo(8_000_005);
    }

    @Test
    void readsAValueThatAnybodySends() throws Exception {
        assertThat(decode("[{'n':'fan','vb':true}]").get(0).flag()).isTrue();
        assertThat(decode("[{'v':0.5}]").get(0).value()).isEqualTo(0.5);
        assertThat(decode("[{'n':'fan','bv':3}]").get(0).value()).isEqualTo(3);
        assertThat(decode("[{'n':'door','vs':'open'},{'n':'x','v':1}]")).hasSize(1);
        assertThat(decode("[]")).isEmpty();
        assertThat(decode("[{'bt':-5,'t':-0.25,'n':'a','v':1}]").get(0).timeMicros())
                .isEqualTo(-5_250_000);
    }

    @Test
    void refusesWhatIsNotSenml() {
        for (String text : List.of("{}", "[{'v':'x'}]", "[{'v':1,'log':'x'}]", "[{'x_':1}]")) {
            assertThatThrownBy(() -> decode(text)).as(text).isInstanceOf(WireException.class);
        }
    }
}
