package io.pipit.coap.door;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class AddressesTest {
    private final AtomicInteger forgotten = new AtomicInteger();
    private final Addresses<String> addresses = new Addresses<>(3, forgotten::incrementAndGet);

    private static InetSocketAddress address(int port) {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }

    private boolean contains(int port) {
        return addresses.contains(InetAddress.getLoopbackAddress(), port);
    }

    @Test
    void theOneThatWasPutInFirstMakesWay() {
        for (int port : new int[] {1, 2, 3}) {
            addresses.put(address(port), "a");
        }
        addresses.put(address(1), "b");
        addresses.put(address(4), "c");

        assertThat(contains(2)).isFalse();
        assertThat(addresses.get(address(1))).isEqualTo("b");
        assertThat(contains(4)).isTrue();
        assertThat(addresses.size()).isEqualTo(3);
        assertThat(forgotten).hasValue(1);
    }

    @Test
    void takesOutWhatIsKnownOfSomebodyAlone() {
        addresses.put(address(1), "a");
        addresses.put(address(2), "b");
        addresses.remove(address(1), "b");
        assertThat(contains(1)).isTrue();
        addresses.removeAll("a");
        assertThat(contains(1)).isFalse();
        assertThat(addresses.remove(address(2))).isEqualTo("b");
        assertThat(contains(2)).isFalse();
        assertThat(forgotten).hasValue(0);
    }
}
