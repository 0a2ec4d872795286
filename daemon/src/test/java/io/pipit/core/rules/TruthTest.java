package io.pipit.core.rules;

import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.port.rules.Truth;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TruthTest {
    private static final Map<String, Truth> VALUES =
            Map.of("t", Truth.TRUE, "f", Truth.FALSE, "u", Truth.UNKNOWN);

    @ParameterizedTest
    @CsvSource({
        "t,t,t,t", "t,f,f,t", "t,u,u,t",
        "f,t,f,t", "f,f,f,f", "f,u,f,u",
        "u,t,u,t", "u,f,f,u", "u,u,u,u",
    })
    void isKleenesOfThreeValues(String a, String b, String and, String or) {
        Truth left = VALUES.get(a);
        Truth right = VALUES.get(b);
        assertThat(left.and(right)).isEqualTo(VALUES.get(and));
        assertThat(left.or(right)).isEqualTo(VALUES.get(or));
        // De Morgan.
        assertThat(left.and(right).not()).isEqualTo(left.not().or(right.not()));
    }

    @ParameterizedTest
    @CsvSource({"t,f", "f,t", "u,u"})
    void theOppositeOfWhatIsUnknownIsUnknown(String a, String not) {
        assertThat(VALUES.get(a).not()).isEqualTo(VALUES.get(not));
    }
}
