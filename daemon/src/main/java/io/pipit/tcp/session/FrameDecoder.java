package io.pipit.tcp.session;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.pipit.wire.Frame;
import io.pipit.wire.WireException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.OptionalInt;

/**
 * Bytes of a connection to {@link Frame}s. A message that is larger than {@link #WHOLE_BYTES_MAX}
 * isn't held: it comes as a {@link Frame.Head}, its payload as it arrives in {@link ByteBuf}s that
 * belong to who gets them, and {@link End}.
 */
final class FrameDecoder extends ByteToMessageDecoder {
    /** An answer of 64 KiB and its options. */
    static final int WHOLE_BYTES_MAX = 68 * 1024;

    /** The payload that came in parts is complete. */
    enum End {
        END
    }

    private final int messageBytesMax;
    private int payloadLeft;
    private boolean unreadable;

    FrameDecoder(int messageBytesMax) {
        this.messageBytesMax = messageBytesMax;
    }

    @Override
    protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out)
            throws WireException {
        if (unreadable) {
            in.skipBytes(in.readableBytes());
            return;
        }
        if (payloadLeft > 0) {
            int here = Math.min(payloadLeft, in.readableBytes());
            out.add(in.readRetainedSlice(here));
            took(here, out);
            return;
        }
        ByteBuffer bytes = in.nioBuffer();
        try {
            OptionalInt total = Frame.bytesOf(bytes, messageBytesMax);
            if (total.isEmpty()) {
                return;
            }
            if (total.getAsInt() <= WHOLE_BYTES_MAX) {
                Frame.decode(bytes, messageBytesMax).ifPresent(out::add);
            } else {
                Frame.decodeHead(bytes, messageBytesMax)
                        .ifPresent(head -> {
                            out.add(head);
                            payloadLeft = head.payloadBytes();
                        });
            }
            in.skipBytes(bytes.position());
        } catch (WireException e) {
            unreadable = true;
            throw e;
        }
    }

    private void took(int bytes, List<Object> out) {
        payloadLeft -= bytes;
        if (payloadLeft == 0) {
            out.add(End.END);
        }
    }
}
