package io.pipit.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.UnpooledByteBufAllocator;
import io.pipit.resource.exchange.Intake;
import io.pipit.resource.exchange.Part.Loan;
import io.pipit.wire.Frame;
import io.pipit.wire.Options;
import java.nio.ByteBuffer;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** What a large block takes outside the heap goes back, whatever becomes of it. */
class ReadingTest {
    private static final int BYTES = 100_000;
    private static final int CONTENT = 205;

    private final UnpooledByteBufAllocator memory = new UnpooledByteBufAllocator(true);
    private final TcpBulkLinks.Reading reading = new TcpBulkLinks.Reading(memory);
    private final Frame head = new Frame(CONTENT, new byte[] {1}, Options.NONE);

    private long taken() {
        return memory.metric().usedDirectMemory();
    }

    private Intake half() {
        Intake intake = Objects.requireNonNull(reading.intake(head, BYTES));
        intake.take(ByteBuffer.allocate(BYTES / 2), () -> {});
        assertThat(taken()).isEqualTo(BYTES);
        return intake;
    }

    @Test
    void isLentToWhoAsked() {
        Intake intake = half();
        intake.take(ByteBuffer.allocate(BYTES / 2), () -> {});
        intake.end();
        reading.answered(head);
        Loan loan = (Loan) Objects.requireNonNull(reading.answer.join().part().body());
        assertThat(loan.bytes()).isEqualTo(BYTES);
        loan.release().run();
        assertThat(taken()).isZero();
    }

    @Test
    void goesBackWhereTheConnectionBreaks() {
        half().broken();
        assertThat(taken()).isZero();
    }

    @Test
    void goesBackWhereTheRestComesTooLate() {
        Intake intake = half();
        reading.failed("no answer in time");
        intake.take(ByteBuffer.allocate(BYTES / 2), () -> {});
        intake.end();
        assertThat(taken()).isZero();
        assertThat(reading.answer).isCompletedExceptionally();
    }
}
