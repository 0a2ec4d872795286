package io.pipit.store;

import io.pipit.model.BootClock;
import io.pipit.model.LogEntry;
import io.pipit.model.NodeId;
import io.pipit.model.Reading;
import io.pipit.model.Series;
import io.pipit.model.Stamp;
import io.pipit.monitor.Health;
import io.pipit.monitor.Metrics;
import io.pipit.port.Event;
import io.pipit.port.Inbox;
import io.pipit.port.TimeSource;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A store without threads on a file of its own, a clock moved by hand, and what it told the core.
 */
class Scene implements Inbox, TimeSource {
    static final NodeId SELF = node(1);
    static final NodeId PEER = node(2);
    static final long WALL_OFFSET = 1_800_000_000_000_000L;

    final Path file;
    final List<Event> told = new ArrayList<>();
    final Health health = new Health();
    boolean full;
    boolean synchronised = true;
    long nanos = 1_000_000_000_000L;
    String bootId = "boot-a";
    NodeId self = SELF;
    Map<NodeId, NodeId> successions = Map.of();
    Duration keep = Duration.ofDays(90);
    long maxSizeBytes = 1L << 30;
    int packRows = 8_192;
    Duration commitEvery = Duration.ofSeconds(1);
    long entropy = 77;

    Scene(Path directory) {
        this.file = directory.resolve("pipit.db");
    }

    static NodeId node(int number) {
        byte[] bytes = new byte[16];
        bytes[0] = (byte) number;
        return NodeId.ofBytes(bytes);
    }

    SqliteStore.Settings settings() {
        return new SqliteStore.Settings(
                self,
                bootId,
                commitEvery,
                keep,
                maxSizeBytes,
                packRows,
                successions,
                OptionalLong.empty());
    }

    SqliteStore open() throws IOException {
        return SqliteStore.unstarted(file, settings(), ports());
    }

    SqliteStore openWithThreads() throws IOException {
        return SqliteStore.open(file, settings(), ports());
    }

    private SqliteStore.Ports ports() {
        return new SqliteStore.Ports(
                Scene::name, this, this, Thread::new, health, new Metrics(), () -> entropy++);
    }

    private static Optional<String> name(NodeId node) {
        return node.equals(SELF)
                ? Optional.of("greenhouse")
                : node.equals(PEER) ? Optional.of("shed") : Optional.empty();
    }

    /** Steps until nothing is left to do, the clock moved on so that all is due. */
    void settle(SqliteStore store) {
        for (int steps = 0; steps < 100_000; steps++) {
            long wait = store.step();
            if (wait == Long.MAX_VALUE) {
                return;
            }
            nanos += wait;
        }
        throw new AssertionError("the writer does not come to rest");
    }

    <T extends Event> List<T> told(Class<T> type) {
        return told.stream().filter(type::isInstance).map(type::cast).toList();
    }

    static Reading reading(long sequence, String series, double value) {
        return reading(sequence, 1, sequence * 1_000_000, series, value);
    }

    static Reading reading(long sequence, int boot, long micros, String series, double value) {
        return new Reading(
                sequence,
                new Stamp(boot, micros),
                Series.parse(series).orElseThrow(),
                value,
                "Cel");
    }

    static BootClock clock(long sequence, int boot, long micros, long offset) {
        return new BootClock(sequence, new Stamp(boot, micros), offset, true);
    }

    /** A clock, then readings of so many series in turn, one a second. */
    static List<LogEntry> log(int readings, int series) {
        List<LogEntry> entries = new ArrayList<>();
        entries.add(clock(1, 1, 0, WALL_OFFSET));
        for (int i = 0; i < readings; i++) {
            entries.add(
                    reading(
                            i + 2L,
                            1,
                            1_000_000L * (i / series) + i % 7,
                            "s" + i % series + "/temperature",
                            Math.rint(2_000 + 300 * Math.sin(i / 500.0)) / 100));
        }
        return entries;
    }

    @Override
    public synchronized boolean offer(Event event) {
        return !full && told.add(event);
    }

    @Override
    public long monotonicNanos() {
        return nanos;
    }

    @Override
    public long wallMicros() {
        return WALL_OFFSET + nanos / 1_000;
    }

    @Override
    public boolean synchronised() {
        return synchronised;
    }
}
