package io.pipit.cli.client;

import io.pipit.wire.Frame;
import io.pipit.wire.Options;
import java.util.Arrays;
import java.util.List;

/**
 * A request to the daemon.
 *
 * @param code of {@link Frame}: GET, PUT and so on
 * @param path {@code sensors/air}
 * @param query {@code name=value} each
 * @param accept content-format of the answer, -1 where it doesn't matter
 * @param contentFormat of the payload, -1 where there is none
 */
public record Ask(
        int code,
        String path,
        List<String> query,
        int accept,
        int contentFormat,
        byte[] payload,
        boolean observe) {
    private static final int NONE = -1;

    /** Reads something. */
    public static Ask get(String path, int accept, String... query) {
        return new Ask(Frame.GET, path, Arrays.asList(query), accept, NONE, new byte[0], false);
    }

    /** The same, with notifications from then on. */
    public Ask observed() {
        return new Ask(code, path, query, accept, contentFormat, payload, true);
    }

    Frame frame(byte[] token) {
        Options.Builder options =
                new Options.Builder().uri(Arrays.asList(path.split("/", -1)), query);
        if (observe) {
            options.add(Options.OBSERVE, 0);
        }
        if (accept != NONE) {
            options.add(Options.ACCEPT, accept);
        }
        if (contentFormat != NONE) {
            options.add(Options.CONTENT_FORMAT, contentFormat);
        }
        return new Frame(code, token, options.build(), payload);
    }
}
