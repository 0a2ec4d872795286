package io.pipit.discovery.dnssd;

import org.freedesktop.dbus.DBusPath;
import org.freedesktop.dbus.annotations.DBusInterfaceName;
import org.freedesktop.dbus.interfaces.DBusInterface;
import org.freedesktop.dbus.types.UInt32;

/** {@code org.freedesktop.Avahi.Server} as far as it is needed; the names are D-Bus' own. */
@DBusInterfaceName("org.freedesktop.Avahi.Server")
@SuppressWarnings("MethodName")
public interface AvahiServer extends DBusInterface {
    /** Which program and version. */
    String GetVersionString();

    /** A new group of entries, empty. */
    DBusPath EntryGroupNew();

    /** Begins to browse; what it finds comes as signals. */
    DBusPath ServiceBrowserNew(int network, int protocol, String type, String domain, UInt32 flags);

    /** Waits until a service is resolved, or that failed. */
    AvahiResolved ResolveService(
            int network,
            int protocol,
            String name,
            String type,
            String domain,
            int addressProtocol,
            UInt32 flags);
}
