package io.pipit.coap;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DoorkeeperTest {
    /** Hellos go out at 0, 1, 2.5, 4 and 5.5 s: each is fresh for 300 ms. */
    @ParameterizedTest
    @CsvSource({
        "0, true",
        "299, true",
        "300, false",
        "999, false",
        "1000, true",
        "1300, false",
        "2499, false",
        "2500, true",
        "4299, true",
        "5500, true",
        "5800, false",
        "60000, false",
    })
    void aHelloIsFreshUntilItWouldHaveBeenAnswered(long millis, boolean fresh) {
        assertThat(Doorkeeper.isFresh(TimeUnit.MILLISECONDS.toNanos(millis))).isEqualTo(fresh);
    }
}
