package io.pipit.identity.pairing;

import static io.pipit.identity.pairing.Couple.CODE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pipit.identity.pairing.PairingMessage.Begin;
import io.pipit.identity.pairing.PairingMessage.Confirm;
import io.pipit.identity.pairing.PairingMessage.Malformed;
import io.pipit.identity.pairing.PairingMessage.Proved;
import io.pipit.identity.pairing.PairingMessage.Refused;
import io.pipit.identity.pairing.PairingRefused.Reason;
import io.pipit.model.Filter;
import io.pipit.model.Grant;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.bouncycastle.crypto.agreement.ecjpake.ECJPAKECurves;
import org.junit.jupiter.api.Test;

class PairingMessageTest {
    private static final int POINT_BYTES = 65;
    private static final int PROVED_BYTES = 2 * POINT_BYTES + 32;

    @Test
    void readsBackWhatItWrites() throws Exception {
        for (byte[] message : run()) {
            assertThat(PairingMessage.decode(message).encode()).isEqualTo(message);
        }
        for (Reason reason : Reason.values()) {
            byte[] refused = new Refused(reason).encode();
            assertThat(refused).hasSize(3).startsWith(1, 7);
            assertThat(PairingMessage.decode(refused)).isEqualTo(new Refused(reason));
        }
    }

    @Test
    void hasTheLengthsThatTheProtocolNames() throws Exception {
        List<byte[]> run = run();
        assertThat(run.get(0)).hasSize(2 + 2 * PROVED_BYTES).startsWith(1, 1, 4);
        assertThat(run.get(1)).hasSize(10 + 2 * PROVED_BYTES).startsWith(1, 2);
        assertThat(run.get(2)).hasSize(10 + PROVED_BYTES).startsWith(1, 3);
        assertThat(run.get(3)).hasSize(10 + PROVED_BYTES).startsWith(1, 4);
        assertThat(run.get(4)).hasSize(10 + 64 + 2 + 5 + 1 + 5 + 8).startsWith(1, 5);
        assertThat(run.get(5)).hasSize(10 + 64 + 2 + 11 + 1 + 11).startsWith(1, 6);
    }

    @Test
    void writesNumbersOfAnySizeInTheirFixedLength() throws Exception {
        for (BigInteger r :
                List.of(
                        BigInteger.ZERO,
                        BigInteger.valueOf(255),
                        ECJPAKECurves.NIST_P256.getN().subtract(BigInteger.ONE))) {
            var g = ECJPAKECurves.NIST_P256.getG();
            Begin begin = new Begin(new Proved(g, g, r), new Proved(g, g, r));
            assertThat(PairingMessage.decode(begin.encode())).isEqualTo(begin);
        }
    }

    @Test
    void refusesPointsThatAreNotOnTheCurve() throws Exception {
        byte[] begin = run().getFirst();
        for (int at : new int[] {2, 2 + POINT_BYTES, 2 + PROVED_BYTES}) {
            byte[] off = begin.clone();
            off[at + POINT_BYTES - 1] ^= 1;
            assertThatThrownBy(() -> PairingMessage.decode(off))
                    .isInstanceOf(Malformed.class)
                    .hasMessageContaining("isn't on the curve");
            byte[] beyond = begin.clone();
            Arrays.fill(beyond, at + 1, at + 1 + 32, (byte) 0xff);
            assertThatThrownBy(() -> PairingMessage.decode(beyond)).isInstanceOf(Malformed.class);
            byte[] infinite = begin.clone();
            Arrays.fill(infinite, at, at + POINT_BYTES, (byte) 0);
            assertThatThrownBy(() -> PairingMessage.decode(infinite))
                    .isInstanceOf(Malformed.class)
                    .hasMessageContaining("uncompressed");
        }
    }

    @Test
    void refusesNumbersAboveTheCurvesOrder() throws Exception {
        byte[] begin = run().getFirst();
        Arrays.fill(begin, 2 + 2 * POINT_BYTES, 2 + PROVED_BYTES, (byte) 0xff);
        assertThatThrownBy(() -> PairingMessage.decode(begin))
                .isInstanceOf(Malformed.class)
                .hasMessageContaining("order");
    }

