package io.pipit.http.page;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

class HostsTest {
    private static final InetSocketAddress REACHED =
            new InetSocketAddress(InetAddress.ofLiteral("192.168.1.20"), 8080);

    private final Hosts hosts = new Hosts(InetAddress.ofLiteral("10.0.0.7"));

    @ParameterizedTest
    @ValueSource(
            strings = {
                "localhost",
                "LocalHost:8080",
                "127.0.0.1",
                "127.0.0.1:8080",
                "127.0.0.1:9999",
                "[::1]",
                "[::1]:8080",
                "10.0.0.7:8080",
                "192.168.1.20:8080"
            })
    void letsInWhoAsksByAnAddressOfThisNode(String host) {
        assertThat(hosts.allow(host, REACHED)).isTrue();
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(
            strings = {
                "",
                ":8080",
                "evil.example",
                "evil.example:8080",
                "127.0.0.1.evil.example",
                "localhost.evil.example",
                "localhost:8080:8080",
                "192.168.1.21:8080",
                "[fe80::1]:8080",
                "::1",
                "[::1",
                "[127.0.0.1]x",
                "127.0.0.1@evil.example",
                "0x7f000001",
                "127.1.evil.example",
                "greenhouse.local"
            })
    void refusesEveryOtherName(String host) {
        assertThat(hosts.allow(host, REACHED)).isFalse();
    }

    @Test
    void whereItListensEverywhereTheAddressThatWasReachedCounts() {
        Hosts everywhere = new Hosts(InetAddress.ofLiteral("0.0.0.0"));

        assertThat(everywhere.allow("192.168.1.20", REACHED)).isTrue();
        assertThat(everywhere.allow("192.168.1.21", REACHED)).isFalse();
    }
}
