package io.pipit.monitor;

import io.prometheus.metrics.core.metrics.CounterWithCallback;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.expositionformats.OpenMetricsTextFormatWriter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.function.DoubleSupplier;

/**
 * The node's numbers by name, and their text form (OpenMetrics 1.0). Thread-safe. Each name is
 * registered once, when its part is made; a second time is a mistake and throws.
 */
public final class Metrics {
    private final PrometheusRegistry registry = new PrometheusRegistry();

    /** A counter; {@code name} as Prometheus has it, without {@code _total}. */
    public Counter counter(String name, String help) {
        Counter counter = new Counter();
        CounterWithCallback.builder()
                .name(name)
                .help(help)
                .callback(callback -> callback.call((double) counter.count()))
                .register(registry);
        return counter;
    }

    /** A number that is asked for when somebody looks; from any thread, must not block. */
    public void gauge(String name, String help, DoubleSupplier value) {
        GaugeWithCallback.builder()
                .name(name)
                .help(help)
                .callback(callback -> callback.call(value.getAsDouble()))
                .register(registry);
    }

    /** All of them in OpenMetrics text form. */
    public byte[] openMetrics() {
        ByteArrayOutputStream out = new ByteArrayOutputStream(8_192);
        try {
            OpenMetricsTextFormatWriter.create().write(out, registry.scrape());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }
}
