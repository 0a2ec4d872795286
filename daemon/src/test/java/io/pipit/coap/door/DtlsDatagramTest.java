package io.pipit.coap.door;

import static io.pipit.coap.door.DtlsDatagram.Kind.CONNECTION_ID;
import static io.pipit.coap.door.DtlsDatagram.Kind.HELLO;
import static io.pipit.coap.door.DtlsDatagram.Kind.HELLO_WITH_COOKIE;
import static io.pipit.coap.door.DtlsDatagram.Kind.MALFORMED;
import static io.pipit.coap.door.DtlsDatagram.Kind.OTHER;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;

class DtlsDatagramTest {
    private static final String RANDOM = "ab".repeat(32);
    private static final String OFFER = "0002c02b0100" + "0006" + "000b00020100";

    private static byte[] hex(String... parts) {
        return HexFormat.of().parseHex(String.join("", parts).replace(" ", ""));
    }

    private static String hello(String body) {
        int bytes = body.length() / 2;
        return "01%06x0000000000%06x".formatted(bytes, bytes) + body;
    }

    private static byte[] record(String message) {
        return hex("16fefd0000000000000000%04x".formatted(message.length() / 2), message);
    }

    private static DtlsDatagram.Kind kind(byte[] bytes) {
        // As it lies in a receiver's buffer.
        byte[] buffer = new byte[2_048];
        System.arraycopy(bytes, 0, buffer, 100, bytes.length);
        return DtlsDatagram.of(buffer, 100, bytes.length, 6);
    }

    @Test
    void knowsAHelloAndOneWithACookie() {
        String head = "fefd" + RANDOM + "00";
        assertThat(kind(record(hello(head + "00" + OFFER)))).isEqualTo(HELLO);
        assertThat(kind(record(hello(head + "20" + "cd".repeat(32) + OFFER))))
                .isEqualTo(HELLO_WITH_COOKIE);
        String resumed = "fefd" + RANDOM + "20" + "ee".repeat(32);
        assertThat(kind(record(hello(resumed + "00" + OFFER)))).isEqualTo(HELLO);
    }

    @Test
    void aHelloThatIsSmallerThanItsAnswerIsMalformed() {
        String head = "fefd" + RANDOM;
        assertThat(kind(record(hello(head)))).isEqualTo(MALFORMED);
        assertThat(kind(record(hello(head + "00")))).isEqualTo(MALFORMED);
        byte[] least = record(hello(head + "0000"));
        assertThat(kind(least)).isEqualTo(HELLO);
        assertThat(least.length).isGreaterThanOrEqualTo(DtlsDatagram.HELLO_VERIFY_BYTES);
    }

    @Test
    void aHelloThatIsCutOrFragmentedOrNotAloneIsMalformed() {
        byte[] whole = record(hello("fefd" + RANDOM + "0000" + OFFER));
        for (int i = 0; i < whole.length; i++) {
            assertThat(kind(Arrays.copyOf(whole, i))).isEqualTo(MALFORMED);
        }
        byte[] fragment = whole.clone();
        fragment[13 + 8] = 1;
        assertThat(kind(fragment)).isEqualTo(MALFORMED);
        byte[] two = Arrays.copyOf(whole, 2 * whole.length);
        System.arraycopy(whole, 0, two, whole.length, whole.length);
        assertThat(kind(two)).isEqualTo(MALFORMED);
    }

    @Test
    void aHelloBehindAnotherRecordIsMalformed() {
        String alert = "15fefd0000000000000001" + "0002" + "0100";
        byte[] hello = record(hello("fefd" + RANDOM + "0000" + OFFER));
        assertThat(kind(hex(alert, HexFormat.of().formatHex(hello)))).isEqualTo(MALFORMED);
        assertThat(kind(hex(alert, alert))).isEqualTo(OTHER);
    }

