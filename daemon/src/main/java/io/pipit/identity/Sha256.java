package io.pipit.identity;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * SHA-256 of what is large. By the system's libcrypto where that is there, which every Debian has:
 * compiled by C1 alone, as this program is, Java's own takes ten times as long. Not thread-safe.
 */
public abstract sealed class Sha256 {
    /** Bytes of a hash. */
    public static final int BYTES = 32;

    private static final Logger LOG = LoggerFactory.getLogger(Sha256.class);

    private Sha256() {}

    /** With nothing in it yet. */
    public static Sha256 start() {
        Library library = Holder.LIBRARY;
        return library == null ? new ByJava() : new ByLibrary(library);
    }

    /** These are the next bytes; its position moves to its limit. */
    public abstract void update(ByteBuffer next);

    /** Of all of them, 32 bytes; ends it. */
    public abstract byte[] digest();

    /** The same as 64 hexadecimal digits. */
    public final String hex() {
        return HexFormat.of().formatHex(digest());
    }

    /** The JDK's. */
    static final class ByJava extends Sha256 {
        private final MessageDigest digest;

        ByJava() {
            try {
                digest = MessageDigest.getInstance("SHA-256");
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException("every Java has SHA-256", e);
            }
        }

        @Override
        public void update(ByteBuffer next) {
            digest.update(next);
        }

        @Override
        public byte[] digest() {
            return digest.digest();
        }
    }

    /**
     * OpenSSL's, by the functions whose state is memory of ours, so that nothing has to be given
     * back (SHA256_Init(3)).
     */
    static final class ByLibrary extends Sha256 {
        /** A SHA256_CTX has 112. */
        private static final int STATE_BYTES = 128;

        private final Library library;
        private final MemorySegment state = Arena.ofAuto().allocate(STATE_BYTES, Long.BYTES);

        ByLibrary(Library library) {
            this.library = library;
            try {
                int _ = (int) library.init.invokeExact(state);
            } catch (Throwable e) {
                throw new IllegalStateException("libcrypto", e);
            }
        }

        @Override
        public void update(ByteBuffer next) {
            try {
                MemorySegment bytes = MemorySegment.ofBuffer(next);
                int _ = (int) library.update.invokeExact(state, bytes, bytes.byteSize());
            } catch (Throwable e) {
                throw new IllegalStateException("libcrypto", e);
            }
            next.position(next.limit());
        }

        @Override
        public byte[] digest() {
            byte[] hash = new byte[BYTES];
            try {
                int _ = (int) library.end.invokeExact(MemorySegment.ofArray(hash), state);
            } catch (Throwable e) {
                throw new IllegalStateException("libcrypto", e);
            }
            return hash;
        }
    }

    /** What is called of it. */
    record Library(MethodHandle init, MethodHandle update, MethodHandle end) {
        private static final String NAME = "libcrypto.so.3";

        /** Null where there is none, or it is no longer as it was. */
        @SuppressWarnings("restricted")
        static @Nullable Library load() {
            try {
                SymbolLookup symbols = SymbolLookup.libraryLookup(NAME, Arena.global());
                Library found =
                        new Library(
                                handle(symbols, "SHA256_Init", ADDRESS),
                                handle(symbols, "SHA256_Update", ADDRESS, ADDRESS, JAVA_LONG),
                                handle(symbols, "SHA256_Final", ADDRESS, ADDRESS));
                return isRight(found) ? found : null;
            } catch (RuntimeException e) {
                LOG.debug("SHA-256 by the JDK: {}", e.toString());
                return null;
            }
        }

        @SuppressWarnings("restricted")
        private static MethodHandle handle(
                SymbolLookup symbols, String name, java.lang.foreign.MemoryLayout... takes) {
            return Linker.nativeLinker()
                    .downcallHandle(
                            symbols.findOrThrow(name),
                            FunctionDescriptor.of(JAVA_INT, takes),
                            // Bytes on Java's heap needn't be copied.
                            Linker.Option.critical(true));
        }

        /** Whether it gives what FIPS 180-2 has for "abc". */
        private static boolean isRight(Library library) {
            Sha256 sample = new ByLibrary(library);
            sample.update(ByteBuffer.wrap(new byte[] {'a', 'b', 'c'}));
            return sample.hex()
                    .equals("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        }
    }

    /** So that nothing is loaded before it is needed. */
    private static final class Holder {
        private static final @Nullable Library LIBRARY = Library.load();
    }
}
