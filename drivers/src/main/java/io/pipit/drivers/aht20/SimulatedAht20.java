package io.pipit.drivers.aht20;

import io.pipit.drivers.BusClock;
import io.pipit.drivers.i2c.Crc8;
import io.pipit.drivers.simulated.SimulatedChip;
import io.pipit.drivers.simulated.world.Air;
import io.pipit.drivers.simulated.world.World;
import java.util.Arrays;

/** The commands of an AHT20 (AHT20 datasheet "Sensor Communication"). */
final class SimulatedAht20 implements SimulatedChip {

    private static final long CONVERSION_NS = 75_000_000;
    private static final int BUSY = 0x80;
    private static final int CALIBRATED = 0x18;

    private final BusClock clock;
    private final World world;
    private final byte[] result = new byte[6];
    private boolean measuring;
    private boolean stuck;
    private long readyNs;

    SimulatedAht20(BusClock clock, World world) {
        this.clock = clock;
        this.world = world;
    }

    @Override
    public void write(byte[] bytes) {
        settle();
        if (Arrays.equals(bytes, new byte[] {(byte) 0xAC, 0x33, 0x00})) {
            measuring = true;
            readyNs = clock.nanoTime() + CONVERSION_NS;
        } else if (Arrays.equals(bytes, new byte[] {(byte) 0xBA})) {
            powerOn();
        }
    }

    @Override
    public byte[] read(int count) {
        settle();
        result[0] = (byte) (CALIBRATED | (measuring ? BUSY : 0));
        byte[] sent = Arrays.copyOf(result, count);
        if (count > result.length) {
            Arrays.fill(sent, result.length, count, (byte) 0xFF);
            sent[result.length] = (byte) Crc8.FROM_ONES.of(result, 0, result.length);
        }
        return sent;
    }

    private void settle() {
        if (!measuring || stuck || clock.nanoTime() < readyNs) {
            return;
        }
        measuring = false;
        Air air = world.air();
        int humidity = raw(air.percent() / 100);
        int temperature = raw((air.celsius() + 50) / 200);
        result[1] = (byte) (humidity >> 12);
        result[2] = (byte) (humidity >> 4);
        result[3] = (byte) (humidity << 4 | temperature >> 16);
        result[4] = (byte) (temperature >> 8);
        result[5] = (byte) temperature;
    }

    private static int raw(double share) {
        return Math.clamp(Math.round(share * (1 << 20)), 0, (1 << 20) - 1);
    }

    @Override
    public void powerOn() {
        measuring = false;
        Arrays.fill(result, (byte) 0);
    }

    @Override
    public void stuck(boolean isStuck) {
        stuck = isStuck;
    }
}
