package io.pipit.discovery.multicast;

import io.pipit.model.NodeId;
import io.pipit.model.Series;
import io.pipit.wire.LinkFormat;
import io.pipit.wire.Options;
import io.pipit.wire.WireException;
import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What nodes say to each other on a link: plain CoAP (RFC 7252), so that other programs can ask and
 * read the answers too.
 *
 * <pre>
 * hello    NON GET coap://[group]/.well-known/core?rt=pipit.node&amp;ep=ID&amp;port=5684&amp;n=NAME&amp;k=KNOWN
 * answer   NON 2.05, content-format 40: &lt;/&gt;;rt="pipit.node";ep="ID";port=5684;n="NAME"
 * </pre>
 *
 * <p>Of a hello {@code rt} alone has to be there; n is there only where the node announces its
 * name. An ID is written without its dashes.
 */
sealed interface LinkMessage {
    /** The largest message that is read; larger than any of ours. */
    int BYTES_MAX = 512;

    /** Asks who is there, and says who asks. */
    record Hello(
            int messageId,
            byte[] token,
            @Nullable NodeId id,
            int port,
            @Nullable String name,
            @Nullable Known known)
            implements LinkMessage {}

    /** Says who is there. */
    record Answer(int messageId, byte[] token, NodeId id, int port, @Nullable String name)
            implements LinkMessage {}

    /** The message's bytes. */
    default byte[] encode() {
        return switch (this) {
            case Hello hello -> Form.encode(hello);
            case Answer answer -> Form.encode(answer);
        };
    }

    /**
     * Reads one; nothing where it is some other CoAP message, which is none of our business.
     *
     * @throws WireException where it isn't CoAP, or says what can't be
     */
    static Optional<LinkMessage> decode(byte[] bytes) throws WireException {
        return Form.decode(bytes);
    }

    /** How they look. */
    final class Form {
        private static final String RESOURCE_TYPE = "pipit.node";
        private static final List<String> PATH = List.of(".well-known", "core");
        private static final int NON = 0x50;
        private static final int TYPE_MASK = 0xf0;
        private static final int GET = 0x01;
        private static final int CONTENT = 0x45;
        private static final int TOKEN_BYTES_MAX = 8;
        private static final int PORT_MAX = 65_535;
        private static final int PORT_DIGITS_MAX = 5;
        private static final int MARKER = 0xff;

        private Form() {}

        private static byte[] encode(Hello hello) {
            Options.Builder options = new Options.Builder();
            options.uri(PATH, List.of("rt=" + RESOURCE_TYPE));
            if (hello.id != null) {
                options.add(Options.URI_QUERY, "ep=" + bare(hello.id));
                options.add(Options.URI_QUERY, "port=" + hello.port);
            }
            if (hello.name != null) {
                options.add(Options.URI_QUERY, "n=" + hello.name);
            }
            if (hello.known != null) {
                options.add(
                        Options.URI_QUERY,
                        "k="
                                + Base64.getUrlEncoder()
                                        .withoutPadding()
                                        .encodeToString(hello.known.bytes()));
            }
            return bytes(GET, hello.messageId, hello.token, options.build(), new byte[0]);
        }

        private static byte[] encode(Answer answer) {
            LinkFormat.Link link =
                    LinkFormat.Link.to("/")
                            .with("rt", RESOURCE_TYPE)
                            .with("ep", bare(answer.id))
                            .with("port", Integer.toString(answer.port));
            if (answer.name != null) {
                link = link.with("n", answer.name);
            }
            return bytes(
                    CONTENT,
                    answer.messageId,
                    answer.token,
                    new Options.Builder()
                            .add(Options.CONTENT_FORMAT, LinkFormat.CONTENT_FORMAT)
                            .build(),
                    LinkFormat.write(List.of(link)));
        }

        private static String bare(NodeId id) {
            return id.toString().replace("-", "");
        }

        private static byte[] bytes(
                int code, int messageId, byte[] token, Options options, byte[] payload) {
            ByteBuffer out =
                    ByteBuffer.allocate(4 + token.length + options.bytesMax() + 1 + payload.length);
            out.put((byte) (NON | token.length)).put((byte) code).putShort((short) messageId);
            out.put(token);
            options.encode(out);
            if (payload.length > 0) {
                out.put((byte) MARKER).put(payload);
            }
            byte[] message = new byte[out.flip().remaining()];
            out.get(message);
            return message;
        }

