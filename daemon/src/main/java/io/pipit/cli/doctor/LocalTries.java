package io.pipit.cli.doctor;

import io.pipit.config.Configuration;
import io.pipit.config.text.HostPort;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.MulticastSocket;
import java.net.NetworkInterface;
import java.net.ServerSocket;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** What this process can try by itself: the key, the folders, the ports, multicast. One thread. */
final class LocalTries {
    private static final String KEY_MODE = "rw-------";

    /** "All CoAP nodes" (RFC 7252, section 12.8). */
    private static final String GROUP = "224.0.1.187";

    private static final int GROUP_PORT = 5_683;
    private static final String USER = System.getProperty("user.name");

    private final Configuration configuration;

    LocalTries(Configuration configuration) {
        this.configuration = configuration;
    }

    /** Whether the key is there, and nobody else's to read. */
    List<Finding> key() {
        Path key = configuration.node().dataDir().resolve("identity").resolve("key.pem");
        try {
            Set<PosixFilePermission> found = Files.getPosixFilePermissions(key);
            if (PosixFilePermissions.fromString(KEY_MODE).containsAll(found)) {
                return List.of(Finding.ok("key", "key", key + " is its owner's alone"));
            }
            return List.of(
                    Finding.failed(
                            "key",
                            "key",
                            key
                                    + " is open to others ("
                                    + PosixFilePermissions.toString(found)
                                    + ")",
                            "'chmod 600 "
                                    + key
                                    + "'; others may have copied it: 'pipit id rotate'"));
        } catch (IOException e) {
            // Not there yet, or not this user's to see: the daemon makes and minds it.
            return List.of();
        }
    }

    /** Whether the folders are there, or can be made. */
    List<Finding> folders() {
        return List.of(
                folder("data-dir", configuration.node().dataDir()),
                folder("run-dir", configuration.node().runDir()));
    }

    private static Finding folder(String key, Path folder) {
        Path there = folder;
        while (there != null && !Files.exists(there)) {
            there = there.getParent();
        }
        if (there != null && Files.isDirectory(there) && Files.isWritable(there)) {
            return Finding.ok(
                    "folder",
                    key,
                    folder + (there.equals(folder) ? " can be written" : " can be made"));
        }
        return Finding.failed(
                "folder",
                key,
                there + " can't be written by " + USER,
                "'chown pipit " + folder + "', or run this as the user that pipit runs as");
    }

    /** Whether somebody else has the ports. */
    List<Finding> ports() {
        List<Finding> all = new ArrayList<>();
        for (HostPort at : configuration.coap().listen()) {
            all.add(port(at));
        }
        all.add(port(configuration.coap().monitor()));
        return all;
    }

    private static Finding port(HostPort at) {
        String what = "port " + at;
        try {
            InetAddress host = InetAddress.getByName(at.host());
            try (DatagramSocket _ = new DatagramSocket(new InetSocketAddress(host, at.port()));
                    ServerSocket _ = new ServerSocket(at.port(), 1, host)) {
                return Finding.ok("port", what, "free over UDP and TCP");
            }
        } catch (IOException e) {
            return Finding.failed(
                    "port",
                    what,
                    String.valueOf(e.getMessage()),
                    "'ss -lunt' shows who has it; or give pipit another one in [coap]");
        }
    }

    /** Whether this machine can join the group that nodes find each other by. */
    List<Finding> multicast() {
        List<Finding> all = new ArrayList<>();
        try {
            InetAddress group = InetAddress.getByName(GROUP);
            for (NetworkInterface each :
                    NetworkInterface.networkInterfaces().filter(LocalTries::isMulticast).toList()) {
                all.add(joined(each, group));
            }
        } catch (IOException e) {
            all.add(
                    Finding.failed(
                            "discovery",
                            "multicast",
                            "the network interfaces can't be listed: " + e.getMessage(),
                            "run this as the user that pipit runs as"));
        }
        return all;
    }

    private static boolean isMulticast(NetworkInterface each) {
        try {
            return each.isUp()
                    && each.supportsMulticast()
                    && each.getInetAddresses().hasMoreElements();
        } catch (SocketException e) {
            return false;
        }
    }

    private static Finding joined(NetworkInterface each, InetAddress group) {
        String what = "multicast on " + each.getName();
        try (MulticastSocket socket = new MulticastSocket(0)) {
            InetSocketAddress to = new InetSocketAddress(group, GROUP_PORT);
            socket.joinGroup(to, each);
            socket.leaveGroup(to, each);
            return Finding.ok("discovery", what, "joined " + GROUP);
        } catch (IOException e) {
            return new Finding(
                    "discovery",
                    what,
                    Finding.DOUBTFUL,
                    GROUP + " can't be joined: " + e.getMessage(),
                    "nodes on this network are found by DNS-SD or an address in [[peer]] only");
        }
    }
}
