package io.pipit.archive;

import io.pipit.identity.DurableFile;
import io.pipit.identity.Identity;
import io.pipit.identity.IdentityException;
import io.pipit.store.SqliteStore;
import io.pipit.store.copy.StoreLock;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Puts a backup back where no node runs. All of it is read and compared with its hashes first; then
 * it is laid beside what is there, and renamed into place; what was there is set aside, never
 * deleted. One thread.
 */
public final class Restore implements AutoCloseable {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);

    /** What is a store's, beside its file. */
    private static final List<String> STORE_PARTS =
            List.of("", "-wal", "-shm", ".reserved", ".suspect");

    private final BackupFile file;
    private final Manifest manifest;
    private final List<Path> staged = new ArrayList<>();

    private Restore(BackupFile file) {
        this.file = file;
        this.manifest = file.manifest();
    }

    /**
     * Opens a backup that is whole, and that this program can read.
     *
     * @throws IOException in words, where it isn't
     */
    public static Restore open(Path path) throws IOException {
        BackupFile file = BackupFile.open(path);
        if (file.manifest().store() > SqliteStore.VERSION) {
            file.close();
            throw new IOException(
                    path
                            + " was made by a newer pipit ("
                            + file.manifest().program()
                            + "): its store is of version "
                            + file.manifest().store()
                            + ", this one knows up to "
                            + SqliteStore.VERSION
                            + "; install that one");
        }
        return new Restore(file);
    }

    /** What the node is called. */
    public String name() {
        return manifest.name();
    }

    /** Its ID, as it is printed. */
    public String node() {
        return manifest.node();
    }

    /** When the backup was made, RFC 3339. */
    public String made() {
        return manifest.made();
    }

    /** Whether its readings are in it. */
    public boolean hasReadings() {
        return manifest.store() > 0;
    }

    /**
     * Lays the configuration beside where it is going to be, to be looked at.
     *
     * @param target the file that it is going to be
     * @return the file that it is now; null where the backup has none
     */
    public @Nullable Path layOutConfiguration(Path target) throws IOException {
        if (manifest.items().stream().noneMatch(item -> item.path().startsWith("config/"))) {
            return null;
        }
        Files.createDirectories(BackupFile.parent(target));
        return layOut("config/", target.toAbsolutePath()).resolve(Backup.MAIN);
    }

    private Path layOut(String prefix, Path beside) throws IOException {
        Path folder = BackupFile.beside(beside, "restore");
        staged.add(folder);
        boolean _ = DurableFile.createDirectory(folder, "rwx------");
        file.extract(prefix, folder);
        return folder;
    }

    /** What is there already and would be set aside, in words; nothing where nothing is. */
    public List<String> inTheWay(Path dataDir, @Nullable Path laidOut, Path configuration)
            throws IOException {
        List<String> all = new ArrayList<>();
        if (Backup.isInhabited(dataDir)) {
            all.add("a node in " + dataDir);
        }
        if (laidOut != null && !isSame(laidOut, configuration)) {
            all.add("the configuration " + configuration);
        }
        return all;
    }

    /** The same, or nothing there. */
    private static boolean isSame(Path laidOut, Path configuration) throws IOException {
        List<Path> before = Backup.fragments(configuration);
        if (!Files.exists(configuration) && before.isEmpty()) {
            return true;
        }
        List<Path> after = Backup.fragments(laidOut);
        boolean same =
                Files.exists(configuration)
                        && Files.mismatch(laidOut, configuration) < 0
                        && before.size() == after.size();
        for (int i = 0; same && i < before.size(); i++) {
            same =
                    before.get(i).getFileName().equals(after.get(i).getFileName())
                            && Files.mismatch(before.get(i), after.get(i)) < 0;
        }
        return same;
    }

    /**
     * Puts the node into its data directory. The files belong to whom the directory belongs to.
     *
     * @return where what was there is now, null where nothing was
     * @throws IOException in words, where a node runs there, or the key isn't the backup's node's;
     *     then nothing was changed. Or where the disk fails: what was set aside is whole
     */
    public @Nullable Path putData(Path dataDir, Instant now) throws IOException, IdentityException {
        Files.createDirectories(dataDir);
        Path store = dataDir.resolve(Backup.STORE);
        try (StoreLock lock = StoreLock.take(store)) {
            if (lock == null) {
                throw new IOException(
                        "pipit runs in " + dataDir + "; stop it first: sudo systemctl stop pipit");
            }
            own(StoreLock.fileOf(store), dataDir);
            Path laid = layOut("data/", store);
            if (!Identity.loadOrCreate(laid).id().toString().equals(manifest.node())) {
                throw new IOException("the key in the backup is another node's");
            }
            ownAll(laid, dataDir);
            Path aside = dataDir.resolve("replaced-" + TIME.format(now));
            boolean setAside = false;
            if (hasReadings()) {
                for (String part : STORE_PARTS) {
                    setAside |= setAside(dataDir, Backup.STORE + part, aside);
                }
                move(laid.resolve(Backup.STORE), store);
            }
            for (String name : List.of("peers.toml", "statements.toml", "addresses.json")) {
                setAside |= setAside(dataDir, name, aside);
                if (Files.exists(laid.resolve(name))) {
                    move(laid.resolve(name), dataDir.resolve(name));
                }
            }
            // Last of all: without its key it is no node yet.
            setAside |= setAside(dataDir, "identity", aside);
            move(laid.resolve("identity"), dataDir.resolve("identity"));
            DurableFile.sync(dataDir);
            return setAside ? aside : null;
        }
    }

    private static boolean setAside(Path dataDir, String name, Path aside) throws IOException {
        Path there = dataDir.resolve(name);
        if (!Files.exists(there)) {
            return false;
        }
        if (DurableFile.createDirectory(aside, "rwx------")) {
            own(aside, dataDir);
        }
        move(there, aside.resolve(name));
        DurableFile.sync(aside);
        return true;
    }

    /**
     * Puts the configuration in place. It is for its owner and the data directory's group to read,
     * or as the one was that it replaces.
     *
     * @return where that one is now, null where there was none
     */
    public @Nullable Path putConfiguration(Path laidOut, Path target, Path dataDir, Instant now)
            throws IOException {
        if (Files.exists(target) && isSame(laidOut, target)) {
            return null;
        }
        String suffix = ".replaced-" + TIME.format(now);
        Path fragments = target.toAbsolutePath().resolveSibling(Backup.FRAGMENTS);
        Path aside = null;
        Set<PosixFilePermission> mode = PosixFilePermissions.fromString("rw-r-----");
        Path like = BackupFile.parent(target);
        Path group = dataDir;
        if (Files.exists(target)) {
            aside = target.resolveSibling(target.getFileName() + suffix);
            mode = Files.getPosixFilePermissions(target);
            move(target, aside);
            like = aside;
            group = aside;
        }
        if (Files.exists(fragments)) {
            move(fragments, fragments.resolveSibling(Backup.FRAGMENTS + suffix));
        }
        Path laidFragments = laidOut.resolveSibling(Backup.FRAGMENTS);
        if (Files.exists(laidFragments)) {
            for (Path each : Backup.fragments(laidOut)) {
                Files.setPosixFilePermissions(each, mode);
                own(each, like, group);
            }
            Files.setPosixFilePermissions(
                    laidFragments, PosixFilePermissions.fromString("rwxr-x---"));
            own(laidFragments, like, group);
            move(laidFragments, fragments);
        }
        Files.setPosixFilePermissions(laidOut, mode);
        own(laidOut, like, group);
        move(laidOut, target);
        DurableFile.sync(BackupFile.parent(target));
        return aside;
    }

    private static void move(Path from, Path to) throws IOException {
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
    }

    private static void ownAll(Path folder, Path like) throws IOException {
        Files.walkFileTree(
                folder,
                new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult visitFile(Path each, BasicFileAttributes attributes)
                            throws IOException {
                        own(each, like);
                        return FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult postVisitDirectory(Path each, @Nullable IOException e)
                            throws IOException {
                        own(each, like);
                        return FileVisitResult.CONTINUE;
                    }
                });
    }

    private static void own(Path path, Path like) throws IOException {
        own(path, like, like);
    }

    private static void own(Path path, Path owner, Path group) throws IOException {
        PosixFileAttributes own = Files.readAttributes(path, PosixFileAttributes.class);
        PosixFileAttributes wanted = Files.readAttributes(owner, PosixFileAttributes.class);
        PosixFileAttributes groups = Files.readAttributes(group, PosixFileAttributes.class);
        PosixFileAttributeView view =
                Files.getFileAttributeView(path, PosixFileAttributeView.class);
        if (!own.owner().equals(wanted.owner())) {
            view.setOwner(wanted.owner());
        }
        if (!own.group().equals(groups.group())) {
            view.setGroup(groups.group());
        }
    }

    /** Takes away what was laid out and not put in place. */
    @Override
    public void close() throws IOException {
        file.close();
        for (Path folder : staged) {
            if (Files.exists(folder)) {
                Files.walkFileTree(
                        folder,
                        new SimpleFileVisitor<>() {
                            @Override
                            public FileVisitResult visitFile(
                                    Path each, BasicFileAttributes attributes) throws IOException {
                                Files.delete(each);
                                return FileVisitResult.CONTINUE;
                            }

                            @Override
                            public FileVisitResult postVisitDirectory(
                                    Path each, @Nullable IOException e) throws IOException {
                                Files.delete(each);
                                return FileVisitResult.CONTINUE;
                            }
                        });
            }
        }
    }
}
