package io.pipit.cli.show;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.pipit.cli.client.Arrival;
import io.pipit.wire.Document;
import io.pipit.wire.Format;
import java.io.PrintStream;
import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One SenML pack in JSON, written record by record however long it gets: a base name for each run
 * of one node's readings, absolute times. Not thread-safe.
 */
public final class Pack {
    private final PrintStream out;
    private String base = "";
    private String log = "";
    private boolean first = true;

    /** Begins one there. */
    public Pack(PrintStream out) {
        this.out = out;
    }

    /** Adds a record. */
    public void add(Arrival reading) {
        out.print(first ? "[" : ",\n ");
        first = false;
        boolean sameNode = base.equals(reading.nodeId());
        boolean sameLog = sameNode && log.equals(reading.log());
        base = reading.nodeId();
        log = reading.log();
        out.print(record(reading, !sameNode, !sameLog));
    }

    /** Ends it. */
    public void end() {
        out.print(first ? "[]\n" : "]\n");
    }

    /** A record that stands for itself. */
    public static String line(Arrival reading) {
        return record(reading, true, true);
    }

    private static String record(Arrival reading, boolean withBase, boolean withLog) {
        Map<String, Object> fields = new LinkedHashMap<>();
        if (withBase) {
            fields.put("bn", reading.nodeId() + "/");
        }
        fields.put("n", reading.series());
        if (!reading.unit().isEmpty()) {
            fields.put("u", reading.unit());
        }
        fields.put("v", reading.value());
        String time =
                BigDecimal.valueOf(reading.timeMicros(), 6).stripTrailingZeros().toPlainString();
        StringBuilder text =
                new StringBuilder(new String(Document.write(fields, Format.JSON), UTF_8));
        text.setLength(text.length() - 1);
        // A double written by itself may show an exponent, or fewer figures than microseconds have.
        text.append(",\"t\":").append(time);
        if (withLog && !reading.log().isEmpty()) {
            text.append(",\"log\":\"").append(reading.log()).append('"');
        }
        if (reading.sequence() != 0) {
            text.append(",\"seq\":").append(reading.sequence());
        }
        return text.append('}').toString();
    }
}
