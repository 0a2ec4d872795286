package io.pipit.packaging;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** Makes a {@code .deb} for each architecture, and an archive for all other Linuxes. */
public final class Packages {
    private static final String HOME = "usr/lib/pipit/";
    private static final String DOC = "usr/share/doc/pipit/";

    private final Path root;
    private final String version;
    private final Instant time;

    /**
     * @param root the checkout, in which the daemon was built
     * @param version Maven's
     * @param time what all files are to be of
     */
    Packages(Path root, String version, Instant time) {
        this.root = root;
        this.version = version;
        this.time = time;
    }

    /** Root, version, time (RFC 3339) and the folder for the packages. */
    public static void main(String[] arguments) throws IOException {
        new Packages(Path.of(arguments[0]), arguments[1], Instant.parse(arguments[2]))
                .into(Path.of(arguments[3]));
    }

    void into(Path folder) throws IOException {
        Files.createDirectories(folder);
        Program program = new Program(root);
        for (Architecture each : Architecture.values()) {
            String name = "pipit_" + debianVersion() + "_" + each.debian() + ".deb";
            Files.write(folder.resolve(name), deb(program, each));
        }
        Files.write(
                folder.resolve("pipit-" + version + ".tar.gz"),
                Archives.tarGz(archive(program), "pipit-" + version + "/", time));
    }

    private byte[] deb(Program program, Architecture architecture) throws IOException {
        Map<String, String> control = new TreeMap<>();
        for (String name : new String[] {"control", "triggers", "postinst", "prerm", "postrm"}) {
            control.put(name, filled("debian/" + name, architecture));
        }
        return Deb.of(debTree(program, architecture), control, time);
    }

    private Tree debTree(Program program, Architecture architecture) throws IOException {
        Tree tree = new Tree();
        tree.all(HOME, program.of(architecture));
        tree.folder(HOME + "drivers");
        tree.link("usr/bin/pipit", "../lib/pipit/bin/pipit");
        system(tree, "usr/lib/");
        tree.file("etc/pipit/pipit.toml", read("config/pipit.toml"));
        tree.folder("etc/pipit/conf.d");
        manual(tree, "usr/share/man/man1/", true);
        tree.file(
                "usr/share/bash-completion/completions/pipit",
                read("daemon/target/generated/bash/pipit"));
        tree.file("usr/share/pipit/pipit.schema.json", read("config/pipit.schema.json"));
        tree.file(DOC + "copyright", read("package/debian/copyright"));
        tree.file(DOC + "changelog.gz", Archives.gzip(read("CHANGELOG.md")));
        tree.file(
                DOC + "changelog.Debian.gz",
                Archives.gzip(filled("debian/changelog", architecture).getBytes(UTF_8)));
        tree.file(
                "usr/share/lintian/overrides/pipit",
                filled("debian/lintian-overrides", architecture).getBytes(UTF_8));
        return tree;
    }

    private Tree archive(Program program) throws IOException {
        Tree tree = program.forAll();
        tree.folder("drivers");
        system(tree, "share/");
        tree.file("share/pipit.toml", read("config/pipit.toml"));
        tree.file("share/pipit.schema.json", read("config/pipit.schema.json"));
        manual(tree, "share/man/man1/", false);
        tree.file(
                "share/bash-completion/completions/pipit",
                read("daemon/target/generated/bash/pipit"));
        tree.file("INSTALL.md", read("package/INSTALL.md"));
        tree.file("CHANGELOG.md", read("CHANGELOG.md"));
        tree.file("LICENSE", read("LICENSE"));
        return tree;
    }

    /** What systemd is to know. */
    private void system(Tree tree, String folder) throws IOException {
        tree.file(folder + "systemd/system/pipit.service", read("systemd/pipit.service"));
        tree.file(
                folder + "systemd/system/pipit-cache.service", read("systemd/pipit-cache.service"));
        tree.file(folder + "sysusers.d/pipit.conf", read("systemd/pipit.sysusers"));
        tree.file(folder + "tmpfiles.d/pipit.conf", read("systemd/pipit.tmpfiles"));
    }

    private void manual(Tree tree, String folder, boolean compressed) throws IOException {
        try (var pages = Files.newDirectoryStream(root.resolve("daemon/target/generated/man1"))) {
            for (Path page : pages) {
                byte[] text = Files.readAllBytes(page);
                tree.file(
                        folder + page.getFileName() + (compressed ? ".gz" : ""),
                        compressed ? Archives.gzip(text) : text);
            }
        }
    }

    private String filled(String file, Architecture architecture) throws IOException {
        return new String(read("package/" + file), UTF_8)
                .replace("@VERSION@", debianVersion())
                .replace("@ARCHITECTURE@", architecture.debian())
                .replace("@REMARK@\n", architecture.remark())
                .replace(
                        "@DATE@",
                        DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss Z", Locale.ROOT)
                                .format(time.atOffset(ZoneOffset.UTC)));
    }

    /** A snapshot comes before the version that it leads to. */
    private String debianVersion() {
        return version.replace("-SNAPSHOT", "~SNAPSHOT") + "-1";
    }

    private byte[] read(String file) throws IOException {
        return Files.readAllBytes(root.resolve(file));
    }
}