        private static Optional<LinkMessage> decode(byte[] bytes) throws WireException {
            if (bytes.length < 4 || bytes.length > BYTES_MAX) {
                throw new WireException("a datagram of " + bytes.length + " bytes");
            }
            ByteBuffer in = ByteBuffer.wrap(bytes);
            int first = in.get() & 0xff;
            int code = in.get() & 0xff;
            int messageId = in.getShort() & 0xffff;
            int tokenBytes = first & 0xf;
            if (first >> 6 != 1 || tokenBytes > TOKEN_BYTES_MAX || tokenBytes > in.remaining()) {
                throw new WireException("not a CoAP message");
            }
            // Only NON is multicast (section 8.1), and answered by NON.
            if ((first & TYPE_MASK) != NON || (code != GET && code != CONTENT)) {
                return Optional.empty();
            }
            byte[] token = new byte[tokenBytes];
            in.get(token);
            Options options = Options.decode(in);
            return code == GET
                    ? hello(messageId, token, options)
                    : answer(messageId, token, options, in);
        }

        private static Optional<LinkMessage> hello(int messageId, byte[] token, Options options)
                throws WireException {
            List<String> query = options.texts(Options.URI_QUERY);
            if (options.refused().isPresent()
                    || !options.texts(Options.URI_PATH).equals(PATH)
                    || !query.contains("rt=" + RESOURCE_TYPE)) {
                return Optional.empty();
            }
            String ep = value(query, "ep=");
            NodeId id = ep == null ? null : id(ep);
            String filter = value(query, "k=");
            return Optional.of(
                    new Hello(
                            messageId,
                            token,
                            id,
                            id == null ? 0 : port(value(query, "port=")),
                            name(value(query, "n=")),
                            filter == null ? null : Known.read(base64(filter), token)));
        }

        private static Optional<LinkMessage> answer(
                int messageId, byte[] token, Options options, ByteBuffer payload)
                throws WireException {
            if (options.refused().isPresent()
                    || options.number(Options.CONTENT_FORMAT).orElse(-1)
                            != LinkFormat.CONTENT_FORMAT) {
                return Optional.empty();
            }
            byte[] links = new byte[payload.remaining()];
            payload.get(links);
            for (LinkFormat.Link link : LinkFormat.read(links)) {
                Map<String, String> of = link.attributes();
                if (RESOURCE_TYPE.equals(of.get("rt"))) {
                    String ep = of.get("ep");
                    return Optional.of(
                            new Answer(
                                    messageId,
                                    token,
                                    id(ep == null ? "" : ep),
                                    port(of.get("port")),
                                    name(of.get("n"))));
                }
            }
            return Optional.empty();
        }

        private static @Nullable String value(List<String> query, String key) {
            return query.stream()
                    .filter(part -> part.startsWith(key))
                    .findFirst()
                    .map(part -> part.substring(key.length()))
                    .orElse(null);
        }

        private static NodeId id(String text) throws WireException {
            return NodeId.parse(text)
                    .orElseThrow(() -> new WireException("not a node ID: " + text));
        }

        private static int port(@Nullable String text) throws WireException {
            if (text == null
                    || text.isEmpty()
                    || text.length() > PORT_DIGITS_MAX
                    || !text.chars().allMatch(c -> c >= '0' && c <= '9')) {
                throw new WireException("no port");
            }
            int port = Integer.parseInt(text);
            if (port < 1 || port > PORT_MAX) {
                throw new WireException("not a port: " + port);
            }
            return port;
        }

        private static @Nullable String name(@Nullable String text) throws WireException {
            if (text != null && !Series.NAME.matcher(text).matches()) {
                throw new WireException("not a name: " + text);
            }
            return text;
        }

        private static byte[] base64(String text) throws WireException {
            try {
                return Base64.getUrlDecoder().decode(text);
            } catch (IllegalArgumentException e) {
                throw new WireException("not base64url", e);
            }
        }
    }
}
