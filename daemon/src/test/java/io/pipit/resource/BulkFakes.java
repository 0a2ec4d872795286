package io.pipit.resource;

import io.pipit.port.bulk.FileName;
import io.pipit.port.bulk.FileRefused;
import io.pipit.port.bulk.FileRefused.Reason;
import io.pipit.port.bulk.Incoming;
import io.pipit.port.bulk.SharedFiles;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Folders that a test fills and looks into. */
final class BulkFakes {
    private BulkFakes() {}

    /** Files that are shared. */
    static final class Shared implements SharedFiles {
        static final byte[] ETAG = {1, 2, 3, 4, 5, 6, 7, 8};

        final Map<String, Path> files = new TreeMap<>();
        final Map<String, Long> sizes = new TreeMap<>();
        final List<FileChannel> opened = new ArrayList<>();

        @Override
        public CompletionStage<List<Listed>> list() {
            List<Listed> listed = new ArrayList<>();
            sizes.forEach((name, bytes) -> listed.add(new Listed(name(name), bytes)));
            return CompletableFuture.completedFuture(listed);
        }

        private static FileName name(String name) {
            return new FileName(List.of(name.split("/", -1)));
        }

        @Override
        public CompletionStage<Opened> open(FileName name) {
            Path file = files.get(name.toString());
            if (file == null) {
                return CompletableFuture.failedFuture(
                        new FileRefused(Reason.NOT_FOUND, "there is no such file"));
            }
            try {
                FileChannel channel = FileChannel.open(file);
                opened.add(channel);
                return CompletableFuture.completedFuture(
                        new Opened(
                                channel,
                                sizes.getOrDefault(name.toString(), channel.size()),
                                ETAG));
            } catch (IOException e) {
                return CompletableFuture.failedFuture(e);
            }
        }

        @Override
        public CompletionStage<Digest> digest(FileName name) {
            return files.containsKey(name.toString())
                    ? CompletableFuture.completedFuture(new Digest("ab".repeat(32), 7, ETAG))
                    : CompletableFuture.failedFuture(new FileRefused(Reason.BUSY, "being counted"));
        }
    }

    /** What was put into a folder. */
    static final class Coming implements Incoming {
        final List<Incoming.Coming> files = new ArrayList<>();
        final List<Long> froms = new ArrayList<>();
        final List<Boolean> lasts = new ArrayList<>();
        final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        final List<Receiving> receiving = new ArrayList<>();
        CompletableFuture<Held> outcome = new CompletableFuture<>();
        Held held = new Held(0, false, 0, "");

        @Override
        public Sink receive(Incoming.Coming file, long from, boolean last) {
            files.add(file);
            froms.add(from);
            lasts.add(last);
            return new Sink() {
                @Override
                public void take(ByteBuffer next, Runnable taken) {
                    byte[] copy = new byte[next.remaining()];
                    next.get(copy);
                    bytes.writeBytes(copy);
                    taken.run();
                }

                @Override
                public void end() {}

                @Override
                public void broken() {}

                @Override
                public CompletionStage<Held> outcome() {
                    return outcome;
                }
            };
        }

        @Override
        public CompletionStage<Held> held(Incoming.Coming file) {
            files.add(file);
            return CompletableFuture.completedFuture(held);
        }

        @Override
        public List<Receiving> receiving() {
            return receiving;
        }
    }
}
