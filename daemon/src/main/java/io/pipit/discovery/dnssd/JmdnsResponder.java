package io.pipit.discovery.dnssd;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;
import javax.jmdns.JmDNS;
import javax.jmdns.ServiceEvent;
import javax.jmdns.ServiceInfo;
import javax.jmdns.ServiceListener;

/** DNS-SD by this program itself, on one address of each interface, where no Avahi runs. */
final class JmdnsResponder implements Responder {
    private static final String TYPE = Instance.TYPE + ".local.";

    /** It warns of whatever odd packet comes along; kept here, since loggers are collected. */
    private static final Logger LIBRARY = Logger.getLogger("javax.jmdns");

    private final List<JmDNS> responders = new ArrayList<>();
    private final Findings findings;

    private JmdnsResponder(Findings findings) {
        this.findings = findings;
    }

    /**
     * Publishes and browses there.
     *
     * @throws IOException where none of them can be used, and why
     */
    static JmdnsResponder open(List<InetAddress> addresses, Instance instance, Findings findings)
            throws IOException {
        LIBRARY.setLevel(Level.SEVERE);
        JmdnsResponder made = new JmdnsResponder(findings);
        IOException refused = null;
        for (InetAddress address : addresses) {
            try {
                // A host name of its own: the machine's may be what the node is called.
                JmDNS responder = JmDNS.create(address, instance.host());
                made.responders.add(responder);
                responder.registerService(
                        ServiceInfo.create(
                                TYPE, instance.name(), instance.port(), 0, 0, instance.text()));
                responder.addServiceListener(TYPE, made.new Listener());
            } catch (IOException e) {
                refused = e;
            }
        }
        if (refused != null && made.responders.isEmpty()) {
            throw refused;
        }
        return made;
    }

    private final class Listener implements ServiceListener {
        @Override
        public void serviceAdded(ServiceEvent event) {
            event.getDNS().requestServiceInfo(event.getType(), event.getName());
        }

        @Override
        public void serviceRemoved(ServiceEvent event) {
            findings.gone(service(event));
        }

        @Override
        public void serviceResolved(ServiceEvent event) {
            ServiceInfo info = event.getInfo();
            findings.found(
                    service(event),
                    info.getPropertyString(Instance.ID),
                    info.getPropertyString(Instance.NAME),
                    Stream.of(info.getInetAddresses())
                            .map(address -> new InetSocketAddress(address, info.getPort()))
                            .toList());
        }
    }

    /** The same name may be on several interfaces. */
    private static String service(ServiceEvent event) {
        return event.getName() + " by " + System.identityHashCode(event.getDNS());
    }

    @Override
    public boolean isAlive() {
        return true;
    }

    @Override
    public String toString() {
        return "jmdns, since no Avahi runs here";
    }

    @Override
    public void close() {
        for (JmDNS responder : responders) {
            try {
                responder.close();
            } catch (IOException e) {
                findings.refused();
            }
        }
    }
}
