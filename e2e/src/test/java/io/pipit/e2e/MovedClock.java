package io.pipit.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/**
 * A wall clock of one process's own, moved while it runs, by libfaketime; what it counts time by
 * (CLOCK_MONOTONIC) goes on as it is. It has a {@code /run} of its own too, so that it alone sees
 * whether the clock is synchronised. Needs root.
 */
final class MovedClock {
    private final Path offset;
    private final Path run;
    private final Path library;

    /** Skips the test, or fails it where peers are required, if it can't be had here. */
    MovedClock(Path folder) {
        try {
            run = Files.createDirectories(folder.resolve("machine-run"));
            offset = folder.resolve("offset");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        library = library();
        Program.needs("unshare");
        if (Program.run(ownRun("true"), Duration.ofSeconds(10)).exit() != 0) {
            Program.skip("mount namespaces can't be made here; run it as root");
        }
        moveTo(Duration.ZERO);
    }

    /**
     * What the command line of a process begins with that goes by this clock. Without turning off
     * libfaketime's "monotonic fix" a JVM's waits, which are by CLOCK_MONOTONIC, end at once when
     * the clock is behind and never when it is ahead.
     */
    List<String> launcher() {
        return ownRun(
                "env",
                "LD_PRELOAD=" + library,
                "DONT_FAKE_MONOTONIC=1",
                "FAKETIME_FORCE_MONOTONIC_FIX=0",
                "NO_FAKE_STAT=1",
                "FAKETIME_NO_CACHE=1",
                "FAKETIME_TIMESTAMP_FILE=" + offset);
    }

    /** From now on it is so far from the machine's. */
    void moveTo(Duration away) {
        try {
            // In one move, since it is read all the time.
            Path next = offset.resolveSibling("offset-next");
            Files.writeString(next, "%+d".formatted(away.toSeconds()));
            Files.move(next, offset, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** As systemd-timesyncd does it when it has set the clock. */
    void synchronise() {
        try {
            Path folder = Files.createDirectories(run.resolve("systemd/timesync"));
            Files.createFile(folder.resolve("synchronized"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private List<String> ownRun(String... command) {
        return Stream.concat(
                        Stream.of(
                                "unshare",
                                "--mount",
                                "sh",
                                "-c",
                                "mount --bind \"$0\" /run && exec \"$@\"",
                                run.toString()),
                        Stream.of(command))
                .toList();
    }

    private static Path library() {
        // Debian's folder has the machine's name in it.
        try (Stream<Path> found =
                Files.find(
                        Path.of("/usr/lib"),
                        3,
                        (path, attributes) -> path.endsWith("faketime/libfaketimeMT.so.1"))) {
            return found.findFirst().orElseGet(MovedClock::none);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path none() {
        Program.skip("libfaketime isn't installed (the package faketime)");
        throw new AssertionError("skipped");
    }
}
