package io.pipit.drivers.linux.kernel;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.invoke.VarHandle;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The machine's own kernel, called through the C library. C's {@code long}, {@code size_t} and
 * pointers have the size that they have on this machine.
 */
public final class NativeKernel implements Kernel {

    private static final int EFD_CLOEXEC_AND_NONBLOCK = O_CLOEXEC | O_NONBLOCK;
    private static final int ALIGNMENT = 8;

    private final Word word = Word.ofThisMachine();
    private final StructLayout state = Linker.Option.captureStateLayout();
    private final VarHandle errno = state.varHandle(PathElement.groupElement("errno"));
    private final MethodHandle open;
    private final MethodHandle ioctlPointer;
    private final MethodHandle ioctlNumber;
    private final MethodHandle read;
    private final MethodHandle write;
    private final MethodHandle poll;
    private final MethodHandle eventfd;
    private final MethodHandle close;

    private NativeKernel() {
        Linker linker = Linker.nativeLinker();
        MemoryLayout cInt = ValueLayout.JAVA_INT;
        MemoryLayout cLong = linker.canonicalLayouts().get("long");
        MemoryLayout cSize = linker.canonicalLayouts().get("size_t");
        MemoryLayout pointer = ValueLayout.ADDRESS;
        // In the C library open and ioctl take what they need after the named arguments.
        open = call(linker, "open", FunctionDescriptor.of(cInt, pointer, cInt, cInt), 2);
        ioctlPointer = call(linker, "ioctl", FunctionDescriptor.of(cInt, cInt, cLong, pointer), 2);
        ioctlNumber = call(linker, "ioctl", FunctionDescriptor.of(cInt, cInt, cLong, cLong), 2);
        read = call(linker, "read", FunctionDescriptor.of(cSize, cInt, pointer, cSize), -1);
        write = call(linker, "write", FunctionDescriptor.of(cSize, cInt, pointer, cSize), -1);
        poll = call(linker, "poll", FunctionDescriptor.of(cInt, pointer, cLong, cInt), -1);
        eventfd = call(linker, "eventfd", FunctionDescriptor.of(cInt, cInt, cInt), -1);
        close = call(linker, "close", FunctionDescriptor.of(cInt, cInt), -1);
    }

    /**
     * The machine's kernel; empty where this Java cannot call it: not on Linux, or a Java for a
     * processor whose calls it does not know, which some builds for armhf are.
     */
    public static Optional<Kernel> find() {
        try {
            return Optional.of(new NativeKernel());
        } catch (UnsupportedOperationException | IllegalCallerException | LinkageError e) {
            return Optional.empty();
        }
    }

    /** Takes numbers as long and gives int, whatever they are in C. */
    @SuppressWarnings("restricted")
    private static MethodHandle call(
            Linker linker, String name, FunctionDescriptor described, int firstVariadic) {
        Linker.Option capture = Linker.Option.captureCallState("errno");
        MethodHandle handle =
                linker.downcallHandle(
                        linker.defaultLookup()
                                .find(name)
                                .orElseThrow(() -> new UnsupportedOperationException(name)),
                        described,
                        firstVariadic < 0
                                ? new Linker.Option[] {capture}
                                : new Linker.Option[] {
                                    capture, Linker.Option.firstVariadicArg(firstVariadic)
                                });
        MethodType type = MethodType.methodType(int.class, MemorySegment.class);
        for (MemoryLayout argument : described.argumentLayouts()) {
            type =
                    type.appendParameterTypes(
                            argument.equals(ValueLayout.ADDRESS)
                                    ? MemorySegment.class
                                    : long.class);
        }
        return MethodHandles.explicitCastArguments(handle, type);
    }

    @Override
    public Word word() {
        return word;
    }

