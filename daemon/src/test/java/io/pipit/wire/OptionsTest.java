package io.pipit.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OptionsTest {
    @Test
    void keepsRepeatedOptionsInTheirOrder() {
        Options options =
                new Options.Builder()
                        .add(Options.ACCEPT, 110)
                        .uri(List.of("z", "a"), List.of("series=**", "limit=0"))
                        .build();

        assertThat(options.texts(Options.URI_PATH)).containsExactly("z", "a");
        assertThat(options.texts(Options.URI_QUERY)).containsExactly("series=**", "limit=0");
        assertThat(options.number(Options.ACCEPT)).hasValue(110);
        assertThat(options.refused()).isEmpty();
    }

    @Test
    void writesNumbersInAsFewBytesAsTheyTake() {
        for (long value : new long[] {0, 1, 255, 256, 65_535, 1 << 24, 0xffffffffL}) {
            Options options = new Options.Builder().add(Options.MAX_AGE, value).build();
            assertThat(options.number(Options.MAX_AGE)).hasValue(value);
            assertThat(options.bytes(Options.MAX_AGE).orElseThrow())
                    .hasSize((Long.toBinaryString(value).length() + (value == 0 ? -1 : 7)) / 8);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 5, 35, 39, 9, 65_535})
    void refusesACriticalOptionThatItDoesNotKnow(int number) {
        Options options = new Options.Builder().add(number, new byte[1]).build();

        assertThat(options.refused()).hasValue(number);
    }

    @Test
    void passesOverAnElectiveOneThatItDoesNotKnow() {
        assertThat(new Options.Builder().add(258, 2).build().refused()).isEmpty();
    }

    @Test
    void refusesWhatIsTwiceOrTooLongOrNoText() {
        Options twice = new Options.Builder().add(Options.ACCEPT, 0).add(Options.ACCEPT, 0).build();
        assertThat(twice.refused()).hasValue(Options.ACCEPT);
        assertThat(new Options.Builder().add(Options.URI_PATH, new byte[256]).build().refused())
                .hasValue(Options.URI_PATH);
        assertThat(
                        new Options.Builder()
                                .add(Options.URI_PATH, new byte[] {(byte) 0xc0})
                                .build()
                                .refused())
                .hasValue(Options.URI_PATH);
    }

    @Test
    void treatsAnElectiveOneThatIsTooLongAsNotThere() {
        Options options = new Options.Builder().add(Options.OBSERVE, new byte[4]).build();

        assertThat(options.refused()).isEmpty();
        assertThat(options.number(Options.OBSERVE)).isEmpty();
    }

    @Test
    void readsBlocks() {
        Options options = new Options.Builder().add(Options.BLOCK2, 0x1f).build();

        assertThat(options.block(Options.BLOCK2)).contains(new Options.Block(1, true, 7));
        assertThat(options.block(Options.BLOCK1)).isEmpty();
    }
}
