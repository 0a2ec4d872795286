package io.pipit.sampling;

import io.pipit.monitor.Counter;
import io.pipit.monitor.Health;
import io.pipit.monitor.Metrics;
import io.pipit.monitor.OnceLog;
import io.pipit.port.Event;
import io.pipit.port.Inbox;
import io.pipit.port.SensorStatus;
import io.pipit.port.TimeSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadFactory;
import org.slf4j.LoggerFactory;

/**
 * Reads all sensors, each when it is due, and hands what they measured to the {@link Inbox}. Each
 * bus has a thread of its own, so that a sensor that hangs costs those on other buses nothing, and
 * those on its own no more than it takes to give its thread up. Thread-safe.
 */
public final class Sampler implements SensorStatus.Source, AutoCloseable {
    /** How many sensors a node may have. */
    public static final int SENSORS_MAX = 256;

    private static final Duration CLOSE_MAX = Duration.ofSeconds(2);
    private static final int REASONS_SHOWN_MAX = 5;

    private final Inbox inbox;
    private final TimeSource time;
    private final ThreadFactory threads;
    private final Health health;
    private final OnceLog log = new OnceLog(LoggerFactory.getLogger(Sampler.class));
    private final Counter readings;
    private final Counter failures;
    private final Counter hangs;
    private final Counter left;
    private final Counter recoveries;
    private final Counter missed;
    private final Counter dropped;
    private final Counter happeningsLost;
    private final Counter heldBack;
    private final Counter averaged;
    private final Counter outOfRange;
    private final Counter leftOut;
    private final Map<String, Bus> buses = new TreeMap<>();
    private volatile List<Bus> known = List.of();
    private final Object healthLock = new Object();
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
    private boolean closed;

    /** Reads nothing until {@link #apply}. */
    public Sampler(
            Inbox inbox, TimeSource time, ThreadFactory threads, Health health, Metrics metrics) {
        this.inbox = inbox;
        this.time = time;
        this.threads = threads;
        this.health = health;
        this.readings = metrics.counter("pipit_sensor_readings", "Readings of sensors.");
        this.failures =
                metrics.counter(
                        "pipit_sensor_failures",
                        "Times that a sensor couldn't be opened or read, or was too slow.");
        this.hangs =
                metrics.counter(
                        "pipit_sensor_hangs",
                        "Readings that were interrupted since they took longer than they may.");
        this.left =
                metrics.counter(
                        "pipit_bus_threads_left",
                        "Threads that were left behind in a reading that an interrupt didn't end.");
        this.recoveries =
                metrics.counter(
                        "pipit_bus_recoveries_failed",
                        "Times that a wedged bus was opened anew in vain.");
        metrics.gauge(
                "pipit_bus_threads_hanging",
                "Threads that are left behind in a reading just now.",
                () -> known.stream().mapToInt(Bus::left).sum());
        metrics.gauge(
                "pipit_buses_wedged",
                "Buses of which no sensor can be read since something holds them.",
                () -> known.stream().filter(bus -> !bus.trouble().isEmpty()).count());
        this.missed =
                metrics.counter(
                        "pipit_sensor_ticks_missed",
                        "Times at which a sensor should have been read and its bus was busy.");
        this.happeningsLost =
                metrics.counter(
                        "pipit_sensor_happenings_lost",
                        "Edges of lines and samples of chips of which no value can be told.");
        this.heldBack =
                metrics.counter(
                        "pipit_sensor_values_held_back",
                        "Values that didn't go out since they differ too little from the last that did.");
        this.averaged =
                metrics.counter(
                        "pipit_sensor_values_averaged",
                        "Values that went into a mean in place of going out.");
        this.outOfRange =
                metrics.counter(
                        "pipit_sensor_values_out_of_range",
                        "Values that didn't go out since they aren't possible by the configuration.");
        this.leftOut =
                metrics.counter(
                        "pipit_sensor_values_left_out",
                        "Values that didn't go out since their quantity goes out more rarely than it is read.");
        this.dropped =
                metrics.counter(
                        "pipit_sensor_readings_dropped",
                        "Readings that the node loop had no room for.");
    }

