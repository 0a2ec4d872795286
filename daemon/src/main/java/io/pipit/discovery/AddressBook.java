package io.pipit.discovery;

import io.pipit.discovery.rung.RungReport;
import io.pipit.identity.DurableFile;
import io.pipit.model.NodeId;
import io.pipit.wire.Document;
import io.pipit.wire.Format;
import io.pipit.wire.WireException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where peers proved to be, kept over restarts in {@code <data-dir>/addresses.json}. Written only
 * when something is different, and then at most once in {@link #WRITE_EVERY_NANOS}, since cards
 * wear out. A file that can't be understood is set aside. Thread-safe; {@link #open} and {@link
 * #write} wait for the disk.
 */
final class AddressBook {
    /** Addresses of one peer: several networks, and a spare one. */
    static final int ADDRESSES_MAX = 3;

    /** Peers in the file. */
    static final int PEERS_MAX = 256;

    /** The first change is written so soon. */
    static final long WRITE_FIRST_NANOS = 10_000_000_000L;

    /** All others wait so long since the one before. */
    static final long WRITE_EVERY_NANOS = 600_000_000_000L;

    private static final int FILE_BYTES_MAX = 1 << 20;
    private static final String FILE_MODE = "rw-r-----";
    private static final String DAMAGED = ".damaged";
    private static final Pattern ADDRESS =
            Pattern.compile("(?:\\[([0-9A-Fa-f:.]+(?:%[\\w.-]+)?)]|([0-9.]+)):([0-9]{1,5})");

    private final Path file;
    private final RungReport report;
    private final Map<NodeId, List<InetSocketAddress>> addresses = new LinkedHashMap<>();
    private boolean changed;
    private long writeNanos;

    private AddressBook(Path file, RungReport report) {
        this.file = file;
        this.report = report;
    }

    /** What is in the folder; nothing where there is no book yet. */
    static AddressBook open(Path dataDirectory, RungReport report, long nowNanos) {
        AddressBook book = new AddressBook(dataDirectory.resolve("addresses.json"), report);
        book.writeNanos = nowNanos + WRITE_FIRST_NANOS;
        try {
            if (Files.size(book.file) > FILE_BYTES_MAX) {
                throw new WireException("larger than " + FILE_BYTES_MAX + " bytes");
            }
            book.read(Document.read(Files.readAllBytes(book.file), Format.JSON));
            report.works("");
        } catch (NoSuchFileException e) {
            report.works("");
        } catch (WireException e) {
            report.refused();
            report.limps(book.setAside(String.valueOf(e.getMessage())));
        } catch (IOException e) {
            report.fails(book.file + " can't be read: " + e);
        }
        return book;
    }

    private String setAside(String why) {
        Path aside = file.resolveSibling(file.getFileName() + DAMAGED);
        try {
            Files.move(file, aside, StandardCopyOption.REPLACE_EXISTING);
            return file
                    + " can't be understood ("
                    + why
                    + ") and was set aside as "
                    + aside
                    + "; a new one is begun";
        } catch (IOException e) {
            return file + " can't be understood (" + why + ") nor set aside: " + e;
        }
    }

    private void read(Document document) throws WireException {
        if (document.get("peers").fields().isEmpty() && document.get("peers").isPresent()) {
            return;
        }
        if (!document.get("peers").isPresent()) {
            throw new WireException("no peers in it");
        }
        for (Map.Entry<String, Document> peer : document.get("peers").fields().entrySet()) {
            NodeId id =
                    NodeId.parse(peer.getKey())
                            .orElseThrow(
                                    () -> new WireException("not a node ID: " + peer.getKey()));
            List<InetSocketAddress> known = new ArrayList<>();
            for (Document item : peer.getValue().items()) {
                String text = item.text("");
                known.add(
                        parse(text)
                                .orElseThrow(() -> new WireException("not an address: " + text)));
                report.cameIn();
            }
            if (addresses.size() < PEERS_MAX) {
                addresses.put(id, known.subList(0, Math.min(ADDRESSES_MAX, known.size())));
            }
        }
    }

    /** An address as {@link #text} writes it; no names. */
    static Optional<InetSocketAddress> parse(String text) {
        Matcher parts = ADDRESS.matcher(text);
        if (!parts.matches()) {
            return Optional.empty();
        }
        int port = Integer.parseInt(parts.group(3));
        String host = parts.group(1) == null ? parts.group(2) : parts.group(1);
        try {
            return port < 1 || port > 65_535
                    ? Optional.empty()
                    : Optional.of(new InetSocketAddress(InetAddress.ofLiteral(host), port));
        } catch (IllegalArgumentException e) {
            // An interface that isn't there just now.
            return Optional.empty();
        }
    }

    /** As in the configuration: {@code 192.168.1.20:5684}, {@code [fe80::1%eth0]:5684}. */
    static String text(InetSocketAddress address) {
        String host = address.getAddress().getHostAddress();
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + address.getPort();
    }

    /** Where this one was, the last place first. */
    synchronized List<InetSocketAddress> of(NodeId peer) {
        return List.copyOf(addresses.getOrDefault(peer, List.of()));
    }

    /** It proved to be there. */
    synchronized void proved(NodeId peer, InetSocketAddress address) {
        List<InetSocketAddress> known = new ArrayList<>(addresses.getOrDefault(peer, List.of()));
        if (!known.isEmpty() && known.getFirst().equals(address)) {
            return;
        }
        known.remove(address);
        known.addFirst(address);
        addresses.put(peer, List.copyOf(known.subList(0, Math.min(ADDRESSES_MAX, known.size()))));
        changed = true;
    }

    /** Only these are of interest. */
    synchronized void know(Collection<NodeId> trusted) {
        changed |= addresses.keySet().retainAll(Set.copyOf(trusted));
    }

    /** Writes it if something is different and it wasn't written of late. */
    void writeWhereDue(long nowNanos) {
        synchronized (this) {
            if (!changed || nowNanos < writeNanos) {
                return;
            }
            writeNanos = nowNanos + WRITE_EVERY_NANOS;
        }
        write();
    }

    /** Writes it if something is different. */
    void write() {
        byte[] content;
        synchronized (this) {
            if (!changed) {
                return;
            }
            changed = false;
            Map<String, Object> peers = new LinkedHashMap<>();
            addresses.forEach((id, known) ->
                    peers.put(id.toString(), known.stream().map(AddressBook::text).toList()));
            content = Document.write(Map.of("peers", peers), Format.JSON);
        }
        try {
            DurableFile.replace(file, content, FILE_MODE);
            report.wentOut();
            report.works("");
        } catch (IOException e) {
            synchronized (this) {
                changed = true;
            }
            report.fails(file + " can't be written: " + e);
        }
    }
}
