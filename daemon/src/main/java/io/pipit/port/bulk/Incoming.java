package io.pipit.port.bulk;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * Takes files in, part by part, and goes on where it stopped. Thread-safe and never blocks: answers
 * come on the thread {@code files}, in the order of the parts. What isn't taken fails with {@link
 * FileRefused}; what was held before still is, except after {@code CORRUPT}.
 */
public interface Incoming {
    /** Where nothing is taken. */
    Incoming NONE = new NoFiles("this node takes no files: [files] inbox isn't set");

    /** Takes nothing, and says why. */
    static Incoming refusing(String why) {
        return new NoFiles(why);
    }

    /** A size that wasn't said. */
    long UNKNOWN = -1;

    /**
     * A file that comes in.
     *
     * @param owner the folder that it goes into: a name as peers have it
     * @param sha256 of the whole, 64 hexadecimal digits; empty where the sender doesn't say: then
     *     it can't go on after a restart
     * @param bytes of the whole; {@link #UNKNOWN} where the sender doesn't say
     * @param upload tells apart two of one name that come at once; may be empty
     */
    record Coming(String owner, FileName name, String sha256, long bytes, String upload) {}

    /**
     * How far one is.
     *
     * @param bytes held from its start on
     * @param complete whether it is there under its name, checked and durable
     * @param number under which it is sent on; 0 where it isn't
     * @param sha256 of what is complete; empty where nobody counted it
     */
    record Held(long bytes, boolean complete, long number, String sha256) {}

    /** One that is coming in just now. */
    record Receiving(String owner, FileName name, long bytes, long total) {}

    /** Takes one part. Called by one thread at a time; never blocks. */
    interface Sink {
        /**
         * The next bytes.
         *
         * @param taken run once, on any thread, when they were read
         */
        void take(ByteBuffer bytes, Runnable taken);

        /** That was the part. */
        void end();

        /** The rest of the part won't come. */
        void broken();

        /** Completes after {@link #end}, or fails at any time. */
        CompletionStage<Held> outcome();
    }

    /**
     * Takes a part.
     *
     * @param from its first byte's place in the whole. What lies before is held already; what is
     *     held already isn't taken again
     * @param last whether a file whose size wasn't said ends with it
     */
    Sink receive(Coming file, long from, boolean last);

    /** Asks how far one is. */
    CompletionStage<Held> held(Coming file);

    /** What is coming in just now. */
    List<Receiving> receiving();
}