    /**
     * Reads these sensors from now on, and no others. Those that stay the same go on undisturbed.
     * Never waits for a sensor.
     *
     * @throws IllegalArgumentException where there are more than {@link #SENSORS_MAX}, or two with
     *     one name
     */
    public synchronized void apply(List<SensorSpec> specs) {
        if (closed) {
            return;
        }
        Map<String, SensorSpec> wanted = new HashMap<>();
        for (SensorSpec spec : specs) {
            if (wanted.put(spec.sensor(), spec) != null) {
                throw new IllegalArgumentException("two sensors are called " + spec.sensor());
            }
        }
        if (wanted.size() > SENSORS_MAX) {
            throw new IllegalArgumentException(
                    wanted.size() + " sensors; at most " + SENSORS_MAX + " are possible");
        }
        Set<String> kept = new HashSet<>();
        buses.values()
                .forEach(bus ->
                        bus.specs()
                                .forEach(present -> {
                                    SensorSpec next = wanted.get(present.sensor());
                                    if (next != null && next.sameAs(present)) {
                                        kept.add(present.sensor());
                                        if (!next.rules().equals(present.rules())) {
                                            bus.tune(next);
                                        }
                                    } else {
                                        bus.remove(present.sensor());
                                    }
                                }));
        for (SensorSpec spec : specs) {
            if (!kept.contains(spec.sensor())) {
                // A bus stays known though it may be empty: its thread may still hang in a probe.
                buses.computeIfAbsent(spec.bus(), this::newBus).add(spec);
            }
        }
        known = List.copyOf(buses.values());
        known.forEach(bus -> bus.ensureRunning(threads));
        report();
    }

    private void trouble(Counter counted, String sensor, String reason) {
        counted.increment();
        log.warn("sensor " + sensor, reason);
        report();
    }

    private Bus newBus(String name) {
        return new Bus(
                name,
                time,
                new BusListener() {
                    @Override
                    public void read(
                            String sensor,
                            long monotonicNanos,
                            List<Event.Value> values,
                            long ticksMissed,
                            boolean news) {
                        taken(sensor, monotonicNanos, values, ticksMissed);
                        if (news) {
                            log.well("sensor " + sensor, "is read again");
                            report();
                        }
                    }

                    @Override
                    public void happened(
                            String sensor, List<Probe.Happening> happenings, long lost) {
                        taken(sensor, happenings);
                        happeningsLost.add(lost);
                        if (lost > 0) {
                            log.warn(
                                    "sensor " + sensor + " between its readings",
                                    "what happens is lost, since it comes faster than it can be taken, or is beyond what can be measured: debounce a line, lower a chip's rate, raise its range");
                        }
                    }

                    @Override
                    public void judged(String sensor, String complaint) {
                        if (complaint.isEmpty()) {
                            log.well("sensor " + sensor, "is within its ranges again");
                        } else {
                            log.warn("sensor " + sensor, complaint);
                        }
                        report();
                    }

                    @Override
                    public void sifted(Sieve.Tally tally) {
                        heldBack.add(tally.heldBack());
                        averaged.add(tally.averaged());
                        outOfRange.add(tally.outOfRange());
                        leftOut.add(tally.leftOut());
                    }

                    @Override
                    public void failed(String sensor, String reason) {
                        trouble(failures, sensor, reason);
                    }

                    @Override
                    public void hung(String sensor, String reason) {
                        trouble(hangs, sensor, reason);
                    }

                    @Override
                    public void left(String sensor, String reason) {
                        trouble(left, sensor, reason);
                    }

                    @Override
                    public void wedged(String trouble, boolean again) {
                        if (again) {
                            recoveries.increment();
                        } else {
                            log.warn("bus " + name, trouble);
                        }
                        report();
                    }

                    @Override
                    public void freed() {
                        log.well("bus " + name, "works again");
                        report();
                    }
                });
    }