    @Test
    void refusesWhatIsTooLongTooShortOrFollowedBySomething() throws Exception {
        for (byte[] message : run()) {
            for (int length = 0; length < message.length; length++) {
                byte[] cut = Arrays.copyOf(message, length);
                assertThatThrownBy(() -> PairingMessage.decode(cut)).isInstanceOf(Malformed.class);
            }
            byte[] longer = Arrays.copyOf(message, message.length + 1);
            assertThatThrownBy(() -> PairingMessage.decode(longer)).isInstanceOf(Malformed.class);
        }
        assertThatThrownBy(() -> PairingMessage.decode(new byte[PairingMessage.BYTES_MAX + 1]))
                .hasMessageContaining("1024");
    }

    @Test
    void neverThrowsAnythingElseWhateverTheBytes() throws Exception {
        Random random = new Random(7);
        List<byte[]> seeds = run();
        for (int i = 0; i < 20_000; i++) {
            byte[] mutated = seeds.get(random.nextInt(seeds.size())).clone();
            int changes = 1 + random.nextInt(4);
            for (int n = 0; n < changes; n++) {
                mutated[random.nextInt(mutated.length)] = (byte) random.nextInt();
            }
            if (random.nextInt(8) == 0) {
                mutated = Arrays.copyOf(mutated, random.nextInt(PairingMessage.BYTES_MAX + 9));
            }
            try {
                PairingMessage message = PairingMessage.decode(mutated);
                assertThat(PairingMessage.decode(message.encode()).encode())
                        .isEqualTo(message.encode());
            } catch (Malformed e) {
                assertThat(e.reason()).isIn(Reason.MALFORMED, Reason.VERSION);
            }
        }
    }

    @Test
    void asManyGrantsAsAreTakenFitADatagram() throws Exception {
        Set<Grant> many = new HashSet<>();
        for (int i = 0; i < Claims.GRANTS_MAX; i++) {
            many.add(new Grant(Grant.Role.READ, Filter.of("air/quantity" + i)));
        }
        assertThat(Claims.fit(many)).isTrue();
        Claims claims = new Claims(65_535, "n".repeat(32), many);
        byte[] message = new Confirm(1, new byte[32], new byte[32], claims).encode();
        assertThat(message).hasSizeLessThanOrEqualTo(PairingMessage.BYTES_MAX);
        assertThat(((Confirm) PairingMessage.decode(message)).claims()).isEqualTo(claims);

        many.add(Grant.of(Grant.Role.ADMIN));
        assertThat(Claims.fit(many)).isFalse();
        assertThat(Claims.fit(Set.of())).isFalse();
    }

    @Test
    void refusesGrantsThatArentWrittenAsItWritesThem() throws Exception {
        assertThat(confirm("monitor", "read:air/*").claims().grants()).hasSize(2);

        for (String[] grants :
                new String[][] {{"read:air/*", "monitor"}, {"read", "read"}, {"read:**"}}) {
            assertThatThrownBy(() -> confirm(grants)).isInstanceOf(Malformed.class);
        }
    }

    private static Confirm confirm(String... grants) throws Malformed {
        ByteBuffer out = ByteBuffer.allocate(PairingMessage.BYTES_MAX);
        out.put((byte) PairingMessage.VERSION).put((byte) 5).putLong(1).put(new byte[64]);
        out.putShort((short) 5684).put((byte) 1).put((byte) 'a').put((byte) grants.length);
        for (String grant : grants) {
            out.put((byte) grant.length()).put(grant.getBytes(UTF_8));
        }
        return (Confirm) PairingMessage.decode(Arrays.copyOf(out.array(), out.position()));
    }

    /** The six messages of a run. */
    private static List<byte[]> run() throws PairingRefused {
        Couple couple = new Couple();
        couple.pair(CODE);
        List<byte[]> messages = new ArrayList<>();
        for (int i = 0; i < couple.asked.size(); i++) {
            messages.add(couple.asked.get(i));
            messages.add(couple.answered.get(i));
        }
        assertThat(messages).hasSize(6);
        return messages;
    }
}