    @Override
    public int open(String path, int flags) throws KernelException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(this.state);
            int result = (int) open.invokeExact(state, arena.allocateFrom(path), (long) flags, 0L);
            return checked(result, state, "open " + path);
        } catch (Throwable e) {
            throw unwrapped(e);
        }
    }

    @Override
    public int ioctl(int descriptor, long request, Struct argument) throws KernelException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(this.state);
            Map<Struct, MemorySegment> placed = new HashMap<>();
            MemorySegment at = place(argument, arena, placed);
            int result = (int) ioctlPointer.invokeExact(state, (long) descriptor, request, at);
            checked(result, state, "ioctl 0x%x".formatted(request));
            fetch(placed);
            return result;
        } catch (Throwable e) {
            throw unwrapped(e);
        }
    }

    @Override
    public int ioctl(int descriptor, long request, long argument) throws KernelException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(this.state);
            int result = (int) ioctlNumber.invokeExact(state, (long) descriptor, request, argument);
            return checked(result, state, "ioctl 0x%x".formatted(request));
        } catch (Throwable e) {
            throw unwrapped(e);
        }
    }

    @Override
    public int read(int descriptor, Struct into) throws KernelException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(this.state);
            Map<Struct, MemorySegment> placed = new HashMap<>();
            MemorySegment at = place(into, arena, placed);
            int result = (int) read.invokeExact(state, (long) descriptor, at, (long) into.size());
            checked(result, state, "read");
            fetch(placed);
            return result;
        } catch (Throwable e) {
            throw unwrapped(e);
        }
    }

    @Override
    public int write(int descriptor, Struct from) throws KernelException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(this.state);
            MemorySegment at = place(from, arena, new HashMap<>());
            int result = (int) write.invokeExact(state, (long) descriptor, at, (long) from.size());
            return checked(result, state, "write");
        } catch (Throwable e) {
            throw unwrapped(e);
        }
    }

    @Override
    public int poll(Struct descriptors, int timeoutMs) throws KernelException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(this.state);
            Map<Struct, MemorySegment> placed = new HashMap<>();
            MemorySegment at = place(descriptors, arena, placed);
            long count = descriptors.size() / POLLFD_BYTES;
            int result = (int) poll.invokeExact(state, at, count, (long) timeoutMs);
            checked(result, state, "poll");
            fetch(placed);
            return result;
        } catch (Throwable e) {
            throw unwrapped(e);
        }
    }

    @Override
    public int eventfd() throws KernelException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(this.state);
            int result = (int) eventfd.invokeExact(state, 0L, (long) EFD_CLOEXEC_AND_NONBLOCK);
            return checked(result, state, "eventfd");
        } catch (Throwable e) {
            throw unwrapped(e);
        }
    }

    @Override
    public void close(int descriptor) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(this.state);
            int ignored = (int) close.invokeExact(state, (long) descriptor);
        } catch (Throwable e) {
            throw new IllegalStateException("close", e);
        }
    }

    /** Copies a struct and all that it points to into native memory. */
    private MemorySegment place(Struct struct, Arena arena, Map<Struct, MemorySegment> placed) {
        MemorySegment known = placed.get(struct);
        if (known != null) {
            return known;
        }
        MemorySegment at = arena.allocate(Math.max(1, struct.size()), ALIGNMENT);
        placed.put(struct, at);
        MemorySegment.copy(struct.memory(), 0, at, ValueLayout.JAVA_BYTE, 0, struct.size());
        struct.pointers()
                .forEach((offset, target) -> {
                    long address = place(target, arena, placed).address();
                    if (word == Word.BITS_32) {
                        at.set(ValueLayout.JAVA_INT_UNALIGNED, offset, (int) address);
                    } else {
                        at.set(ValueLayout.JAVA_LONG_UNALIGNED, offset, address);
                    }
                });
        return at;
    }

    /** Copies back what the kernel may have written; pointers are zero again. */
    private void fetch(Map<Struct, MemorySegment> placed) {
        placed.forEach((struct, at) -> {
            MemorySegment.copy(at, ValueLayout.JAVA_BYTE, 0, struct.memory(), 0, struct.size());
            for (int offset : struct.pointers().keySet()) {
                for (int i = 0; i < word.bytes(); i++) {
                    struct.putByte(offset + i, 0);
                }
            }
        });
    }

    private int checked(int result, MemorySegment state, String call) throws KernelException {
        if (result < 0) {
            throw new KernelException(call, new Errno((int) errno.get(state, 0L)));
        }
        return result;
    }

    private static KernelException unwrapped(Throwable e) {
        return switch (e) {
            case KernelException known -> known;
            case RuntimeException known -> throw known;
            case Error known -> throw known;
            default -> throw new IllegalStateException(e);
        };
    }
}
