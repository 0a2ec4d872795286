package io.pipit.drivers.linux.gpio;

import io.pipit.drivers.SensorException;
import io.pipit.drivers.SensorException.Category;
import io.pipit.drivers.line.InputRequest;
import io.pipit.drivers.line.InputRequest.Trigger;
import io.pipit.drivers.line.OutputRequest;
import io.pipit.drivers.linux.kernel.DeviceNode;
import io.pipit.drivers.linux.kernel.Errno;
import io.pipit.drivers.linux.kernel.Kernel;
import io.pipit.drivers.linux.kernel.KernelException;
import io.pipit.drivers.linux.kernel.Struct;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The kernel's GPIO chips. They are found by their label, since their numbers differ from kernel to
 * kernel. May be called on any thread.
 */
public final class GpioChips {

    /** More would be something else. */
    private static final int CHIPS_MAX = 64;

    /** Of one chip; the largest have some hundreds. */
    private static final int LINES_MAX = 1024;

    /** The chips behind the 40-pin header: Raspberry Pi 1 to 3 and Zero, 4, 5. */
    private static final Set<String> HEADERS =
            Set.of("pinctrl-bcm2835", "pinctrl-bcm2711", "pinctrl-rp1");

    private static final String REMEDY = "this machine has no GPIO that the kernel knows";

    private final Path root;
    private final Kernel kernel;

    /**
     * @param root where {@code dev} is
     */
    public GpioChips(Path root, Kernel kernel) {
        this.root = root;
        this.kernel = kernel;
    }

    /**
     * A line of a chip.
     *
     * @param name what the board calls it; may be empty
     * @param user who has it; empty where nobody does
     */
    public record Line(int number, String name, String user) {}

    /**
     * A chip as a whole.
     *
     * @param isHeader whether it is the one behind the 40-pin header, which needs not be named
     */
    public record Listing(String name, String label, boolean isHeader, List<Line> lines) {}

    private record Chip(DeviceNode node, String label, int lines) {}

    /** Takes a line as an input. */
    GpioLine open(InputRequest wanted) throws SensorException {
        long flags =
                switch (wanted.bias()) {
                    case AS_IS -> 0;
                    case NONE -> GpioRequests.FLAG_NO_BIAS;
                    case PULL_UP -> GpioRequests.FLAG_PULL_UP;
                    case PULL_DOWN -> GpioRequests.FLAG_PULL_DOWN;
                };
        // With active low the kernel turns edges round, too: rising is becoming active.
        flags |= wanted.activeLow() ? GpioRequests.FLAG_ACTIVE_LOW : 0;
        flags |= GpioRequests.FLAG_RISING;
        flags |= wanted.trigger() == Trigger.BOTH ? GpioRequests.FLAG_FALLING : 0;
        return open(
                wanted.chip(),
                wanted.line(),
                GpioRequests.input(wanted.line(), flags, wanted.debounce()),
                "an input with bias %s and a debounce of %s"
                        .formatted(wanted.bias(), wanted.debounce()));
    }

    /** Takes a line as an output, in its safe state. */
    GpioLine open(OutputRequest wanted) throws SensorException {
        long flags = wanted.activeLow() ? GpioRequests.FLAG_ACTIVE_LOW : 0;
        return open(
                wanted.chip(),
                wanted.line(),
                GpioRequests.output(wanted.line(), flags, wanted.safe()),
                "an output");
    }

    private GpioLine open(String label, int line, Struct request, String purpose)
            throws SensorException {
        Chip chip = find(label);
        String name = "line %d of %s".formatted(line, chip.label);
        if (line >= chip.lines) {
            throw new SensorException(
                    Category.CONFIGURATION,
                    "there is no %s: its lines are 0 to %d".formatted(name, chip.lines - 1));
        }
        int descriptor = openChip(chip.node);
        try {
            kernel.ioctl(descriptor, GpioRequests.LINE, request);
            return new GpioLine(kernel, GpioRequests.descriptor(request), name);
        } catch (KernelException e) {
            throw refused(chip, descriptor, line, name, purpose, e);
        } finally {
            // A line stays ours without its chip.
            kernel.close(descriptor);
        }
    }

    private SensorException refused(
            Chip chip, int descriptor, int line, String name, String purpose, KernelException e) {
        if (e.errno().equals(Errno.EBUSY)) {
            return new SensorException(
                    Category.CONFIGURATION,
                    "%s is in use by %s: choose another line, or end what uses it (gpioinfo and /boot/firmware/config.txt show) (%s)"
                            .formatted(name, consumer(descriptor, line), e.errno()),
                    e);
        }
        if (e.errno().equals(Errno.EINVAL) || e.errno().equals(Errno.EOPNOTSUPP)) {
            return new SensorException(
                    Category.CONFIGURATION,
                    "%s cannot be %s: its chip does not do that, or the kernel is older than 5.10 (%s)"
                            .formatted(name, purpose, e.errno()),
                    e);
        }
        return chip.node.failure(e);
    }

