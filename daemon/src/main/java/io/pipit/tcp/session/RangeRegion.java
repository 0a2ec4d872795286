package io.pipit.tcp.session;

import io.netty.channel.DefaultFileRegion;
import io.pipit.resource.exchange.Part.FileRange;

/** A stretch of a file that the kernel sends by itself; its channel stays open. */
final class RangeRegion extends DefaultFileRegion {
    private final FileRange range;

    RangeRegion(FileRange range) {
        super(range.file(), range.from(), range.bytes());
        this.range = range;
    }

    @Override
    protected void deallocate() {
        range.release().run();
    }
}
