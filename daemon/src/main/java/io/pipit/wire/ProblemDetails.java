package io.pipit.wire;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What went wrong, in the form of RFC 9290 (CBOR).
 *
 * @param code of the response, {@code class * 100 + detail}: 404 is 4.04; 0 where it isn't said
 * @param title what kind of problem
 * @param detail this one in particular, and what to do; may be empty
 */
public record ProblemDetails(int code, String title, String detail) {
    /** {@code application/concise-problem-details+cbor}. */
    public static final int CONTENT_FORMAT = 257;

    private static final String TITLE = "-1";
    private static final String DETAIL = "-2";
    private static final String RESPONSE_CODE = "-4";
    private static final int DETAILS_PER_CLASS = 32;

    /** As bytes. */
    public byte[] encode() {
        Map<Integer, Object> fields = new LinkedHashMap<>();
        fields.put(-1, title);
        if (!detail.isEmpty()) {
            fields.put(-2, detail);
        }
        if (code != 0) {
            fields.put(-4, code / 100 * DETAILS_PER_CLASS + code % 100);
        }
        return Document.write(fields, Format.CBOR);
    }

    /** From bytes; unknown fields are ignored. */
    public static ProblemDetails decode(byte[] bytes) throws WireException {
        Document fields = Document.read(bytes, Format.CBOR);
        int code = (int) fields.get(RESPONSE_CODE).whole(0) & 0xff;
        return new ProblemDetails(
                code / DETAILS_PER_CLASS * 100 + code % DETAILS_PER_CLASS,
                fields.get(TITLE).text(""),
                fields.get(DETAIL).text(""));
    }
}
