package io.pipit.config.toml;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.tomlj.Toml;
import org.tomlj.TomlParseError;
import org.tomlj.TomlParseResult;
import org.tomlj.TomlTable;
import org.tomlj.TomlVersion;

/**
 * Reads the files of a configuration and parses them as TOML 1.0. Whatever a file is, what comes
 * out is a table or a problem, and what it takes to find out is bounded.
 */
public final class Source {
    /**
     * The most bytes in all files together. With {@link #LINES_MAX} it bounds what the parser
     * needs: each syntax error costs it a kilobyte, so that a file of nothing else took 64 MB and
     * more; within these two every kind of rubbish tried went through a 32 MB heap.
     */
    public static final int BYTES_MAX = 128 * 1024;

    /** The most lines in all files together. */
    public static final int LINES_MAX = 4096;

    /**
     * The most blank lines and comments in a row: the parser's time grows with the third power of
     * their number (512 took half a second, 2048 took 27).
     */
    public static final int BLANK_LINES_MAX = 256;

    /** The most files in {@code conf.d}. */
    public static final int DROP_INS_MAX = 64;

    private static final String DROP_INS = "conf.d";
    private static final String SUFFIX = ".toml";

    private final Consumer<Problem> problems;
    private int bytesLeft = BYTES_MAX;
    private int linesLeft = LINES_MAX;

    Source(Consumer<Problem> problems) {
        this.problems = problems;
    }

    /** The file and, in the order of their names, those in {@code conf.d} beside it. */
    List<Path> files(Path main) {
        List<Path> files = new ArrayList<>();
        files.add(main);
        Path folder = main.resolveSibling(DROP_INS);
        // A name with a dot in front is an editor's lock or a package manager's left-over.
        DirectoryStream.Filter<Path> wanted =
                path -> {
                    String name = String.valueOf(path.getFileName());
                    return name.endsWith(SUFFIX) && !name.startsWith(".");
                };
        List<Path> dropIns = new ArrayList<>();
        try (DirectoryStream<Path> stream = Files.newDirectoryStream(folder, wanted)) {
            stream.forEach(dropIns::add);
        } catch (NoSuchFileException | NotDirectoryException e) {
            return files;
        } catch (IOException | DirectoryIteratorException e) {
            refuse(folder, "cannot be listed: " + reason(e));
        }
        dropIns.sort((a, b) -> a.getFileName().toString().compareTo(b.getFileName().toString()));
        if (dropIns.size() > DROP_INS_MAX) {
            refuse(
                    folder,
                    "holds " + dropIns.size() + " files; at most " + DROP_INS_MAX + " are read");
        }
        dropIns.stream().limit(DROP_INS_MAX).forEach(files::add);
        return files;
    }

    /**
     * What a file holds.
     *
     * @param whole false where it has syntax errors, so that the table is what could be made out
     * @param text all of it, as it was parsed
     */
    record Parsed(TomlTable table, boolean whole, String text) {}

    /** What the file holds, or empty where it was refused and reported. */
    Optional<Parsed> parse(Path file) {
        Optional<String> text = read(file).flatMap(bytes -> decode(file, bytes));
        if (text.isEmpty()) {
            return Optional.empty();
        }
        TomlParseResult result = Toml.parse(text.get(), TomlVersion.V1_0_0);
        for (TomlParseError error : result.errors()) {
            problems.accept(
                    new Problem(
                            file,
                            error.position().line(),
                            error.position().column(),
                            "not TOML: "
                                    + String.valueOf(error.getMessage())
                                            .replaceAll("\\p{Cntrl}", "?")));
        }
        return Optional.of(new Parsed(result, !result.hasErrors(), text.get()));
    }

    private Optional<byte[]> read(Path file) {
        if (Files.isDirectory(file)) {
            return refuse(
                    file,
                    "is a folder: name the file in it, such as " + file.resolve("pipit.toml"));
        }
        if (Files.exists(file) && !Files.isRegularFile(file)) {
            return refuse(file, "is not a plain file: write the configuration into one");
        }
        byte[] bytes;
        try (InputStream in = Files.newInputStream(file)) {
            bytes = in.readNBytes(bytesLeft + 1);
        } catch (IOException e) {
            return refuse(file, reason(e));
        }
        if (bytes.length > bytesLeft) {
            return refuse(
                    file,
                    "is too large: all files of a configuration together may have "
                            + BYTES_MAX / 1024
                            + " KiB");
        }
        bytesLeft -= bytes.length;
        return Optional.of(bytes);
    }

    private Optional<String> decode(Path file, byte[] bytes) {
        if (bytes.length >= 2
                && ((bytes[0] == -1 && bytes[1] == -2) || (bytes[0] == -2 && bytes[1] == -1))) {
            return refuse(file, "is UTF-16: save it as UTF-8");
        }
        CharBuffer text = CharBuffer.allocate(bytes.length);
        ByteBuffer in = ByteBuffer.wrap(bytes);
        var decoder = StandardCharsets.UTF_8.newDecoder();
        boolean wrong = decoder.decode(in, text, true).isError();
        String decoded = text.flip().toString();
        if (wrong) {
            problems.accept(
                    end(file, decoded)
                            .problem("is not UTF-8 from here on: save the file as UTF-8"));
            return Optional.empty();
        }
        int nul = decoded.indexOf('\0');
        if (nul >= 0) {
            problems.accept(
                    end(file, decoded.substring(0, nul))
                            .problem(
                                    "has zero bytes from here on, as a file that was being written when the"
                                            + " power went: write it again, or take it from a backup"));
            return Optional.empty();
        }
        if (decoded.isBlank()) {
            return refuse(file, "is empty: `pipit config` prints one to start from");
        }
        linesLeft -= (int) decoded.chars().filter(c -> c == '\n').count();
        if (linesLeft < 0) {
            return refuse(
                    file,
                    "is too long: all files of a configuration together may have "
                            + LINES_MAX
                            + " lines");
        }
        int row = 0;
        int number = 0;
        for (String line : decoded.split("\n", -1)) {
            number++;
            row = line.isBlank() || line.stripLeading().startsWith("#") ? row + 1 : 0;
            if (row > BLANK_LINES_MAX) {
                problems.accept(
                        new Place(file, number, 1)
                                .problem(
                                        "more than "
                                                + BLANK_LINES_MAX
                                                + " blank lines and comments in a row: take some out"));
                return Optional.empty();
            }
        }
        // Some editors put a mark in front that says "UTF-8".
        return Optional.of(decoded.startsWith("\uFEFF") ? decoded.substring(1) : decoded);
    }

    /** What an error of the file system means to the person who named the file. */
    public static String reason(Exception e) {
        return switch (e) {
            case NoSuchFileException _ ->
                    "does not exist: name another with -c, or make it from what `pipit config` prints";
            case AccessDeniedException _ ->
                    "may not be read by user "
                            + System.getProperty("user.name")
                            + ": run as root or as the service's user, or give the file to its group";
            default -> "cannot be read: " + e.getMessage();
        };
    }

    private <T> Optional<T> refuse(Path file, String message) {
        problems.accept(Place.beginning(file).problem(message));
        return Optional.empty();
    }

    /** The place behind the text. */
    private static Place end(Path file, String text) {
        int line = 1 + (int) text.chars().filter(c -> c == '\n').count();
        return new Place(file, line, text.length() - text.lastIndexOf('\n'));
    }
}
