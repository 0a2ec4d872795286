package io.pipit.identity.pairing;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.Arrays;

/** What strangers send to {@code /pair} while a window is open. */
class PairingMessageFuzzTest {
    @FuzzTest(maxDuration = "2s")
    void reads(byte[] bytes) {
        PairingMessage message;
        try {
            message = PairingMessage.decode(bytes);
        } catch (PairingMessage.Malformed e) {
            return;
        }
        if (!Arrays.equals(bytes, message.encode())) {
            throw new AssertionError("comes out otherwise than it went in");
        }
    }
}
