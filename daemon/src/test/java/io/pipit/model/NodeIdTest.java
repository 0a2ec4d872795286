package io.pipit.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.PublicKey;
import java.util.Locale;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NodeIdTest {
    private static final String ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

    // Computed by an independent program from the SHA-256 of "a key for tests".
    private static final String TEXT = "VLREQSM-EFVYIFN-TPK7HIE-4F5AQUV";

    private static NodeId id(byte[] encodedKey) {
        return NodeId.of(new Key(encodedKey));
    }

    @SuppressWarnings("serial") // never written
    private record Key(byte[] encoded) implements PublicKey {
        @Override
        public String getAlgorithm() {
            return "none";
        }

        @Override
        public String getFormat() {
            return "X.509";
        }

        @Override
        public byte[] getEncoded() {
            return encoded.clone();
        }
    }

    private static NodeId random(Random random) {
        byte[] key = new byte[40];
        random.nextBytes(key);
        return id(key);
    }

    @Test
    void isTheHashOfTheKey() {
        assertThat(id("a key for tests".getBytes(java.nio.charset.StandardCharsets.US_ASCII)))
                .hasToString(TEXT);
    }

    @Test
    void readsWhatItWroteHoweverItWasTyped() {
        Random random = new Random(1);
        for (int i = 0; i < 2_000; i++) {
            NodeId id = random(random);
            String text = id.toString();
            assertThat(text).matches("([A-Z2-7]{7}-){3}[A-Z2-7]{7}");
            assertThat(NodeId.parse(text)).contains(id);
            assertThat(NodeId.parse(text.toLowerCase(Locale.ROOT).replace("-", ""))).contains(id);
            assertThat(NodeId.parse(text).orElseThrow().toBytes()).isEqualTo(id.toBytes());
        }
    }

    @Test
    void everySingleWrongCharacterIsFound() {
        Random random = new Random(2);
        for (int i = 0; i < 200; i++) {
            String good = random(random).toString().replace("-", "");
            for (int at = 0; at < good.length(); at++) {
                for (int digit = 0; digit < ALPHABET.length(); digit++) {
                    char c = ALPHABET.charAt(digit);
                    if (c != good.charAt(at)) {
                        String bad = good.substring(0, at) + c + good.substring(at + 1);
                        assertThat(NodeId.parse(bad)).as("%s for %s", bad, good).isEmpty();
                    }
                }
            }
        }
    }

    @Test
    void everyPairThatChangedPlacesIsFound() {
        Random random = new Random(3);
        for (int i = 0; i < 2_000; i++) {
            String good = random(random).toString().replace("-", "");
            for (int at = 0; at + 1 < good.length(); at++) {
                char first = good.charAt(at);
                char second = good.charAt(at + 1);
                if (first != second) {
                    String bad = good.substring(0, at) + second + first + good.substring(at + 2);
                    assertThat(NodeId.parse(bad)).as("%s for %s", bad, good).isEmpty();
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "-",
                "VLREQSM-EFVYIFN-TPK7HIE-4F5AQU",
                "VLREQSM-EFVYIFN-TPK7HIE-4F5AQUVA",
                "VLREQSM-EFVYIFN-TPK7HIE-4F5AQU1",
                "VLREQSM EFVYIFN TPK7HIE 4F5AQUV",
                "VLREQSM-EFVYIFN-TPK7HIE-4F5AQU\u00b5",
                "\u0131LREQSM-EFVYIFN-TPK7HIE-4F5AQUV",
            })
    void whatIsNoIdIsNotRead(String text) {
        assertThat(NodeId.parse(text)).isEmpty();
    }

    @Test
    void isOrderedAsItsBytesAreWithoutSign() {
        Random random = new Random(4);
        for (int i = 0; i < 500; i++) {
            NodeId a = random(random);
            NodeId b = random(random);
            int expected =
                    IntStream.range(0, 16)
                            .map(at -> (a.toBytes()[at] & 0xff) - (b.toBytes()[at] & 0xff))
                            .filter(d -> d != 0)
                            .findFirst()
                            .orElse(0);
            assertThat(Integer.signum(a.compareTo(b))).isEqualTo(Integer.signum(expected));
            assertThat(a.equals(b)).isEqualTo(expected == 0);
        }
    }

    @Test
    void nobodyCanChangeItsBytes() {
        NodeId id = NodeId.parse(TEXT).orElseThrow();
        id.toBytes()[0]++;

        assertThat(id).isEqualTo(NodeId.parse(TEXT).orElseThrow()).hasToString(TEXT);
        assertThat(id.hashCode()).isEqualTo(NodeId.parse(TEXT).orElseThrow().hashCode());
    }
}
