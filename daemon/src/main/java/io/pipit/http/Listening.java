package io.pipit.http;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;

/** The JDK's server with the limits that it has none of by itself. */
public final class Listening {
    /** Who began a request and didn't end it by then is let go: it would hold the others up. */
    private static final int REQUEST_SECONDS_MAX = 5;

    /** Connections of one server, those among them on which nothing is asked. */
    private static final int CONNECTIONS_MAX = 64;

    /** Connections that the kernel keeps until they are taken. */
    private static final int BACKLOG = 8;

    private Listening() {}

    /**
     * Has the address; answers nobody before it is started.
     *
     * @throws IOException where it isn't to be had
     */
    public static HttpServer on(InetSocketAddress address) throws IOException {
        // It reads them once, when its first server is made, and takes them in no other way.
        System.setProperty("sun.net.httpserver.maxReqTime", Integer.toString(REQUEST_SECONDS_MAX));
        System.setProperty("jdk.httpserver.maxConnections", Integer.toString(CONNECTIONS_MAX));
        return HttpServer.create(address, BACKLOG);
    }
}
