package io.pipit.drivers.bmx280;

import io.pipit.drivers.BusClock;
import io.pipit.drivers.simulated.RegisterChip;
import io.pipit.drivers.simulated.world.Air;
import java.util.Arrays;
import java.util.Random;
import java.util.function.Supplier;

/**
 * The registers of a BMP280 or BME280 (BME280 datasheet "Sensor modes" and sections 4 and 5):
 * forced and normal mode take their time, results appear at once when a conversion ends, a reset
 * forgets everything. Called by its bus, one transfer at a time.
 */
abstract sealed class BoschChip extends RegisterChip permits SimulatedBme280, SimulatedBmp280 {

    private static final int ID = 0xD0;
    private static final int RESET = 0xE0;
    private static final int CTRL_HUM = 0xF2;
    private static final int STATUS = 0xF3;
    private static final int CTRL_MEAS = 0xF4;
    private static final int CONFIG = 0xF5;
    private static final int PRESSURE = 0xF7;
    private static final int TEMPERATURE = 0xFA;
    private static final int HUMIDITY = 0xFD;
    private static final int RESET_WORD = 0xB6;
    private static final int SKIPPED_20_BIT = 0x80000;
    private static final int SKIPPED_16_BIT = 0x8000;
    private static final long START_UP_NS = 1_900_000;

    private final boolean humid;
    private final BusClock clock;
    private final Supplier<Air> air;
    private final Random factory;
    private final int[] registers = new int[256];

    private Specimen specimen;
    private int id;
    private boolean stuck;
    private boolean converting;
    private long conversionEndsNs;
    private long startUpEndsNs;

    /** What ctrl_hum holds counts only from the next write to ctrl_meas on (section 5.4.3). */
    private int humidityCode;

    BoschChip(int id, boolean humid, BusClock clock, Supplier<Air> air, long seed) {
        this.id = id;
        this.humid = humid;
        this.clock = clock;
        this.air = air;
        this.factory = new Random(seed);
        this.specimen = Specimen.ofDatasheet();
        forget();
        startUpEndsNs = clock.nanoTime();
    }

    /** The chip says that it is another type. */
    public void id(int chipId) {
        id = chipId;
    }

    @Override
    public void stuck(boolean isStuck) {
        stuck = isStuck;
    }

    @Override
    public void powerOn() {
        forget();
    }

    @Override
    public void swap() {
        specimen = Specimen.random(factory);
        forget();
    }

    private void forget() {
        Arrays.fill(registers, 0);
        converting = false;
        humidityCode = 0;
        startUpEndsNs = clock.nanoTime() + START_UP_NS;
        put20(PRESSURE, SKIPPED_20_BIT);
        put20(TEMPERATURE, SKIPPED_20_BIT);
        if (humid) {
            put16(HUMIDITY, SKIPPED_16_BIT);
        }
    }

    @Override
    protected void settle() {
        if (!converting || stuck || clock.nanoTime() < conversionEndsNs) {
            return;
        }
        convert();
        if ((registers[CTRL_MEAS] & 0x03) == 0x03) {
            begin();
        } else {
            converting = false;
            registers[CTRL_MEAS] &= ~0x03;
        }
    }

    @Override
    protected int load(int register) {
        if (register == ID) {
            return id;
        }
        if (register == STATUS) {
            return (converting ? 0x08 : 0) | (clock.nanoTime() < startUpEndsNs ? 0x01 : 0);
        }
        if (register >= 0x88 && register < 0xA0) {
            int word = (register - 0x88) / 2;
            int value = word < 3 ? specimen.t()[word] : specimen.p()[word - 3];
            return register % 2 == 0 ? value & 0xFF : (value >> 8) & 0xFF;
        }
        return humid ? withHumidity(register) : registers[register];
    }

    private int withHumidity(int register) {
        int[] h = specimen.h();
        return switch (register) {
            case 0xA1 -> h[0];
            case 0xE1 -> h[1] & 0xFF;
            case 0xE2 -> (h[1] >> 8) & 0xFF;
            case 0xE3 -> h[2];
            case 0xE4 -> (h[3] >> 4) & 0xFF;
            case 0xE5 -> (h[3] & 0x0F) | ((h[4] & 0x0F) << 4);
            case 0xE6 -> (h[4] >> 4) & 0xFF;
            case 0xE7 -> h[5] & 0xFF;
            default -> registers[register];
        };
    }

    @Override
    protected void store(int register, int value) {
        switch (register) {
            case RESET -> {
                if (value == RESET_WORD) {
                    forget();
                }
            }
            case CTRL_HUM -> {
                if (humid) {
                    registers[CTRL_HUM] = value & 0x07;
                }
            }
            case CTRL_MEAS -> {
                registers[CTRL_MEAS] = value;
                humidityCode = registers[CTRL_HUM];
                if ((value & 0x03) != 0 && !converting) {
                    begin();
                }
            }
            case CONFIG -> registers[CONFIG] = value & 0xFD;
            default -> {
                // Read only, or nothing there.
            }
        }
    }

    private void begin() {
        converting = true;
        int t = times(temperatureCode());
        int p = times(pressureCode());
        int h = times(humidityCode);
        // Typical times of "Measurement time".
        double ms = 1 + 2 * t + (p == 0 ? 0 : 2 * p + 0.5) + (h == 0 ? 0 : 2 * h + 0.5);
        conversionEndsNs = clock.nanoTime() + (long) (ms * 1e6);
    }

    private void convert() {
        Air now = air.get();
        int t = specimen.rawTemperature(now.celsius()) & resolution(temperatureCode());
        double fine = specimen.fine(t);
        put20(TEMPERATURE, temperatureCode() == 0 ? SKIPPED_20_BIT : t);
        put20(
                PRESSURE,
                pressureCode() == 0
                        ? SKIPPED_20_BIT
                        : specimen.rawPressure(fine, now.pascals()) & resolution(pressureCode()));
        if (humid) {
            put16(
                    HUMIDITY,
                    humidityCode == 0 ? SKIPPED_16_BIT : specimen.rawHumidity(fine, now.percent()));
        }
    }

    private int temperatureCode() {
        return (registers[CTRL_MEAS] >> 5) & 0x07;
    }

    private int pressureCode() {
        return (registers[CTRL_MEAS] >> 2) & 0x07;
    }

    private static int times(int code) {
        return code == 0 ? 0 : 1 << (Math.min(code, 5) - 1);
    }

    /** 16 bits, and one more with each doubling ("Noise", "IIR filter"). */
    private static int resolution(int code) {
        return -1 << Math.max(0, 5 - Math.max(code, 1));
    }

    private void put20(int register, int value) {
        registers[register] = (value >> 12) & 0xFF;
        registers[register + 1] = (value >> 4) & 0xFF;
        registers[register + 2] = (value << 4) & 0xF0;
    }

    private void put16(int register, int value) {
        registers[register] = (value >> 8) & 0xFF;
        registers[register + 1] = value & 0xFF;
    }
}
