package io.pipit.resource;

import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.model.Peer;
import io.pipit.port.Event;
import io.pipit.port.bulk.BulkEvent;
import io.pipit.port.bulk.FileName;
import io.pipit.port.bulk.FileRefused;
import io.pipit.port.bulk.FileRefused.Reason;
import io.pipit.port.bulk.Incoming;
import io.pipit.port.bulk.Incoming.Coming;
import io.pipit.port.bulk.Incoming.Held;
import io.pipit.port.bulk.Outgoing;
import io.pipit.port.bulk.TransferStatus;
import io.pipit.resource.Bench.Answers;
import io.pipit.resource.Bench.Asking;
import io.pipit.resource.exchange.Caller;
import io.pipit.resource.exchange.Part;
import io.pipit.resource.exchange.Request;
import io.pipit.wire.Document;
import io.pipit.wire.Options.Block;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class UploadsTest {
    private static final int TCP = 64 * 1_024;
    private static final String HASH = "ab".repeat(32);

    private final Bench bench = new Bench();

    @BeforeEach
    void know() {
        bench.peers.known.put(Bench.PEER, new Peer(Bench.PEER, "shed", null, Set.of()));
    }

    private static Part block1(int number, boolean more, int exponent) {
        return new Part(List.of(), new Block(number, more, exponent), null, Request.NONE, null);
    }

    private Asking put(Caller caller, byte[] bytes) {
        return bench.as(caller).method(Request.Method.PUT).blocks(TCP).body(42, bytes);
    }

    private Asking put(byte[] bytes) {
        return put(Bench.peer("bulk"), bytes);
    }

    @Test
    void takesAFileInOneMessageIntoTheCallersFolder() {
        Answers answers = put(new byte[] {1, 2}).ask("/inbox/photos/a.jpg");
        assertThat(answers.all).as("before it is durable").isEmpty();
        assertThat(bench.inbox.files)
                .containsExactly(
                        new Coming(
                                "shed",
                                new FileName(List.of("photos", "a.jpg")),
                                "",
                                Incoming.UNKNOWN,
                                ""));
        assertThat(bench.inbox.lasts).containsExactly(true);
        bench.inbox.outcome.complete(new Held(2, true, 0, ""));
        assertThat(answers.code()).isEqualTo(204);
        assertThat(answers.only().part()).isEqualTo(Part.NONE);
        assertThat(bench.inbox.bytes.toByteArray()).containsExactly(1, 2);
    }

    @Test
    void takesBlocksAndAsksForMore() {
        Answers first = put(new byte[2_048]).part(block1(0, true, 7)).ask("/inbox/a");
        bench.inbox.outcome.complete(new Held(2_048, false, 0, ""));
        assertThat(first.code()).isEqualTo(231);
        assertThat(first.only().part().block1()).isEqualTo(new Block(0, true, 7));
        assertThat(bench.inbox.lasts).containsExactly(false);

        Answers last = put(new byte[10]).part(block1(2, false, 7)).ask("/inbox/a");
        assertThat(last.code()).isEqualTo(204);
        assertThat(last.only().part().block1()).isEqualTo(new Block(2, false, 7));
        assertThat(bench.inbox.froms).containsExactly(0L, 2_048L);
        assertThat(bench.inbox.lasts).containsExactly(false, true);
    }

    @Test
    void countsSmallBlocksInTheirOwnSize() {
        put(new byte[32]).part(block1(5, true, 1)).ask("/inbox/a");
        assertThat(bench.inbox.froms).containsExactly(160L);
    }

    @Test
    void countsBeyondWhereBlockNumbersEnd() {
        long size = 10L << 30;
        put(new byte[1_024])
                .part(block1((1 << 20) - 1, false, 7))
                .ask("/inbox/a?size=" + size + "&sha256=" + HASH + "&from=" + (size - (1L << 30)));
        assertThat(bench.inbox.froms).containsExactly(size - 1_024);
    }

    @Test
    void takesALargePayloadAsItComes() {
        byte[] bytes = new byte[70 * 1_024];
        bytes[69_999] = 7;
        Answers answers =
                put(new byte[0]).part(block1(0, true, 7)).stream(
                        "/inbox/a?size=100000&sha256=" + HASH, bytes);
        assertThat(bench.inbox.bytes.toByteArray()).isEqualTo(bytes);
        assertThat(bench.inbox.files.getFirst().sha256()).isEqualTo(HASH);
        assertThat(bench.inbox.files.getFirst().bytes()).isEqualTo(100_000);
        bench.inbox.outcome.complete(new Held(bytes.length, false, 0, ""));
        assertThat(answers.code()).isEqualTo(231);
    }

    @Test
    void refusesALargePayloadBeforeItHasCome() {
        Answers answers = put(Bench.peer("read"), new byte[0]).stream("/inbox/a", new byte[5_000]);
        assertThat(answers.code()).isEqualTo(403);
        assertThat(bench.inbox.files).isEmpty();
        assertThat(put(new byte[0]).stream("/inbox/.a", new byte[5_000]).code()).isEqualTo(400);
    }

    @Test
    void takesNothingLargeElsewhere() {
        for (String path : List.of("health", "files", "outbox", "inbox")) {
            Request request =
                    new Request(
                            Request.Method.PUT,
                            List.of(path, "a", "b").subList(0, path.equals("inbox") ? 1 : 3),
                            List.of(),
                            Request.NONE,
                            42,
                            new byte[0],
                            false,
                            Bench.peer("admin"));
            assertThat(bench.tree.intake(request, 100_000, new Answers())).as(path).isNull();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "/inbox/..,400",
        "/inbox/a/../b,400",
        "/inbox/.bashrc,400",
        "/inbox/a?size=1&sha256=xyz,400",
        "/inbox/a?sha256=abababababababababababababababababababababababababababababababab,400",
        "/inbox/a?size=1,400",
        "/inbox/a?sise=5,400",
        "/inbox/a?upload=a/b,400",
        "/inbox,404",
    })
    void refusesWhatMakesNoSense(String target, int code) {
        assertThat(put(new byte[2]).ask(target).code()).isEqualTo(code);
        assertThat(bench.inbox.files).isEmpty();
    }

    @Test
    void refusesBlocksThatAreNoWholeNumberOfTheirUnit() {
        assertThat(put(new byte[1_000]).part(block1(0, true, 7)).ask("/inbox/a").code())
                .isEqualTo(400);
        assertThat(put(new byte[0]).part(block1(0, true, 7)).ask("/inbox/a").code()).isEqualTo(400);
    }

    @ParameterizedTest
    @EnumSource(Reason.class)
    void saysWhyAFileIsNotTaken(Reason reason) throws Exception {
        Answers answers = put(new byte[2]).ask("/inbox/a");
        bench.inbox.outcome.completeExceptionally(new FileRefused(reason, "since it is so"));
        assertThat(answers.code())
                .isEqualTo(
                        switch (reason) {
                            case NAME -> 400;
                            case NOT_FOUND -> 404;
                            case TOO_LARGE -> 413;
                            case NO_ROOM, BUSY -> 503;
                            case OUT_OF_ORDER -> 408;
                            case CORRUPT -> 422;
                        });
        assertThat(answers.problem().detail()).isEqualTo("since it is so");
    }

    @Test
    void asksForTheRole() {
        assertThat(put(Bench.peer("read", "write"), new byte[1]).ask("/inbox/a").code())
                .isEqualTo(403);
        assertThat(put(Bench.peer("bulk:photos/**"), new byte[1]).ask("/inbox/a").code())
                .isEqualTo(403);
        assertThat(put(Bench.peer("bulk:photos/**"), new byte[1]).ask("/inbox/photos/x/a").all)
                .isEmpty();
        assertThat(put(Bench.monitor(), new byte[1]).ask("/inbox/a").code()).isEqualTo(405);
    }

    @Test
    void saysWhereASenderGoesOn() throws Exception {
        bench.inbox.held = new Held(16_777_216, false, 0, "");
        Answers answers = bench.as(Bench.peer("bulk")).ask("/inbox/a?size=20000000&sha256=" + HASH);
        assertThat(answers.text()).isEqualTo("{\"held\":16777216,\"complete\":false}");
        assertThat(bench.inbox.files.getFirst().owner()).isEqualTo("shed");
        assertThat(bench.as(Bench.peer("bulk")).ask("/inbox/a").code())
                .as("nobody reads the inbox")
                .isEqualTo(400);
    }

    @Test
    void putsIntoTheQueueWhatThisMachineSends() throws Exception {
        Answers answers =
                put(Bench.socket(), new byte[3]).ask("/outbox/shed/photos/a?size=3&upload=x1");
        assertThat(bench.outbox.files)
                .containsExactly(
                        new Coming(
                                Bench.PEER.toString(),
                                new FileName(List.of("photos", "a")),
                                "",
                                3,
                                "x1"));
        bench.outbox.outcome.complete(new Held(3, true, 17, HASH));
        assertThat(answers.code()).isEqualTo(204);
        assertThat(answers.json().get("number").whole(0)).isEqualTo(17);
        assertThat(answers.json().get("sha256").text("")).isEqualTo(HASH);
        assertThat(put(Bench.socket(), new byte[3]).ask("/outbox/nobody/a").code()).isEqualTo(404);
        assertThat(put(Bench.peer("admin"), new byte[3]).ask("/outbox/shed/a").code())
                .isEqualTo(404);
    }

    @Test
    void saysHowTransfersGo() throws Exception {
        bench.inbox.receiving.add(new Incoming.Receiving("shed", FileName.parse("in.bin"), 5, 100));
        Answers answers = bench.as(Bench.socket()).ask("/transfers");
        BulkEvent.Asked asked = (BulkEvent.Asked) bench.event(Event.Bulk.class).event();
        Outgoing file =
                new Outgoing(3, Bench.PEER, FileName.parse("a"), 1_000, HASH, Path.of("/s/3"));
        asked.answer()
                .complete(
                        List.of(
                                new TransferStatus(
                                        file, TransferStatus.State.SENDING, 400, 100, 6.0, "")));
        bench.settle();
        List<Document> all = answers.json().get("transfers").items();
        assertThat(all.getFirst())
                .hasToString(
                        "{\"number\":3,\"direction\":\"out\",\"peer\":\"shed\",\"name\":\"a\","
                                + "\"state\":\"sending\",\"bytes\":400,\"total\":1000,\"rate\":100,"
                                + "\"seconds-left\":6.0,\"sha256\":\""
                                + HASH
                                + "\"}");
        assertThat(all.getLast().get("direction").text("")).isEqualTo("in");
        assertThat(bench.as(Bench.peer("admin")).ask("/transfers").code()).isEqualTo(404);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void cancelsOne(boolean there) {
        Answers answers =
                bench.as(Bench.socket()).method(Request.Method.DELETE).ask("/transfers?number=3");
        BulkEvent.Cancelled cancelled = (BulkEvent.Cancelled) bench.event(Event.Bulk.class).event();
        assertThat(cancelled.number()).isEqualTo(3);
        cancelled.answer().complete(there);
        assertThat(answers.code()).isEqualTo(there ? 202 : 404);
    }
}
