package io.pipit.tcp;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.pipit.wire.Frame;
import io.pipit.wire.WireException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;

/** Bytes of a connection to frames. Holds one message's bytes at the most, and what follows it. */
final class FrameDecoder extends ByteToMessageDecoder {
    private final int messageBytesMax;
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
        ByteBuffer bytes = in.nioBuffer();
        Optional<Frame> frame;
        try {
            frame = Frame.decode(bytes, messageBytesMax);
        } catch (WireException e) {
            unreadable = true;
            throw e;
        }
        if (frame.isPresent()) {
            in.skipBytes(bytes.position());
            out.add(frame.get());
        }
    }
}
