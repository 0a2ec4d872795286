package io.pipit.resource.exchange;

import java.util.List;

/**
 * What somebody asks of the tree.
 *
 * @param path the Uri-Path options, decoded
 * @param query the Uri-Query options, decoded, {@code name=value} each
 * @param accept the Accept option, {@link #NONE} where there was none
 * @param contentFormat of the payload, {@link #NONE} where it wasn't said
 * @param observe whether the answer should go on as notifications
 * @param caller who
 * @param part which part of a body this is about
 * @param echo what this node gave for that, {@link Echo#NONE} where nothing came back
 */
public record Request(
        Method method,
        List<String> path,
        List<String> query,
        int accept,
        int contentFormat,
        byte[] payload,
        boolean observe,
        Caller caller,
        Part part,
        byte[] echo) {
    /** No such option. */
    public static final int NONE = -1;

    /** CoAP's methods (RFC 7252, section 5.8; RFC 8132 for the last three). */
    public enum Method {
        GET,
        POST,
        PUT,
        DELETE,
        FETCH,
        PATCH,
        IPATCH
    }

    public Request {
        path = List.copyOf(path);
        query = List.copyOf(query);
    }

    /** Of a body in one message. */
    public Request(
            Method method,
            List<String> path,
            List<String> query,
            int accept,
            int contentFormat,
            byte[] payload,
            boolean observe,
            Caller caller) {
        this(method, path, query, accept, contentFormat, payload, observe, caller, Part.NONE);
    }

    /** Without an Echo. */
    public Request(
            Method method,
            List<String> path,
            List<String> query,
            int accept,
            int contentFormat,
            byte[] payload,
            boolean observe,
            Caller caller,
            Part part) {
        this(method, path, query, accept, contentFormat, payload, observe, caller, part, Echo.NONE);
    }
}
