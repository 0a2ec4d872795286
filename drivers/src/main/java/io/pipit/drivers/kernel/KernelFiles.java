package io.pipit.drivers.kernel;

import io.pipit.drivers.SensorException;
import io.pipit.drivers.SensorException.Category;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Reads the kernel's small files with limits, and turns what goes wrong into words. Any read may
 * give EIO, or block in the kernel for as long as the device behind it does; that is for the thread
 * of the sensor's bus to bear. Has no state.
 */
final class KernelFiles {

    /** The largest file that is read: sysfs gives a page at most, /proc/meminfo is about 2 kB. */
    static final int FILE_BYTES_MAX = 64 * 1024;

    /** How many entries of a directory are looked at. */
    static final int ENTRIES_MAX = 4096;

    private static final Pattern DECIMAL = Pattern.compile("-?[0-9]{1,18}(\\.[0-9]{1,18})?");
    private static final Pattern DIGITS = Pattern.compile("[0-9]{1,9}");
    private static final int NAME_CHARS_MAX = 32;
    private static final int SHOWN_CHARS_MAX = 40;

    private KernelFiles() {}

    /** A whole file, without white space around it. */
    static String text(Path file) throws SensorException, InterruptedException {
        // A read in the kernel does not notice an interrupt.
        if (Thread.interrupted()) {
            throw new InterruptedException("interrupted before reading " + file);
        }
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(FILE_BYTES_MAX + 1);
            if (bytes.length > FILE_BYTES_MAX) {
                throw new SensorException(
                        Category.IO,
                        file
                                + " holds more than "
                                + FILE_BYTES_MAX
                                + " bytes, so it is not what it should be; check what is mounted"
                                + " there");
            }
            return new String(bytes, StandardCharsets.UTF_8).strip();
        } catch (IOException e) {
            throw failed(file, e);
        }
    }

    /** A file that holds one decimal number. */
    static double number(Path file) throws SensorException, InterruptedException {
        return number(text(file), file);
    }

    /** A decimal number that was found in a file. */
    static double number(String text, Path file) throws SensorException {
        if (!DECIMAL.matcher(text).matches()) {
            throw new SensorException(
                    Category.IO,
                    "%s should hold a number and holds \"%s\"".formatted(file, shown(text)));
        }
        return Double.parseDouble(text);
    }

    /**
     * The names in a directory that are wanted, those with lower numbers first; none where it is
     * missing.
     */
    static List<Path> entries(Path directory, Predicate<String> wanted) throws SensorException {
        List<Path> found = new ArrayList<>();
        try (DirectoryStream<Path> all = Files.newDirectoryStream(directory)) {
            int seen = 0;
            for (Path entry : all) {
                if (++seen > ENTRIES_MAX) {
                    throw new SensorException(
                            Category.IO, directory + " has more than " + ENTRIES_MAX + " entries");
                }
                if (wanted.test(entry.getFileName().toString())) {
                    found.add(entry);
                }
            }
        } catch (NoSuchFileException | NotDirectoryException e) {
            return List.of();
        } catch (DirectoryIteratorException e) {
            throw failed(directory, Objects.requireNonNull(e.getCause()));
        } catch (IOException e) {
            throw failed(directory, e);
        }
        found.sort(Comparator.comparing(KernelFiles::inNumericOrder));
        return found;
    }

    /**
     * A name as a quantity's: {@code Core 0} becomes {@code core-0}; empty where nothing is left.
     */
    static String quantityName(String label) {
        String name =
                label.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-").replaceAll("^-", "");
        return name.substring(0, Math.min(name.length(), NAME_CHARS_MAX)).replaceAll("-$", "");
    }

    /** Where an entry of {@code /sys/class} or {@code /sys/bus} really is. */
    static Path real(Path link) throws SensorException {
        try {
            return link.toRealPath();
        } catch (IOException e) {
            throw failed(link, e);
        }
    }

    private static String inNumericOrder(Path entry) {
        return DIGITS.matcher(entry.getFileName().toString())
                .replaceAll(digits -> "%09d".formatted(Integer.parseInt(digits.group())));
    }

    private static SensorException failed(Path file, IOException e) {
        return switch (e) {
            case NoSuchFileException _ ->
                    new SensorException(
                            Category.ABSENT,
                            file + " is not there: the device is gone, or its driver not loaded",
                            e);
            case AccessDeniedException _ ->
                    new SensorException(Category.DENIED, "this user may not read " + file, e);
            default ->
                    new SensorException(
                            Category.IO,
                            "%s cannot be read: %s".formatted(file, e.getMessage()),
                            e);
        };
    }

    private static String shown(String text) {
        return text.chars()
                .limit(SHOWN_CHARS_MAX)
                .mapToObj(c -> c < ' ' || c > '~' ? "?" : Character.toString(c))
                .collect(Collectors.joining());
    }
}
