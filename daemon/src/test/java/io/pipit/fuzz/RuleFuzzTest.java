package io.pipit.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.pipit.config.rule.Condition;
import io.pipit.config.rule.ConditionParser;
import io.pipit.config.rule.KnownSeries;
import io.pipit.config.rule.Misread;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;

/** A rule's condition: whatever is in it, it is one, or is refused at a place within it. */
class RuleFuzzTest {
    @FuzzTest(maxDuration = "2s")
    void reads(byte[] bytes) {
        String text = new String(bytes, StandardCharsets.UTF_8);
        try {
            Condition condition =
                    ConditionParser.parse(
                            text,
                            "greenhouse",
                            series ->
                                    new KnownSeries.Traits(
                                            Duration.ofMinutes(1), Optional.of("Cel")));
            if (condition.memory().isNegative() || condition.parts().count() > 200) {
                throw new AssertionError(condition.toString());
            }
        } catch (Misread e) {
            if (e.offset() < 0 || e.offset() > text.length() || e.getMessage().contains("\n")) {
                throw new AssertionError(e);
            }
        }
    }
}
