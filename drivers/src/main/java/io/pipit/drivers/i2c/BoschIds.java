package io.pipit.drivers.i2c;

import io.pipit.drivers.SensorException;
import io.pipit.drivers.SensorException.Category;
import java.util.Locale;
import java.util.Map;

/**
 * The chip IDs that Bosch's sensors of the air have in register 0xD0, where all of them share two
 * addresses. Static functions alone; any thread.
 */
public final class BoschIds {

    private static final int ID = 0xD0;

    /** A BMP280 with 0x56 or 0x57 is a sample from before mass production. */
    private static final Map<Integer, String> CHIPS =
            Map.of(
                    0x55, "BMP180", 0x56, "BMP280", 0x57, "BMP280", 0x58, "BMP280", 0x60, "BME280",
                    0x61, "BME680");

    private BoschIds() {}

    /** What tells a chip of Bosch's from the others. */
    public static ChipId of(String chip) {
        return ChipId.of(
                ID,
                CHIPS.entrySet().stream()
                        .filter(known -> known.getValue().equals(chip))
                        .map(Map.Entry::getKey)
                        .toArray(Integer[]::new));
    }

    /**
     * Checks that a device is the chip that a driver is for.
     *
     * @param chip as it is called here, in capitals; its driver is called the same in small letters
     * @throws SensorException of category {@code WRONG_CHIP}, naming what is there instead
     */
    public static void check(I2cDevice device, String chip) throws SensorException {
        int id = device.readAlike(2, ID, 1)[0] & 0xFF;
        String found = CHIPS.get(id);
        if (chip.equals(found)) {
            return;
        }
        throw device.fault(
                Category.WRONG_CHIP,
                found == null
                        ? "is not a %s but another chip (chip ID 0x%02x); check the address and the driver"
                                .formatted(chip, id)
                        : "is a %s (chip ID 0x%02x), not a %s; set driver = \"%s\""
                                .formatted(found, id, chip, found.toLowerCase(Locale.ROOT)));
    }
}
