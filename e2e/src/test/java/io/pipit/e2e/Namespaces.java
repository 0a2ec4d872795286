package io.pipit.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * Two network namespaces and a cable between them that can lose datagrams. Needs root; closed it
 * leaves nothing behind.
 */
final class Namespaces implements AutoCloseable {
    private static final int LOST_ALL = 100;

    /** The addresses of both ends of the cable. */
    static final List<String> ADDRESSES = List.of("10.213.77.1", "10.213.77.2");

    private final String prefix = "pt" + ProcessHandle.current().pid() % 100_000 + "-";

    /** Skips the test, or fails it where peers are required, if they can't be made here. */
    Namespaces() {
        for (String program : List.of("ip", "nft")) {
            Program.needs(program);
        }
        if (Program.run(List.of("ip", "netns", "add", name(0)), Duration.ofSeconds(10)).exit()
                != 0) {
            Program.skip("network namespaces can't be made here; run it as root");
        }
        run("ip", "netns", "add", name(1));
        run(
                "ip", "link", "add", "cable0", "netns", name(0), "type", "veth", "peer", "name",
                "cable1", "netns", name(1));
        for (int side = 0; side < 2; side++) {
            String cable = "cable" + side;
            run(
                    "ip",
                    "-n",
                    name(side),
                    "address",
                    "add",
                    ADDRESSES.get(side) + "/24",
                    "dev",
                    cable);
            run("ip", "-n", name(side), "link", "set", cable, "up");
            run("ip", "-n", name(side), "link", "set", "lo", "up");
        }
    }

    /** What a command line begins with that is to run on this side, 0 or 1. */
    List<String> on(int side) {
        return List.of("ip", "netns", "exec", name(side));
    }

    /** Of what comes to either side this share doesn't arrive, in percent. */
    void lose(int percent) {
        String rule = percent == LOST_ALL ? "drop" : "numgen random mod 100 < " + percent + " drop";
        heal();
        filter(0, rule);
        filter(1, rule);
    }

    /** No UDP comes to these sides, each 0 or 1; all else does. */
    void blockUdp(int... sides) {
        heal();
        for (int side : sides) {
            filter(side, "ip protocol udp drop");
        }
    }

    private void filter(int side, String rule) {
        nft(
                side,
                """
                table netdev faults {
                    chain in {
                        type filter hook ingress device cable%d priority 0
                        %s
                    }
                }
                """
                        .formatted(side, rule));
    }

    /** Every TCP connection of this side is reset, and none comes about, until {@link #heal}. */
    void resetTcp(int side) {
        heal();
        nft(
                side,
                """
                table inet resets {
                    chain in {
                        type filter hook input priority 0
                        meta l4proto tcp reject with tcp reset
                    }
                }
                """);
    }

    /** This side has another address from now on, and not the one it had. */
    void readdress(int side, String from, String to) {
        String cable = "cable" + side;
        // In this order: with a first address all others of its network go.
        run("ip", "-n", name(side), "address", "delete", from + "/24", "dev", cable);
        run("ip", "-n", name(side), "address", "add", to + "/24", "dev", cable);
    }

    /** How many bytes came to this side so far, as its interface counts them. */
    long bytesInto(int side) {
        String file = "/sys/class/net/cable" + side + "/statistics/rx_bytes";
        return Long.parseLong(
                Program.run(
                                List.of("ip", "netns", "exec", name(side), "cat", file),
                                Duration.ofSeconds(10))
                        .hasExit(0)
                        .text()
                        .strip());
    }

    /** Nothing arrives. */
    void cut() {
        lose(LOST_ALL);
    }

    /** All arrives. */
    void heal() {
        for (int side = 0; side < 2; side++) {
            // Declared first, since what isn't there can't be deleted.
            nft(side, "table netdev faults {}\ndelete table netdev faults\n");
            nft(side, "table inet resets {}\ndelete table inet resets\n");
        }
    }

    private void nft(int side, String rules) {
        try {
            Path file = Files.createTempFile("pipit-e2e", ".nft");
            try {
                Files.writeString(file, rules);
                run("ip", "netns", "exec", name(side), "nft", "-f", file.toString());
            } finally {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String name(int side) {
        return prefix + side;
    }

    private static void run(String... command) {
        Program.run(List.of(command), Duration.ofSeconds(10)).hasExit(0);
    }

    @Override
    public void close() {
        run("ip", "netns", "delete", name(0));
        run("ip", "netns", "delete", name(1));
    }
}
