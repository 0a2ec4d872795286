package io.pipit.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.discovery.Enquiries.Question;
import io.pipit.model.NodeId;
import java.util.ArrayList;
import java.util.List;
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
}
