package io.pipit.sim;

import io.pipit.model.NodeId;
import java.nio.charset.StandardCharsets;
import java.security.PublicKey;
import java.util.List;
import java.util.stream.IntStream;

/** Node IDs of keys that aren't any. */
final class Ids {
    private static final List<NodeId> IDS =
            IntStream.range(0, 5).mapToObj(number -> NodeId.of(new Key(number))).toList();

    private Ids() {}

    static NodeId of(int number) {
        return IDS.get(number);
    }

    private record Key(int number) implements PublicKey {
        private static final long serialVersionUID = 1;

        @Override
        public String getAlgorithm() {
            return "none";
        }

        @Override
        public String getFormat() {
            return "none";
        }

        @Override
        public byte[] getEncoded() {
            return ("key " + number).getBytes(StandardCharsets.UTF_8);
        }
    }
}
