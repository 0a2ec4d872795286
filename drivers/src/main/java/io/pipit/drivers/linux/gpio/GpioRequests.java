package io.pipit.drivers.linux.gpio;

import io.pipit.drivers.linux.kernel.Ioctl;
import io.pipit.drivers.linux.kernel.Struct;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * The requests of GPIO's version 2 and their structs (linux/gpio.h); they are the same on all
 * words.
 */
final class GpioRequests {

    /** Edges that the kernel keeps of a line until they are read. */
    static final int EVENTS_MAX = 256;

    /** {@code struct gpio_v2_line_event}. */
    static final int EVENT_BYTES = 48;

    private static final int MAGIC = 0xB4;
    private static final String CONSUMER = "pipit";
    private static final int NAME_BYTES = 32;

    private static final int CHIP_INFO_BYTES = 68;
    private static final int LINE_INFO_BYTES = 256;
    private static final int LINE_REQUEST_BYTES = 592;
    private static final int VALUES_BYTES = 16;

    /** {@code GPIO_GET_CHIPINFO_IOCTL}. */
    static final long CHIP_INFO = Ioctl.reading(MAGIC, 0x01, CHIP_INFO_BYTES);

    /** {@code GPIO_V2_GET_LINEINFO_IOCTL}. */
    static final long LINE_INFO = Ioctl.exchanging(MAGIC, 0x05, LINE_INFO_BYTES);

    /** {@code GPIO_V2_GET_LINE_IOCTL}. */
    static final long LINE = Ioctl.exchanging(MAGIC, 0x07, LINE_REQUEST_BYTES);

    /** {@code GPIO_V2_LINE_GET_VALUES_IOCTL}. */
    static final long GET_VALUES = Ioctl.exchanging(MAGIC, 0x0E, VALUES_BYTES);

    /** {@code GPIO_V2_LINE_SET_VALUES_IOCTL}. */
    static final long SET_VALUES = Ioctl.exchanging(MAGIC, 0x0F, VALUES_BYTES);

    static final long FLAG_USED = 0x1;
    static final long FLAG_ACTIVE_LOW = 0x2;
    static final long FLAG_INPUT = 0x4;
    static final long FLAG_OUTPUT = 0x8;
    static final long FLAG_RISING = 0x10;
    static final long FLAG_FALLING = 0x20;
    static final long FLAG_PULL_UP = 0x100;
    static final long FLAG_PULL_DOWN = 0x200;
    static final long FLAG_NO_BIAS = 0x400;

    private static final int ATTRIBUTE_VALUES = 2;
    private static final int ATTRIBUTE_DEBOUNCE = 3;

    private static final int RISING = 1;

    private GpioRequests() {}

    /** An empty {@code struct gpiochip_info}. */
    static Struct chipInfo() {
        return Struct.ofSize(CHIP_INFO_BYTES);
    }

    /** What a chip is called by the kernel. */
    static String chipName(Struct chipInfo) {
        return chipInfo.textAt(0, NAME_BYTES);
    }

    static String chipLabel(Struct chipInfo) {
        return chipInfo.textAt(NAME_BYTES, NAME_BYTES);
    }

    static int chipLines(Struct chipInfo) {
        return chipInfo.intAt(64);
    }

    /** {@code struct gpio_v2_line_info} that asks for a line. */
    static Struct lineInfo(int line) {
        return Struct.ofSize(LINE_INFO_BYTES).putInt(64, line);
    }

    /** What the board calls a line; empty where it has no name. */
    static String lineName(Struct lineInfo) {
        return lineInfo.textAt(0, NAME_BYTES);
    }

    /** Whether somebody has a line, the kernel included. */
    static boolean isLineUsed(Struct lineInfo) {
        return (lineInfo.longAt(72) & FLAG_USED) != 0;
    }

    /** Who has a line; empty where nobody says so. */
    static String lineConsumer(Struct lineInfo) {
        return lineInfo.textAt(NAME_BYTES, NAME_BYTES);
    }

    /** {@code struct gpio_v2_line_request} for an input. */
    static Struct input(int line, long flags, Duration debounce) {
        Struct request = line(line, FLAG_INPUT | flags).putInt(564, EVENTS_MAX);
        if (debounce.isPositive()) {
            attribute(request, ATTRIBUTE_DEBOUNCE)
                    .putInt(328, (int) TimeUnit.NANOSECONDS.toMicros(debounce.toNanos()));
        }
        return request;
    }

    /** {@code struct gpio_v2_line_request} for an output that starts active or not. */
    static Struct output(int line, long flags, boolean active) {
        Struct request = line(line, FLAG_OUTPUT | flags);
        return attribute(request, ATTRIBUTE_VALUES).putLong(328, active ? 1 : 0);
    }

    private static Struct line(int line, long flags) {
        return Struct.ofSize(LINE_REQUEST_BYTES)
                .putInt(0, line)
                .putText(256, NAME_BYTES, CONSUMER)
                .putLong(288, flags)
                .putInt(560, 1);
    }

    /** The first attribute of a request, for its only line. */
    private static Struct attribute(Struct request, int id) {
        return request.putInt(296, 1).putInt(320, id).putLong(336, 1);
    }

    /** The descriptor of the line that was granted. */
    static int descriptor(Struct lineRequest) {
        return lineRequest.intAt(588);
    }

    /** {@code struct gpio_v2_line_values} of the only line. */
    static Struct values(boolean active) {
        return Struct.ofSize(VALUES_BYTES).putLong(0, active ? 1 : 0).putLong(8, 1);
    }

    static boolean isActive(Struct values) {
        return (values.longAt(0) & 1) != 0;
    }

    /** When the event at this place happened. */
    static long eventNanos(Struct events, int at) {
        return events.longAt(at);
    }

    /** Whether the line became active by it. */
    static boolean eventRises(Struct events, int at) {
        return events.intAt(at + 8) == RISING;
    }

    /** Its number among those of the line, from 1, in 32 bits. */
    static int eventNumber(Struct events, int at) {
        return events.intAt(at + 20);
    }
}
