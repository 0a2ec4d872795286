package io.pipit.benchmarks;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Whether a program is there, and what it takes on the disk. */
final class Installed {
    private static final double KIB_PER_MIB = 1024;

    private Installed() {}

    /** Why it isn't there; null where the command says that it is. */
    static @Nullable String without(String program, String... command) {
        return Report.has(command) ? null : program + " isn't installed";
    }

    /** The size of a Debian package as dpkg has it. */
    static String debian(String name) throws IOException {
        String size = output("dpkg-query", "-W", "-f", "${Installed-Size}", name);
        double mib = size.isBlank() ? 0 : Double.parseDouble(size.strip()) / KIB_PER_MIB;
        return Report.number(mib, 1) + " MiB (" + name + ")";
    }

    /** The size of all files in a folder. */
    static double mib(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            long bytes = 0;
            for (Path each : files.filter(Files::isRegularFile).toList()) {
                bytes += Files.size(each);
            }
            return bytes / (KIB_PER_MIB * KIB_PER_MIB);
        }
    }

    /** What a command prints. */
    static String output(String... command) throws IOException {
        Process process =
                new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
        try (InputStream out = process.getInputStream()) {
            return new String(out.readAllBytes(), UTF_8);
        }
    }
}
