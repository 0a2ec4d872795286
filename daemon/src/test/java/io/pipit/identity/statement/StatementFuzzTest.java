package io.pipit.identity.statement;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.Arrays;

/** What peers hand on of keys. */
class StatementFuzzTest {
    @FuzzTest(maxDuration = "2s")
    void reads(byte[] bytes) {
        Statement statement;
        try {
            statement = Statement.parse(bytes);
        } catch (StatementException e) {
            return;
        }
        if (!Arrays.equals(bytes, statement.bytes())) {
            throw new AssertionError("comes out otherwise than it went in");
        }
    }
}