    @Test
    void aCookieThatNoNodeGaveIsMalformed() {
        String head = "fefd" + RANDOM + "00";
        assertThat(kind(record(hello(head + "01" + "cd" + OFFER)))).isEqualTo(MALFORMED);
        assertThat(kind(record(hello(head + "ff" + OFFER)))).isEqualTo(MALFORMED);
        assertThat(kind(record(hello("fefd" + RANDOM + "ff" + OFFER)))).isEqualTo(MALFORMED);
    }

    @Test
    void knowsWhatBelongsToSessions() {
        ConnectionIds ids = new ConnectionIds(6);
        byte[] id = hex("010203040506");
        byte[] bytes = hex("19fefd0001000000000007", "010203040506", "0010", "00".repeat(16));
        assertThat(kind(bytes)).isEqualTo(CONNECTION_ID);
        assertThat(DtlsDatagram.isOurs(bytes, 0, ids)).isFalse();
        ids.add(id);
        ids.add(hex("f10203040506"));
        ids.add(hex("000000000001"));
        assertThat(DtlsDatagram.isOurs(bytes, 0, ids)).isTrue();
        for (int i = 0; i < bytes.length; i++) {
            assertThat(kind(Arrays.copyOf(bytes, i))).isEqualTo(MALFORMED);
        }
        ids.remove(id);
        assertThat(DtlsDatagram.isOurs(bytes, 0, ids)).isFalse();
        assertThat(kind(hex("17fefd0001000000000007", "0010", "00".repeat(16)))).isEqualTo(OTHER);
        assertThat(kind(hex("16fefd0000000000000001", "000c", "10" + "00".repeat(11))))
                .isEqualTo(OTHER);
    }

    @Test
    void whatIsNotDtlsIsMalformed() {
        assertThat(kind(hex("44011234"))).isEqualTo(MALFORMED);
        assertThat(kind(hex("18fefd0001000000000007", "0001", "00"))).isEqualTo(MALFORMED);
        assertThat(kind(hex("17feff0001000000000007", "0001", "00"))).isEqualTo(MALFORMED);
        assertThat(kind(hex("17fefd0002000000000007", "0001", "00"))).isEqualTo(MALFORMED);
        assertThat(kind(hex("16030100c8010000c40303"))).isEqualTo(MALFORMED);
    }

    @Test
    void neverReadsBeyondADatagram() {
        Random random = new Random(3);
        for (int i = 0; i < 200_000; i++) {
            byte[] bytes = new byte[random.nextInt(80)];
            random.nextBytes(bytes);
            if (bytes.length > 16) {
                byte[] head = hex("16fefd000000000000000000");
                System.arraycopy(head, 0, bytes, 0, 12);
                bytes[12] = (byte) (bytes.length - 13);
                bytes[13] = (byte) random.nextInt(3);
            }
            // Without anything behind it.
            DtlsDatagram.of(bytes, 0, bytes.length, 6);
        }
    }

    @Test
    void makesNoObjectsForADatagramOfAStranger() throws UnknownHostException {
        InetAddress source = InetAddress.ofLiteral("192.0.2.1");
        SourceTable table = new SourceTable(2, 10, 1, 0);
        Addresses<String> peers = new Addresses<>(10, () -> {});
        peers.put(new InetSocketAddress(InetAddress.ofLiteral("192.0.2.2"), 1), "peer");
        ConnectionIds ids = new ConnectionIds(6);
        Crowd crowd = new Crowd(1, 0);
        byte[] bytes = record(hello("fefd" + RANDOM + "0000" + OFFER));
        byte[] record = hex("19fefd0001000000000007", "010203040506", "0010", "00".repeat(16));
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        long least = Long.MAX_VALUE;
        // The first time classes are loaded.
        for (int round = 0; round < 3; round++) {
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < 1_000; i++) {
                DtlsDatagram.of(bytes, 0, bytes.length, 6);
                DtlsDatagram.isOurs(record, 0, ids);
                peers.contains(source, 5_684);
                table.take(Hashes.source(source), i);
                crowd.mayBegin(1, DtlsDatagram.fingerprint(bytes, 0), 20, 0, i);
            }
            least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
        }
        assertThat(least).isLessThan(1_000);
    }
}
