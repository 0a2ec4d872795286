package io.pipit.drivers.outside;

import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.drivers.Driver;
import io.pipit.drivers.Drivers;
import io.pipit.drivers.Hardware;
import io.pipit.drivers.ManualClock;
import io.pipit.drivers.Measurement;
import io.pipit.drivers.Sensor;
import io.pipit.drivers.SensorSettings;
import io.pipit.drivers.kernel.HostDriver;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DriverFoldersTest {

    @TempDir private Path scratch;

    private Path folder;

    @BeforeEach
    void make() throws IOException {
        folder = Files.createDirectory(scratch.resolve("drivers"));
    }

    /** The example of the guide. */
    private static String tank() throws IOException {
        Matcher example =
                Pattern.compile("```java\n(package com\\.example;.*?)```", Pattern.DOTALL)
                        .matcher(Files.readString(Path.of("README.md")));
        assertThat(example.find()).isTrue();
        return example.group(1);
    }

    private static String named(String className, String driver) throws IOException {
        return tank().replace("TankDriver", className).replace("\"tank\"", '"' + driver + '"');
    }

    private Path compiled(String className, String source) throws IOException {
        Path sources = Files.createDirectories(scratch.resolve("src/com/example"));
        Path file = Files.writeString(sources.resolve(className + ".java"), source);
        Path out = Files.createDirectories(scratch.resolve("out-" + className));
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        List<String> arguments =
                List.of(
                        "-cp",
                        System.getProperty(
                                "surefire.test.class.path", System.getProperty("java.class.path")),
                        "-d",
                        out.toString(),
                        file.toString());
        assertThat(compiler.run(null, null, null, arguments.toArray(String[]::new))).isZero();
        return out;
    }

    private void jar(String name, Path classes, String services) throws IOException {
        try (OutputStream out = Files.newOutputStream(folder.resolve(name));
                JarOutputStream jar = new JarOutputStream(out);
                Stream<Path> files = Files.walk(classes)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                jar.putNextEntry(new JarEntry(classes.relativize(file).toString()));
                jar.write(Files.readAllBytes(file));
            }
            if (!services.isEmpty()) {
                jar.putNextEntry(new JarEntry("META-INF/services/" + Driver.class.getName()));
                jar.write((services + "\n").getBytes(StandardCharsets.UTF_8));
            }
        }
    }

    private void tankJar() throws IOException {
        jar("tank.jar", compiled("TankDriver", tank()), "com.example.TankDriver");
    }

    private Drivers load() {
        DriverFolders folders = DriverFolders.of(Map.of("PIPIT_DRIVERS", folder.toString()));
        return Drivers.load(
                getClass().getClassLoader(),
                folders.jars(),
                folders.problems(),
                driver -> Optional.empty());
    }

    @Test
    void theExampleOfTheGuideIsReadLikeAnyOther() throws Exception {
        tankJar();

        Drivers drivers = load();

        assertThat(drivers.problems()).isEmpty();
        assertThat(drivers.origin("tank")).isEqualTo(folder.resolve("tank.jar").toString());
        assertThat(drivers.origin("host")).isEmpty();
        Driver tank = drivers.find("tank").orElseThrow();
        Path level = Files.writeString(scratch.resolve("level"), "0.75\n");
        SensorSettings settings =
                SensorSettings.of("s", tank.descriptor(), Map.of("file", level.toString()));
        Hardware hardware = new Hardware(scratch, scratch, new ManualClock(), List.of());
        try (Sensor sensor = tank.open(settings, hardware)) {
            assertThat(sensor.read()).containsExactly(new Measurement("level", 0.75, "/"));
        }
    }

    @Test
    void whatIsWrongWithAJarCostsThatJarAlone() throws Exception {
        tankJar();
        Files.writeString(folder.resolve("a-broken.jar"), "not a jar");
        jar("b-missing.jar", Files.createDirectory(scratch.resolve("none")), "com.example.Missing");
        Path newer = compiled("NewerDriver", named("NewerDriver", "newer"));
        Path file = newer.resolve("com/example/NewerDriver.class");
        byte[] bytes = Files.readAllBytes(file);
        // JVMS 4.1: the major version.
        bytes[7] = (byte) 200;
        Files.write(file, bytes);
        jar("c-newer.jar", newer, "com.example.NewerDriver");
        jar(
                "d-throwing.jar",
                compiled(
                        "ThrowingDriver",
                        named("ThrowingDriver", "throwing")
                                .replace(
                                        "return new DriverDesc",
                                        "if (true) throw new NoSuchMethodError(\"later\");\nreturn new DriverDesc")),
                "com.example.ThrowingDriver");
        jar("e-garbage.jar", scratch.resolve("none"), "not a name");
        jar("f-library.jar", scratch.resolve("none"), "");

        Drivers drivers = load();

        assertThat(drivers.find("tank")).isPresent();
        assertThat(drivers.find("bme280")).isPresent();
        assertThat(drivers.problems())
                .satisfiesExactly(
                        one -> assertThat(one).contains("a-broken.jar is left out: "),
                        one -> assertThat(one).contains("b-missing.jar: ", "com.example.Missing"),
                        one -> assertThat(one).contains("c-newer.jar: ", "a newer Java than "),
                        one -> assertThat(one).contains("d-throwing.jar: ", "later"),
                        one -> assertThat(one).contains("e-garbage.jar: ", "syntax"));
    }

    @Test
    void aNameThatIsTakenStaysWhoseItIs() throws Exception {
        tankJar();
        jar("z.jar", compiled("OtherTank", named("OtherTank", "tank")), "com.example.OtherTank");
        jar("host.jar", compiled("OtherHost", named("OtherHost", "host")), "com.example.OtherHost");

        Drivers drivers = load();

        assertThat(drivers.find("host")).get().isInstanceOf(HostDriver.class);
        assertThat(drivers.origin("tank")).endsWith("tank.jar");
        assertThat(drivers.problems())
                .satisfiesExactly(
                        one ->
                                assertThat(one)
                                        .contains("host.jar: two drivers are called host")
                                        .contains("OtherHost is not"),
                        one -> assertThat(one).contains("z.jar: two drivers are called tank"));
    }

    @Test
    void refusesWhatEverybodyCouldHaveWritten() throws Exception {
        tankJar();
        Path jar = folder.resolve("tank.jar");
        Files.setPosixFilePermissions(jar, PosixFilePermissions.fromString("rw-rw-rw-"));
        assertThat(load().problems()).singleElement().asString().contains("tank.jar is left out");
        Files.setPosixFilePermissions(jar, PosixFilePermissions.fromString("rw-r--r--"));
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxrwxrwx"));

        Drivers drivers = load();

        assertThat(drivers.find("tank")).isEmpty();
        assertThat(drivers.problems()).singleElement().asString().contains("chmod o-w " + folder);
    }

    @Test
    void saysWhichFolderIsNotThereAndGoesOn() throws Exception {
        tankJar();
        DriverFolders folders =
                DriverFolders.of(Map.of("PIPIT_DRIVERS", scratch + "/none:" + folder));

        assertThat(folders.problems())
                .containsExactly("there is no folder " + scratch + "/none with drivers");
        assertThat(folders.jars()).hasSize(1);
    }

    @Test
    void driversOfOneFolderShareWhatIsThereAndThoseOfTwoDoNot() throws Exception {
        tankJar();
        Path second = Files.createDirectory(scratch.resolve("second"));
        Files.copy(folder.resolve("tank.jar"), second.resolve("tank.jar"));
        Files.copy(folder.resolve("tank.jar"), folder.resolve("twin.jar"));
        List<Class<?>> classes = new ArrayList<>();
        for (Drivers.Outside jar : DriverFolders.of(List.of(folder, second)).jars()) {
            classes.add(jar.loader().loadClass("com.example.TankDriver"));
        }

        assertThat(classes).hasSize(3);
        assertThat(classes.get(0)).isSameAs(classes.get(1)).isNotSameAs(classes.get(2));
    }
}
