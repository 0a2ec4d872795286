package io.pipit.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pipit.model.NodeId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IdentityTest {
    @TempDir private Path data;

    private Path key() {
        return data.resolve("identity/key.pem");
    }

    @Test
    void isMadeAtFirstStartAndStaysTheSame() throws Exception {
        Identity first = Identity.loadOrCreate(data.resolve("new"));
        Identity second = Identity.loadOrCreate(data.resolve("new"));
        assertThat(second.id()).isEqualTo(first.id()).isEqualTo(NodeId.of(first.publicKey()));
        assertThat(second.privateKey()).isEqualTo(first.privateKey());
        assertThat(Identity.loadOrCreate(data.resolve("other")).id()).isNotEqualTo(first.id());
    }

    @Test
    void onlyItsOwnerMayReadIt() throws Exception {
        Identity.loadOrCreate(data);
        assertThat(mode(key())).isEqualTo("rw-------");
        assertThat(mode(data.resolve("identity"))).isEqualTo("rwx------");
        try (var files = Files.list(data.resolve("identity"))) {
            assertThat(files).containsExactly(key());
        }
    }

    @Test
    void putsTooOpenAModeRight() throws Exception {
        NodeId id = Identity.loadOrCreate(data).id();
        Files.setPosixFilePermissions(key(), PosixFilePermissions.fromString("rw-r--r--"));
        Files.setPosixFilePermissions(
                data.resolve("identity"), PosixFilePermissions.fromString("rwxr-xr-x"));
        assertThat(Identity.loadOrCreate(data).id()).isEqualTo(id);
        assertThat(mode(key())).isEqualTo("rw-------");
        assertThat(mode(data.resolve("identity"))).isEqualTo("rwx------");
    }

    @Test
    void aDamagedKeyIsSaidAndNeverReplaced() throws Exception {
        Identity.loadOrCreate(data);
        String whole = Files.readString(key());
        Identity.loadOrCreate(data.resolve("other"));
        String other = Files.readString(data.resolve("other/identity/key.pem"));
        int open = whole.indexOf("-----BEGIN PUBLIC");
        for (String damaged :
                List.of(
                        "",
                        whole.substring(0, whole.length() / 3),
                        whole.substring(0, open),
                        whole.substring(open),
                        whole.replaceFirst("KEY-----\nM", "KEY-----\nA"),
                        whole.substring(0, open) + other.substring(other.indexOf("-----BEGIN PUB")),
                        "x".repeat(20_000))) {
            Files.writeString(key(), damaged);
            assertThatThrownBy(() -> Identity.loadOrCreate(data))
                    .isInstanceOf(IdentityException.class)
                    .hasMessageContaining(key().toString())
                    .hasMessageContaining("damaged")
                    .hasMessageContaining("backup");
            assertThat(key()).hasContent(damaged);
        }
    }

    @Test
    void manyWhoStartAtOnceAllGetTheSame() throws Exception {
        int starters = 8;
        CyclicBarrier barrier = new CyclicBarrier(starters);
        Callable<NodeId> start =
                () -> {
                    barrier.await();
                    return Identity.loadOrCreate(data).id();
                };
        Set<NodeId> ids = new HashSet<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(starters)) {
            List<Future<NodeId>> started = new ArrayList<>();
            for (int i = 0; i < starters; i++) {
                started.add(threads.submit(start));
            }
            for (Future<NodeId> one : started) {
                ids.add(one.get());
            }
        }
        assertThat(ids).hasSize(1);
    }

    @Test
    void saysWhereItCanNotBeMade() throws Exception {
        Path occupied = Files.writeString(data.resolve("file"), "");
        assertThatThrownBy(() -> Identity.loadOrCreate(occupied))
                .isInstanceOf(IdentityException.class)
                .hasMessageContaining(occupied.toString());
    }

    private static String mode(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }
}
