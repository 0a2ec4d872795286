package io.pipit.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class DocumentTest {
    private static Map<String, Object> body() {
        var body = new LinkedHashMap<String, Object>();
        body.put("status", "ok");
        body.put("parts", Map.of("clock", Map.of("status", "off")));
        body.put("list", Arrays.asList(1, -2L, 0.5, true, null, "x"));
        body.put("none", null);
        return body;
    }

    private static Document read(String json) throws WireException {
        return Document.read(json.replace('\'', '"').getBytes(StandardCharsets.UTF_8), Format.JSON);
    }

    @Test
    void writesJson() {
        assertThat(new String(Document.write(body(), Format.JSON), StandardCharsets.UTF_8))
                .isEqualTo(
                        "{\"status\":\"ok\",\"parts\":{\"clock\":{\"status\":\"off\"}},"
                                + "\"list\":[1,-2,0.5,true,null,\"x\"],\"none\":null}");
    }

    @Test
    void writesCborOfDefiniteLength() {
        assertThat(HexFormat.of().formatHex(Document.write(body(), Format.CBOR)))
                .isEqualTo(
                        "a466737461747573626f6b657061727473a165636c6f636ba166737461747573636f6666"
                                + "646c697374860121fb3fe0000000000000f5f66178646e6f6e65f6");
    }

    @ParameterizedTest
    @EnumSource
    void readsWhatItWrote(Format format) throws Exception {
        Document document = Document.read(Document.write(body(), format), format);

        assertThat(document.get("status").text("?")).isEqualTo("ok");
        assertThat(document.get("parts").get("clock").get("status").text("?")).isEqualTo("off");
        List<Document> list = document.get("list").items();
        assertThat(list).hasSize(6);
        assertThat(list.get(0).whole(0)).isEqualTo(1);
        assertThat(list.get(1).whole(0)).isEqualTo(-2);
        assertThat(list.get(1).number(0)).isEqualTo(-2);
        assertThat(list.get(2).number(0)).isEqualTo(0.5);
        assertThat(list.get(3).flag(false)).isTrue();
        assertThat(list.get(4).isPresent()).isFalse();
        assertThat(document.get("none").isPresent()).isFalse();
        assertThat(document.fields()).containsOnlyKeys("status", "parts", "list", "none");
        assertThat(Document.write(document, format)).isEqualTo(Document.write(body(), format));
    }

    @Test
    void whatIsNotThereIsAbsent() throws Exception {
        Document document = read("{'a':1}");

        assertThat(document.get("b").get("c").text("no")).isEqualTo("no");
        assertThat(document.get("a").text("no")).isEqualTo("no");
        assertThat(document.get("a").flag(true)).isTrue();
        assertThat(document.get("a").items()).isEmpty();
        assertThat(document.get("a").fields()).isEmpty();
        assertThat(document.get("a").isNumber()).isTrue();
        assertThat(read("0.5").whole(7)).isEqualTo(7);
        assertThat(read("100000000000000000000").number(0)).isEqualTo(1e20);
        assertThat(document).hasToString("{\"a\":1}");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "{",
                "[1,",
                "{'a'}",
                "{'a':1,'a':2}",
                "1 2",
                "1e999",
                "NaN",
                "tru",
                "'\n'"
            })
    void whatIsMalformedIsRefused(String json) {
        assertThatThrownBy(() -> read(json)).isInstanceOf(WireException.class);
    }

    @Test
    void limitsDepthAndSize() {
        assertThatThrownBy(() -> read("[".repeat(20) + "]".repeat(20)))
                .isInstanceOf(WireException.class);
        assertThatThrownBy(() -> read("[" + "1,".repeat(Document.VALUES_MAX) + "1]"))
                .isInstanceOf(WireException.class)
                .hasMessageContaining("values");
    }

    @ParameterizedTest
    @EnumSource
    void mutatedBytesDoNothingButFail(Format format) {
        byte[] good = Document.write(body(), format);
        Random random = new Random(4);
        for (int i = 0; i < 50_000; i++) {
            byte[] bytes = good.clone();
            bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
            bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
            try {
                assertThat(Document.read(bytes, format)).isNotNull();
            } catch (WireException e) {
                assertThat(e.getMessage()).isNotEmpty();
            }
        }
    }

    @Test
    void problemsAreConciseProblemDetails() throws Exception {
        var problem = new ProblemDetails(404, "Not Found", "no series air/t");

        assertThat(HexFormat.of().formatHex(problem.encode()))
                .isEqualTo("a320694e6f7420466f756e64216f6e6f2073657269657320616972" + "2f74231884");
        assertThat(ProblemDetails.decode(problem.encode())).isEqualTo(problem);
        assertThat(ProblemDetails.decode(new ProblemDetails(503, "Busy", "").encode()))
                .isEqualTo(new ProblemDetails(503, "Busy", ""));
        assertThat(ProblemDetails.decode(HexFormat.of().parseHex("a0")))
                .isEqualTo(new ProblemDetails(0, "", ""));
        assertThatThrownBy(() -> ProblemDetails.decode(new byte[] {(byte) 0xa1}))
                .isInstanceOf(WireException.class);
    }
}
