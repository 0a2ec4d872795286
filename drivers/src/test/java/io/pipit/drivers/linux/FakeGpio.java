package io.pipit.drivers.linux;

import io.pipit.drivers.linux.kernel.Errno;
import io.pipit.drivers.linux.kernel.FakeKernel;
import io.pipit.drivers.linux.kernel.KernelException;
import io.pipit.drivers.linux.kernel.Struct;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A GPIO chip as the kernel shows it. Reads the structs by the offsets of {@code structs.c}, apart
 * from the code that it tries.
 */
public final class FakeGpio implements FakeKernel.Device {

    private static final long ACTIVE_LOW = 2;
    private static final long OUTPUT = 8;

    /** A line that somebody has. */
    private final class Line implements FakeKernel.Device {
        private final int number;
        private final Struct request;
        private final Deque<byte[]> events = new ArrayDeque<>();
        private int numbered;

        Line(int number, Struct request) {
            this.number = number;
            this.request = request;
        }

        private long flags() {
            return request.longAt(288);
        }

        private boolean active() {
            return levels[number] != ((flags() & ACTIVE_LOW) != 0);
        }

        @Override
        public int ioctl(long asked, Struct values) throws KernelException {
            check();
            if ((asked & 0xFF) == 0x0E) {
                values.putLong(0, active() ? 1 : 0);
            } else {
                drive(number, (values.longAt(0) == 1) != ((flags() & ACTIVE_LOW) != 0));
            }
            return 0;
        }

        @Override
        public byte @Nullable [] read() throws KernelException {
            check();
            return events.poll();
        }

        @Override
        public int events() {
            return (events.isEmpty() ? 0 : 1) | (gone ? 0x18 : 0);
        }

        private void check() throws KernelException {
            if (gone) {
                throw FakeKernel.failing(Errno.ENODEV);
            }
        }

        @Override
        public void closed() {
            lines.remove(number);
        }
    }

    private final FakeKernel kernel;
    private final String name;
    private final String label;
    private final boolean[] levels = new boolean[58];
    private final Map<Integer, Line> lines = new TreeMap<>();
    private final Map<Integer, String> others = new TreeMap<>();
    private final Map<Integer, String> names = new TreeMap<>();
    private final List<String> driven = new ArrayList<>();
    private boolean gone;
    private @Nullable Errno failure;

    public FakeGpio(FakeKernel kernel, String name, String label) {
        this.kernel = kernel;
        this.name = name;
        this.label = label;
    }

    /** What is asked of a line from now on fails. */
    public void refuse(@Nullable Errno errno) {
        failure = errno;
    }

    /** Somebody else has a line. */
    public void occupy(int line, String consumer) {
        others.put(line, consumer);
    }

    /** What the board calls a line. */
    public void name(int line, String text) {
        names.put(line, text);
    }

    public boolean level(int line) {
        return levels[line];
    }

    /** What was done to outputs, as in {@code 17=1}. */
    public List<String> driven() {
        return driven;
    }

    public boolean isTaken(int line) {
        synchronized (kernel) {
            return lines.containsKey(line);
        }
    }

    /** The chip is unplugged. */
    public void vanish() {
        vanishUnheard();
        kernel.stir();
    }

    /** The same with a kernel that wakes nobody for that, as 6.1. */
    public void vanishUnheard() {
        synchronized (kernel) {
            gone = true;
        }
    }

    /** Changes the level of an input, at this time; tells of it where it was asked to. */
    public void change(int line, boolean high, long nanos) {
        synchronized (kernel) {
            levels[line] = high;
            Line taken = lines.get(line);
            if (taken == null) {
                return;
            }
            boolean active = taken.active();
            if ((taken.flags() & (active ? 0x10 : 0x20)) != 0) {
                taken.numbered++;
                taken.events.add(
                        Struct.ofSize(48)
                                .putLong(0, nanos)
                                .putInt(8, active ? 1 : 2)
                                .putInt(12, line)
                                .putInt(16, taken.numbered)
                                .putInt(20, taken.numbered)
                                .toBytes());
                kernel.stir();
            }
        }
    }

    /** Edges of a line that the kernel had no room for. */
    public void lose(int line, int count) {
        synchronized (kernel) {
            lines.get(line).numbered += count;
        }
    }

    private void drive(int line, boolean high) {
        levels[line] = high;
        driven.add(line + "=" + (high ? 1 : 0));
    }

    @Override
    public int ioctl(long request, Struct argument) throws KernelException {
        synchronized (kernel) {
            switch ((int) (request & 0xFF)) {
                case 0x01 -> argument.putText(0, 32, name).putText(32, 32, label).putInt(64, 58);
                case 0x05 -> {
                    String consumer = others.getOrDefault(argument.intAt(64), "");
                    argument.putText(0, 32, names.getOrDefault(argument.intAt(64), ""));
                    argument.putText(32, 32, consumer);
                    argument.putLong(72, others.containsKey(argument.intAt(64)) ? 1 : 0);
                }
                case 0x07 -> take(argument);
                default -> throw FakeKernel.failing(Errno.ENOTTY);
            }
            return 0;
        }
    }

    private void take(Struct request) throws KernelException {
        if (failure != null) {
            throw FakeKernel.failing(failure);
        }
        int number = request.intAt(0);
        if (others.containsKey(number) || lines.containsKey(number)) {
            throw FakeKernel.failing(Errno.EBUSY);
        }
        Line line = new Line(number, Struct.over(request.toBytes()));
        lines.put(number, line);
        if ((line.flags() & OUTPUT) != 0) {
            drive(number, (request.longAt(328) == 1) != ((line.flags() & ACTIVE_LOW) != 0));
        }
        request.putInt(588, kernel.handOut(line));
    }
}
