package io.pipit.e2e.board;

import java.util.Arrays;
import java.util.stream.Collectors;

/** A chip on the board's I2C bus: a file of registers that a test pokes, and its faults. */
record VirtualChip(Board board, int address) {
    /** It doesn't answer: it was taken away. */
    static final int ENXIO = 6;

    /** Something is wrong with the wires. */
    static final int EIO = 5;

    private static final String ADAPTER = "/sys/class/i2c-adapter/i2c-0";

    /** Makes the bus {@code i2c-0} with chips that have registers of one byte. */
    static void makeBus(Board board, int... addresses) {
        String list =
                Arrays.stream(addresses)
                        .mapToObj(address -> "0x%02x".formatted(address))
                        .collect(Collectors.joining(","));
        board.sh("modprobe i2c-virtual addr=" + list).hasExit(0);
    }

    /** Sets registers, one after the other. */
    VirtualChip poke(int register, int... values) {
        String bytes =
                Arrays.stream(values)
                        .mapToObj(value -> "\\x%02x".formatted(value & 0xFF))
                        .collect(Collectors.joining());
        board.sh(
                        "printf '%s' | dd of=%s bs=1 seek=%d conv=notrunc status=none"
                                .formatted(bytes, file(""), register))
                .hasExit(0);
        return this;
    }

    /**
     * A BME280 that has just been given power: Bosch's example (BMP280 datasheet section 3.12, that
     * is 25.08 °C and 100653.27 Pa) with a usual calibration for humidity. It ends a forced
     * conversion after 10 ms.
     */
    VirtualChip becomesBme280() {
        poke(0x00, new int[256]);
        words(0x88, 27504, 26435, -1000);
        words(0x8E, 36477, -10685, 3024, 2855, 140, -7, 15500, -14600, 6000);
        poke(0xA1, 75);
        // dig_H2 362, H3 0, H4 313, H5 50, H6 30 (BME280 datasheet, table 16).
        poke(0xE1, 362 & 0xFF, 362 >> 8, 0, 313 >> 4, (313 & 0xF) | (50 & 0xF) << 4, 50 >> 4, 30);
        poke(0xD0, 0x60);
        raw(415148, 519888, 30281);
        return set("clears", "0xf4 0x03 10");
    }

    /** What its converter measured: 20, 20 and 16 bits. */
    VirtualChip raw(int pressure, int temperature, int humidity) {
        return poke(
                0xF7,
                pressure >> 12,
                pressure >> 4,
                pressure << 4,
                temperature >> 12,
                temperature >> 4,
                temperature << 4,
                humidity >> 8,
                humidity);
    }

    /** Every transfer to it fails with this errno from now on; 0: it is there again. */
    VirtualChip fails(int errno) {
        return set("error", Integer.toString(errno));
    }

    /** Every transfer to it takes this long from now on. */
    VirtualChip delays(int milliseconds) {
        return set("delay", Integer.toString(milliseconds));
    }

    /** The kernel's own driver takes it, and holds its address. */
    void giveToKernel(String driver) {
        board.sh("echo %s 0x%02x >%s/new_device".formatted(driver, address, ADAPTER)).hasExit(0);
    }

    /** The kernel's driver lets go of it. */
    void takeFromKernel() {
        board.sh("echo 0x%02x >%s/delete_device".formatted(address, ADAPTER)).hasExit(0);
    }

    private VirtualChip set(String what, String value) {
        board.sh("echo '%s' >%s".formatted(value, file("-" + what))).hasExit(0);
        return this;
    }

    private void words(int register, int... values) {
        poke(
                register,
                Arrays.stream(values)
                        .flatMap(value -> Arrays.stream(new int[] {value, value >> 8}))
                        .toArray());
    }

    private String file(String suffix) {
        return "%s/chip-%02x%s".formatted(ADAPTER, address, suffix);
    }
}
