package io.pipit.discovery.multicast;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AddressChangesTest {
    @TempDir Path folder;

    @Test
    void saysOnceThatSomethingChanged() throws Exception {
        Path four = Files.writeString(folder.resolve("fib_trie"), "10.0.0.1");
        Path six = folder.resolve("if_inet6");
        AddressChanges changes = new AddressChanges(List.of(four, six));

        assertThat(changes.any()).isTrue();
        assertThat(changes.any()).isFalse();

        Files.writeString(four, "10.0.0.2");
        assertThat(changes.any()).isTrue();
        assertThat(changes.any()).isFalse();

        Files.writeString(six, "fe80::1");
        assertThat(changes.any()).isTrue();
        assertThat(changes.any()).isFalse();

        Files.delete(six);
        assertThat(changes.any()).isTrue();
        assertThat(changes.any()).isFalse();
    }

    @Test
    void saysYesNowAndThenForWhatTheFilesDontShow() throws Exception {
        Path four = Files.writeString(folder.resolve("fib_trie"), "10.0.0.1");
        AddressChanges changes = new AddressChanges(List.of(four));
        assertThat(changes.any()).isTrue();
        for (int i = 0; i < AddressChanges.LOOKS_MAX; i++) {
            assertThat(changes.any()).as("look %d", i).isFalse();
        }
        assertThat(changes.any()).isTrue();
        assertThat(changes.any()).isFalse();
    }

    @Test
    void saysYesWhereTheKernelHasNoSuchFiles() {
        AddressChanges changes = new AddressChanges(List.of(folder.resolve("none")));
        assertThat(changes.any()).isTrue();
        assertThat(changes.any()).isTrue();
    }

    @Test
    void looksAtTheBeginningOfALongFileAlone() throws Exception {
        Path four = folder.resolve("fib_trie");
        byte[] bytes = new byte[3 * AddressChanges.BYTES_MAX];
        Files.write(four, bytes);
        AddressChanges changes = new AddressChanges(List.of(four));
        assertThat(changes.any()).isTrue();
        bytes[2 * AddressChanges.BYTES_MAX] = 1;
        Files.write(four, bytes);
        assertThat(changes.any()).isFalse();
        bytes[AddressChanges.BYTES_MAX - 1] = 1;
        Files.write(four, bytes);
        assertThat(changes.any()).isTrue();
    }
}
