package io.pipit;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;

/** Holds the package table of docs/ARCHITECTURE.md. */
class ArchitectureTest {
    private static final int TYPES_PER_PACKAGE_MAX = 12;
    private static final String ADAPTER = "port wire model monitor config identity";

    /** Package, and what it may use besides itself. */
    private static final Map<String, String> TABLE =
            new LinkedHashMap<>(
                    Map.ofEntries(
                            Map.entry("model", ""),
                            Map.entry("wire", "model"),
                            Map.entry("monitor", "model"),
                            Map.entry("port", "model"),
                            // What a rule says is the configuration's; what it means, the core's.
                            Map.entry("core", "model port monitor config.rule config.text"),
                            Map.entry("identity", "model wire port"),
                            Map.entry("sampling", "port model monitor drivers"),
                            Map.entry("acting", ADAPTER + " drivers"),
                            Map.entry("coap", ADAPTER + " resource"),
                            Map.entry("tcp", ADAPTER + " resource"),
                            Map.entry("store", ADAPTER),
                            Map.entry("files", ADAPTER),
                            Map.entry("discovery", ADAPTER),
                            Map.entry("mqtt", ADAPTER),
                            Map.entry("host", ADAPTER),
                            Map.entry("http", ADAPTER + " resource"),
                            Map.entry("resource", "port wire model monitor identity"),
                            Map.entry("archive", "wire model identity store"),
                            // Rules are tried on history by the very engine that runs them.
                            Map.entry(
                                    "cli",
                                    "wire model config identity drivers archive core.rules port.rules"),
                            Map.entry("config", ""),
                            Map.entry("drivers", "")));

    private static final JavaClasses CLASSES =
            new ClassFileImporter()
                    .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                    .importPackages("io.pipit");

    @Test
    void looksAtTheWholeProgram() {
        for (String part : List.of("config", "drivers", "model", "port", "core", "node")) {
            assertThat(CLASSES.stream().map(JavaClass::getPackageName))
                    .as("classes of %s", part)
                    .anyMatch(name -> (name + ".").startsWith("io.pipit." + part + "."));
        }
    }

    @Test
    void packagesUseOnlyWhatTheTableAllows() {
        TABLE.forEach((name, uses) -> {
            List<String> allowed = new ArrayList<>(List.of("io.pipit." + name + ".."));
            for (String use : uses.split(" ", -1)) {
                if (!use.isEmpty()) {
                    allowed.add("io.pipit." + use + "..");
                }
            }
            noClasses()
                    .that()
                    .resideInAPackage("io.pipit." + name + "..")
                    .should()
                    .dependOnClassesThat(
                            JavaClass.Predicates.resideInAPackage("io.pipit..")
                                    .and(
                                            DescribedPredicate.not(
                                                    JavaClass.Predicates.resideInAnyPackage(
                                                            allowed.toArray(String[]::new)))))
                    .allowEmptyShould(true)
                    .check(CLASSES);
        });
    }

    @Test
    void librariesStayBehindTheirPackage() {
        Map.ofEntries(
                        entry("org.eclipse.californium..", "io.pipit.coap.."),
                        entry("io.netty..", "io.pipit.tcp.."),
                        entry("com.sun.net.httpserver..", "io.pipit.http.."),
                        entry("java.sql..", "io.pipit.store.."),
                        entry("tools.jackson..", "io.pipit.wire.."),
                        entry("io.prometheus..", "io.pipit.monitor.."),
                        entry("picocli..", "io.pipit.cli.."),
                        entry("org.tomlj..", "io.pipit.config.."),
                        entry("org.freedesktop.dbus..", "io.pipit.discovery.., io.pipit.host.."),
                        entry("javax.jmdns..", "io.pipit.discovery.."),
                        entry("org.eclipse.paho..", "io.pipit.mqtt.broker.."),
                        entry("org.bouncycastle..", "io.pipit.identity.."))
                .forEach((library, home) ->
                        noClasses()
                                .that()
                                .resideOutsideOfPackages(
                                        (home + ", io.pipit.benchmarks..").split(", ", -1))
                                .should()
                                .dependOnClassesThat()
                                .resideInAPackage(library)
                                .check(CLASSES));
    }

    @Test
    void noPackageImportsItselfInACircle() {
        slices().matching("io.pipit.(**)").should().beFreeOfCycles().check(CLASSES);
    }

    @Test
    void packagesHaveADozenTypesAtTheMost() {
        Map<String, List<String>> byPackage = new TreeMap<>();
        CLASSES.stream()
                .filter(c -> c.isTopLevelClass() && !c.getSimpleName().equals("package-info"))
                .forEach(c ->
                        byPackage
                                .computeIfAbsent(c.getPackageName(), name -> new ArrayList<>())
                                .add(c.getSimpleName()));
        assertThat(byPackage)
                .allSatisfy((name, types) ->
                        assertThat(types).as(name).hasSizeLessThanOrEqualTo(TYPES_PER_PACKAGE_MAX));
    }

    @Test
    void clocksAndThreadsAreMadeInTwoPlacesOnly() {
        noClasses()
                .that()
                .resideOutsideOfPackages(
                        "io.pipit.host..", "io.pipit.node..", "io.pipit.benchmarks..")
                .should()
                .callMethod(System.class, "nanoTime")
                .orShould()
                .callMethod(System.class, "currentTimeMillis")
                .orShould()
                .callMethod(Instant.class, "now")
                .orShould()
                .callConstructor(Thread.class, Runnable.class)
                .orShould()
                .callConstructor(Thread.class, Runnable.class, String.class)
                .orShould()
                .dependOnClassesThat()
                .areAssignableTo(Executors.class)
                .check(CLASSES);
    }

    @Test
    void testsInMemoryDoNotSleep() {
        JavaClasses tests = new ClassFileImporter().importPath(Path.of("target", "test-classes"));
        classes().that().haveSimpleNameEndingWith("Test").should().bePackagePrivate().check(tests);
        noClasses()
                .that()
                .haveSimpleNameEndingWith("Test")
                .should()
                .callMethod(Thread.class, "sleep", long.class)
                .orShould()
                .callMethod(Thread.class, "sleep", java.time.Duration.class)
                .check(tests);
    }
}
