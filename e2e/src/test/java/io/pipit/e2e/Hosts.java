package io.pipit.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Hosts on two links with a router between them, each a network namespace. Needs root; closed it
 * leaves nothing behind. A host's address is {@code 10.214.LINK.NUMBER}, its interface {@code
 * eth0}.
 */
final class Hosts implements AutoCloseable {
    private static final String ROUTER = "r";

    private final String prefix = "ph" + ProcessHandle.current().pid() % 100_000 + "-";
    private final int[] linkOf;

    /**
     * Skips the test, or fails it where peers are required, if they can't be made here.
     *
     * @param links of each host the link that it is on, 1 or 2; hosts are numbered from 1
     */
    Hosts(int... links) {
        linkOf = links.clone();
        for (String program : List.of("ip", "nft")) {
            Program.needs(program);
        }
        if (Program.run(List.of("ip", "netns", "add", name(ROUTER)), Duration.ofSeconds(10)).exit()
                != 0) {
            Program.skip("network namespaces can't be made here; run it as root");
        }
        inRouter("link", "set", "lo", "up");
        for (int link = 1; link <= 2; link++) {
            inRouter("link", "add", "br" + link, "type", "bridge", "mcast_snooping", "0");
            inRouter("address", "add", "10.214." + link + ".254/24", "dev", "br" + link);
            inRouter("link", "set", "br" + link, "up");
        }
        Program.run(
                        List.of(
                                "ip",
                                "netns",
                                "exec",
                                name(ROUTER),
                                "sysctl",
                                "-qw",
                                "net.ipv4.ip_forward=1"),
                        Duration.ofSeconds(10))
                .hasExit(0);
        for (int host = 1; host <= links.length; host++) {
            String namespace = name(Integer.toString(host));
            run("ip", "netns", "add", namespace);
            inRouter(
                    "link",
                    "add",
                    "port" + host,
                    "type",
                    "veth",
                    "peer",
                    "name",
                    "eth0",
                    "netns",
                    namespace);
            inRouter("link", "set", "port" + host, "master", "br" + links[host - 1], "up");
            run("ip", "-n", namespace, "link", "set", "lo", "up");
            run("ip", "-n", namespace, "address", "add", address(host) + "/24", "dev", "eth0");
            run("ip", "-n", namespace, "link", "set", "eth0", "up");
            route(host);
        }
    }

    private void route(int host) {
        run(
                "ip",
                "-n",
                name(Integer.toString(host)),
                "route",
                "add",
                "default",
                "via",
                "10.214." + linkOf[host - 1] + ".254");
    }

    /** Where a host is. */
    String address(int host) {
        return "10.214." + linkOf[host - 1] + "." + host;
    }

    /** What a command line begins with that is to run on this host. */
    List<String> on(int host) {
        return List.of("ip", "netns", "exec", name(Integer.toString(host)));
    }

    /** A host has no IPv6 from now on. */
    void withoutIpv6(int host) {
        run(
                "ip",
                "netns",
                "exec",
                name(Integer.toString(host)),
                "sysctl",
                "-qw",
                "net.ipv6.conf.all.disable_ipv6=1");
    }

    /** A host has another address from now on, and not the one it had: {@code NUMBER + 100}. */
    String readdress(int host) {
        String namespace = name(Integer.toString(host));
        String to = "10.214." + linkOf[host - 1] + "." + (host + 100);
        run("ip", "-n", namespace, "address", "delete", address(host) + "/24", "dev", "eth0");
        run("ip", "-n", namespace, "address", "add", to + "/24", "dev", "eth0");
        route(host);
        return to;
    }

    /** No multicast for CoAP comes to a host; all else does. */
    void blockMulticast(int host) {
        try {
            Path rules = Files.createTempFile("pipit-e2e", ".nft");
            try {
                Files.writeString(
                        rules,
                        """
                        table inet faults {
                            chain in {
                                type filter hook input priority 0
                                udp dport 5683 drop
                            }
                        }
                        """);
                run(
                        "ip",
                        "netns",
                        "exec",
                        name(Integer.toString(host)),
                        "nft",
                        "-f",
                        rules.toString());
            } finally {
                Files.delete(rules);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void inRouter(String... arguments) {
        var command = new ArrayList<>(List.of("ip", "-n", name(ROUTER)));
        command.addAll(List.of(arguments));
        run(command.toArray(String[]::new));
    }

    private String name(String host) {
        return prefix + host;
    }

    private static void run(String... command) {
        Program.run(List.of(command), Duration.ofSeconds(10)).hasExit(0);
    }

    @Override
    public void close() {
        for (int host = 1; host <= linkOf.length; host++) {
            run("ip", "netns", "delete", name(Integer.toString(host)));
        }
        run("ip", "netns", "delete", name(ROUTER));
    }
}
