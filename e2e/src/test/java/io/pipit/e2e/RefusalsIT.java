package io.pipit.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the program says, and ends with, where it isn't let or can't do what it should. */
class RefusalsIT {
    private static final List<String> AS_NOBODY =
            List.of("setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups");

    @Test
    void whoMayNotUseTheSocketIsToldSo(@TempDir Path folder) throws IOException {
        needsNobody();
        try (RunningNode node = new RunningNode(folder, "greenhouse").start()) {
            open(folder, node.folder, node.folder.resolve("run"));
            for (String verb : List.of("status", "sensors", "history")) {
                Program.Outcome outcome = asNobody(verb, "-c", node.configurationFile().toString());
                assertThat(outcome.hasExit(77).err())
                        .contains("not allowed", "pipit.sock", "adduser $USER pipit")
                        .hasLineCount(1);
            }
        }
    }

    @Test
    void aRunDirThatCannotBeWrittenIsNamed(@TempDir Path folder)
            throws IOException, InterruptedException {
        needsNobody();
        try (RunningNode node = new RunningNode(folder, "greenhouse", "127.0.0.1", AS_NOBODY)) {
            node.id();
            open(folder, node.folder);
            for (String mine : List.of("data", "data/identity", "data/identity/key.pem")) {
                Program.run(
                        List.of("chown", "65534", node.folder.resolve(mine).toString()),
                        Duration.ofSeconds(5));
            }

            node.startWithoutWaiting();

            assertThat(node.process().waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(node.log()).contains("can't start", node.folder + "/run", "not allowed");
            assertThat(node.log()).doesNotContain("\tat ");
            assertThat(node.process().exitValue()).isEqualTo(77);
        }
    }

    @Test
    void aDamagedKeyIsLeftAloneAndSaidWhatToDoAbout(@TempDir Path folder)
            throws IOException, InterruptedException {
        try (RunningNode node = new RunningNode(folder, "greenhouse")) {
            node.id();
            Path key = node.folder.resolve("data/identity/key.pem");
            byte[] damaged = Files.readAllBytes(key);
            damaged[100] ^= 1;
            Files.write(key, damaged);

            Program.Outcome id = node.verb("id").hasExit(1);
            node.startWithoutWaiting();

            assertThat(node.process().waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(node.process().exitValue()).isEqualTo(1);
            for (String said : List.of(id.err(), node.log())) {
                assertThat(said)
                        .contains(key + ": the node's key is damaged", "backup", "move it away")
                        .doesNotContain("\tat ");
            }
            assertThat(Files.readAllBytes(key)).isEqualTo(damaged);
            assertThat(node.folder.resolve("data/pipit.db")).doesNotExist();
        }
    }

    /** Skips the test where no other user can run the program. */
    private static void needsNobody() {
        Program.needs("setpriv");
        assumeTrue(
                System.getProperty("user.name").equals("root"), "only root can be somebody else");
        assumeTrue(asNobody("--version").exit() == 0, "this checkout isn't readable for everybody");
    }

    private static Program.Outcome asNobody(String... arguments) {
        List<String> command = new ArrayList<>(AS_NOBODY);
        command.addAll(Program.command(arguments));
        return Program.run(command, Duration.ofMinutes(1));
    }

    private static void open(Path... folders) throws IOException {
        for (Path each : folders) {
            Files.setPosixFilePermissions(each, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
    }
}
