package io.pipit.benchmarks;

import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** With persistence, one subscriber to all and one publisher with QoS 1. */
final class MosquittoContender extends PackagedContender {
    MosquittoContender() {
        super(
                "mosquitto, QoS 1 to one subscriber, persistence each second",
                "mosquitto",
                "mosquitto",
                "-h");
    }

    @Override
    public Run start(Path folder) throws Exception {
        Broker broker =
                Broker.launch(
                        folder,
                        "persistence true\nautosave_interval 1\npersistence_location "
                                + folder
                                + "/");
        return new Run() {
            private @Nullable MqttPair pair;

            @Override
            public Child child() {
                return broker.child;
            }

            @Override
            public boolean answers() {
                byte[] connect = {
                    0x10, 15, 0, 4, 'M', 'Q', 'T', 'T', 4, 2, 0, 60, 0, 3, 'a', 's', 'k'
                };
                return Probe.tcp(broker.port, connect, (byte) 0x20);
            }

            @Override
            public void load() throws Exception {
                pair = new MqttPair(broker, 1, _ -> {});
            }

            @Override
            public void reading(int number) throws Exception {
                Objects.requireNonNull(pair).publish(number);
            }

            @Override
            public void close() {
                if (pair != null) {
                    pair.close();
                }
                broker.close();
            }
        };
    }
}
