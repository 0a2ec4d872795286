package io.pipit.identity;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.pipit.model.Peer;
import java.util.List;

/** peers.toml, which people may write in too. */
class PeerFileFuzzTest {
    @FuzzTest(maxDuration = "2s")
    void reads(byte[] bytes) {
        List<Peer> peers;
        try {
            peers = PeerFile.read(new String(bytes, UTF_8));
        } catch (PeerFile.Malformed e) {
            return;
        }
        try {
            List<Peer> again = PeerFile.read(new String(PeerFile.write(peers), UTF_8));
            if (!again.equals(peers)) {
                throw new AssertionError("comes out otherwise than it went in: " + again);
            }
        } catch (PeerFile.Malformed e) {
            throw new AssertionError("can't read what it wrote", e);
        }
    }
}
