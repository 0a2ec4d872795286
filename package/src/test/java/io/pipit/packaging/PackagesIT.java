package io.pipit.packaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The packages as the build made them, by Debian's own tools, and the program in them. */
class PackagesIT {
    private static final Path ROOT = Path.of(System.getProperty("pipit.home", ".."));
    private static final int PATIENCE_SECONDS = 240;

    @TempDir private static Path built;
    @TempDir private Path work;

    @BeforeAll
    static void builds() throws IOException {
        new Packages(
                        ROOT,
                        System.getProperty("pipit.version", "0-SNAPSHOT"),
                        Instant.parse(
                                System.getProperty("pipit.timestamp", "2026-11-01T00:00:00Z")))
                .into(built);
    }

    @Test
    void aSecondBuildGivesTheSameBytes() throws IOException {
        Path before = ROOT.resolve("package/target");
        for (Path each : packages()) {
            assertThat(before.resolve(each.getFileName()))
                    .as("what the build made before")
                    .hasSameBinaryContentAs(each);
        }
    }

    /** One of the packages alone: the others differ by their machine code, and lintian is slow. */
    @Test
    void lintianFindsNoErrors() throws Exception {
        needs("lintian");

        String said = run(Map.of(), "lintian", "--fail-on", "none", deb(Architecture.ARM64));

        assertThat(said.lines()).noneMatch(line -> line.startsWith("E:"));
    }

    @ParameterizedTest
    @EnumSource
    void aPackageHasTheMachineCodeOfItsOwnArchitectureAlone(Architecture architecture)
            throws Exception {
        Path home = unpacked(architecture).resolve("usr/lib/pipit");

        assertThat(names(home.resolve("native")))
                .contains("libsqlitejdbc.so")
                .filteredOn(name -> name.contains("tcnative") && name.endsWith(".so"))
                .isEqualTo(
                        architecture.tcnative() == null
                                ? List.of()
                                : List.of(
                                        "libnetty_tcnative_linux_"
                                                + architecture.tcnative()
                                                + ".so"));
        for (String jar : names(home.resolve("lib"))) {
            try (ZipFile zip = new ZipFile(home.resolve("lib").resolve(jar).toFile())) {
                assertThat(zip.stream().map(ZipEntry::getName))
                        .as(jar)
                        .noneMatch(name -> name.matches(".*[.](so|dll|dylib|jnilib)"));
            }
        }
    }

    @Test
    void whoMadeEachJarIsSaid() throws Exception {
        Path home = unpacked(host());
        String said = Files.readString(home.resolve("usr/share/doc/pipit/copyright"));

        assertThat(names(home.resolve("usr/lib/pipit/lib")))
                .filteredOn(jar -> !jar.startsWith("pipit-"))
                .allSatisfy(jar ->
                        assertThat(
                                        Arrays.stream(said.split("\\s+"))
                                                .filter(word -> word.endsWith("*.jar"))
                                                .map(word -> word.replaceAll(".*/|[*].jar", "")))
                                .anyMatch(jar::startsWith));
    }

    @Test
    void theProgramRunsFromItsPackageWithItsOwnLibraries() throws Exception {
        Path home = unpacked(host());
        Path file = Files.createDirectory(home.resolve("node")).resolve("pipit.toml");
        Files.writeString(
                file,
                """
                [node]
                data-dir = "data"
                run-dir = "run"
                [coap]
                listen = ["127.0.0.1:0"]
                monitor = "127.0.0.1:0"
                """);
        Process daemon =
                command(Map.of(), pipit(home), "run", "-c", file.toString())
                        .redirectErrorStream(true)
                        .redirectOutput(home.resolve("node/log").toFile())
                        .start();
        try {
            Awaitility.await()
                    .atMost(Duration.ofSeconds(PATIENCE_SECONDS))
                    .until(() -> Files.exists(home.resolve("node/run/pipit.sock")));

            assertThat(run(Map.of(), pipit(home), "status", "-c", file.toString()))
                    .contains("store");
            assertThat(Path.of("/proc/" + daemon.pid() + "/maps"))
                    .content()
                    .contains(home.toRealPath() + "/usr/lib/pipit/native/libsqlitejdbc.so");
        } finally {
            daemon.destroy();
            daemon.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
        }
    }

    @Test
    void theCacheIsUsedWhereItFitsAndNowhereElse() throws Exception {
        Path home = unpacked(host());
        Map<String, String> environment =
                Map.of(
                        "PIPIT_CACHE",
                        Files.createDirectory(home.resolve("cache")).toString(),
                        "PIPIT_JAVA_OPTS",
                        "-Xlog:class+load:stdout");
        assertThat(isFromCache(home, environment)).as("before it is made").isFalse();

        run(environment, home.resolve("usr/lib/pipit/bin/make-cache").toString());
        assertThat(isFromCache(home, environment)).as("once it is made").isTrue();

        Path list = home.resolve("usr/lib/pipit/jars.sha256");
        Files.writeString(list, Files.readString(list).replaceFirst("^[0-9a-f]", "g"));
        assertThat(isFromCache(home, environment)).as("with another jar").isFalse();
    }

    private static boolean isFromCache(Path home, Map<String, String> environment)
            throws Exception {
        return run(environment, pipit(home), "--version")
                .lines()
                .anyMatch(line ->
                        line.contains("io.pipit.node.Main ") && line.contains("shared objects"));
    }

    private static Architecture host() {
        return switch (System.getProperty("os.arch")) {
            case "amd64" -> Architecture.AMD64;
            case "aarch64" -> Architecture.ARM64;
            default -> Architecture.ARMHF;
        };
    }

    private static String deb(Architecture architecture) throws IOException {
        return packages().stream()
                .filter(each -> each.toString().endsWith("_" + architecture.debian() + ".deb"))
                .findFirst()
                .orElseThrow()
                .toString();
    }

    private Path unpacked(Architecture architecture) throws Exception {
        needs("dpkg-deb");
        run(Map.of(), "dpkg-deb", "--extract", deb(architecture), work.toString());
        return work;
    }

    private static String pipit(Path home) {
        return home.resolve("usr/bin/pipit").toString();
    }

    private static List<Path> packages() throws IOException {
        try (var files = Files.list(built)) {
            List<Path> packages = files.filter(Files::isRegularFile).sorted().toList();
            assertThat(packages).hasSize(Architecture.values().length + 1);
            return packages;
        }
    }

    private static List<String> names(Path folder) throws IOException {
        try (var files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    /** Skips or, where the build said that peers are required, fails. */
    private static void needs(String program) {
        boolean there =
                Arrays.stream(System.getenv("PATH").split(":", -1))
                        .map(folder -> Path.of(folder, program))
                        .anyMatch(Files::isExecutable);
        if (!there && System.getProperty("pipit.peers", "optional").equals("required")) {
            fail("%s is required here and isn't installed", program);
        }
        assumeTrue(there, program + " isn't installed");
    }

    private static ProcessBuilder command(Map<String, String> environment, String... command) {
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().putAll(environment);
        return builder;
    }

    private static String run(Map<String, String> environment, String... command) throws Exception {
        Path said = Files.createTempFile("pipit-package", ".out");
        try {
            Process process =
                    command(environment, command)
                            .redirectErrorStream(true)
                            .redirectOutput(said.toFile())
                            .start();
            if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
            String text = Files.readString(said);
            assertThat(process.exitValue()).as("%s said %s", List.of(command), text).isZero();
            return text;
        } finally {
            Files.delete(said);
        }
    }
}
