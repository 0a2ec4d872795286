package io.pipit.packaging;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.LocalDateTime;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;

/** The program itself as it lies in its folder: jars, libraries of machine code, scripts. */
final class Program {
    private static final String SQLITE = "sqlite-jdbc-";
    private static final String SQLITE_FOLDER = "org/sqlite/native/";
    private static final Pattern SQLITE_LIBRARIES = Pattern.compile(SQLITE_FOLDER);
    private static final Pattern SQLITE_LIBRARIES_ELSEWHERE =
            Pattern.compile(SQLITE_FOLDER + "(?!Linux).");
    private static final String TCNATIVE = "netty-tcnative-boringssl-static-";
    private static final String MAIN = "pipit-daemon-";

    /** The first that a zip file knows; one with a zone would differ from machine to machine. */
    private static final LocalDateTime TIME = LocalDateTime.of(1980, 1, 1, 0, 0);

    private final Path root;
    private final Map<String, byte[]> rewritten = new HashMap<>();

    /** What was built; a checkout's daemon has to be. */
    Program(Path root) {
        this.root = root;
    }

    /** With the machine code of one architecture, unpacked. */
    Tree of(Architecture architecture) throws IOException {
        Tree tree = scripts();
        for (Path jar : jars()) {
            String name = jar.getFileName().toString();
            if (!name.startsWith(TCNATIVE)) {
                tree.file("lib/" + name, rewritten(jar, SQLITE_LIBRARIES));
            } else if (name.endsWith("-linux-" + architecture.tcnative() + ".jar")) {
                String library = "libnetty_tcnative_linux_" + architecture.tcnative() + ".so";
                tree.file("native/" + library, unpacked(jar, "META-INF/native/" + library));
                tree.file("native/NOTICE.netty-tcnative", unpacked(jar, "META-INF/NOTICE.txt"));
            }
            if (name.startsWith(SQLITE)) {
                String library =
                        SQLITE_FOLDER + "Linux/" + architecture.sqlite() + "/libsqlitejdbc.so";
                tree.file("native/libsqlitejdbc.so", unpacked(jar, library));
            }
        }
        return listed(tree);
    }

    /** With the machine code of all Linuxes in the jars, which unpack it where they are started. */
    Tree forAll() throws IOException {
        Tree tree = scripts();
        for (Path jar : jars()) {
            tree.file("lib/" + jar.getFileName(), rewritten(jar, SQLITE_LIBRARIES_ELSEWHERE));
        }
        return listed(tree);
    }

    private Tree scripts() throws IOException {
        Tree tree = new Tree();
        tree.program("bin/pipit", Files.readAllBytes(root.resolve("package/bin/pipit")));
        tree.program("bin/make-cache", Files.readAllBytes(root.resolve("package/bin/make-cache")));
        tree.file("launch.sh", Files.readAllBytes(root.resolve("package/launch.sh")));
        Path jvm = root.resolve("daemon/src/main/jvm");
        tree.file("find-jdk.sh", Files.readAllBytes(jvm.resolve("find-jdk.sh")));
        tree.file("pipit.options", Files.readAllBytes(jvm.resolve("pipit.options")));
        return tree;
    }

    private SortedMap<String, Path> built() throws IOException {
        SortedMap<String, Path> jars = new TreeMap<>();
        for (String folder : new String[] {"daemon/target", "daemon/target/lib"}) {
            try (var files = Files.newDirectoryStream(root.resolve(folder), "*.jar")) {
                for (Path file : files) {
                    jars.put(file.getFileName().toString(), file);
                }
            }
        }
        if (jars.keySet().stream().filter(name -> name.startsWith(MAIN)).count() != 1) {
            throw new IOException(
                    root.resolve("daemon/target")
                            + " has to have one "
                            + MAIN
                            + "*.jar; build it anew: mvn clean package");
        }
        return jars;
    }

    private Iterable<Path> jars() throws IOException {
        return built().values();
    }

    /**
     * With the list of its jars: the class path in its order, and what they are, which {@code
     * sha256sum --check} understands.
     */
    private static Tree listed(Tree tree) {
        StringBuilder list = new StringBuilder();
        SortedMap<String, Tree.File> jars = tree.files("lib/");
        for (boolean own : new boolean[] {true, false}) {
            jars.forEach((path, file) -> {
                if (path.startsWith("lib/pipit-") == own) {
                    list.append(sha256(file.content())).append("  ").append(path).append('\n');
                }
            });
        }
        tree.file("jars.sha256", list.toString().getBytes(US_ASCII));
        return tree;
    }

    private static byte[] unpacked(Path jar, String name) throws IOException {
        try (ZipInputStream in = new ZipInputStream(Files.newInputStream(jar))) {
            for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
                if (entry.getName().equals(name)) {
                    return in.readAllBytes();
                }
            }
        }
        throw new IOException(jar + " has no " + name + " any more");
    }

    /**
     * The jar without these entries. Those that the build took signatures out of have the time of
     * that in them: here all are of one time, since the same inputs are to give the same bytes.
     */
    private byte[] rewritten(Path jar, Pattern unwanted) throws IOException {
        boolean isWhole = !jar.getFileName().toString().startsWith(SQLITE);
        String key = isWhole ? jar.toString() : jar + " without " + unwanted;
        byte[] before = rewritten.get(key);
        if (before != null) {
            return before;
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipInputStream in =
                        new ZipInputStream(new ByteArrayInputStream(Files.readAllBytes(jar)));
                ZipOutputStream out = new ZipOutputStream(bytes)) {
            for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
                if (!unwanted.matcher(entry.getName()).lookingAt()) {
                    ZipEntry kept = new ZipEntry(entry.getName());
                    kept.setTimeLocal(TIME);
                    out.putNextEntry(kept);
                    in.transferTo(out);
                    out.closeEntry();
                }
            }
        }
        rewritten.put(key, bytes.toByteArray());
        return bytes.toByteArray();
    }

    private static String sha256(byte[] content) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
