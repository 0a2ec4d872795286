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
    /** A service is there. */
    class ItemNew extends DBusSignal {
        /** Of the interface that it was heard on, as the kernel counts. */
        final int network;

        /** IPv4 is 0, IPv6 is 1. */
        final int protocol;

        final String name;
        final String type;
        final String domain;

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
            this.network = network;
            this.protocol = protocol;
            this.name = name;
            this.type = type;
            this.domain = domain;
        }
    }
}
