package io.pipit.benchmarks;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A server of a hundred lines as people write it with the package coap of npm. */
final class NodeCoapContender implements Contender {
    private static final String SERVER =
            """
            const coap = require('coap');
            let value = '0', observers = new Set();
            coap.createServer((request, answer) => {
              if (request.method === 'PUT') {
                value = request.payload.toString();
                for (const each of observers) each.write(value);
                answer.code = '2.04';
                answer.end();
              } else if (request.headers['Observe'] === 0) {
                observers.add(answer);
                answer.on('finish', () => observers.delete(answer));
                answer.write(value);
              } else {
                answer.end(value);
              }
            }).listen(Number(process.argv[2]), '127.0.0.1');
            """;

    /** Where {@code npm install coap} was called. */
    private static @Nullable Path library() {
        String given = System.getenv("PIPIT_BENCH_NODE_COAP");
        Path folder =
                Path.of(given == null ? "/usr/local/lib" : given).resolve("node_modules/coap");
        return Files.isDirectory(folder) ? folder.getParent() : null;
    }

    @Override
    public String name() {
        return "Node.js with npm's coap";
    }

    @Override
    public @Nullable String missing() {
        String node = Installed.without("nodejs", "node", "--version");
        return node == null && library() == null
                ? "there is no node_modules/coap in PIPIT_BENCH_NODE_COAP (npm install coap)"
                : node;
    }

    @Override
    public String installed() throws IOException {
        Path library = library();
        String node = Installed.output("sh", "-c", "readlink -f \"$(command -v node)\"").strip();
        return Report.number(Installed.mib(Path.of(node)), 1)
                + " MiB (node) and "
                + Report.number(library == null ? 0 : Installed.mib(library), 1)
                + " MiB of libraries";
    }

    @Override
    public Run start(Path folder) throws Exception {
        int port = PipitNode.Ports.free();
        Path script = folder.resolve("server.js");
        Files.writeString(script, SERVER);
        Child child =
                Child.start(
                        List.of("node", script.toString(), Integer.toString(port)),
                        Map.of("NODE_PATH", String.valueOf(library())),
                        folder.resolve("log"));
        DatagramSocket socket = new DatagramSocket();
        return new Run() {
            @Override
            public Child child() {
                return child;
            }

            @Override
            public boolean answers() {
                return Probe.coap(port);
            }

            @Override
            public void load() throws IOException {
                socket.connect(Probe.LOOPBACK, port);
                socket.setSoTimeout(Probe.PATIENCE_MILLIS);
            }

            @Override
            public void reading(int number) throws IOException {
                byte[] value = Integer.toString(number).getBytes(US_ASCII);
                ByteBuffer put = ByteBuffer.allocate(64);
                // CON, PUT, a message ID of its own, /t.
                put.put((byte) 0x40).put((byte) 3).putShort((short) number);
                put.put((byte) 0xb1).put((byte) 't').put((byte) 0xff).put(value);
                socket.send(new DatagramPacket(put.array(), put.position()));
                byte[] answer = new byte[100];
                try {
                    socket.receive(new DatagramPacket(answer, answer.length));
                } catch (SocketTimeoutException e) {
                    // The next one tells.
                }
            }

            @Override
            public void close() {
                socket.close();
                child.close();
            }
        };
    }
}
