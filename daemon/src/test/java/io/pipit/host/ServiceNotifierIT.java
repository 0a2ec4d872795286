package io.pipit.host;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.pipit.monitor.Counter;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Against a datagram socket of Python's, which Java can't make. */
class ServiceNotifierIT {
    private static final String LISTENER =
            """
            import socket, sys
            name = sys.argv[1]
            s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
            s.bind(chr(0) + name[1:] if name[0] == '@' else name)
            print('listening', flush=True)
            for _ in range(int(sys.argv[2])):
                print(s.recv(4096).decode().replace(chr(10), ';'), flush=True)
            """;

    @TempDir private Path directory;
    private final Counter failures = new Counter();

    @Test
    void saysAllThatSystemdWantsToHear() throws Exception {
        String socket = directory.resolve("notify").toString();
        try (Listener systemd = new Listener(socket, 7);
                ServiceNotifier notifier = notifier(Map.of("NOTIFY_SOCKET", socket))) {
            notifier.status("opening the store");
            notifier.ready("3 peers\nWATCHDOG=trigger");
            notifier.alive();
            notifier.hanging();
            notifier.reloading(123_456);
            notifier.ready("again");
            notifier.stopping("bye");
            assertThat(systemd.next()).isEqualTo("STATUS=opening the store");
            assertThat(systemd.next()).isEqualTo("READY=1;STATUS=3 peers WATCHDOG=trigger");
            assertThat(systemd.next()).isEqualTo("WATCHDOG=1");
            assertThat(systemd.next()).isEqualTo("WATCHDOG=trigger");
            assertThat(systemd.next()).isEqualTo("RELOADING=1;MONOTONIC_USEC=123456");
            assertThat(systemd.next()).isEqualTo("READY=1;STATUS=again");
            assertThat(systemd.next()).isEqualTo("STOPPING=1;STATUS=bye");
        }
        assertThat(failures.count()).isZero();
    }

    @Test
    void knowsAbstractAddresses() throws Exception {
        String socket = "@pipit-test-" + ProcessHandle.current().pid();
        try (Listener systemd = new Listener(socket, 1);
                ServiceNotifier notifier = notifier(Map.of("NOTIFY_SOCKET", socket))) {
            notifier.alive();
            assertThat(systemd.next()).isEqualTo("WATCHDOG=1");
        }
    }

    @Test
    void whereNobodyListensItIsCountedAndNothingThrown() {
        String gone = directory.resolve("gone").toString();
        try (ServiceNotifier notifier = notifier(Map.of("NOTIFY_SOCKET", gone))) {
            notifier.ready("up");
            notifier.alive();
        }
        assertThat(failures.count()).isEqualTo(2);
    }

    @Test
    void anAddressThatItDoesNotKnowIsCountedAndSilent() {
        try (ServiceNotifier notifier = notifier(Map.of("NOTIFY_SOCKET", "vsock:2:1234"))) {
            assertThat(notifier.isActive()).isFalse();
            notifier.ready("up");
        }
        assertThat(failures.count()).isEqualTo(1);
    }

    @Test
    void withoutSystemdItSaysNothing() {
        try (ServiceNotifier notifier = notifier(Map.of())) {
            notifier.ready("up");
            assertThat(notifier.isActive()).isFalse();
            assertThat(notifier.watchdog()).isEmpty();
        }
        assertThat(failures.count()).isZero();
    }

    @Test
    void theWatchdogMustMeanThisProcess() {
        assertThat(notifier(Map.of("WATCHDOG_USEC", "30000000")).watchdog())
                .contains(Duration.ofSeconds(30));
        assertThat(notifier(Map.of("WATCHDOG_USEC", "30000000", "WATCHDOG_PID", "42")).watchdog())
                .contains(Duration.ofSeconds(30));
        assertThat(notifier(Map.of("WATCHDOG_USEC", "30000000", "WATCHDOG_PID", "43")).watchdog())
                .isEmpty();
        assertThat(notifier(Map.of("WATCHDOG_USEC", "soon")).watchdog()).isEmpty();
    }

    private ServiceNotifier notifier(Map<String, String> environment) {
        return ServiceNotifier.fromEnvironment(environment, 42, failures);
    }

    private static final class Listener implements AutoCloseable {
        private final Process process;
        private final BufferedReader lines;

        Listener(String socket, int messages) throws IOException {
            process = start(socket, messages);
            lines = process.inputReader(UTF_8);
            assertThat(lines.readLine()).isEqualTo("listening");
        }

        private static Process start(String socket, int messages) throws IOException {
            try {
                return new ProcessBuilder(
                                "python3", "-c", LISTENER, socket, Integer.toString(messages))
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
            } catch (IOException e) {
                assumeTrue("required".equals(System.getProperty("pipit.peers")), "no python3");
                throw e;
            }
        }

        String next() throws IOException {
            return lines.readLine();
        }

        @Override
        public void close() {
            process.destroy();
        }
    }
}
