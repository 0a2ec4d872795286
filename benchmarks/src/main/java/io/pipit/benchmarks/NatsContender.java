package io.pipit.benchmarks;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Core NATS: at most once, nothing on a disk. */
final class NatsContender extends PackagedContender {
    NatsContender() {
        super(
                "nats-server, one subscriber, nothing kept",
                "nats-server",
                "nats-server",
                "--version");
    }

    @Override
    public Run start(Path folder) throws Exception {
        int port = PipitNode.Ports.free();
        Child child = launch(folder, "-a", "127.0.0.1", "-p", Integer.toString(port));
        return new Run() {
            private @Nullable Socket publisher;
            private @Nullable Socket subscriber;

            @Override
            public Child child() {
                return child;
            }

            @Override
            public boolean answers() {
                return Probe.tcp(port, new byte[0], (byte) 'I');
            }

            @Override
            public void load() throws Exception {
                Socket listening = new Socket(Probe.LOOPBACK, port);
                subscriber = listening;
                listening.getOutputStream().write("CONNECT {}\r\nSUB > 1\r\n".getBytes(US_ASCII));
                Thread.ofPlatform().daemon().start(() -> drain(listening));
                publisher = new Socket(Probe.LOOPBACK, port);
                publisher.setTcpNoDelay(true);
                publisher
                        .getOutputStream()
                        .write("CONNECT {\"verbose\":false}\r\n".getBytes(US_ASCII));
            }

            @Override
            public void reading(int number) throws Exception {
                byte[] value = Integer.toString(number).getBytes(US_ASCII);
                Objects.requireNonNull(publisher)
                        .getOutputStream()
                        .write(
                                ("PUB air.temperature " + value.length + "\r\n" + number + "\r\n")
                                        .getBytes(US_ASCII));
            }

            @Override
            public void close() {
                quietly(publisher);
                quietly(subscriber);
                child.close();
            }
        };
    }

    private static void drain(Socket socket) {
        try (InputStream in = socket.getInputStream();
                OutputStream out = OutputStream.nullOutputStream()) {
            in.transferTo(out);
        } catch (IOException e) {
            // It was closed.
        }
    }
}
