package io.pipit.cli.show;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.Test;

class PlotTest {
    private static final long START = 1_767_225_600_000_000L;

    @Test
    void drawsARisingLineFromTheLowerLeftToTheUpperRight() {
        Plot plot = new Plot();
        for (int i = 0; i < 100; i++) {
            plot.add(START + i * 1_000_000L, 20 + i / 10.0);
        }

        List<String> lines =
                plot.text("shed/air/temperature", "Cel", 40, 4, ZoneOffset.UTC).lines().toList();

        assertThat(lines).hasSize(6).allSatisfy(line -> assertThat(line).hasSizeLessThan(60));
        assertThat(lines.getFirst()).isEqualTo("shed/air/temperature");
        assertThat(lines.get(1)).startsWith("29.90 °C ┤").endsWith("⠉").contains("    ");
        assertThat(lines.get(4)).startsWith("   20 °C ┤⣀");
        assertThat(lines.get(5)).contains("2026-01-01 00:00:00", "2026-01-01 00:01:39");
    }

    @Test
    void drawsOneReadingAndAConstant() {
        Plot plot = new Plot();
        assertThat(plot.text("none", "Cel", 40, 4, ZoneOffset.UTC)).isEmpty();
        plot.add(START, 5);
        assertThat(plot.text("one", "Cel", 40, 4, ZoneOffset.UTC)).contains("5 °C");
        plot.add(START + 1_000_000, 5);
        assertThat(plot.text("two", "Cel", 40, 4, ZoneOffset.UTC)).contains("5 °C");
    }

    @Test
    void holdsManyReadings() {
        Plot plot = new Plot();
        for (int i = 0; i < 10_000; i++) {
            plot.add(START + i, Math.sin(i / 1_000.0));
        }
        assertThat(plot.count()).isEqualTo(10_000);
        assertThat(plot.text("sine", "V", 80, 8, ZoneOffset.UTC).lines()).hasSize(10);
    }
}
