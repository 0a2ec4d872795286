package io.pipit.resource.exchange;

import java.util.List;

/**
 * What this node asks of a peer.
 *
 * @param path the Uri-Path options
 * @param query the Uri-Query options, {@code name=value} each
 * @param accept {@link #NONE} where the form of the answer doesn't matter
 * @param contentFormat of the payload, {@link #NONE} without one
 * @param payload of one message
 * @param echo what the peer gave to be sent with the next request, {@link Echo#NONE} without it
 */
public record Asked(
        Request.Method method,
        List<String> path,
        List<String> query,
        int accept,
        int contentFormat,
        byte[] payload,
        byte[] echo) {
    /** No such option. */
    public static final int NONE = Request.NONE;

    private static final byte[] NOTHING = {};

    public Asked {
        path = List.copyOf(path);
        query = List.copyOf(query);
    }

    /** Without an Echo. */
    public Asked(
            Request.Method method,
            List<String> path,
            List<String> query,
            int accept,
            int contentFormat,
            byte[] payload) {
        this(method, path, query, accept, contentFormat, payload, Echo.NONE);
    }

    /** Reads something. */
    public static Asked get(List<String> path, List<String> query, int accept) {
        return new Asked(Request.Method.GET, path, query, accept, NONE, NOTHING);
    }
}