    private String consumer(int descriptor, int line) {
        Struct info = GpioRequests.lineInfo(line);
        try {
            kernel.ioctl(descriptor, GpioRequests.LINE_INFO, info);
        } catch (KernelException e) {
            return "something else";
        }
        String consumer = GpioRequests.lineConsumer(info);
        return consumer.isEmpty() ? "something else" : "\"" + consumer + "\"";
    }

    private int openChip(DeviceNode node) throws SensorException {
        try {
            return kernel.open(node.path().toString(), Kernel.O_RDWR | Kernel.O_CLOEXEC);
        } catch (KernelException e) {
            throw node.failure(e);
        }
    }

    private Chip find(String label) throws SensorException {
        Map<String, Chip> chips = chips();
        List<Chip> suitable =
                chips.values().stream()
                        .filter(chip ->
                                label.isEmpty()
                                        ? HEADERS.contains(chip.label)
                                        : chip.label.equals(label))
                        .toList();
        if (suitable.size() == 1) {
            return suitable.getFirst();
        }
        List<String> labels = chips.values().stream().map(Chip::label).sorted().toList();
        if (chips.isEmpty()) {
            throw new SensorException(
                    Category.ABSENT,
                    "there is no " + root.resolve("dev/gpiochip0") + ": " + REMEDY);
        }
        String known = String.join(", ", labels);
        throw label.isEmpty()
                ? new SensorException(
                        Category.CONFIGURATION,
                        "this is no Raspberry Pi whose header is known: name the line's chip, as in chip = \"%s\"; there are %s"
                                .formatted(labels.getFirst(), known))
                : new SensorException(
                        suitable.isEmpty() ? Category.ABSENT : Category.CONFIGURATION,
                        "there are %d GPIO chips with the label \"%s\", and one is needed; there are %s"
                                .formatted(suitable.size(), label, known));
    }

    /**
     * All chips with all of their lines; nothing is taken or changed.
     *
     * @throws SensorException where one cannot be looked at, and what to do
     */
    public List<Listing> list() throws SensorException {
        List<Listing> listings = new ArrayList<>();
        for (Map.Entry<String, Chip> each : chips().entrySet()) {
            Chip chip = each.getValue();
            int descriptor = openChip(chip.node);
            try {
                List<Line> lines = new ArrayList<>();
                for (int line = 0; line < Math.min(chip.lines, LINES_MAX); line++) {
                    Struct info = GpioRequests.lineInfo(line);
                    kernel.ioctl(descriptor, GpioRequests.LINE_INFO, info);
                    String user = GpioRequests.lineConsumer(info);
                    boolean nameless = user.isEmpty() && GpioRequests.isLineUsed(info);
                    lines.add(
                            new Line(
                                    line,
                                    GpioRequests.lineName(info),
                                    nameless ? "the kernel" : user));
                }
                listings.add(
                        new Listing(
                                each.getKey(),
                                chip.label,
                                HEADERS.contains(chip.label),
                                List.copyOf(lines)));
            } catch (KernelException e) {
                throw chip.node.failure(e);
            } finally {
                kernel.close(descriptor);
            }
        }
        return List.copyOf(listings);
    }

    /** By the kernel's name, since one may be seen under two, the other being a link. */
    private Map<String, Chip> chips() throws SensorException {
        Map<String, Chip> chips = new TreeMap<>();
        for (Path path : paths()) {
            DeviceNode node = new DeviceNode(path, "gpio", "char-gpiochip", REMEDY);
            int descriptor = openChip(node);
            try {
                Struct info = GpioRequests.chipInfo();
                kernel.ioctl(descriptor, GpioRequests.CHIP_INFO, info);
                chips.put(
                        GpioRequests.chipName(info),
                        new Chip(node, GpioRequests.chipLabel(info), GpioRequests.chipLines(info)));
            } catch (KernelException e) {
                throw node.failure(e);
            } finally {
                kernel.close(descriptor);
            }
        }
        return chips;
    }

    private List<Path> paths() {
        List<Path> paths = new ArrayList<>();
        try (DirectoryStream<Path> found =
                Files.newDirectoryStream(root.resolve("dev"), "gpiochip[0-9]*")) {
            for (Path path : found) {
                if (paths.size() < CHIPS_MAX) {
                    paths.add(path);
                }
            }
        } catch (IOException e) {
            // None, then.
        }
        paths.sort(Comparator.naturalOrder());
        return paths;
    }
}
