package io.pipit.files;

import io.pipit.identity.Sha256;
import io.pipit.port.bulk.FileRefused;
import io.pipit.port.bulk.FileRefused.Reason;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * SHA-256 of files, counted in steps so that others get their turn in between, and remembered for
 * as long as the file stays as it is. Thread {@code files}.
 */
final class Hashes {
    /** Read at a time, bytes. */
    static final int STEP_BYTES = 256 * 1_024;

    /** Files whose hash is remembered. */
    static final int REMEMBERED_MAX = 1_000;

    /** Files that are counted at the same time. */
    static final int COUNTING_MAX = 16;

    private final Disk disk;
    private final ByteBuffer buffer = ByteBuffer.allocate(STEP_BYTES);
    private final Map<String, CompletableFuture<String>> counting = new HashMap<>();
    private final Map<String, String> remembered =
            new LinkedHashMap<>(16, 0.75f, true) {
                private static final long serialVersionUID = 1;

                @Override
                protected boolean removeEldestEntry(Map.Entry<String, String> eldest) {
                    return size() > REMEMBERED_MAX;
                }
            };

    Hashes(Disk disk) {
        this.disk = disk;
    }

    /** This one is known already. */
    void remember(Folder.Open file, String sha256) {
        remembered.put(key(file), sha256);
    }

    private static String key(Folder.Open file) {
        return HexFormat.of().formatHex(Folder.etag(file.attributes()));
    }

    /**
     * Counts an open file, and closes it. It fails with {@link FileRefused} where the file changed
     * meanwhile, or too many are counted.
     */
    CompletableFuture<String> of(Folder.Open file) throws IOException {
        String key = key(file);
        String known = remembered.get(key);
        if (known != null) {
            file.channel().close();
            return CompletableFuture.completedFuture(known);
        }
        CompletableFuture<String> already = counting.get(key);
        if (already != null || counting.size() >= COUNTING_MAX) {
            file.channel().close();
            return already != null ? already : CompletableFuture.failedFuture(Disk.busy());
        }
        CompletableFuture<String> answer = new CompletableFuture<>();
        counting.put(key, answer);
        step(key, file, new Count(), answer);
        return answer;
    }

    private void step(String key, Folder.Open file, Count count, CompletableFuture<String> answer) {
        try {
            if (!count.step(file.channel(), file.attributes().size(), buffer)) {
                if (!disk.run(() -> step(key, file, count, answer))) {
                    throw Disk.busy();
                }
                return;
            }
            end(key, file.channel());
            String sha256 = count.sha256();
            remembered.put(key, sha256);
            answer.complete(sha256);
        } catch (IOException | FileRefused e) {
            end(key, file.channel());
            answer.completeExceptionally(disk.refusal(e));
        }
    }

    private void end(String key, FileChannel channel) {
        counting.remove(key);
        try {
            channel.close();
        } catch (IOException e) {
            // It was only read.
        }
    }

    /** How far one file is counted. */
    static final class Count {
        private final Sha256 hash = Sha256.start();
        private long bytes;

        /** How many bytes are in it. */
        long bytes() {
            return bytes;
        }

        /** These are the next bytes; reads all of them. */
        void add(ByteBuffer next) {
            bytes += next.remaining();
            hash.update(next);
        }

        /**
         * Reads the next bytes of a file.
         *
         * @return whether it is counted up to there
         */
        boolean step(FileChannel file, long upTo, ByteBuffer buffer)
                throws IOException, FileRefused {
            if (bytes < upTo) {
                buffer.clear();
                buffer.limit((int) Math.min(buffer.capacity(), upTo - bytes));
                if (file.read(buffer, bytes) <= 0) {
                    throw new FileRefused(Reason.BUSY, "the file became shorter under way");
                }
                add(buffer.flip());
            }
            return bytes >= upTo;
        }

        /** Of all that is in it; ends the count. */
        String sha256() {
            return hash.hex();
        }
    }

    /** Whether two are the same, however they are written. */
    static boolean same(String one, String other) {
        return Arrays.equals(
                one.toLowerCase(java.util.Locale.ROOT).toCharArray(),
                other.toLowerCase(java.util.Locale.ROOT).toCharArray());
    }
}