    /** Many together are one event, so that they cost little more than one. */
    private void taken(String sensor, List<Probe.Happening> happenings) {
        if (happenings.size() == 1) {
            Probe.Happening one = happenings.getFirst();
            taken(sensor, one.monotonicNanos(), one.values(), 0);
            return;
        }
        if (happenings.isEmpty()) {
            return;
        }
        List<Event.Measured> samples = new ArrayList<>(happenings.size());
        for (Probe.Happening one : happenings) {
            samples.add(new Event.Measured(sensor, one.monotonicNanos() / 1_000, one.values()));
        }
        readings.add(samples.size());
        if (!inbox.offer(new Event.Sampled(sensor, samples))) {
            dropped.add(samples.size());
            log.warn(
                    "node loop",
                    "it is behind, and samples of sensor " + sensor + " are lost; see /metrics");
        }
    }

    private void taken(
            String sensor, long monotonicNanos, List<Event.Value> values, long ticksMissed) {
        if (!values.isEmpty()
                && !inbox.offer(new Event.Measured(sensor, monotonicNanos / 1_000, values))) {
            dropped.increment();
        }
        readings.increment();
        missed.add(ticksMissed);
    }

    /**
     * Interrupts readings that hang, and leaves them behind where that doesn't help; to be called
     * once a second or so. Never waits for one.
     */
    public void watch() {
        known.forEach(bus -> {
            bus.watch();
            bus.ensureRunning(threads);
        });
    }

    @Override
    public List<SensorStatus> statuses() {
        return known.stream()
                .flatMap(bus -> bus.statuses().stream())
                .sorted(Comparator.comparing(SensorStatus::sensor))
                .toList();
    }

    @Override
    public void onChange(Runnable listener) {
        listeners.add(listener);
    }

    @Override
    public void forget(Runnable listener) {
        listeners.remove(listener);
    }

    private void report() {
        // The look and the word go together, so that an older look can't have the last word.
        synchronized (healthLock) {
            List<SensorStatus> all = statuses();
            List<SensorStatus> bad = all.stream().filter(status -> status.state().isBad()).toList();
            if (all.isEmpty()) {
                health.set(Health.Part.SENSORS, Health.Status.OFF, "");
            } else if (bad.isEmpty()) {
                health.set(Health.Part.SENSORS, Health.Status.OK, "");
            } else {
                health.set(
                        Health.Part.SENSORS,
                        all.stream().allMatch(Sampler::givesNothing)
                                ? Health.Status.FAILED
                                : Health.Status.DEGRADED,
                        reasons(bad));
            }
        }
        listeners.forEach(Runnable::run);
    }

    /** As against one of which some quantities alone are out of their ranges. */
    private static boolean givesNothing(SensorStatus status) {
        return status.state().isBad()
                && (status.failuresInARow() > 0 || status.state() == SensorStatus.State.HUNG);
    }

    /** A bus that is wedged speaks for its sensors. */
    private String reasons(List<SensorStatus> bad) {
        Map<String, String> wedged = new TreeMap<>();
        for (Bus bus : known) {
            String trouble = bus.trouble();
            if (!trouble.isEmpty()) {
                wedged.put(bus.name(), trouble);
            }
        }
        List<String> all = new ArrayList<>(wedged.values());
        for (SensorStatus status : bad) {
            if (!wedged.containsKey(status.bus())) {
                all.add(status.sensor() + ": " + status.reason());
            }
        }
        int more = all.size() - REASONS_SHOWN_MAX;
        String shown = String.join("; ", all.subList(0, Math.min(all.size(), REASONS_SHOWN_MAX)));
        return more > 0 ? shown + "; and " + more + " more" : shown;
    }

    /** Closes all sensors; one that hangs is interrupted, and left behind after 2 s. */
    @Override
    public void close() {
        synchronized (this) {
            closed = true;
        }
        List<Thread> ending = new ArrayList<>();
        for (Bus bus : known) {
            Thread thread = bus.close();
            if (thread != null) {
                ending.add(thread);
            }
        }
        long end = time.monotonicNanos() + CLOSE_MAX.toNanos();
        for (Thread thread : ending) {
            long left = Math.max(1_000_000, end - time.monotonicNanos());
            try {
                if (!thread.join(Duration.ofNanos(left))) {
                    log.warn(thread.getName(), "hangs and is left behind");
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }
}
