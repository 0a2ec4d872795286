package io.pipit.coap.door;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CrowdTest {
    private static final long MS = 1_000_000;
    private static final long START = -5_000 * MS;

    private final Crowd crowd = new Crowd(42, START);

    @Test
    void whileFewAreUnderWayEachMayBegin() {
        assertThat(mayBegin(1, 1, Crowd.CALM_MAX - 1, 0)).isTrue();
    }

    @Test
    void whileManyAreUnderWayAHelloIsLetInWhenItComesAgain() {
        assertThat(mayBegin(1, 1, Crowd.CALM_MAX, 0)).isFalse();
        assertThat(mayBegin(1, 1, Crowd.CALM_MAX, 10)).as("twice at once").isFalse();
        assertThat(mayBegin(1, 2, Crowd.CALM_MAX, 1_000)).as("another hello").isFalse();
        assertThat(mayBegin(2, 1, Crowd.CALM_MAX, 1_000)).as("another source").isFalse();
        assertThat(mayBegin(1, 1, Crowd.CALM_MAX, 1_000)).isTrue();
        assertThat(mayBegin(1, 2, Crowd.CALM_MAX, 9_000)).as("too late").isFalse();
    }

    @Test
    void whereAllPlacesAreTakenTheOldestMakesWayOnceItHadItsTime() {
        assertThat(mayBegin(1, 1, Crowd.OPEN_MAX, 0)).isFalse();
        long now = START + 1_000 * MS;
        assertThat(crowd.mayBegin(1, 1, Crowd.OPEN_MAX, now - 999 * MS, now)).isFalse();
        assertThat(crowd.mayBegin(1, 1, Crowd.OPEN_MAX, now - 1_500 * MS, now + 1_500 * MS))
                .isTrue();
    }

    @Test
    void aSourceThatHadItsTurnsWaitsWhileManyAreTried() {
        for (int i = 0; i < Crowd.TURNS_BURST; i++) {
            crowd.begins(1, START);
        }
        mayBegin(1, 1, Crowd.CALM_MAX, 0);
        mayBegin(2, 1, Crowd.CALM_MAX, 0);

        assertThat(mayBegin(1, 1, Crowd.CALM_MAX, 1_000)).isFalse();
        assertThat(mayBegin(2, 1, Crowd.CALM_MAX, 1_000)).isTrue();
        assertThat(mayBegin(1, 2, 0, 1_000)).as("when all is calm").isTrue();
    }

    @Test
    void noMoreBeginThanThereAreSignaturesFor() {
        for (int i = 0; i < Crowd.STARTS_BURST; i++) {
            assertThat(mayBegin(i, 1, 0, 0)).isTrue();
            crowd.begins(i, START);
        }
        assertThat(mayBegin(1_000, 1, 0, 0)).isFalse();
        assertThat(mayBegin(1_000, 1, 0, 1_000)).isTrue();
    }

    @Test
    void tenThousandHellosASecondLeaveMostThatComeAgainTheirPlace() {
        int letIn = 0;
        for (int i = 0; i < 100; i++) {
            mayBegin(i, 7, Crowd.CALM_MAX, i * 20_000L);
            for (int j = 0; j < 10_000; j++) {
                mayBegin(1_000 + j, i, Crowd.CALM_MAX, i * 20_000L + j / 10L);
            }
            letIn += mayBegin(i, 7, Crowd.CALM_MAX, i * 20_000L + 1_000) ? 1 : 0;
        }
        assertThat(letIn).isGreaterThan(60);
    }

    /** Who leaves thousands half-open and repeats each hello costs a newcomer a minute. */
    @Test
    void fromTwoThousandSourcesThatRepeatTheirHellosTooANewcomerGetsInWithinAMinute() {
        int perSecond = 1_000;
        long[] begun = new long[Crowd.OPEN_MAX];
        int open = 0;
        int sources = 2_000;
        for (int i = 0; i < 60 * perSecond; i++) {
            long now = START + i * 1_000L * MS / perSecond;
            boolean newcomer = i % perSecond == 500;
            long source = newcomer ? 9_999 : i % sources;
            // Its hello, and that of a second ago once more.
            long other = ((long) i + sources - perSecond) % sources;
            for (long each : newcomer ? new long[] {source} : new long[] {source, other}) {
                long oldest = open < begun.length ? now : begun[0];
                if (crowd.mayBegin(each, 7, open, oldest, now)) {
                    if (newcomer) {
                        assertThat(i).as("tries before").isGreaterThan(perSecond);
                        return;
                    }
                    crowd.begins(each, now);
                    if (open == begun.length) {
                        System.arraycopy(begun, 1, begun, 0, --open);
                    }
                    begun[open++] = now;
                }
            }
        }
        throw new AssertionError("it never got in");
    }

    private boolean mayBegin(long source, long hello, int open, long ms) {
        long now = START + ms * MS;
        return crowd.mayBegin(source, hello, open, now, now);
    }
}
