package io.pipit.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pipit.wire.LinkFormat.Link;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LinkFormatTest {
    private static final List<Link> LINKS =
            List.of(
                    Link.to("/health").with("ct", "50 60").with("obs"),
                    Link.to("/sensors").with("ct", "40"),
                    Link.to("/sensors/air/temperature")
                            .with("rt", "urn:oma:lwm2m:ext:3303 pipit.series")
                            .with("if", "core.s")
                            .with("ct", "110 112")
                            .with("obs"),
                    Link.to("/files/a b\"é").with("title", "say \"hi\" \\ there").with("sz", "12"));

    private static String text(List<Link> links) {
        return new String(LinkFormat.write(links), StandardCharsets.UTF_8);
    }

    private static List<Link> read(String text) throws WireException {
        return LinkFormat.read(text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void writesLinks() {
        assertThat(text(LINKS))
                .isEqualTo(
                        "</health>;ct=\"50 60\";obs,</sensors>;ct=40,</sensors/air/temperature>;"
                                + "rt=\"urn:oma:lwm2m:ext:3303 pipit.series\";if=\"core.s\";"
                                + "ct=\"110 112\";obs,</files/a%20b%22%C3%A9>;"
                                + "title=\"say \\\"hi\\\" \\\\ there\";sz=12");
        assertThat(text(List.of())).isEmpty();
    }

    @Test
    void readsWhatItWrote() throws Exception {
        assertThat(LinkFormat.read(LinkFormat.write(LINKS))).isEqualTo(LINKS);
    }

    @Test
    void readsTheExampleOfTheRfc() throws Exception {
        List<Link> links =
                read(
                        "</sensors>;ct=40;title=\"Sensor Index\", </sensors/temp>;rt=\"temperature-c\";"
                                + "if=\"sensor\",\n<http://www.example.com/sensors/t123>"
                                + ";anchor=\"/sensors/temp\";rel=\"describedby\"");

        assertThat(links)
                .extracting(Link::path)
                .containsExactly(
                        "/sensors", "/sensors/temp", "http://www.example.com/sensors/t123");
        assertThat(links.get(0).attributes()).containsEntry("title", "Sensor Index");
    }

    @ParameterizedTest
    @CsvSource({
        "rt=pipit.series, /sensors/air/temperature",
        "rt=urn:oma:lwm2m:ext:3303, /sensors/air/temperature",
        "rt=urn:oma:*, /sensors/air/temperature",
        "rt=urn:oma, ''",
        "rt=*, /sensors/air/temperature",
        "rt=urn:oma:lwm2m:ext:3303 pipit.series, /sensors/air/temperature",
        "if=core.s, /sensors/air/temperature",
        "ct=110, /sensors/air/temperature",
        "ct=50, /health",
        "ct=5, ''",
        "ct=4*, /sensors",
        "href=/sensors, /sensors",
        "href=/sensors*, /sensors /sensors/air/temperature",
        "href=/sensors/*, /sensors/air/temperature",
        "href=*, /health /sensors /sensors/air/temperature /files/a b\"é",
        "title=say*, /files/a b\"é",
        "title=say, ''",
        "obs, /health /sensors/air/temperature",
        "colour=red, ''",
    })
    void filters(String query, String expected) {
        List<Link> found = LinkFormat.filter(LINKS, List.of(query));

        assertThat(String.join(" ", found.stream().map(Link::path).toList())).isEqualTo(expected);
    }

    @Test
    void allPartsOfAQueryMustFit() {
        assertThat(LinkFormat.filter(LINKS, List.of("ct=50", "rt=*"))).isEmpty();
        assertThat(LinkFormat.filter(LINKS, List.of("ct=112", "rt=*"))).hasSize(1);
        assertThat(LinkFormat.filter(LINKS, List.of())).isEqualTo(LINKS);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "x",
                "<",
                "</a",
                "</a>x",
                "</a>;",
                "</a>;=1",
                "</a>;b=\"",
                "</a>;b=\"\\",
                "</a%4>",
                "</%zz>"
            })
    void whatIsMalformedIsRefused(String text) {
        assertThatThrownBy(() -> read(text)).isInstanceOf(WireException.class);
    }

    @Test
    void mutatedBytesDoNothingButFail() {
        byte[] good = LinkFormat.write(LINKS);
        Random random = new Random(5);
        for (int i = 0; i < 20_000; i++) {
            byte[] bytes = good.clone();
            bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
            bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
            try {
                assertThat(LinkFormat.read(bytes)).isNotNull();
            } catch (WireException e) {
                assertThat(e).hasMessageContaining("malformed");
            }
        }
    }
}
