package io.pipit.e2e.board;

import static java.util.stream.Collectors.joining;
import static java.util.stream.Collectors.toMap;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** A chip on the board's I2C bus: a file of registers that a test pokes, and its faults. */
record VirtualChip(Board board, int address) {
    /** It doesn't answer: it was taken away. */
    static final int ENXIO = 6;

    /** Something is wrong with the wires. */
    static final int EIO = 5;

    /** It holds the clock, and the adapter gave up. */
    static final int ETIMEDOUT = 110;

    private static final String ADAPTER = "/sys/class/i2c-adapter/i2c-0";

    /** Makes the bus {@code i2c-0} with chips that have registers of one byte. */
    static void makeBus(Board board, int... addresses) {
        makeBus(board, Arrays.stream(addresses).boxed().collect(toMap(each -> each, each -> 1)));
    }

    /**
     * Makes the bus {@code i2c-0}.
     *
     * @param widths how many bytes a register has, 1 or 2, by the chip's address
     */
    static void makeBus(Board board, Map<Integer, Integer> widths) {
        List<Integer> addresses = List.copyOf(widths.keySet());
        board.sh(
                        "modprobe i2c-virtual addr=%s width=%s"
                                .formatted(
                                        addresses.stream()
                                                .map("0x%02x"::formatted)
                                                .collect(joining(",")),
                                        addresses.stream()
                                                .map(address ->
                                                        Integer.toString(widths.get(address)))
                                                .collect(joining(","))))
                .hasExit(0);
    }

    /**
     * A BME280 that has just been given power: Bosch's example (BMP280 datasheet section 3.12, that
     * is 25.08 °C and 100653.27 Pa) with a usual calibration for humidity. It ends a forced
     * conversion after 10 ms.
     */
    VirtualChip becomesBme280() {
        ByteBuffer registers = ByteBuffer.allocate(256).order(ByteOrder.LITTLE_ENDIAN);
        registers.position(0x88);
        IntStream.of(27504, 26435, -1000).forEach(word -> registers.putShort((short) word));
        IntStream.of(36477, -10685, 3024, 2855, 140, -7, 15500, -14600, 6000)
                .forEach(word -> registers.putShort((short) word));
        registers.put(0xA1, (byte) 75);
        // dig_H2 362, H3 0, H4 313, H5 50, H6 30 (BME280 datasheet, table 16).
        registers.putShort(0xE1, (short) 362);
        registers.put(0xE4, (byte) (313 >> 4));
        registers.put(0xE5, (byte) ((313 & 0xF) | (50 & 0xF) << 4));
        registers.put(0xE6, (byte) (50 >> 4));
        registers.put(0xE7, (byte) 30);
        registers.put(0xD0, (byte) 0x60);
        registers.put(0xF7, raw(415148, 519888, 30281));
        board.sh(set("clears", "0xf4 0x03 10") + poke(0, registers.array())).hasExit(0);
        return this;
    }

    /** An MCP9808, whose registers are words, that measures so much. */
    VirtualChip becomesMcp9808(double celsius) {
        ByteBuffer registers = ByteBuffer.allocate(256);
        registers.putShort(2 * 5, (short) (Math.round(celsius * 16) & 0x1FFF));
        registers.putShort(2 * 6, (short) 0x0054);
        registers.putShort(2 * 7, (short) 0x0400);
        board.sh(poke(0, registers.array())).hasExit(0);
        return this;
    }

    /**
     * A TMP102, whose registers are words, that measures so much in its extended mode: the kernel's
     * driver sets that.
     */
    VirtualChip becomesTmp102(double celsius) {
        ByteBuffer registers = ByteBuffer.allocate(256);
        registers.putShort(0, (short) (Math.round(celsius * 16) << 3));
        registers.putShort(2, (short) 0x60A0);
        board.sh(poke(0, registers.array())).hasExit(0);
        return this;
    }

    /** What its converter measured: 20, 20 and 16 bits. */
    VirtualChip measures(int pressure, int temperature, int humidity) {
        board.sh(poke(0xF7, raw(pressure, temperature, humidity))).hasExit(0);
        return this;
    }

    /** Every transfer to it fails with this errno from now on; 0: it is there again. */
    VirtualChip fails(int errno) {
        board.sh(set("error", Integer.toString(errno))).hasExit(0);
        return this;
    }

    /** Every transfer to it takes this long from now on. */
    VirtualChip delays(int milliseconds) {
        board.sh(set("delay", Integer.toString(milliseconds))).hasExit(0);
        return this;
    }

    /** The kernel's own driver takes it, and holds its address. */
    void giveToKernel(String driver) {
        board.sh("echo %s 0x%02x >%s/new_device".formatted(driver, address, ADAPTER)).hasExit(0);
    }

    /** The kernel's driver lets go of it. */
    void takeFromKernel() {
        board.sh("echo 0x%02x >%s/delete_device".formatted(address, ADAPTER)).hasExit(0);
    }

    private static byte[] raw(int pressure, int temperature, int humidity) {
        return new byte[] {
            (byte) (pressure >> 12),
            (byte) (pressure >> 4),
            (byte) (pressure << 4),
            (byte) (temperature >> 12),
            (byte) (temperature >> 4),
            (byte) (temperature << 4),
            (byte) (humidity >> 8),
            (byte) humidity
        };
    }

    /** The line of a script that sets registers, one after the other. */
    private String poke(int register, byte[] values) {
        StringBuilder bytes = new StringBuilder();
        for (byte value : values) {
            bytes.append("\\x%02x".formatted(value & 0xFF));
        }
        return "printf '%s' | dd of=%s bs=256 oflag=seek_bytes seek=%d conv=notrunc status=none%n"
                .formatted(bytes, file(""), register);
    }

    private String set(String what, String value) {
        return "echo '%s' >%s%n".formatted(value, file("-" + what));
    }

    private String file(String suffix) {
        return "%s/chip-%02x%s".formatted(ADAPTER, address, suffix);
    }
}
