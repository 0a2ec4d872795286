package io.pipit.drivers.pi4j;

import com.pi4j.context.Context;
import com.pi4j.extension.Plugin;
import com.pi4j.extension.PluginService;
import com.pi4j.io.gpio.digital.DigitalInput;
import com.pi4j.io.gpio.digital.DigitalInputBase;
import com.pi4j.io.gpio.digital.DigitalInputConfig;
import com.pi4j.io.gpio.digital.DigitalInputProviderBase;
import com.pi4j.io.gpio.digital.DigitalOutput;
import com.pi4j.io.gpio.digital.DigitalOutputBase;
import com.pi4j.io.gpio.digital.DigitalOutputConfig;
import com.pi4j.io.gpio.digital.DigitalOutputProviderBase;
import com.pi4j.io.gpio.digital.DigitalState;
import com.pi4j.io.gpio.digital.DigitalStateChangeEvent;
import com.pi4j.io.i2c.I2C;
import com.pi4j.io.i2c.I2CBase;
import com.pi4j.io.i2c.I2CBus;
import com.pi4j.io.i2c.I2CConfig;
import com.pi4j.io.i2c.I2CProviderBase;
import com.pi4j.io.pwm.Pwm;
import com.pi4j.io.pwm.PwmBase;
import com.pi4j.io.pwm.PwmConfig;
import com.pi4j.io.pwm.PwmProviderBase;
import com.pi4j.io.spi.Spi;
import com.pi4j.io.spi.SpiBase;
import com.pi4j.io.spi.SpiConfig;
import com.pi4j.io.spi.SpiProviderBase;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A plugin of Pi4J as the real one is: the same IDs, and devices that stay in the registry when
 * they are closed. It serves a chip with registers at each address, an SPI chip that says
 * everything back, and lines that a test moves.
 */
public class FakePlugin implements Plugin {

    /** What one line, channel or chip was told last, by how Pi4J calls it. */
    static final Map<String, String> TOLD = new TreeMap<>();

    static @Nullable In input;
    static @Nullable String refusal;

    @Override
    public void initialize(PluginService service) {
        if (refusal != null) {
            throw new com.pi4j.exception.Pi4JException(refusal);
        }
        service.register(
                new I2cs("ffm-i2c"),
                new Spis("ffm-spi"),
                new Ins("ffm-digital-input"),
                new Outs("ffm-digital-output"),
                new Pwms("ffm-pwm"),
                new I2cs("another-i2c"));
    }

    private static final class I2cs extends I2CProviderBase {
        I2cs(String id) {
            super(id, id);
        }

        @Override
        public I2C create(I2CConfig config) {
            I2C device = new Chip(this, config);
            context().registry().add(device);
            return device;
        }
    }

    /** Its registers hold their own numbers, plus that of the bus. */
    private static final class Chip extends I2CBase<I2CBus> {
        private final byte[] registers = new byte[256];
        private int pointer;

        Chip(I2cs provider, I2CConfig config) {
            super(provider, config, null);
            for (int i = 0; i < registers.length; i++) {
                registers[i] = (byte) (i + config.bus());
            }
        }

        @Override
        public int read() {
            return registers[pointer] & 0xFF;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) {
            System.arraycopy(registers, pointer, buffer, offset, length);
            return length;
        }

        @Override
        public int write(byte value) {
            pointer = value & 0xFF;
            return 1;
        }

        @Override
        public int write(byte[] data, int offset, int length) {
            pointer = data[offset] & 0xFF;
            System.arraycopy(data, offset + 1, registers, pointer, length - 1);
            return length;
        }

        @Override
        public int readRegister(int register) {
            return registers[register] & 0xFF;
        }

        @Override
        public int readRegister(byte[] register, byte[] buffer, int offset, int length) {
            return readRegister(register[0] & 0xFF, buffer, offset, length);
        }

