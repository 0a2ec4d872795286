package io.pipit.identity.pairing;

import static io.pipit.identity.pairing.Couple.CODE;
import static io.pipit.identity.pairing.Couple.RANDOM;
import static io.pipit.identity.pairing.Couple.WRONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pipit.identity.pairing.PairingJoin.Step;
import io.pipit.identity.pairing.PairingMessage.Refused;
import io.pipit.identity.pairing.PairingRefused.Reason;
import io.pipit.identity.pairing.PairingWindow.Ending;
import io.pipit.model.NodeId;
import java.security.PublicKey;
import java.time.Duration;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class PairingTest {
    private final Couple couple = new Couple();

    @Test
    void whoKnowsTheCodeIsKeptOnBothSidesWithItsKeyNameAndRoles() throws Exception {
        Paired peer = couple.pair(CODE);

        assertThat(peer.id()).isEqualTo(NodeId.of(couple.greenhouse.key()));
        assertThat(peer.claims()).isEqualTo(couple.greenhouse.claims());
        assertThat(couple.kept)
                .containsExactly(new Paired(couple.shed.key(), couple.shed.claims()));
        assertThat(couple.window.ending()).isEqualTo(Ending.PAIRED);
    }

    @Test
    void oneSuccessClosesTheWindow() throws Exception {
        couple.pair(CODE);
        refused(Reason.CLOSED, () -> couple.pair(CODE));
        assertThat(couple.kept).hasSize(1);
    }

    @Test
    void threeWrongCodesCloseTheWindow() {
        refused(Reason.WRONG_CODE, () -> couple.pair(WRONG));
        refused(Reason.WRONG_CODE, () -> couple.pair(WRONG));
        assertThat(couple.window.triesLeft()).isEqualTo(1);
        refused(Reason.WRONG_CODE_LAST, () -> couple.pair(WRONG));

        assertThat(couple.window.ending()).isEqualTo(Ending.WRONG_CODES);
        refused(Reason.CLOSED, () -> couple.pair(CODE));
        assertThat(couple.kept).isEmpty();
    }

    @Test
    void theRightCodeIsTakenAfterTwoWrongOnes() throws Exception {
        refused(Reason.WRONG_CODE, () -> couple.pair(WRONG));
        refused(Reason.WRONG_CODE, () -> couple.pair(WRONG));
        assertThat(couple.pair(CODE)).isNotNull();
    }

    @Test
    void aWrongCodeLooksLikeTheRightOneUntilItIsConfirmed() throws Exception {
        couple.pair(couple.join(WRONG), 2);
        assertThat(couple.answered)
                .allSatisfy(answer ->
                        assertThat(PairingMessage.decode(answer)).isNotInstanceOf(Refused.class));
        assertThat(couple.window.triesLeft()).isEqualTo(PairingWindow.TRIES_MAX);
    }

    @Test
    void fiveMinutesCloseTheWindow() {
        couple.clock.advanceNanos(PairingWindow.OPEN_MAX.toNanos() - 1);
        assertThat(couple.window.isOpen()).isTrue();
        couple.clock.advanceNanos(1);
        assertThat(couple.window.isOpen()).isFalse();
        assertThat(couple.window.ending()).isEqualTo(Ending.EXPIRED);
        refused(Reason.CLOSED, () -> couple.pair(CODE));
    }

    @Test
    void aWindowThatEndsUnderWayTakesNoConfirmation() throws Exception {
        PairingJoin join = couple.join(CODE);
        couple.pair(join, 1);
        couple.window.close();
        assertThat(refusal(couple.window.take(couple.shed.key(), couple.asked.getFirst())))
                .isEqualTo(Reason.CLOSED);
        assertThat(couple.kept).isEmpty();
        assertThat(couple.window.ending()).isEqualTo(Ending.CLOSED);
    }

    @Test
    void aRecordedRunIsRefusedAgain() throws Exception {
        couple.pair(CODE);
        couple.window = couple.open();
        List<byte[]> recorded = List.copyOf(couple.asked);
        // The first message is as good as any; what follows answers another attempt's.
        assertThat(refusal(couple.ask(recorded.get(0)))).isNull();
        assertThat(refusal(couple.ask(recorded.get(1)))).isEqualTo(Reason.OUT_OF_ORDER);
        assertThat(refusal(couple.ask(recorded.get(2)))).isEqualTo(Reason.OUT_OF_ORDER);
        assertThat(couple.kept).hasSize(1);
        assertThat(couple.window.isOpen()).isTrue();
    }

    @Test
    void aRecordedRunUnderTheNewAttemptsNumberProvesNothing() throws Exception {
        couple.pair(CODE);
        couple.window = couple.open();
        List<byte[]> recorded = List.copyOf(couple.asked);
        byte[] begun = couple.ask(recorded.get(0));
        for (int i = 1; i < recorded.size(); i++) {
            byte[] forged = recorded.get(i).clone();
            System.arraycopy(begun, 2, forged, 2, PairingMessage.ATTEMPT_BYTES);
            // Its proof is over another base point, which this window has drawn anew.
            assertThat(refusal(couple.ask(forged)))
                    .isEqualTo(i == 1 ? Reason.UNPROVEN : Reason.OUT_OF_ORDER);
        }
        assertThat(couple.kept).hasSize(1);
    }

    @Test
    void recordedAnswersConvinceNobodyWhoJoins() throws Exception {
        couple.pair(CODE);
        List<byte[]> recorded = List.copyOf(couple.answered);
        PairingJoin join = couple.join(CODE);
        join.begin();
        join.take(couple.greenhouse.key(), recorded.get(0));
        refused(Reason.UNPROVEN, () -> join.take(couple.greenhouse.key(), recorded.get(1)));

        PairingJoin early = couple.join(CODE);
        early.begin();
        refused(Reason.OUT_OF_ORDER, () -> early.take(couple.greenhouse.key(), recorded.get(2)));
    }

    @Test
    void aMessageThatComesASecondTimeIsRefusedAndEndsTheAttempt() throws Exception {
        PairingJoin join = couple.join(CODE);
        couple.pair(join, 2);
        assertThat(refusal(couple.ask(couple.asked.get(1)))).isEqualTo(Reason.OUT_OF_ORDER);
        assertThat(couple.pair(CODE)).isNotNull();
    }

    /** Relays between two honest nodes; each of them sees its key, as a transport would. */
    @Test
    void aManInTheMiddleWithKeysOfItsOwnGetsNowhere() throws Exception {
        PublicKey middle = Couple.key();
        PairingJoin join = new PairingJoin(couple.shed, CODE, RANDOM);
        byte[] begin = join.begin();
        // As it is: the proofs are the shed's, but the connection is another's.
        assertThat(refusal(couple.window.take(middle, begin))).isEqualTo(Reason.UNPROVEN);

        // Its own proofs on either side, so that both get to the end with the codes that it knows.
        Myself attacker = new Myself(middle, new Claims(5684, "shed", Couple.USUAL));
        PairingWindow towardsShed =
                new PairingWindow(attacker, WRONG, couple.clock, RANDOM, peer -> true);
        PairingJoin towardsGreenhouse = new PairingJoin(attacker, WRONG, RANDOM);
        byte[] toShed = towardsShed.take(couple.shed.key(), begin);
        byte[] toGreenhouse = towardsGreenhouse.begin();
        byte[] exchange = ask(join.take(middle, toShed));
        byte[] exchange2 =
                ask(
                        towardsGreenhouse.take(
                                couple.greenhouse.key(), couple.window.take(middle, toGreenhouse)));
        byte[] confirm = ask(join.take(middle, towardsShed.take(couple.shed.key(), exchange)));
        byte[] confirm2 =
                ask(
                        towardsGreenhouse.take(
                                couple.greenhouse.key(), couple.window.take(middle, exchange2)));
        // Neither its own confirmation nor the shed's is worth anything to the greenhouse, …
        byte[] relayed = confirm.clone();
        System.arraycopy(confirm2, 2, relayed, 2, PairingMessage.ATTEMPT_BYTES);
        assertThat(refusal(couple.window.take(middle, relayed))).isEqualTo(Reason.WRONG_CODE);
        assertThat(refusal(couple.window.take(middle, confirm2))).isEqualTo(Reason.OUT_OF_ORDER);
        // … nor is the attacker's to the shed.
        refused(
                Reason.WRONG_CODE,
                () -> join.take(middle, towardsShed.take(couple.shed.key(), confirm)));
        assertThat(couple.kept).isEmpty();
    }

    @Test
    void aConfirmationOfAnotherKeyThanTheConnectionsIsRefused() throws Exception {
        PairingJoin join = couple.join(CODE);
        couple.pair(join, 2);
        byte[] confirm = couple.next;
        assertThat(refusal(couple.window.take(Couple.key(), confirm)))
                .isEqualTo(Reason.OUT_OF_ORDER);
        assertThat(couple.kept).isEmpty();

        PairingJoin other = couple.join(CODE);
        byte[] begin = other.begin();
        byte[] begun = couple.window.take(couple.shed.key(), begin);
        // The window's proofs are its own, whoever hands them on.
        refused(Reason.UNPROVEN, () -> other.take(Couple.key(), begun));

        PairingJoin third = couple.join(CODE);
        byte[] exchange =
                ask(
                        third.take(
                                couple.greenhouse.key(),
                                couple.window.take(couple.shed.key(), third.begin())));
        byte[] exchanged = couple.window.take(couple.shed.key(), exchange);
        refused(Reason.UNPROVEN, () -> third.take(Couple.key(), exchanged));
    }

    @Test
    void whatEitherSideSaysOfItselfCantBeChangedOnTheWay() throws Exception {
        PairingJoin join = couple.join(CODE);
        couple.pair(join, 2);
        var confirm = (PairingMessage.Confirm) PairingMessage.decode(couple.next);
        byte[] forged =
                new PairingMessage.Confirm(
                                confirm.attempt(),
                                confirm.tag(),
                                confirm.mac(),
                                new Claims(5684, "barn", Couple.USUAL))
                        .encode();
        assertThat(refusal(couple.ask(forged))).isEqualTo(Reason.WRONG_CODE);
        assertThat(couple.kept).isEmpty();
    }

    @Test
    void whoPretendsToHaveProvedTheCodeConvincesNobodyWhoJoins() throws Exception {
        PairingJoin join = couple.join(CODE);
        couple.pair(join, 2);
        var confirm = (PairingMessage.Confirm) PairingMessage.decode(couple.next);
        byte[] reflected =
                new PairingMessage.Confirmed(
                                confirm.attempt(),
                                confirm.tag(),
                                confirm.mac(),
                                couple.greenhouse.claims())
                        .encode();
        refused(Reason.UNPROVEN, () -> join.take(couple.greenhouse.key(), reflected));
    }

    @Test
    void fewKeysAreAtItAtTheSameTimeAndTheirTimeIsShort() throws Exception {
        for (int i = 0; i < PairingWindow.ATTEMPTS_MAX; i++) {
            assertThat(refusal(stranger())).isNull();
        }
        assertThat(refusal(stranger())).isEqualTo(Reason.BUSY);
        refused(Reason.BUSY, () -> couple.pair(CODE));
        couple.clock.advanceNanos(PairingWindow.ATTEMPT_MAX.toNanos());
        assertThat(couple.pair(CODE)).isNotNull();
    }

    @Test
    void aSecondKeyDoesNotDisturbTheFirst() throws Exception {
        PairingJoin join = couple.join(CODE);
        couple.pair(join, 2);
        assertThat(refusal(stranger())).isNull();
        byte[] confirm = couple.next;
        assertThat(join.take(couple.greenhouse.key(), couple.ask(confirm)))
                .isInstanceOf(Step.Done.class);
    }

    @Test
    void whoBeginsOverAndOverWearsTheWindowOut() throws Exception {
        for (int i = 0; i < PairingWindow.BEGINNINGS_MAX; i++) {
            assertThat(refusal(couple.ask(couple.join(CODE).begin()))).isNull();
        }
        refused(Reason.CLOSED, () -> couple.pair(CODE));
        assertThat(couple.window.ending()).isEqualTo(Ending.WORN_OUT);
    }

    @Test
    void whoBeganAndWasRestartedBeginsAgain() throws Exception {
        couple.pair(couple.join(CODE), 2);
        assertThat(couple.pair(CODE)).isNotNull();
        assertThat(couple.window.triesLeft()).isEqualTo(PairingWindow.TRIES_MAX);
    }

    @Test
    void whoTookTooLongBeginsAgain() throws Exception {
        PairingJoin join = couple.join(CODE);
        couple.pair(join, 2);
        byte[] confirm = couple.next;
        couple.clock.advanceNanos(PairingWindow.ATTEMPT_MAX.toNanos());
        assertThat(refusal(couple.ask(confirm))).isEqualTo(Reason.OUT_OF_ORDER);
        assertThat(couple.pair(CODE)).isNotNull();
    }

    @Test
    void bothMayOpenAndJoinAtOnce() throws Exception {
        var keptByShed = new java.util.ArrayList<Paired>();
        PairingWindow other =
                new PairingWindow(couple.shed, WRONG, couple.clock, RANDOM, keptByShed::add);
        PairingJoin there = couple.join(CODE);
        PairingJoin back = new PairingJoin(couple.greenhouse, WRONG, RANDOM);
        byte[] a = there.begin();
        byte[] b = back.begin();
        for (int i = 0; i < 2; i++) {
            a = ask(there.take(couple.greenhouse.key(), couple.ask(a)));
            b = ask(back.take(couple.shed.key(), other.take(couple.greenhouse.key(), b)));
        }
        assertThat(there.take(couple.greenhouse.key(), couple.ask(a)))
                .isInstanceOf(Step.Done.class);
        assertThat(back.take(couple.shed.key(), other.take(couple.greenhouse.key(), b)))
                .isInstanceOf(Step.Done.class);
        assertThat(keptByShed).hasSize(1);
    }

    @Test
    void aNodeDoesNotPairWithItself() {
        refused(Reason.OWN_NODE, () -> couple.join(CODE).take(couple.shed.key(), new byte[0]));
        assertThat(refusal(couple.window.take(couple.greenhouse.key(), new byte[0])))
                .isEqualTo(Reason.OWN_NODE);
    }

    @Test
    void whatCantBeSavedIsSaidAndClosesTheWindow() {
        couple.diskFull = true;
        refused(Reason.NOT_SAVED, () -> couple.pair(CODE));
        assertThat(couple.window.ending()).isEqualTo(Ending.NOT_SAVED);
        assertThat(couple.window.ending().words()).contains("can't be written");
    }

    @Test
    void otherVersionsAndRubbishAreNamedAsSuch() {
        assertThat(refusal(couple.ask(new byte[] {2, 1}))).isEqualTo(Reason.VERSION);
        assertThat(refusal(couple.ask(new byte[] {1, 9}))).isEqualTo(Reason.MALFORMED);
        assertThat(refusal(couple.ask(new byte[2_000]))).isEqualTo(Reason.MALFORMED);
        assertThat(couple.window.triesLeft()).isEqualTo(PairingWindow.TRIES_MAX);
    }

    @Test
    void theCodeIsReadAsPeopleTypeItAndNeverPrintedByAccident() {
        assertThat(PairingCode.parse("1234-56 78").orElseThrow().reveal()).isEqualTo("12345678");
        assertThat(PairingCode.parse("1234567")).isEmpty();
        assertThat(PairingCode.parse("123456789")).isEmpty();
        assertThat(PairingCode.parse("١٢٣٤٥٦٧٨")).isEmpty();
        assertThat(CODE).asString().doesNotContainPattern("[0-9]");
        assertThat(PairingCode.draw(RANDOM).reveal()).matches("[0-9]{8}");
        assertThat(Duration.ofMinutes(5)).isEqualTo(PairingWindow.OPEN_MAX);
    }

    private byte[] stranger() throws PairingRefused {
        Myself stranger = new Myself(Couple.key(), couple.shed.claims());
        return couple.window.take(stranger.key(), new PairingJoin(stranger, WRONG, RANDOM).begin());
    }

    private static byte[] ask(Step step) {
        return ((Step.Ask) step).message();
    }

    private static Reason refusal(byte[] answer) {
        try {
            return PairingMessage.decode(answer) instanceof Refused(Reason reason) ? reason : null;
        } catch (PairingMessage.Malformed e) {
            throw new AssertionError(e);
        }
    }

    private static void refused(Reason reason, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        PairingRefused.class,
                        refused -> assertThat(refused.reason()).isEqualTo(reason));
    }
}
