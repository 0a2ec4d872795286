package io.pipit.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pipit.identity.Identity;
import io.pipit.identity.IdentityException;
import io.pipit.store.copy.StoreLock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RestoreTest {
    private static final Instant NOW = Instant.parse("2026-11-29T04:30:00.5Z");

    @TempDir Path folder;
    private Path data;
    private Path configuration;
    private Path backup;
    private Path target;

    @BeforeEach
    void aNode() throws IOException, IdentityException {
        data = folder.resolve("data");
        configuration = folder.resolve("etc/pipit.toml");
        backup = folder.resolve("greenhouse.zip");
        target = folder.resolve("new/etc/pipit.toml");
        Identity.loadOrCreate(data);
        Files.writeString(data.resolve("peers.toml"), "[[peer]]\n");
        Files.createDirectories(configuration.resolveSibling("conf.d"));
        Files.writeString(configuration, "[node]\nname = \"greenhouse\"\n");
        Files.writeString(configuration.resolveSibling("conf.d").resolve("10 air.toml"), "# air\n");
    }

    private Backup.Made make() throws IOException, IdentityException {
        return Backup.make(
                backup, new Backup.Subject(data, configuration, "greenhouse", "1.0"), true, NOW);
    }

    private void restore(Path to) throws IOException, IdentityException {
        try (Restore restore = Restore.open(backup)) {
            Path laidOut = restore.layOutConfiguration(target);
            restore.putData(to, NOW);
            restore.putConfiguration(laidOut, target, to, NOW);
        }
    }

    /** What lies below a folder, by its path. */
    private static Map<String, String> below(Path folder) throws IOException {
        Map<String, String> all = new TreeMap<>();
        try (Stream<Path> paths = Files.walk(folder)) {
            for (Path path : paths.filter(Files::isRegularFile).toList()) {
                String name = folder.relativize(path).toString();
                if (!name.endsWith(".lock")) {
                    all.put(name, Files.readString(path));
                }
            }
        }
        return all;
    }

    @Test
    void whatIsRestoredIsWhatWasSaved() throws IOException, IdentityException {
        Backup.Made made = make();

        restore(folder.resolve("new/data"));

        assertThat(made.files()).isEqualTo(4);
        assertThat(below(folder.resolve("new/data"))).isEqualTo(below(data));
        assertThat(below(folder.resolve("new/etc"))).isEqualTo(below(folder.resolve("etc")));
        assertThat(
                        PosixFilePermissions.toString(
                                Files.getPosixFilePermissions(
                                        folder.resolve("new/data/identity/key.pem"))))
                .isEqualTo("rw-------");
    }

    @Test
    void aBackupIsForItsOwnerAloneAndNothingElseStaysBesideIt()
            throws IOException, IdentityException {
        make();

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(backup)))
                .isEqualTo("rw-------");
        try (Stream<Path> beside = Files.list(folder)) {
            assertThat(beside.map(path -> path.getFileName().toString()))
                    .containsExactlyInAnyOrder("data", "etc", "greenhouse.zip");
        }
    }

    @Test
    void aBackupThatFailsLeavesTheOlderOne() throws IOException, IdentityException {
        make();
        byte[] before = Files.readAllBytes(backup);
        Files.writeString(data.resolve("pipit.db"), "no database at all, and too long for nothing");

        assertThatThrownBy(this::make).hasMessageContaining("damaged");

        assertThat(Files.readAllBytes(backup)).isEqualTo(before);
        try (Stream<Path> beside = Files.list(folder)) {
            assertThat(beside).hasSize(3);
        }
    }

    @Test
    void everyByteThatIsWrongIsFoundBeforeAnythingIsTouched()
            throws IOException, IdentityException {
        make();
        byte[] whole = Files.readAllBytes(backup);
        List<Integer> taken = new ArrayList<>();
        for (int at = 0; at < whole.length; at++) {
            byte[] wrong = whole.clone();
            wrong[at] ^= 0x10;
            Files.write(backup, wrong);
            try (Restore restore = Restore.open(backup)) {
                // What isn't found must make no difference: times and the like.
                Path laid = Files.createDirectory(folder.resolve("laid-" + at));
                BackupFile.open(backup).extract("data/", laid);
                assertThat(below(laid)).as("byte %d", at).isEqualTo(below(data));
                assertThat(restore.name()).isEqualTo("greenhouse");
                taken.add(at);
            } catch (IOException e) {
                assertThat(e).hasMessageContaining(backup.toString());
            }
        }
        assertThat(taken.size()).isLessThan(whole.length / 2);
        assertThat(folder.resolve("new")).doesNotExist();
    }

    @Test
    void halfABackupIsNone() throws IOException, IdentityException {
        make();
        byte[] whole = Files.readAllBytes(backup);
        Files.write(backup, Arrays.copyOf(whole, whole.length / 2));

        assertThatThrownBy(() -> Restore.open(backup)).hasMessageContaining("no whole backup");
    }

    @Test
    void whatWasThereIsSetAsideAndNotDeleted() throws IOException, IdentityException {
        make();
        Path to = folder.resolve("new/data");
        Identity other = Identity.loadOrCreate(to);
        Files.writeString(to.resolve("pipit.db-wal"), "stays: there are no readings in the backup");
        Files.writeString(to.resolve("statements.toml"), "another node's");
        Files.createDirectories(target.getParent());
        Files.writeString(target, "# another\n");
        try (Restore restore = Restore.open(backup)) {
            Path laidOut = restore.layOutConfiguration(target);
            assertThat(restore.inTheWay(to, laidOut, target))
                    .containsExactly("a node in " + to, "the configuration " + target);

            Path aside = restore.putData(to, NOW);
            Path before = restore.putConfiguration(laidOut, target, to, NOW);

            assertThat(aside).isEqualTo(to.resolve("replaced-20261129T043000Z"));
            assertThat(below(aside)).containsOnlyKeys("identity/key.pem", "statements.toml");
            assertThat(before).hasContent("# another\n");
        }
        assertThat(Identity.loadOrCreate(to).id())
                .isEqualTo(Identity.loadOrCreate(data).id())
                .isNotEqualTo(other.id());
        assertThat(to.resolve("statements.toml")).doesNotExist();
        assertThat(to.resolve("pipit.db-wal")).exists();
        assertThat(target).hasSameTextualContentAs(configuration);
    }

    @Test
    void whereTheSameConfigurationIsNothingIsInTheWay() throws IOException, IdentityException {
        make();
        restore(folder.resolve("new/data"));
        try (Restore restore = Restore.open(backup)) {
            Path laidOut = restore.layOutConfiguration(target);
            assertThat(restore.inTheWay(folder.resolve("empty"), laidOut, target)).isEmpty();
        }
    }

    @Test
    void whereANodeRunsNothingIsTouched() throws IOException, IdentityException {
        make();
        Path to = Files.createDirectories(folder.resolve("new/data"));
        try (StoreLock _ = StoreLock.take(to.resolve("pipit.db"));
                Restore restore = Restore.open(backup)) {
            assertThatThrownBy(() -> restore.putData(to, NOW))
                    .hasMessageContainingAll("pipit runs in", "systemctl stop pipit");
        }
        assertThat(below(to)).isEmpty();
    }

    @Test
    void namesThatLeadElsewhereAreRefused() {
        for (String path :
                List.of(
                        "data/../x",
                        "/etc/passwd",
                        "data/identity/../../x",
                        "data//x",
                        "data/.hidden",
                        "data/",
                        "config/conf.d/a/b.toml",
                        "elsewhere/x")) {
            assertThat(Manifest.isPath(path)).as(path).isFalse();
        }
        assertThat(List.of("data/identity/key.pem", "config/conf.d/Gewächshaus 1.toml"))
                .allMatch(Manifest::isPath);
    }

    @Test
    void aNewerOnesBackupIsRefused() throws IOException {
        BackupFile.write(
                backup,
                Map.of("config/pipit.toml", configuration),
                items -> new Manifest("ID", "greenhouse", "", "pipit 9.0", 999, items));

        assertThatThrownBy(() -> Restore.open(backup))
                .hasMessageContainingAll("made by a newer pipit (pipit 9.0)", "version 999");
    }
}
