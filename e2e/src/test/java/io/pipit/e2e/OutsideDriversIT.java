package io.pipit.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.pipit.drivers.Driver;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A driver that somebody else made, beside a jar that nobody can read. */
class OutsideDriversIT {
    private static final Duration PATIENCE = Duration.ofSeconds(40);
    private static final String CLASS = "com/example/TankDriver";

    @Test
    void theExampleOfTheGuideIsMeasuredAndABrokenJarIsShown(@TempDir Path folder)
            throws IOException {
        Path drivers = Files.createDirectory(folder.resolve("drivers"));
        makeTank(folder, drivers.resolve("tank.jar"));
        Path broken = Files.writeString(drivers.resolve("broken.jar"), "not a jar");
        Path level = Files.writeString(folder.resolve("level"), "0.75\n");
        try (RunningNode node = new RunningNode(folder, "farm")) {
            node.knowing("PIPIT_DRIVERS", drivers.toString())
                    .with(
                            """
                            [[sensor]]
                            name = "rain"
                            driver = "tank"
                            file = "%s"
                            every = "100ms"
                            """
                                    .formatted(level))
                    .start();

            await().atMost(PATIENCE)
                    .until(() -> node.verb("get", "rain/level").text().contains("0.75"));
            assertThat(node.verb("status", "--json").text()).contains(broken + " is left out");
            assertThat(node.log()).contains(broken + " is left out");
            Program.Outcome list = node.verb("sensors", "--drivers").hasExit(0);
            assertThat(list.lines()).anyMatch(line -> line.startsWith("tank "));
            assertThat(list.err()).contains(broken + " is left out");
        }
    }

    private static void makeTank(Path folder, Path jar) throws IOException {
        Matcher example =
                Pattern.compile("```java\n(package com\\.example;.*?)```", Pattern.DOTALL)
                        .matcher(Files.readString(Program.HOME.resolve("drivers/README.md")));
        assertThat(example.find()).isTrue();
        Path source = Files.createDirectories(folder.resolve("src")).resolve("TankDriver.java");
        Files.writeString(source, example.group(1));
        String drivers = Driver.class.getProtectionDomain().getCodeSource().getLocation().getPath();
        assertThat(
                        ToolProvider.getSystemJavaCompiler()
                                .run(
                                        null,
                                        null,
                                        null,
                                        "-cp",
                                        drivers,
                                        "-d",
                                        folder.resolve("out").toString(),
                                        source.toString()))
                .isZero();
        try (OutputStream out = Files.newOutputStream(jar);
                JarOutputStream entries = new JarOutputStream(out)) {
            for (String name : new String[] {CLASS, CLASS + "$1"}) {
                entries.putNextEntry(new JarEntry(name + ".class"));
                entries.write(Files.readAllBytes(folder.resolve("out").resolve(name + ".class")));
            }
            entries.putNextEntry(new JarEntry("META-INF/services/" + Driver.class.getName()));
            entries.write("com.example.TankDriver\n".getBytes(StandardCharsets.UTF_8));
        }
    }
}
