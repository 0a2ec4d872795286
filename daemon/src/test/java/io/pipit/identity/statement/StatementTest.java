package io.pipit.identity.statement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pipit.model.NodeId;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import java.util.Arrays;
import java.util.Base64;
import org.junit.jupiter.api.Test;

class StatementTest {
    private static final NodeId SHED = NodeId.ofBytes(new byte[16]);

    /** Of subject SHED, number 1764374400000, by a key that was thrown away. */
    private static final String GOLDEN =
            "UElQSVQBAQAAAAAAAAAAAAAAAAAAAAAAAAGazOjMADBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IA"
                    + "BIjW0wQDRFgW/569iHumvzIZmJm2WMCHoIEQHfQwdbHBAwzuwXnf2w/NUOEASbQSrntqUCo3lXcP"
                    + "81lH3UuVDkOQ10yV+Bu6qynkJHcYAbWddE2PVWlNNSYIRaWsT79idHNrBBAvsCNV3yWYY/TE57fI"
                    + "ni1FWpSwASwSnW1Y8z0Y";

    private static KeyPair keys() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        return generator.generateKeyPair();
    }

    @Test
    void aRevocationSaysWhomByWhomAndWhen() throws Exception {
        KeyPair admin = keys();

        Revocation made = Revocation.of(SHED, 42, admin.getPublic(), admin.getPrivate());
        Statement read = Statement.parse(made.bytes());

        assertThat(made.bytes()).hasSize(186);
        assertThat(read).isEqualTo(made).isInstanceOf(Revocation.class);
        assertThat(read.subject()).isEqualTo(SHED);
        assertThat(read.issuer()).isEqualTo(NodeId.of(admin.getPublic()));
        assertThat(read.number()).isEqualTo(42);
    }

    @Test
    void aRotationIsSaidByBothKeys() throws Exception {
        KeyPair before = keys();
        KeyPair after = keys();

        Rotation made = Rotation.of(before, after, 7);
        Rotation read = (Rotation) Statement.parse(made.bytes());

        assertThat(made.bytes()).hasSize(325);
        assertThat(read.subject()).isEqualTo(NodeId.of(before.getPublic()));
        assertThat(read.after()).isEqualTo(NodeId.of(after.getPublic()));
    }

    @Test
    void nobodyHandsAPlaceOverToAKeyThatDoesNotTakeIt() throws Exception {
        KeyPair before = keys();
        KeyPair after = keys();
        byte[] bytes = Rotation.of(before, after, 7).bytes();
        System.arraycopy(bytes, 197, bytes, 261, 64);

        assertThatThrownBy(() -> Statement.parse(bytes)).hasMessageContaining("wrong signature");
    }

    @Test
    void everyByteOfItCounts() throws Exception {
        KeyPair admin = keys();
        byte[] revocation = Revocation.of(SHED, 42, admin.getPublic(), admin.getPrivate()).bytes();
        byte[] rotation = Rotation.of(admin, keys(), 42).bytes();
        for (byte[] good : new byte[][] {revocation, rotation}) {
            for (int i = 0; i < good.length; i++) {
                byte[] bad = good.clone();
                bad[i] ^= 1;
                int at = i;
                assertThatThrownBy(() -> Statement.parse(bad))
                        .as("byte %d", at)
                        .isInstanceOf(StatementException.class);
            }
        }
    }

    @Test
    void whatIsTooShortOrTooLongIsNone() throws Exception {
        KeyPair admin = keys();
        byte[] good = Revocation.of(SHED, 42, admin.getPublic(), admin.getPrivate()).bytes();
        for (int length = 0; length <= 600; length++) {
            byte[] bad = Arrays.copyOf(good, length);
            if (length != good.length) {
                assertThatThrownBy(() -> Statement.parse(bad))
                        .as("%d bytes", length)
                        .isInstanceOf(StatementException.class);
            }
        }
    }

    @Test
    void whatWasWrittenOnceCanBeReadForEver() throws Exception {
        Statement read = Statement.parse(Base64.getDecoder().decode(GOLDEN));

        assertThat(read).isInstanceOf(Revocation.class);
        assertThat(read.subject()).isEqualTo(SHED);
        assertThat(read.number()).isEqualTo(1_764_374_400_000L);
        assertThat(read.issuer()).hasToString("XUDWOF4-JNS3UPJ-XVLXCIM-4ABQYQK");
    }
}
