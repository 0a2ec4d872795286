package io.pipit.identity.pairing;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.pipit.model.Grant;
import io.pipit.model.Series;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * What a node says of itself when it confirms that it knows the code.
 *
 * @param port of its network endpoint, 1 to 65,535
 * @param name what it is called
 * @param grants what the other side may do there from now on
 */
public record Claims(int port, String name, Set<Grant> grants) {
    /** Grants that one side gives. */
    public static final int GRANTS_MAX = 32;

    /** All of them as text, bytes: with the rest a message fits a datagram. */
    static final int GRANTS_BYTES_MAX = 640;

    private static final int PORT_MAX = 65_535;
    private static final int LENGTH_MAX = 255;

    public Claims {
        grants = Set.copyOf(grants);
    }

    /** Whether that many and so long ones can be said. */
    public static boolean fit(Set<Grant> grants) {
        return !grants.isEmpty()
                && grants.size() <= GRANTS_MAX
                && grants.stream().allMatch(grant -> bytes(grant).length <= LENGTH_MAX)
                && grants.stream().mapToInt(grant -> 1 + bytes(grant).length).sum()
                        <= GRANTS_BYTES_MAX;
    }

    private static byte[] bytes(Grant grant) {
        return grant.toString().getBytes(UTF_8);
    }

    /** Port, name, number of grants, grants; each text behind its length in one byte. */
    byte[] encode() {
        if (!fit(grants)) {
            throw new IllegalArgumentException("too many grants, too long ones, or none");
        }
        ByteBuffer out = ByteBuffer.allocate(4 + LENGTH_MAX + GRANTS_BYTES_MAX);
        out.putShort((short) port);
        put(out, name.getBytes(UTF_8));
        out.put((byte) grants.size());
        List<Grant> sorted = grants.stream().sorted(Comparator.comparing(Grant::toString)).toList();
        sorted.forEach(grant -> put(out, bytes(grant)));
        byte[] encoded = new byte[out.position()];
        out.flip().get(encoded);
        return encoded;
    }

    private static void put(ByteBuffer out, byte[] text) {
        out.put((byte) text.length).put(text);
    }

    static Claims decode(ByteBuffer in) throws PairingMessage.Malformed {
        int port = PairingMessage.take(in, Short.BYTES).getShort() & PORT_MAX;
        if (port == 0) {
            throw new PairingMessage.Malformed("no port");
        }
        String name = text(in);
        if (!Series.NAME.matcher(name).matches()) {
            throw new PairingMessage.Malformed("a name that is none");
        }
        int count = PairingMessage.take(in, 1).get() & 0xff;
        if (count == 0 || count > GRANTS_MAX) {
            throw new PairingMessage.Malformed(count + " grants");
        }
        // In one way only, as encode() writes it: what is signed is read back as it was written.
        Set<Grant> grants = new LinkedHashSet<>();
        String previous = "";
        for (int i = 0; i < count; i++) {
            String text = text(in);
            Grant grant =
                    Grant.parse(text)
                            .filter(parsed -> parsed.toString().equals(text))
                            .orElseThrow(
                                    () -> new PairingMessage.Malformed("a grant that is none"));
            if (text.compareTo(previous) <= 0) {
                throw new PairingMessage.Malformed("a grant twice, or out of order");
            }
            grants.add(grant);
            previous = text;
        }
        if (!fit(grants)) {
            throw new PairingMessage.Malformed("too long grants");
        }
        return new Claims(port, name, grants);
    }

    private static String text(ByteBuffer in) throws PairingMessage.Malformed {
        int length = PairingMessage.take(in, 1).get() & 0xff;
        try {
            return UTF_8.newDecoder().decode(PairingMessage.take(in, length)).toString();
        } catch (CharacterCodingException e) {
            throw new PairingMessage.Malformed("a text that isn't UTF-8");
        }
    }
}
