package io.pipit.cli.doctor;

import io.pipit.wire.Document;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What came of one try, as {@code /doctor} has it.
 *
 * @param state {@code ok}, {@code doubtful}, {@code failed} or {@code off}
 * @param remedy what to do; empty where nothing is to be done
 */
record Finding(String part, String what, String state, String says, String remedy) {
    static final String OK = "ok";
    static final String DOUBTFUL = "doubtful";
    static final String FAILED = "failed";

    static Finding ok(String part, String what, String says) {
        return new Finding(part, what, OK, says, "");
    }

    static Finding failed(String part, String what, String says, String remedy) {
        return new Finding(part, what, FAILED, says, remedy);
    }

    static Finding of(Document document) {
        return new Finding(
                document.get("part").text(""),
                document.get("what").text(""),
                document.get("state").text(""),
                document.get("says").text(""),
                document.get("remedy").text(""));
    }

    boolean isFailed() {
        return state.equals(FAILED);
    }

    Map<String, Object> fields() {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("part", part);
        fields.put("what", what);
        fields.put("state", state);
        fields.put("says", says);
        if (!remedy.isEmpty()) {
            fields.put("remedy", remedy);
        }
        return fields;
    }
}
