package io.pipit.discovery.dnssd;

import java.util.List;
import org.freedesktop.dbus.annotations.DBusInterfaceName;
import org.freedesktop.dbus.interfaces.DBusInterface;
import org.freedesktop.dbus.types.UInt16;
import org.freedesktop.dbus.types.UInt32;

/** {@code org.freedesktop.Avahi.EntryGroup} as far as it is needed; the names are D-Bus' own. */
@DBusInterfaceName("org.freedesktop.Avahi.EntryGroup")
@SuppressWarnings("MethodName")
public interface AvahiGroup extends DBusInterface {
    /** One service more. */
    void AddService(
            int network,
            int protocol,
            UInt32 flags,
            String name,
            String type,
            String domain,
            String host,
            UInt16 port,
            List<byte[]> text);

    /** Publishes what was added. */
    void Commit();

    /** Withdraws all, and ends it. */
    void Free();
}
