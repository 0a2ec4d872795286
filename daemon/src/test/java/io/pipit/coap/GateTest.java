package io.pipit.coap;

import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.port.TimeSource;
import java.net.InetAddress;
import java.net.UnknownHostException;
import org.junit.jupiter.api.Test;

class GateTest {
    private long nowNanos;

    private final TimeSource time =
            new TimeSource() {
                @Override
                public long monotonicNanos() {
                    return nowNanos;
                }

                @Override
                public long wallMicros() {
                    return 0;
                }

                @Override
                public boolean synchronised() {
                    return false;
                }
            };

    @Test
    void letsABurstThroughAndThenSoManyASecond() throws UnknownHostException {
        Gate gate = new Gate(time, new Gate.Limits(10, 20, 1_000, 1_000));
        InetAddress source = InetAddress.ofLiteral("192.0.2.1");

        assertThat(admitted(gate, source, 100)).isEqualTo(20);
        nowNanos += 1_000_000_000L;
        assertThat(admitted(gate, source, 100)).isEqualTo(10);
    }

    @Test
    void aLoudSourceLeavesRoomForAQuietOne() throws UnknownHostException {
        Gate gate = new Gate(time, new Gate.Limits(10, 20, 10, 30));

        admitted(gate, InetAddress.ofLiteral("192.0.2.1"), 1_000);

        assertThat(admitted(gate, InetAddress.ofLiteral("192.0.2.2"), 100)).isEqualTo(10);
    }

    @Test
    void manySourcesTogetherGetNoMoreThanTheLimitOfAll() throws UnknownHostException {
        Gate gate = new Gate(time, new Gate.Limits(10, 20, 10, 500));
        int admitted = 0;
        for (int i = 0; i < 10_000; i++) {
            byte[] address = {10, 0, (byte) (i >> 8), (byte) i};
            admitted += admitted(gate, InetAddress.getByAddress(address), 1);
        }
        assertThat(admitted).isEqualTo(500);
    }

    @Test
    void takesAnIpv6NetworkAsOneSource() throws UnknownHostException {
        Gate gate = new Gate(time, new Gate.Limits(10, 20, 1_000, 1_000));

        admitted(gate, InetAddress.ofLiteral("2001:db8::1"), 100);

        assertThat(admitted(gate, InetAddress.ofLiteral("2001:db8::2"), 1)).isZero();
        assertThat(admitted(gate, InetAddress.ofLiteral("2001:db8:0:1::2"), 1)).isEqualTo(1);
        assertThat(admitted(gate, InetAddress.ofLiteral("fe80::1"), 30)).isEqualTo(20);
        assertThat(admitted(gate, InetAddress.ofLiteral("fe80::2"), 30)).isEqualTo(20);
    }

    private static int admitted(Gate gate, InetAddress source, int tries) {
        int admitted = 0;
        for (int i = 0; i < tries; i++) {
            admitted += gate.admits(source) ? 1 : 0;
        }
        return admitted;
    }
}
