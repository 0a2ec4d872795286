package io.pipit.host;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Ports of the loopback interface for what is started a moment later. They stay free until then:
 * the kernel hands out none of these to whoever asks for any port, and tests in other processes at
 * the same time count from elsewhere.
 */
public final class FreePorts {
    private static final int TRIES_MAX = 100;

    /** Below those of the kernel's own choice, which begin at 32,768. */
    private static final int FIRST = 12_000;

    private static final int COUNT = 20_000;

    /** Processes begin apart: their IDs follow each other. */
    private static final AtomicInteger NEXT =
            new AtomicInteger((int) (ProcessHandle.current().pid() * 397 % COUNT));

    private FreePorts() {}

    /** One that is free for UDP and TCP. */
    public static int next() throws IOException {
        for (int tries = 0; ; tries++) {
            int port = FIRST + Math.floorMod(NEXT.getAndIncrement(), COUNT);
            InetAddress loopback = InetAddress.getLoopbackAddress();
            try (DatagramSocket _ = new DatagramSocket(port, loopback);
                    ServerSocket _ = new ServerSocket(port, 1, loopback)) {
                return port;
            } catch (IOException e) {
                if (tries == TRIES_MAX) {
                    throw e;
                }
            }
        }
    }
}
