package io.pipit.discovery.dnssd;

import org.freedesktop.dbus.annotations.DBusInterfaceName;
import org.freedesktop.dbus.exceptions.DBusException;
import org.freedesktop.dbus.interfaces.DBusInterface;
import org.freedesktop.dbus.messages.DBusSignal;
import org.freedesktop.dbus.types.UInt32;

/**
 * {@code org.freedesktop.Avahi.ServiceBrowser} as far as it is needed; the names are D-Bus' own.
 */
@DBusInterfaceName("org.freedesktop.Avahi.ServiceBrowser")
public interface AvahiBrowser extends DBusInterface {
    /**
     * A service, as the signals name it.
     *
     * @param network interface that it was heard on, as the kernel counts
     * @param protocol IPv4 is 0, IPv6 is 1
     */
    record Item(int network, int protocol, String name, String type, String domain) {}

    /** A service is there. */
    class ItemNew extends DBusSignal {
        final Item item;

        public ItemNew(
                String path,
                int network,
                int protocol,
                String name,
                String type,
                String domain,
                UInt32 flags)
                throws DBusException {
            super(path, network, protocol, name, type, domain, flags);
            item = new Item(network, protocol, name, type, domain);
        }
    }

    /** It isn't any more. */
    class ItemRemove extends DBusSignal {
        final Item item;

        public ItemRemove(
                String path,
                int network,
                int protocol,
                String name,
                String type,
                String domain,
                UInt32 flags)
                throws DBusException {
            super(path, network, protocol, name, type, domain, flags);
            item = new Item(network, protocol, name, type, domain);
        }
    }
}
