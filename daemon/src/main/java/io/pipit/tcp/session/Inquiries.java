package io.pipit.tcp.session;

import io.pipit.resource.exchange.Intake;
import io.pipit.wire.Frame;
import io.pipit.wire.Options;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/** What this side asks, until it is answered, and what it observes. On the event loop. */
final class Inquiries {
    /** At once on a connection. */
    static final int MAX = 256;

    private final Session session;
    private final SessionCounters counters;
    private final Map<Long, Inquiry> open = new HashMap<>();
    private long lastNumber;
    private boolean over;

    Inquiries(Session session, SessionCounters counters) {
        this.session = session;
        this.counters = counters;
    }

    private record Inquiry(long number, Ask ask, boolean observes, Future<?> deadline) {}

    long ask(Ask ask) {
        long number = ++lastNumber;
        if (over || open.size() >= MAX) {
            counters.inquiriesRefused().increment();
            ask.unsent();
            var _ =
                    session.later(
                            () ->
                                    ask.outcome()
                                            .failed(
                                                    over
                                                            ? "the connection was closed"
                                                            : "more than "
                                                                    + MAX
                                                                    + " requests at a time"),
                            0);
            return number;
        }
        byte[] token = token(number);
        long millis = ask.patience().toMillis();
        Future<?> deadline =
                session.later(
                        () -> {
                            Inquiry late = open.remove(number);
                            if (late != null) {
                                late.ask.outcome().failed("no answer within " + millis + " ms");
                            }
                        },
                        millis);
        boolean observes = ask.options().bytes(Options.OBSERVE).isPresent();
        open.put(number, new Inquiry(number, ask, observes, deadline));
        var range = ask.range();
        if (range == null) {
            session.send(new Frame(ask.code(), token, ask.options(), ask.payload()));
        } else {
            byte[] head = new Frame(ask.code(), token, ask.options()).encodeHead(range.bytes());
            if (session.reserve(head.length)) {
                session.sendReserved(head);
                session.send(range);
            } else {
                ask.unsent();
            }
        }
        return number;
    }

    void cancel(long number) {
        Inquiry inquiry = open.remove(number);
        if (inquiry == null) {
            return;
        }
        inquiry.deadline.cancel(false);
        if (inquiry.observes && !over) {
            Options.Builder options = new Options.Builder();
            for (Options.Option option : inquiry.ask.options()) {
                if (option.number() != Options.OBSERVE) {
                    options.add(option.number(), option.value());
                }
            }
            // The same token, once more, with Observe 1 ends it (RFC 7641, section 3.6).
            options.add(Options.OBSERVE, 1);
            session.send(new Frame(inquiry.ask.code(), token(number), options.build()));
        }
    }

    /** An answer came. One to nothing that waits is late, and does no harm. */
    void answered(Frame frame) {
        Inquiry inquiry = find(frame);
        if (inquiry == null) {
            counters.late().increment();
            return;
        }
        inquiry.deadline.cancel(false);
        boolean goesOn =
                inquiry.observes
                        && frame.code() / 100 == 2
                        && frame.options().bytes(Options.OBSERVE).isPresent();
        if (!goesOn) {
            open.remove(inquiry.number);
        }
        inquiry.ask.outcome().answered(frame);
    }

    /** An answer came whose payload follows. */
    @Nullable Intake intake(Frame head, int bytes) {
        Inquiry inquiry = find(head);
        Intake intake = inquiry == null ? null : inquiry.ask.outcome().intake(head, bytes);
        if (inquiry == null) {
            counters.late().increment();
            return null;
        }
        if (intake == null) {
            open.remove(inquiry.number);
            inquiry.deadline.cancel(false);
            inquiry.ask.outcome().failed("an answer of " + bytes + " bytes, which isn't wanted");
            return null;
        }
        return new Intake() {
            @Override
            public void take(ByteBuffer part, Runnable taken) {
                intake.take(part, taken);
            }

            @Override
            public void end() {
                intake.end();
                answered(head);
            }

            @Override
            public void broken() {
                intake.broken();
            }
        };
    }

    private @Nullable Inquiry find(Frame frame) {
        byte[] token = frame.token();
        return token.length == Long.BYTES ? open.get(ByteBuffer.wrap(token).getLong()) : null;
    }

    private static byte[] token(long number) {
        return ByteBuffer.allocate(Long.BYTES).putLong(number).array();
    }

    boolean isIdle() {
        return open.isEmpty();
    }

    /** The connection is gone. */
    void gone(String reason) {
        over = true;
        List<Inquiry> left = List.copyOf(open.values());
        open.clear();
        for (Inquiry inquiry : left) {
            inquiry.deadline.cancel(false);
            inquiry.ask.outcome().failed(reason);
        }
    }
}
