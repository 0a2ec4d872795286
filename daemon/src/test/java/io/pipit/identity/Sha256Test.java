package io.pipit.identity;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.Random;
import org.junit.jupiter.api.Test;

class Sha256Test {
    private static final String ABC =
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    private static final String NOTHING =
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    @Test
    void givesWhatTheStandardHas() {
        Sha256 hash = Sha256.start();
        hash.update(ByteBuffer.wrap(new byte[] {'a'}));
        hash.update(ByteBuffer.wrap(new byte[] {'x', 'b', 'c', 'x'}, 1, 2));
        assertThat(hash.hex()).isEqualTo(ABC);
        assertThat(Sha256.start().hex()).isEqualTo(NOTHING);
    }

    @Test
    void isTheSameByTheLibraryAndByJava() {
        Random random = new Random(1);
        for (int i = 0; i < 50; i++) {
            Sha256 one = Sha256.start();
            Sha256 other = new Sha256.ByJava();
            for (int part = random.nextInt(5); part > 0; part--) {
                ByteBuffer bytes =
                        random.nextBoolean()
                                ? ByteBuffer.allocate(random.nextInt(10_000))
                                : ByteBuffer.allocateDirect(random.nextInt(10_000));
                for (int at = 0; at < bytes.limit(); at++) {
                    bytes.put(at, (byte) random.nextInt());
                }
                one.update(bytes.duplicate());
                other.update(bytes);
                assertThat(bytes.hasRemaining()).isFalse();
            }
            assertThat(one.hex()).isEqualTo(other.hex());
        }
    }
}
