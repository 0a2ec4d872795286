package io.pipit.benchmarks;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code ./pipit run}, with twenty series of simulated chips where it is loaded. */
final class PipitContender implements Contender {
    private static final int CHIPS = 10;

    /** Ten chips with two series each, five times a second: a hundred readings. */
    private static final String LOADED = "every = \"200ms\"";

    private static final String AT_REST = "every = \"10s\"";

    @Override
    public String name() {
        return "Pipit";
    }

    @Override
    public @Nullable String missing() {
        return null;
    }

    @Override
    public String installed() throws IOException {
        Path program = PipitNode.program();
        Path home =
                System.getenv("PIPIT_BENCH_PROGRAM") == null
                        ? program.resolveSibling("daemon").resolve("target").resolve("lib")
                        : program.toRealPath().resolve("../..").normalize();
        return Report.number(Installed.mib(home), 1) + " MiB, and Java";
    }

    private static String sensors(String every) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < CHIPS; i++) {
            text.append(
                    """
                    [[sensor]]
                    name = "air%d"
                    driver = "sht3x"
                    bus = "simulated-%d"
                    address = 0x%d
                    %s

                    """
                            .formatted(i, i / 2, 44 + i % 2, every));
        }
        return text.toString();
    }

    @Override
    public Run start(Path folder) throws Exception {
        PipitNode node = new PipitNode(folder, "a");
        node.configure(sensors(AT_REST));
        node.launch(List.of());
        return new Run() {
            @Override
            public Child child() {
                return node.child();
            }

            @Override
            public boolean answers() {
                return Probe.coap(node.monitorPort());
            }

            @Override
            public void load() throws Exception {
                node.configure(sensors(LOADED));
            }

            @Override
            public void reading(int number) {
                // It reads by itself.
            }

            @Override
            public void close() {
                node.close();
            }
        };
    }
}
