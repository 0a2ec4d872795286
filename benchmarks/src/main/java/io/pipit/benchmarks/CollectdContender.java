package io.pipit.benchmarks;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** It reads load, memory and uptime itself each ten seconds, and takes values by its socket. */
final class CollectdContender extends PackagedContender {
    CollectdContender() {
        super("collectd, load, memory and uptime to CSV", "collectd-core", "collectd", "-h");
    }

    @Override
    public Run start(Path folder) throws Exception {
        Path socket = folder.resolve("sock");
        Path file = folder.resolve("collectd.conf");
        Files.writeString(
                file,
                """
                BaseDir "%1$s"
                PIDFile "%1$s/pid"
                Hostname "a"
                FQDNLookup false
                Interval 10
                LoadPlugin load
                LoadPlugin memory
                LoadPlugin uptime
                LoadPlugin csv
                LoadPlugin unixsock
                <Plugin csv>
                  DataDir "%1$s/csv"
                </Plugin>
                <Plugin unixsock>
                  SocketFile "%2$s"
                  SocketGroup "root"
                  DeleteSocket true
                </Plugin>
                """
                        .formatted(folder, socket));
        Child child = launch(folder, "-f", "-C", file.toString());
        return new Run() {
            private @Nullable SocketChannel channel;

            @Override
            public Child child() {
                return child;
            }

            @Override
            public boolean answers() {
                try (SocketChannel asking = connect()) {
                    say(asking, "LISTVAL\n");
                    return asking.read(ByteBuffer.allocate(100)) > 0;
                } catch (IOException e) {
                    return false;
                }
            }

            private SocketChannel connect() throws IOException {
                SocketChannel asking = SocketChannel.open(StandardProtocolFamily.UNIX);
                try {
                    asking.connect(UnixDomainSocketAddress.of(socket));
                    return asking;
                } catch (IOException e) {
                    asking.close();
                    throw e;
                }
            }

            private void say(SocketChannel to, String line) throws IOException {
                ByteBuffer bytes = ByteBuffer.wrap(line.getBytes(US_ASCII));
                while (bytes.hasRemaining()) {
                    to.write(bytes);
                }
            }

            @Override
            public void load() throws Exception {
                channel = connect();
            }

            @Override
            public void reading(int number) throws Exception {
                SocketChannel to = Objects.requireNonNull(channel);
                double now = System.currentTimeMillis() / 1e3;
                // One value of a name each millisecond at most: it takes none twice.
                say(
                        to,
                        "PUTVAL a/air/temperature-%d %.3f:%d\n"
                                .formatted(number % 20, now, number));
                ByteBuffer answer = ByteBuffer.allocate(200);
                if (to.read(answer) <= 0) {
                    throw new IOException("collectd closed its socket");
                }
            }

            @Override
            public void close() {
                quietly(channel);
                child.close();
            }
        };
    }
}
