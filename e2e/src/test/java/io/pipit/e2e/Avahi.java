package io.pipit.e2e;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** An Avahi of a host's own, on a D-Bus of its own. Needs root; closed both are gone. */
final class Avahi implements AutoCloseable {
    private final List<String> launcher;
    private final Path folder;
    private final String name;
    private final Process dbus;
    private Process daemon;

    /**
     * Starts both.
     *
     * @param launcher what their command lines begin with
     */
    Avahi(Path parent, List<String> launcher, String name) {
        this.launcher = List.copyOf(launcher);
        this.name = name;
        this.folder = parent.resolve("avahi-" + name);
        try {
            Files.createDirectories(folder);
            Files.writeString(
                    folder.resolve("bus.conf"),
                    """
                    <busconfig>
                      <type>system</type>
                      <listen>%s</listen>
                      <auth>EXTERNAL</auth>
                      <policy context="default">
                        <allow user="*"/>
                        <allow own="*"/>
                        <allow send_destination="*"/>
                        <allow receive_sender="*"/>
                      </policy>
                    </busconfig>
                    """
                            .formatted(bus()));
            Files.writeString(
                    folder.resolve("avahi.conf"),
                    """
                    [server]
                    host-name=%s
                    use-ipv4=yes
                    use-ipv6=no
                    allow-interfaces=eth0
                    enable-dbus=yes

                    [publish]
                    publish-workstation=no
                    publish-hinfo=no
                    """
                            .formatted(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        dbus =
                start(
                        List.of(
                                "dbus-daemon",
                                "--config-file=" + folder.resolve("bus.conf"),
                                "--nofork",
                                "--nopidfile"));
        await().atMost(Duration.ofSeconds(10)).until(() -> Files.exists(folder.resolve("bus")));
        daemon = avahi();
    }

    /** Where its D-Bus is. */
    String bus() {
        return "unix:path=" + folder.resolve("bus");
    }

    private Process avahi() {
        // It runs once on a machine, by a file that each has to see as its own.
        String script =
                "mkdir -p /run/avahi-daemon && mount -t tmpfs tmpfs /run/avahi-daemon"
                        + " && exec avahi-daemon --no-drop-root --no-chroot --no-rlimits -f "
                        + folder.resolve("avahi.conf");
        List<String> command = new ArrayList<>(launcher);
        command.addAll(
                List.of(
                        "env",
                        "DBUS_SYSTEM_BUS_ADDRESS=" + bus(),
                        "unshare",
                        "--mount",
                        "sh",
                        "-c",
                        script));
        return start(command);
    }

    private Process start(List<String> command) {
        try {
            return new ProcessBuilder(command)
                    .redirectInput(Path.of("/dev/null").toFile())
                    .redirectOutput(
                            ProcessBuilder.Redirect.appendTo(folder.resolve("log").toFile()))
                    .redirectErrorStream(true)
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Ends Avahi; its bus stays. */
    void end() {
        end(daemon);
    }

    /** Starts it again. */
    void begin() {
        daemon = avahi();
    }

    private static void end(Process process) {
        process.destroy();
        try {
            if (!process.waitFor(5, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public String toString() {
        return "Avahi " + name;
    }

    @Override
    public void close() {
        end(daemon);
        end(dbus);
    }
}
