package io.pipit.drivers.linux;

import io.pipit.drivers.linux.kernel.Errno;
import io.pipit.drivers.linux.kernel.FakeKernel;
import io.pipit.drivers.linux.kernel.KernelException;
import io.pipit.drivers.linux.kernel.Struct;
import io.pipit.drivers.linux.kernel.Word;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * An adapter as i2c-dev shows it, with chips of 256 registers that count up by themselves. Reads
 * the structs by the offsets of {@code structs.c}, apart from the code that it tries.
 */
final class FakeI2c implements FakeKernel.Device {

    static final long ALL = 0xEFF0009L;
    static final long SMBUS_ALONE = 0xEFF0008L;

    private final Word word;
    final long functions;
    final Map<Integer, int[]> chips = new TreeMap<>();
    final Set<Integer> held = new TreeSet<>();
    final Map<Integer, Integer> pointers = new TreeMap<>();
    @Nullable Errno failure;
    long timeout;
    long retries;
    int slave;
    int transfers;

    FakeI2c(Word word, long functions) {
        this.word = word;
        this.functions = functions;
    }

    int[] chip(int address) {
        return chips.computeIfAbsent(address, number -> new int[256]);
    }

    @Override
    public int ioctl(long request, long argument) throws KernelException {
        if (request == 0x701) {
            retries = argument;
        } else if (request == 0x702) {
            timeout = argument;
        } else if (request == 0x703) {
            if (held.contains((int) argument)) {
                throw FakeKernel.failing(Errno.EBUSY);
            }
            slave = (int) argument;
        } else {
            throw FakeKernel.failing(Errno.ENOTTY);
        }
        return 0;
    }

    @Override
    public int ioctl(long request, Struct argument) throws KernelException {
        if (request == 0x705) {
            argument.putInt(0, (int) functions);
            return 0;
        }
        transfers++;
        if (failure != null) {
            throw FakeKernel.failing(failure);
        }
        if (request == 0x707 && (functions & 1) != 0) {
            Struct messages = argument.pointerAt(0);
            int count = argument.intAt(word.bytes());
            int size = word == Word.BITS_32 ? 12 : 16;
            for (int at = 0; at < count * size; at += size) {
                message(messages, at);
            }
            return count;
        }
        if (request == 0x720) {
            smbus(
                    argument.byteAt(0) == 1,
                    argument.byteAt(1),
                    argument.intAt(4),
                    argument.pointerAt(8));
            return 0;
        }
        throw FakeKernel.failing(Errno.EOPNOTSUPP);
    }

    private int[] present(int address) throws KernelException {
        int[] chip = chips.get(address);
        if (chip == null) {
            throw FakeKernel.failing(Errno.EREMOTEIO);
        }
        return chip;
    }

    private void message(Struct messages, int at) throws KernelException {
        int address = messages.shortAt(at);
        int[] chip = present(address);
        boolean read = messages.shortAt(at + 2) == 1;
        Struct buffer = messages.pointerAt(at + 8);
        for (int i = 0; i < messages.shortAt(at + 4); i++) {
            if (read) {
                buffer.putByte(i, next(address, chip, -1));
            } else if (i == 0) {
                pointers.put(address, buffer.byteAt(0));
            } else {
                next(address, chip, buffer.byteAt(i));
            }
        }
    }

    private int next(int address, int[] chip, int value) {
        int register = pointers.merge(address, 0, Integer::sum);
        pointers.put(address, (register + 1) & 0xFF);
        if (value >= 0) {
            chip[register] = value;
        }
        return chip[register];
    }

    private void smbus(boolean read, int command, int size, Struct data) throws KernelException {
        int[] chip = present(slave);
        if (size == 0) {
            return;
        }
        if (read && size == 1) {
            data.putByte(0, next(slave, chip, -1));
            return;
        }
        pointers.put(slave, command);
        int count =
                switch (size) {
                    case 1 -> 0;
                    case 2 -> 1;
                    case 3 -> 2;
                    case 8 -> data.byteAt(0);
                    default -> throw FakeKernel.failing(Errno.EOPNOTSUPP);
                };
        int from = size == 8 ? 1 : 0;
        for (int i = from; i < from + count; i++) {
            if (read) {
                data.putByte(i, next(slave, chip, -1));
            } else {
                next(slave, chip, data.byteAt(i));
            }
        }
    }
}
