package io.pipit.files;

import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.model.NodeId;
import io.pipit.port.bulk.FileName;
import io.pipit.port.bulk.FileRefused.Reason;
import io.pipit.port.bulk.Incoming.Coming;
import io.pipit.port.bulk.Incoming.Held;
import io.pipit.port.bulk.Outgoing;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SpoolFolderTest {
    @TempDir Path folder;
    private Desk desk = new Desk();
    private final List<Outgoing> ready = new ArrayList<>();
    private SpoolFolder spool;

    @BeforeEach
    void open() throws IOException {
        open(1 << 20);
    }

    private void open(long bytesMax) throws IOException {
        desk.tasks.clear();
        desk = new Desk();
        ready.clear();
        spool = new SpoolFolder(folder.resolve("spool"), bytesMax, desk.disk(), desk, ready::add);
        spool.recover();
        desk.settle();
    }

    private static Coming file(String name, byte[] content) throws Exception {
        return new Coming(Desk.PEER, FileName.parse(name), "", content.length, "u1");
    }

    private Held send(String name, byte[] content) throws Exception {
        return desk.of(Desk.put(spool, file(name, content), 0, true, content));
    }

    private List<String> files() throws IOException {
        try (var files = Files.list(folder.resolve("spool"))) {
            return files.map(f -> f.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void queuesWhatIsThereAsAWhole() throws Exception {
        byte[] content = Desk.bytes(5_000, 1);
        Held held = send("photos/one.jpg", content);

        assertThat(held).isEqualTo(new Held(5_000, true, 1, Desk.sha256(content)));
        Outgoing outgoing = ready.getFirst();
        assertThat(outgoing.peer()).isEqualTo(NodeId.parse(Desk.PEER).orElseThrow());
        assertThat(outgoing.name()).hasToString("photos/one.jpg");
        assertThat(outgoing.sha256()).isEqualTo(Desk.sha256(content));
        assertThat(outgoing.content()).hasBinaryContent(content);
    }

    @Test
    void hasTheSameQueueInTheSameOrderAfterARestart() throws Exception {
        for (int i = 0; i < 11; i++) {
            send("f" + i, Desk.bytes(10 + i, i));
        }
        List<Outgoing> before = List.copyOf(ready);
        open();

        assertThat(ready).isEqualTo(before);
        assertThat(send("next", new byte[0]).number()).isEqualTo(12);
    }

    @Test
    void forgetsWhatWasOnlyHalfThere() throws Exception {
        send("a", Desk.bytes(10, 1));
        desk.of(Desk.put(spool, file("b", new byte[20]), 0, true, new byte[10]));
        assertThat(files()).contains("2.part");
        Files.writeString(folder.resolve("spool/7.content"), "whose state was never written");
        Files.writeString(folder.resolve("spool/8.json"), "{\"peer\":");
        Files.writeString(folder.resolve("spool/.9.json.abc"), "{");
        open();

        assertThat(ready).hasSize(1);
        assertThat(files()).containsExactly("1.content", "1.json");
    }

    @Test
    void forgetsWhatIsShorterThanItWas() throws Exception {
        send("a", Desk.bytes(10, 1));
        Files.write(folder.resolve("spool/1.content"), new byte[3]);
        open();

        assertThat(ready).isEmpty();
        assertThat(files()).isEmpty();
    }

    @Test
    void removesWhatWasDelivered() throws Exception {
        send("a", Desk.bytes(10, 1));
        send("b", Desk.bytes(10, 2));
        spool.remove(1);
        desk.settle();

        assertThat(files()).containsExactly("2.content", "2.json");
        open();
        assertThat(ready).extracting(Outgoing::number).containsExactly(2L);
    }

    @Test
    void finishesARemovalThatACrashCutShort() throws Exception {
        send("a", Desk.bytes(10, 1));
        Files.delete(folder.resolve("spool/1.json"));
        open();
        assertThat(files()).isEmpty();
    }

    @Test
    void takesNoMoreThanItsBytes() throws Exception {
        open(1_000);
        send("a", Desk.bytes(600, 1));
        var refusal =
                desk.refusal(Desk.put(spool, file("b", new byte[500]), 0, true, new byte[500]));
        assertThat(refusal.reason()).isEqualTo(Reason.TOO_LARGE);
        assertThat(refusal).hasMessageContaining("spool-max-size");
        spool.remove(1);
        desk.settle();
        assertThat(send("b", new byte[500]).complete()).isTrue();
    }

    @Test
    void countsInPartsAsItComes() throws Exception {
        byte[] content = Desk.bytes(3 * 1_024, 1);
        for (int at = 0; at < content.length; at += 1_024) {
            Held held =
                    desk.of(
                            Desk.put(
                                    spool,
                                    file("a", content),
                                    at,
                                    at == 2_048,
                                    Arrays.copyOfRange(content, at, at + 1_024)));
            assertThat(held.complete()).isEqualTo(at == 2_048);
        }
        assertThat(ready.getFirst().sha256()).isEqualTo(Desk.sha256(content));
    }
}
