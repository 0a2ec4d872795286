package io.pipit.discovery.dnssd;

import java.util.List;
import org.freedesktop.dbus.Tuple;
import org.freedesktop.dbus.annotations.Position;
import org.freedesktop.dbus.types.UInt16;
import org.freedesktop.dbus.types.UInt32;

/** What Avahi answers when it has resolved a service. */
public final class AvahiResolved extends Tuple {
    @Position(0)
    final int network;

    @Position(1)
    final int protocol;

    @Position(2)
    final String name;

    @Position(3)
    final String type;

    @Position(4)
    final String domain;

    @Position(5)
    final String host;

    @Position(6)
    final int addressProtocol;

    @Position(7)
    final String address;

    @Position(8)
    final UInt16 port;

    @Position(9)
    final List<List<Byte>> text;

    @Position(10)
    final UInt32 flags;

    public AvahiResolved(
            int network,
            int protocol,
            String name,
            String type,
            String domain,
            String host,
            int addressProtocol,
            String address,
            UInt16 port,
            List<List<Byte>> text,
            UInt32 flags) {
        this.network = network;
        this.protocol = protocol;
        this.name = name;
        this.type = type;
        this.domain = domain;
        this.host = host;
        this.addressProtocol = addressProtocol;
        this.address = address;
        this.port = port;
        this.text = text;
        this.flags = flags;
    }
}
