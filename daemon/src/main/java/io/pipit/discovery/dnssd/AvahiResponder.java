package io.pipit.discovery.dnssd;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.freedesktop.dbus.connections.impl.DBusConnection;
import org.freedesktop.dbus.connections.impl.DBusConnectionBuilder;
import org.freedesktop.dbus.exceptions.DBusException;
import org.freedesktop.dbus.exceptions.DBusExecutionException;
import org.freedesktop.dbus.interfaces.DBus;
import org.freedesktop.dbus.types.UInt16;
import org.freedesktop.dbus.types.UInt32;
import org.jspecify.annotations.Nullable;

/**
 * DNS-SD by the machine's Avahi, over the system's D-Bus: a second responder beside it would make
 * both unreliable.
 */
final class AvahiResponder implements Responder {
    /** What goes wrong is said by the rung; kept here, since loggers are collected. */
    private static final Logger LIBRARY = Logger.getLogger("org.freedesktop.dbus");

    private static final String AVAHI = "org.freedesktop.Avahi";
    private static final int ANY = -1;
    private static final UInt32 NO_FLAGS = new UInt32(0);
    private static final String EVERY_DOMAIN = "";
    private static final String OWN_HOST = "";

    private final DBusConnection bus;
    private final AvahiServer server;
    private final String owner;
    private final Executor executor;
    private final Findings findings;
    private @Nullable AvahiGroup group;

    private AvahiResponder(
            DBusConnection bus,
            AvahiServer server,
            String owner,
            Executor executor,
            Findings findings) {
        this.bus = bus;
        this.server = server;
        this.owner = owner;
        this.executor = executor;
        this.findings = findings;
    }

    /**
     * Publishes and browses by Avahi; null where there is none at present.
     *
     * @param address of the bus
     * @param executor where services are resolved, one after the other; it may be waited on there
     * @throws IOException where the bus or Avahi refuses, and why
     */
    static @Nullable AvahiResponder open(
            String address, Instance instance, Executor executor, Findings findings)
            throws IOException {
        LIBRARY.setLevel(Level.SEVERE);
        DBusConnection bus = null;
        AvahiResponder opened = null;
        try {
            bus =
                    DBusConnectionBuilder.forAddress(address)
                            .withShared(false)
                            .receivingThreadConfig()
                            .withSignalThreadCount(1)
                            .withErrorHandlerThreadCount(1)
                            .withMethodCallThreadCount(1)
                            .withMethodReturnThreadCount(1)
                            .connectionConfig()
                            .build();
            DBus names =
                    bus.getRemoteObject(
                            "org.freedesktop.DBus", "/org/freedesktop/DBus", DBus.class);
            // Asking Avahi itself would start it where it is only installed.
            if (names.NameHasOwner(AVAHI)) {
                AvahiServer server = bus.getRemoteObject(AVAHI, "/", AvahiServer.class);
                AvahiResponder made =
                        new AvahiResponder(
                                bus, server, names.GetNameOwner(AVAHI), executor, findings);
                made.publish(instance);
                made.browse();
                opened = made;
            }
            return opened;
        } catch (DBusException | DBusExecutionException e) {
            throw new IOException(e.getMessage() == null ? e.toString() : e.getMessage(), e);
        } finally {
            if (opened == null && bus != null) {
                bus.disconnect();
            }
        }
    }

    /** Whether Avahi runs. */
    static boolean isThere(String address) throws IOException {
        try (DBusConnection bus =
                DBusConnectionBuilder.forAddress(address).withShared(false).build()) {
            return bus.getRemoteObject("org.freedesktop.DBus", "/org/freedesktop/DBus", DBus.class)
                    .NameHasOwner(AVAHI);
        } catch (DBusException | DBusExecutionException e) {
            throw new IOException(e.getMessage() == null ? e.toString() : e.getMessage(), e);
        }
    }

    private void publish(Instance instance) throws DBusException {
        AvahiGroup made =
                bus.getRemoteObject(AVAHI, server.EntryGroupNew().getPath(), AvahiGroup.class);
        List<byte[]> text =
                instance.text().entrySet().stream()
                        .map(one -> (one.getKey() + "=" + one.getValue()).getBytes(UTF_8))
                        .toList();
        made.AddService(
                ANY,
                ANY,
                NO_FLAGS,
                instance.name(),
                Instance.TYPE,
                EVERY_DOMAIN,
                OWN_HOST,
                new UInt16(instance.port()),
                text);
        made.Commit();
        group = made;
    }

    private void browse() throws DBusException {
        // Before it browses, since the first signals come at once.
        var _ = bus.addSigHandler(AvahiBrowser.ItemNew.class, signal -> appeared(signal.item));
        var _ = bus.addSigHandler(AvahiBrowser.ItemRemove.class, signal -> left(signal.item));
        var _ = server.ServiceBrowserNew(ANY, ANY, Instance.TYPE, EVERY_DOMAIN, NO_FLAGS);
    }

    private void appeared(AvahiBrowser.Item item) {
        try {
            executor.execute(() -> resolve(item));
        } catch (RejectedExecutionException e) {
            findings.refused();
        }
    }

    private void left(AvahiBrowser.Item item) {
        try {
            // Behind what is still to be resolved of it.
            executor.execute(() -> findings.gone(item.toString()));
        } catch (RejectedExecutionException e) {
            findings.gone(item.toString());
        }
    }

    private void resolve(AvahiBrowser.Item item) {
        try {
            AvahiResolved service =
                    server.ResolveService(
                            item.network(),
                            item.protocol(),
                            item.name(),
                            item.type(),
                            item.domain(),
                            item.protocol(),
                            NO_FLAGS);
            findings.found(
                    item.toString(),
                    value(service.text, Instance.ID),
                    value(service.text, Instance.NAME),
                    List.of(
                            new InetSocketAddress(
                                    address(service.address, service.network),
                                    service.port.intValue())));
        } catch (RuntimeException | IOException e) {
            // It went before it was resolved, or says what can't be.
            findings.refused();
        }
    }

    /** A link-local address of IPv6 is none without its interface. */
    private static InetAddress address(String literal, int network) throws IOException {
        InetAddress address = InetAddress.ofLiteral(literal);
        return address instanceof Inet6Address && address.isLinkLocalAddress()
                ? Inet6Address.getByAddress(null, address.getAddress(), network)
                : address;
    }

    private static @Nullable String value(List<List<Byte>> text, String key) {
        for (List<Byte> item : text) {
            ByteBuffer bytes = ByteBuffer.allocate(item.size());
            item.forEach(bytes::put);
            String pair = new String(bytes.array(), UTF_8);
            if (pair.startsWith(key + "=")) {
                return pair.substring(key.length() + 1);
            }
        }
        return null;
    }

    @Override
    public boolean isAlive() {
        try {
            // Whoever restarted forgot what was published: its name has another owner then.
            return bus.isConnected() && owner.equals(bus.getDBusOwnerName(AVAHI));
        } catch (DBusExecutionException e) {
            return false;
        }
    }

    @Override
    public String toString() {
        return "Avahi";
    }

    @Override
    public void close() {
        try {
            if (group != null && bus.isConnected()) {
                group.Free();
            }
        } catch (DBusExecutionException e) {
            // Avahi is gone, and what it published with it.
            group = null;
        } finally {
            bus.disconnect();
        }
    }
}
