package io.pipit.port.bulk;

import java.nio.channels.FileChannel;
import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * Files that peers may read. Thread-safe and never blocks: answers come on the thread {@code
 * files}. What isn't answered fails with {@link FileRefused}.
 */
public interface SharedFiles {
    /** Where nothing is shared. */
    SharedFiles NONE = new NoFiles("this node shares no folder: [files] share isn't set");

    /** One of them. */
    record Listed(FileName name, long bytes) {}

    /**
     * One of them, open. Whoever asked for it closes the channel.
     *
     * @param etag differs where the content may: 8 bytes
     */
    record Opened(FileChannel channel, long bytes, byte[] etag) {}

    /**
     * What its content is.
     *
     * @param sha256 64 hexadecimal digits
     * @param etag of the version that this is of
     */
    record Digest(String sha256, long bytes, byte[] etag) {}

    /** All that there are, by name, hidden ones and links left out. */
    CompletionStage<List<Listed>> list();

    /** Opens one to read. */
    CompletionStage<Opened> open(FileName name);

    /**
     * What its content is; where that takes longer it is refused as {@code BUSY}, and found out
     * meanwhile.
     */
    CompletionStage<Digest> digest(FileName name);
}
