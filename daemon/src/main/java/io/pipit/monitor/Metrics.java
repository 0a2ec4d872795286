package io.pipit.monitor;

import io.prometheus.metrics.core.metrics.CounterWithCallback;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.core.metrics.SummaryWithCallback;
import io.prometheus.metrics.expositionformats.OpenMetricsTextFormatWriter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.Quantile;
import io.prometheus.metrics.model.snapshots.Quantiles;
import io.prometheus.metrics.model.snapshots.Unit;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;

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

    /** A counter that somebody else keeps; as {@link #gauge}. */
    public void counted(String name, String help, LongSupplier count) {
        CounterWithCallback.builder()
                .name(name)
                .help(help)
                .callback(callback -> callback.call((double) count.getAsLong()))
                .register(registry);
    }

    /** A number that is asked for when somebody looks; from any thread, must not block. */
    public void gauge(String name, String help, DoubleSupplier value) {
        GaugeWithCallback.builder()
                .name(name)
                .help(help)
                .callback(callback -> callback.call(value.getAsDouble()))
                .register(registry);
    }

    /**
     * Durations as a summary with p50, p99 and p99.9, in seconds.
     *
     * @param name as Prometheus has it: ends in {@code _seconds}
     */
    public void summary(String name, String help, Percentiles durations) {
        SummaryWithCallback.builder()
                .unit(Unit.SECONDS)
                .name(name)
                .help(help)
                .callback(callback ->
                        callback.call(
                                durations.count(),
                                durations.sumSeconds(),
                                durations.count() == 0
                                        ? Quantiles.EMPTY
                                        : Quantiles.of(
                                                quantile(durations, 0.5),
                                                quantile(durations, 0.99),
                                                quantile(durations, 0.999))))
                .register(registry);
    }

    private static Quantile quantile(Percentiles durations, double quantile) {
        return new Quantile(quantile, durations.quantileNanos(quantile) / 1e9);
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
