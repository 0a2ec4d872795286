package io.pipit.wire;

import java.io.ByteArrayOutputStream;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.TokenStreamFactory;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.dataformat.cbor.CBORFactory;

/** The two forms that everything structured has, and the limits that both are read with. */
public enum Format {
    JSON(110, 50, JsonFactory.builder().streamReadConstraints(Format.constraints()).build()),
    CBOR(112, 60, CBORFactory.builder().streamReadConstraints(Format.constraints()).build());

    /** The longest body that is looked at, bytes. */
    public static final int BODY_BYTES_MAX = 8 << 20;

    private static final int DEPTH_MAX = 16;
    private static final int STRING_CHARS_MAX = 64 << 10;
    private static final int NAME_CHARS_MAX = 256;
    private static final int NUMBER_CHARS_MAX = 100;

    private final int senml;
    private final int document;

    // Thread-safe; what it caches of names, nobody sees.
    @SuppressWarnings("ImmutableEnumChecker")
    private final TokenStreamFactory factory;

    Format(int senml, int document, TokenStreamFactory factory) {
        this.senml = senml;
        this.document = document;
        this.factory = factory;
    }

    /** CoAP content-format of SenML in this form. */
    public int senml() {
        return senml;
    }

    /** CoAP content-format of plain {@code application/json} or {@code application/cbor}. */
    public int document() {
        return document;
    }

    JsonParser parser(byte[] bytes) throws WireException {
        if (bytes.length > BODY_BYTES_MAX) {
            throw new WireException(
                    bytes.length + " bytes are more than the " + BODY_BYTES_MAX + " allowed");
        }
        try {
            return factory.createParser(ObjectReadContext.empty(), bytes);
        } catch (JacksonException e) {
            // It looks at the first bytes already, for how they encode characters.
            throw new WireException("not " + this + ": " + e.getOriginalMessage(), e);
        }
    }

    JsonGenerator generator(ByteArrayOutputStream out) {
        return factory.createGenerator(ObjectWriteContext.empty(), out);
    }

    private static StreamReadConstraints constraints() {
        return StreamReadConstraints.builder()
                .maxDocumentLength(BODY_BYTES_MAX)
                .maxNestingDepth(DEPTH_MAX)
                .maxStringLength(STRING_CHARS_MAX)
                .maxNameLength(NAME_CHARS_MAX)
                .maxNumberLength(NUMBER_CHARS_MAX)
                .build();
    }
}
