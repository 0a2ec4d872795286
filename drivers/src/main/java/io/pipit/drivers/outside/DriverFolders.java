package io.pipit.drivers.outside;

import com.pi4j.extension.Plugin;
import io.pipit.drivers.Driver;
import io.pipit.drivers.Drivers.Outside;
import java.io.File;
import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Enumeration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.jar.JarFile;

/**
 * Folders with jars of drivers. Those of one folder see each other, and what they bring along, and
 * not those of another. What is wrong with a jar costs that jar alone. Immutable; any thread.
 *
 * <p>A jar's code may do all that Pipit may: a folder or a jar that everybody can write to is
 * refused.
 *
 * @param jars the jars that name drivers, or plugins of Pi4J, in the order of their names
 * @param problems what is wrong, a line each
 */
public record DriverFolders(List<Outside> jars, List<String> problems) {

    /** Where the drivers of packages are. */
    public static final Path DEFAULT = Path.of("/usr/lib/pipit/drivers");

    /** The variable that names other folders instead, with colons between them. */
    public static final String VARIABLE = "PIPIT_DRIVERS";

    /** The most jars of a folder that are opened. */
    static final int JARS_MAX = 256;

    private static final String SERVICES = "META-INF/services/" + Driver.class.getName();

    private static final String PLUGINS = "META-INF/services/" + Plugin.class.getName();

    public DriverFolders {
        jars = List.copyOf(jars);
        problems = List.copyOf(problems);
    }

    /** Those that the environment names, or the default. */
    public static DriverFolders of(Map<String, String> environment) {
        String named = environment.getOrDefault(VARIABLE, "");
        if (named.isEmpty()) {
            return Files.exists(DEFAULT)
                    ? of(List.of(DEFAULT))
                    : new DriverFolders(List.of(), List.of());
        }
        List<Path> folders = new ArrayList<>();
        for (String folder : named.split(File.pathSeparator, -1)) {
            if (!folder.isEmpty()) {
                folders.add(Path.of(folder));
            }
        }
        return of(folders);
    }

    /** These. */
    public static DriverFolders of(List<Path> folders) {
        List<Outside> jars = new ArrayList<>();
        List<String> problems = new ArrayList<>();
        for (Path folder : folders) {
            try {
                open(folder, jars, problems);
            } catch (NoSuchFileException e) {
                problems.add("there is no folder " + folder + " with drivers");
            } catch (IOException e) {
                problems.add("the drivers in " + folder + " can't be read: " + e);
            }
        }
        return new DriverFolders(jars, problems);
    }

    private static void open(Path folder, List<Outside> jars, List<String> problems)
            throws IOException {
        refuseIfPublic(folder);
        List<URL> whole = new ArrayList<>();
        Map<Path, Boolean> naming = new LinkedHashMap<>();
        for (Path jar : jarsIn(folder, problems)) {
            try (JarFile opened = new JarFile(jar.toFile())) {
                refuseIfPublic(jar);
                whole.add(jar.toUri().toURL());
                boolean hasDrivers = opened.getEntry(SERVICES) != null;
                // A jar with neither is a library that another one needs.
                if (hasDrivers || opened.getEntry(PLUGINS) != null) {
                    naming.put(jar, hasDrivers);
                }
            } catch (IOException e) {
                problems.add(jar + " is left out: " + e.getMessage());
            }
        }
        if (naming.isEmpty()) {
            return;
        }
        // Stays open for as long as the program runs: a class may be loaded at any time.
        ClassLoader all =
                new URLClassLoader(
                        "drivers:" + folder,
                        whole.toArray(URL[]::new),
                        Driver.class.getClassLoader());
        for (Map.Entry<Path, Boolean> jar : naming.entrySet()) {
            jars.add(
                    new Outside(
                            jar.getKey().toString(),
                            new OneJar(jar.getKey(), jar.getValue(), all)));
        }
    }

    private static Iterable<Path> jarsIn(Path folder, List<String> problems) throws IOException {
        TreeSet<Path> found = new TreeSet<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder, "*.jar")) {
            for (Path jar : entries) {
                if (found.size() == JARS_MAX) {
                    problems.add(
                            folder
                                    + " has more than "
                                    + JARS_MAX
                                    + " jars: the others are left out");
                    break;
                }
                found.add(jar.toAbsolutePath());
            }
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        return found;
    }

    private static void refuseIfPublic(Path path) throws IOException {
        if (Files.getPosixFilePermissions(path).contains(PosixFilePermission.OTHERS_WRITE)) {
            throw new IOException(
                    "everybody may write to it, and what is in it runs as Pipit: chmod o-w "
                            + path);
        }
    }

    /** A folder's classes, but the drivers of one of its jars alone. */
    private static final class OneJar extends ClassLoader {
        private final List<URL> services;

        OneJar(Path jar, boolean hasDrivers, ClassLoader folder) throws MalformedURLException {
            super("driver:" + jar, folder);
            this.services =
                    hasDrivers
                            ? List.of(URI.create("jar:" + jar.toUri() + "!/" + SERVICES).toURL())
                            : List.of();
        }

        @Override
        public Enumeration<URL> getResources(String name) throws IOException {
            return name.equals(SERVICES)
                    ? Collections.enumeration(services)
                    : super.getResources(name);
        }
    }
}
