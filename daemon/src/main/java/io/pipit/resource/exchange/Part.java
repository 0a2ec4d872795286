package io.pipit.resource.exchange;

import io.pipit.wire.Options.Block;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a message says of a body that takes several of them (RFC 7959; BERT: RFC 8323, section 6).
 *
 * @param etags of a request: representations that the caller holds; of a response: the one that
 *     this is, none or one; 1 to 8 bytes each
 * @param block1 which part of an upload this is, or was taken; null where it is no part
 * @param block2 which part of the answer is asked for, or given; null where it is no part
 * @param size of the whole body in bytes, Size1 of a request and Size2 of a response; {@link
 *     Request#NONE} where it isn't said
 * @param body of a response: what is sent in place of its payload; null where that is all
 */
public record Part(
        List<byte[]> etags,
        @Nullable Block block1,
        @Nullable Block block2,
        long size,
        @Nullable Body body) {
    /** Nothing of the kind. */
    public static final Part NONE = new Part(List.of(), null, null, Request.NONE, null);

    public Part {
        etags = List.copyOf(etags);
    }

    /** Bytes that lie elsewhere than in the heap. */
    public sealed interface Body {
        /** How many. */
        int bytes();

        /** Run once, on any thread, when they aren't needed any more, sent or not. */
        Runnable release();
    }

    /** Bytes of an open file. */
    public record FileRange(FileChannel file, long from, int bytes, Runnable release)
            implements Body {}

    /**
     * Bytes that are handed on.
     *
     * @param content from its position to its limit, both of which stay
     */
    public record Loan(ByteBuffer content, Runnable release) implements Body {
        @Override
        public int bytes() {
            return content.remaining();
        }
    }
}
