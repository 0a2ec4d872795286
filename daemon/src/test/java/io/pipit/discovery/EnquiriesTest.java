package io.pipit.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.discovery.Enquiries.Question;
import io.pipit.model.NodeId;
import io.pipit.wire.Document;
import io.pipit.wire.Format;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class EnquiriesTest {
    private static final long SECOND = 1_000_000_000;

    private final Random random = new Random(1);
    private final Enquiries enquiries = new Enquiries(random::nextLong);

    private static NodeId id(int number) {
        byte[] bytes = new byte[16];
        bytes[0] = (byte) number;
        return NodeId.ofBytes(bytes);
    }

    private static List<NodeId> ids(int from, int count) {
        List<NodeId> ids = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            ids.add(id(from + i));
        }
        return ids;
    }

    @Test
    void whoComesWithinReachIsAskedAtOnceForAllWhoAreMissing() {
        assertThat(enquiries.step(0, List.of(), ids(1, 3))).isEmpty();
        assertThat(enquiries.step(1, ids(9, 1), ids(1, 3)))
                .containsExactly(new Question(id(9), ids(1, 3)));
        assertThat(enquiries.step(2, ids(9, 1), ids(1, 3))).isEmpty();
        assertThat(enquiries.step(3, ids(9, 2), ids(1, 3)))
                .containsExactly(new Question(id(10), ids(1, 3)));
    }

    @Test
    void nobodyIsAskedWhereNobodyIsMissing() {
        assertThat(enquiries.step(0, ids(1, 100), List.of())).isEmpty();
    }

    @Test
    void whoStaysMissingIsAskedForEverMoreRarely() {
        List<Long> asked = new ArrayList<>();
        for (long second = 0; second < 4_000; second++) {
            if (!enquiries.step(second * SECOND, ids(9, 1), ids(1, 1)).isEmpty()) {
                asked.add(second);
            }
        }
        // At 0 because it is new; then after 1 to 1.5 s, 2 to 3 s, and so on up to 300 to 450 s.
        assertThat(asked).hasSizeBetween(14, 24);
        assertThat(asked.get(1)).isBetween(1L, 2L);
        assertThat(asked.getLast() - asked.get(asked.size() - 2)).isBetween(299L, 451L);
    }

    @Test
    void fewAreAskedHoweverManyThereAre() {
        List<Question> first = enquiries.step(0, ids(50, 150), List.of());
        assertThat(first).isEmpty();
        List<Question> questions = enquiries.step(SECOND, ids(50, 150), ids(1, 1));
        assertThat(questions).hasSize(Enquiries.ASKED_MAX);
    }

    @Test
    void aQuestionNamesFew() {
        List<Question> questions = enquiries.step(0, ids(50, 1), ids(1, 20));
        assertThat(questions).hasSize(3);
        assertThat(questions)
                .allSatisfy(q -> assertThat(q.missing()).hasSizeBetween(1, Enquiries.NAMED_MAX));
    }

    @Test
    void whoWasFoundAndIsLostAgainIsAskedForSoon() {
        for (long second = 0; second < 1_000; second++) {
            enquiries.step(second * SECOND, ids(9, 1), ids(1, 1));
        }
        enquiries.step(1_000 * SECOND, ids(9, 1), List.of());
        assertThat(enquiries.step(1_001 * SECOND, ids(9, 1), ids(1, 1))).hasSize(1);
    }

    private static byte[] answer(NodeId id, String... addresses) {
        return Document.write(
                Map.of(
                        "peers",
                        List.of(Map.of("id", id.toString(), "addresses", List.of(addresses)))),
                Format.CBOR);
    }

    private static List<String> told(byte[] answer, boolean isHere, int[] refused) {
        return Enquiries.read(new Question(id(9), ids(1, 2)), answer, isHere, () -> refused[0]++)
                .stream()
                .map(sighting -> AddressBook.text(sighting.address()))
                .toList();
    }

    @Test
    void takesWhatWasAskedFor() {
        int[] refused = new int[1];
        assertThat(told(answer(id(1), "192.0.2.1:5684", "[2001:db8::1]:5684"), false, refused))
                .containsExactly("192.0.2.1:5684", "[2001:db8:0:0:0:0:0:1]:5684");
        assertThat(refused[0]).isZero();
    }

    @Test
    void takesNothingElse() {
        int[] refused = new int[1];
        assertThat(told(answer(id(5), "192.0.2.1:5684"), false, refused)).isEmpty();
        assertThat(told(new byte[] {(byte) 0xff}, false, refused)).isEmpty();
        assertThat(told(new byte[0], false, refused)).isEmpty();
        assertThat(refused[0]).isEqualTo(3);
        assertThat(told(answer(id(1), "shed.local:5684", "x", ""), false, refused)).isEmpty();
        assertThat(
                        told(
                                answer(
                                        id(1),
                                        "10.0.0.1:1",
                                        "10.0.0.2:1",
                                        "10.0.0.3:1",
                                        "10.0.0.4:1",
                                        "10.0.0.5:1"),
                                false,
                                refused))
                .hasSize(Enquiries.TOLD_MAX);
    }

    @Test
    void loopbackIsBelievedFromThisMachineAlone() {
        int[] refused = new int[1];
        byte[] answer = answer(id(1), "127.0.0.1:5684", "[fe80::1]:5684");
        assertThat(told(answer, false, refused)).isEmpty();
        assertThat(told(answer, true, refused)).hasSize(2);
    }
}
