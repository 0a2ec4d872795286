package io.pipit.drivers.linux.i2c;

import io.pipit.drivers.BusClock;
import io.pipit.drivers.SensorException;
import io.pipit.drivers.i2c.ChipId;
import io.pipit.drivers.i2c.I2cException;
import io.pipit.drivers.linux.kernel.DeviceNode;
import io.pipit.drivers.linux.kernel.Errno;
import io.pipit.drivers.linux.kernel.Kernel;
import io.pipit.drivers.linux.kernel.KernelException;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.IntFunction;
import java.util.function.IntPredicate;

/**
 * Looks who is on a bus, in the way of {@code i2cdetect}, and reads IDs. Opens the bus for itself;
 * the kernel keeps its transfers apart from those of others. One thread.
 */
public final class I2cSurvey {

    /** An address takes 0.1 ms; so long there is a bus that hangs. */
    static final Duration WHOLE_MAX = Duration.ofSeconds(5);

    /** More would be something else. */
    private static final int BUSES_MAX = 64;

    private static final DeviceNode NONE =
            new DeviceNode(
                    Path.of("/dev/i2c-1"),
                    "i2c",
                    "char-i2c",
                    "switch I2C on with dtparam=i2c_arm=on in /boot/firmware/config.txt and restart");

    private final Path root;
    private final Kernel kernel;
    private final BusClock clock;

    /**
     * @param root where {@code dev} and {@code sys} are
     */
    public I2cSurvey(Path root, Kernel kernel, BusClock clock) {
        this.root = root;
        this.kernel = kernel;
        this.clock = clock;
    }

    /**
     * Somebody at an address.
     *
     * @param holder the driver of the kernel that has it, which is why it was not touched; empty
     *     where none does
     * @param ids what was read where something was asked
     */
    public record Answer(int address, String holder, Map<ChipId, Integer> ids) {}

    /**
     * A bus.
     *
     * @param adapter what the kernel calls it; may be empty
     * @param problem why it was not looked at up to its end; empty where it was
     */
    public record Look(String adapter, List<Answer> answers, String problem) {}

    /** The numbers of the buses that there are. */
    public List<Integer> buses() {
        TreeSet<Integer> numbers = new TreeSet<>();
        try (DirectoryStream<Path> found =
                Files.newDirectoryStream(root.resolve("dev"), "i2c-[0-9]*")) {
            for (Path path : found) {
                String number = path.getFileName().toString().substring("i2c-".length());
                if (number.matches("[0-9]{1,4}") && numbers.size() < BUSES_MAX) {
                    numbers.add(Integer.valueOf(number));
                }
            }
        } catch (IOException e) {
            // None, then.
        }
        return List.copyOf(numbers);
    }

    /** What to do where there is none. */
    public static String remedy() {
        return "there is no I2C bus: " + NONE.remedy();
    }

    /**
     * Looks at every address of a bus.
     *
     * @param leftAlone addresses that are not touched and not among the answers
     * @param questions the IDs to ask for where somebody answers
     * @throws SensorException where the bus cannot be opened, and what to do
     */
    public Look at(
            int bus, IntPredicate leftAlone, IntFunction<? extends Collection<ChipId>> questions)
            throws SensorException {
        String name = "i2c-" + bus;
        Path path = root.resolve("dev").resolve(name);
        Holders holders = new Holders(root, bus);
        I2cAdapter adapter;
        try {
            adapter = I2cAdapter.open(name, path.toString(), kernel, holders, new Scan(clock));
        } catch (KernelException e) {
            throw new DeviceNode(path, "i2c", "char-i2c", NONE.remedy()).failure(e);
        }
        List<Answer> answers = new ArrayList<>();
        String problem =
                adapter.canBeSearched()
                        ? search(adapter, holders, leftAlone, questions, answers)
                        : "its adapter cannot be asked who is there";
        adapter.close();
        return new Look(adapterName(name), List.copyOf(answers), problem);
    }

    private String search(
            I2cAdapter adapter,
            Holders holders,
            IntPredicate leftAlone,
            IntFunction<? extends Collection<ChipId>> questions,
            List<Answer> answers) {
        long begun = clock.nanoTime();
        for (int address = Scan.FIRST; address <= Scan.LAST; address++) {
            if (leftAlone.test(address)) {
                continue;
            }
            if (clock.nanoTime() - begun > WHOLE_MAX.toNanos()) {
                return "it takes too long: given up at 0x%02x; check the wiring and the pull-ups"
                        .formatted(address);
            }
            try {
                if (adapter.answers(address, Scan.isReadSafely(address))) {
                    answers.add(new Answer(address, "", ids(adapter, address, questions)));
                }
            } catch (KernelException e) {
                if (!e.errno().equals(Errno.EBUSY)) {
                    return "given up at 0x%02x: %s; check the wiring and the pull-ups"
                            .formatted(address, e.getMessage());
                }
                answers.add(
                        new Answer(address, holders.of(address).orElse("the kernel"), Map.of()));
            }
        }
        return "";
    }

    private static Map<ChipId, Integer> ids(
            I2cAdapter adapter, int address, IntFunction<? extends Collection<ChipId>> questions) {
        Map<ChipId, Integer> ids = new LinkedHashMap<>();
        for (ChipId wanted : questions.apply(address)) {
            try {
                int id = 0;
                for (byte read : adapter.peek(address, wanted.register(), wanted.bytes())) {
                    id = (id << 8) | (read & 0xFF);
                }
                ids.put(wanted, id);
            } catch (KernelException | I2cException e) {
                // A chip that does not let itself be asked like this is not the one.
            }
        }
        return ids;
    }

    private String adapterName(String bus) {
        try {
            return Files.readString(
                            root.resolve("sys/bus/i2c/devices").resolve(bus).resolve("name"))
                    .strip();
        } catch (IOException e) {
            return "";
        }
    }
}
