package io.pipit.packaging;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.pipit.packaging.Tree.File;
import io.pipit.packaging.Tree.Folder;
import io.pipit.packaging.Tree.Link;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.Map;
import java.util.zip.Deflater;
import org.apache.commons.compress.archivers.ar.ArArchiveEntry;
import org.apache.commons.compress.archivers.ar.ArArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.apache.commons.compress.compressors.gzip.GzipCompressorOutputStream;
import org.apache.commons.compress.compressors.gzip.GzipParameters;

/**
 * The same bytes for the same content: nothing of this machine, its user or its time is in them.
 */
final class Archives {
    private static final int LINK_MODE = 0777;
    private static final int FOLDER_MODE = 0755;
    private static final int MEMBER_MODE = 0100644;

    private Archives() {}

    /**
     * A tree as a tar, compressed as {@code gzip -9n} does it; all belongs to root.
     *
     * @param prefix put before each path
     * @param time when all was changed
     */
    static byte[] tarGz(Tree tree, String prefix, Instant time) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (TarArchiveOutputStream tar = new TarArchiveOutputStream(out, UTF_8.name())) {
            // What a name that is too long takes isn't read by all that read packages.
            tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_ERROR);
            tree.each((path, entry) -> add(tar, prefix + path, entry, time));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return gzip(out.toByteArray());
    }

    private static void add(
            TarArchiveOutputStream tar, String name, Tree.Entry entry, Instant time) {
        byte[] content = {};
        TarArchiveEntry header;
        switch (entry) {
            case Folder() -> {
                header = new TarArchiveEntry(name + "/");
                header.setMode(FOLDER_MODE);
            }
            case Link(String target) -> {
                header = new TarArchiveEntry(name, TarConstants.LF_SYMLINK);
                header.setLinkName(target);
                header.setMode(LINK_MODE);
            }
            case File(byte[] bytes, int mode) -> {
                content = bytes;
                header = new TarArchiveEntry(name);
                header.setMode(mode);
                header.setSize(bytes.length);
            }
        }
        header.setIds(0, 0);
        header.setNames("root", "root");
        header.setModTime(time.toEpochMilli());
        try {
            tar.putArchiveEntry(header);
            tar.write(content);
            tar.closeArchiveEntry();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** As {@code gzip -9n} does it (RFC 1952). */
    static byte[] gzip(byte[] content) {
        GzipParameters parameters = new GzipParameters();
        parameters.setCompressionLevel(Deflater.BEST_COMPRESSION);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GzipCompressorOutputStream gzip = new GzipCompressorOutputStream(out, parameters)) {
            gzip.write(content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    /** Members in their order as {@code ar}, which a Debian package is. */
    static byte[] ar(Map<String, byte[]> members, Instant time) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (ArArchiveOutputStream ar = new ArArchiveOutputStream(out)) {
            for (Map.Entry<String, byte[]> member : members.entrySet()) {
                byte[] content = member.getValue();
                ar.putArchiveEntry(
                        new ArArchiveEntry(
                                member.getKey(),
                                content.length,
                                0,
                                0,
                                MEMBER_MODE,
                                time.getEpochSecond()));
                ar.write(content);
                ar.closeArchiveEntry();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }
}
