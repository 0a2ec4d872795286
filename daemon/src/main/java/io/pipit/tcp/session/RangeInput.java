package io.pipit.tcp.session;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.stream.ChunkedInput;
import io.pipit.resource.exchange.Part.FileRange;
import java.io.EOFException;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A stretch of a file, read piece by piece as the connection takes it, for what is encrypted. */
final class RangeInput implements ChunkedInput<ByteBuf> {
    /** Four records of TLS. */
    private static final int PIECE_BYTES = 64 * 1024;

    private final FileRange range;
    private int done;
    private boolean released;

    RangeInput(FileRange range) {
        this.range = range;
    }

    @Override
    public boolean isEndOfInput() {
        return done == range.bytes();
    }

    @Override
    public void close() {
        if (!released) {
            released = true;
            range.release().run();
        }
    }

    // The interface has it still, and calls the other one.
    @SuppressWarnings("InlineMeSuggester")
    @Deprecated
    @Override
    public @Nullable ByteBuf readChunk(ChannelHandlerContext context) throws IOException {
        return readChunk(context.alloc());
    }

    @Override
    public @Nullable ByteBuf readChunk(ByteBufAllocator allocator) throws IOException {
        int wanted = Math.min(PIECE_BYTES, range.bytes() - done);
        if (wanted == 0) {
            return null;
        }
        ByteBuf piece = allocator.directBuffer(wanted);
        int from = done;
        try {
            while (piece.writableBytes() > 0 && done - from < wanted) {
                int read =
                        piece.writeBytes(range.file(), range.from() + done, from + wanted - done);
                if (read < 0) {
                    throw new EOFException("the file is shorter than it was");
                }
                done += read;
            }
            return piece;
        } catch (IOException e) {
            piece.release();
            throw e;
        }
    }

    @Override
    public long length() {
        return range.bytes();
    }

    @Override
    public long progress() {
        return done;
    }
}
