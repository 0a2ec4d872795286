package io.pipit.discovery.dnssd;

import java.net.InetSocketAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What speaks DNS-SD for this node. Opened, asked and closed by one thread that may wait. */
interface Responder extends AutoCloseable {
    /** What it found, from any thread; must not block. */
    interface Findings {
        /**
         * A service was resolved, perhaps once more.
         *
         * @param service which, among all that this responder finds
         * @param id as its TXT record says; null where it says none
         * @param name likewise
         */
        void found(
                String service,
                @Nullable String id,
                @Nullable String name,
                List<InetSocketAddress> addresses);

        /** It was withdrawn, or wasn't announced again in time. */
        void gone(String service);

        /** Something that can't be understood, or is too much. */
        void refused();
    }

    /** Whether it still works. */
    boolean isAlive();

    /** What it is, for people. */
    @Override
    String toString();

    @Override
    void close();
}
