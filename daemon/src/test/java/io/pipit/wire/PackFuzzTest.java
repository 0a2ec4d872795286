package io.pipit.wire;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.Arrays;

/** SenML in JSON and CBOR, and documents in both; the first byte says which. */
class PackFuzzTest {
    @FuzzTest(maxDuration = "3s")
    void reads(byte[] bytes) {
        if (bytes.length == 0) {
            return;
        }
        byte[] pack = Arrays.copyOfRange(bytes, 1, bytes.length);
        // '[' and '{' are JSON's own, so that a seed may be a plain text.
        boolean text = bytes[0] == '[' || bytes[0] == '{' || bytes[0] % 2 == 0;
        byte[] whole = bytes[0] == '[' || bytes[0] == '{' ? bytes : pack;
        try {
            SliceCodec.decode(whole, text ? Format.JSON : Format.CBOR);
        } catch (WireException e) {
            // What it is for.
        }
        try {
            Document.read(whole, text ? Format.JSON : Format.CBOR).fields();
        } catch (WireException e) {
            // What it is for.
        }
    }
}
