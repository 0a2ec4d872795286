package io.pipit.discovery.multicast;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * Says cheaply whether this machine's addresses may be others than at the last look: the kernel
 * lists them in two files. Listing interfaces takes Java a few hundred system calls, which was a
 * quarter of what a node at rest used. Not thread-safe.
 */
public final class AddressChanges {
    /** A router's table of addresses can be large; what lies beyond isn't looked at, bytes. */
    static final int BYTES_MAX = 65_536;

    /** Every so many looks the answer is yes, for what these files don't show: flags and names. */
    static final int LOOKS_MAX = 30;

    private static final int UNREADABLE = -1;

    private final List<Path> files;
    private final byte[] buffer = new byte[4_096];
    private final CRC32C sum = new CRC32C();
    private long[] before = {};
    private int looks;

    /** On this machine: what proc_pid_net(5) has of its network namespace. */
    public AddressChanges() {
        this(List.of(Path.of("/proc/net/fib_trie"), Path.of("/proc/net/if_inet6")));
    }

    AddressChanges(List<Path> files) {
        this.files = List.copyOf(files);
    }

    /** Whether they may have changed; yes where that can't be told. */
    public boolean any() {
        long[] now = files.stream().mapToLong(this::sum).toArray();
        boolean same = Arrays.equals(now, before);
        before = now;
        boolean blind = Arrays.stream(now).allMatch(each -> each == UNREADABLE);
        looks = same && looks < LOOKS_MAX ? looks + 1 : 0;
        return looks == 0 || blind;
    }

    private long sum(Path file) {
        sum.reset();
        try (InputStream in = Files.newInputStream(file)) {
            int left = BYTES_MAX;
            for (int read = in.read(buffer); read > 0 && left > 0; read = in.read(buffer)) {
                sum.update(buffer, 0, Math.min(read, left));
                left -= read;
            }
            return sum.getValue();
        } catch (IOException e) {
            // Without IPv6 there is no if_inet6.
            return UNREADABLE;
        }
    }
}
