package io.pipit.wire;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalInt;

/** CoAP over TCP: frames and the options in them (RFC 8323, section 3.2). */
class FrameFuzzTest {
    private static final int MESSAGE_BYTES_MAX = 4_096;

    @FuzzTest(maxDuration = "2s")
    void reads(byte[] bytes) {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        try {
            OptionalInt announced = Frame.bytesOf(in.duplicate(), MESSAGE_BYTES_MAX);
            Frame.decodeHead(in.duplicate(), MESSAGE_BYTES_MAX);
            Optional<Frame> frame = Frame.decode(in, MESSAGE_BYTES_MAX);
            if (frame.isEmpty()) {
                return;
            }
            if (in.position() > announced.orElseThrow()) {
                throw new AssertionError("read " + in.position() + " of " + announced);
            }
            understand(frame.get());
            again(frame.get());
        } catch (WireException e) {
            // What it is for.
        }
    }

    private static void understand(Frame frame) {
        Options options = frame.options();
        options.number(Options.OBSERVE);
        options.number(Options.SIZE1);
        options.texts(Options.URI_PATH);
        options.texts(Options.URI_QUERY);
        options.block(Options.BLOCK1);
        options.block(Options.BLOCK2);
        options.refused();
        frame.codeText();
        frame.diagnostic();
        String text = frame.toString();
        if (text.length() > 100 * MESSAGE_BYTES_MAX) {
            throw new AssertionError(text.length() + " characters");
        }
    }

    private static void again(Frame frame) throws WireException {
        byte[] once = frame.encode();
        Frame back = Frame.decode(ByteBuffer.wrap(once), 2 * MESSAGE_BYTES_MAX).orElseThrow();
        if (!Arrays.equals(once, back.encode())) {
            throw new AssertionError("comes out otherwise than it went in");
        }
    }
}