        @Override
        public int readRegister(int register, byte[] buffer, int offset, int length) {
            System.arraycopy(registers, register, buffer, offset, length);
            return length;
        }

        @Override
        public int writeRegister(int register, byte value) {
            registers[register] = value;
            return 1;
        }

        @Override
        public int writeRegister(int register, byte[] data, int offset, int length) {
            System.arraycopy(data, offset, registers, register, length);
            return length;
        }

        @Override
        public int writeRegister(byte[] register, byte[] data, int offset, int length) {
            return writeRegister(register[0] & 0xFF, data, offset, length);
        }

        @Override
        public void writeThenRead(
                byte[] written,
                int writeOffset,
                int writeLength,
                int delayNanos,
                byte[] buffer,
                int offset,
                int length) {
            write(written, writeOffset, writeLength);
            read(buffer, offset, length);
        }
    }

    private static final class Spis extends SpiProviderBase {
        Spis(String id) {
            super(id, id);
        }

        @Override
        public Spi create(SpiConfig config) {
            TOLD.put("spi", config.mode() + " " + config.baud());
            Spi device = new Echo(this, config);
            context().registry().add(device);
            return device;
        }
    }

    private static final class Echo extends SpiBase {
        Echo(Spis provider, SpiConfig config) {
            super(provider, config);
            isOpen = true;
        }

        @Override
        public int transfer(
                byte[] sent, int sentFrom, byte[] received, int receivedFrom, int count) {
            System.arraycopy(sent, sentFrom, received, receivedFrom, count);
            return count;
        }

        @Override
        public int read() {
            return 0;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) {
            return length;
        }

        @Override
        public int write(byte value) {
            return 1;
        }

        @Override
        public int write(byte[] data, int offset, int length) {
            return length;
        }
    }

    private static final class Ins extends DigitalInputProviderBase {
        Ins(String id) {
            super(id, id);
        }

        @Override
        public DigitalInput create(DigitalInputConfig config) {
            TOLD.put("input", config.pull() + " " + config.debounce());
            In device = new In(this, config);
            context().registry().add(device);
            input = device;
            return device;
        }
    }

    /** A line that is low until a test says otherwise. */
    static final class In extends DigitalInputBase {
        private DigitalState now = DigitalState.LOW;

        private In(Ins provider, DigitalInputConfig config) {
            super(provider, config);
        }

        @Override
        public DigitalState state() {
            return now;
        }

        void set(DigitalState wanted) {
            now = wanted;
            dispatch(new DigitalStateChangeEvent<DigitalInput>(this, wanted));
        }
    }

    private static final class Outs extends DigitalOutputProviderBase {
        Outs(String id) {
            super(id, id);
        }

        @Override
        public DigitalOutput create(DigitalOutputConfig config) {
            DigitalOutput device = new Out(this, config);
            context().registry().add(device);
            return device;
        }
    }

    private static final class Out extends DigitalOutputBase {
        Out(Outs provider, DigitalOutputConfig config) {
            super(provider, config);
        }

        @Override
        public DigitalOutput state(DigitalState wanted) {
            TOLD.put(id(), wanted.toString());
            return super.state(wanted);
        }
    }

    private static final class Pwms extends PwmProviderBase {
        Pwms(String id) {
            super(id, id);
        }

        @Override
        public Pwm create(PwmConfig config) {
            TOLD.put("pwm", config.chip() + " " + config.channel() + " " + config.frequency());
            Pwm device = new Channel(this, config);
            context().registry().add(device);
            return device;
        }
    }

    private static final class Channel extends PwmBase {
        Channel(Pwms provider, PwmConfig config) {
            super(provider, config);
        }

        @Override
        public Pwm on() {
            TOLD.put(id(), "on " + dutyCycle);
            return this;
        }

        @Override
        public Pwm off() {
            TOLD.put(id(), "off");
            return this;
        }

        @Override
        public Pwm shutdownInternal(Context context) {
            return super.shutdownInternal(context);
        }
    }
}
