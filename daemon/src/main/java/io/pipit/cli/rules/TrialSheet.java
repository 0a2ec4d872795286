package io.pipit.cli.rules;

import io.pipit.cli.context.Surroundings;
import io.pipit.cli.show.Printable;
import io.pipit.config.rule.Rule;
import io.pipit.core.rules.Trial.Change;
import io.pipit.port.rules.Truth;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Prints what rules would have done, each change as it comes, so that nothing is held however much
 * there is, and how it comes out at the end. One thread.
 */
final class TrialSheet {
    private static final int STATE_WIDTH = 8;
    private static final double MICROS = 1e6;

    /** One rule so far. */
    private static final class Row {
        private @Nullable Change present;
        private long sinceMicros;
        private long fired;
        private final Map<Truth, Long> micros = new EnumMap<>(Truth.class);

        void pass(long nowMicros) {
            if (present != null) {
                micros.merge(present.truth(), nowMicros - sinceMicros, Long::sum);
            }
            sinceMicros = nowMicros;
        }

        double seconds(Truth truth) {
            return micros.getOrDefault(truth, 0L) / MICROS;
        }
    }

    private final Surroundings surroundings;
    private final ZoneId zone;
    private final long fromMicros;
    private final boolean json;
    private final Map<String, Row> rows = new LinkedHashMap<>();
    private final int nameWidth;
    private boolean begun;
    private long readings;
    private long leftOut;

    TrialSheet(
            Surroundings surroundings,
            List<Rule> rules,
            ZoneId zone,
            long fromMicros,
            boolean json) {
        this.surroundings = surroundings;
        this.zone = zone;
        this.fromMicros = fromMicros;
        this.json = json;
        for (int i = 0; i < rules.size(); i++) {
            rows.put(rules.get(i).nameAt(i), new Row());
        }
        nameWidth = rows.keySet().stream().mapToInt(String::length).max().orElse(0);
    }

    boolean hasBegun() {
        return begun;
    }

    /** The time that was asked for begins: as they are then, and from now on each change. */
    void begin() {
        begun = true;
        if (!json) {
            surroundings.line(line("TIME", "RULE", "STATE", "SETS"));
        }
        for (Row row : rows.values()) {
            row.sinceMicros = fromMicros;
            Change present = row.present;
            if (present != null) {
                print(fromMicros, present);
            }
        }
    }

    /** A rule would have been judged otherwise. */
    void heard(Change change) {
        Row row = rows.computeIfAbsent(change.rule(), name -> new Row());
        if (begun) {
            row.pass(change.micros());
            row.fired += change.truth() == Truth.TRUE ? 1 : 0;
            print(change.micros(), change);
        }
        row.present = change;
    }

    /** One more reading. */
    void counted(boolean taken) {
        readings++;
        leftOut += taken ? 0 : 1;
    }

    private void print(long micros, Change change) {
        String sets = change.sets().map(Object::toString).orElse("");
        if (json) {
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("time", Printable.exact(micros));
            fields.put("rule", change.rule());
            fields.put("state", change.truth().toString());
            if (!sets.isEmpty()) {
                fields.put("sets", sets);
            }
            if (!change.why().isEmpty()) {
                fields.put("why", change.why());
            }
            surroundings.json(fields);
        } else {
            String why = change.why().isEmpty() ? "" : "(" + change.why() + ")";
            surroundings.line(
                    line(
                            Printable.local(micros, zone),
                            change.rule(),
                            change.truth().toString(),
                            Printable.text((sets + " " + why).strip())));
        }
    }

    private String line(String time, String rule, String state, String rest) {
        return String.format(
                        Locale.ROOT,
                        "%-19s  %-" + Math.max(nameWidth, 4) + "s  %-" + STATE_WIDTH + "s %s",
                        time,
                        rule,
                        state,
                        rest)
                .stripTrailing();
    }

    /** All of it was looked at. */
    void end(long toMicros) {
        List<Object> all = new ArrayList<>();
        if (!json) {
            surroundings.line("");
        }
        rows.forEach((name, row) -> {
            row.pass(toMicros);
            if (json) {
                Map<String, Object> fields = new LinkedHashMap<>();
                fields.put("name", name);
                fields.put("fired", row.fired);
                fields.put("true-seconds", row.seconds(Truth.TRUE));
                fields.put("false-seconds", row.seconds(Truth.FALSE));
                fields.put("unknown-seconds", row.seconds(Truth.UNKNOWN));
                all.add(fields);
            } else {
                surroundings.line(
                        "%s became true %d times: true for %s, false for %s, unknown for %s"
                                .formatted(
                                        name,
                                        row.fired,
                                        time(row, Truth.TRUE),
                                        time(row, Truth.FALSE),
                                        time(row, Truth.UNKNOWN)));
            }
        });
        if (json) {
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("rules", all);
            fields.put("readings", readings);
            fields.put("left-out", leftOut);
            surroundings.json(fields);
        } else {
            surroundings.line(
                    readings
                            + " readings"
                            + (leftOut == 0
                                    ? ""
                                    : ", "
                                            + leftOut
                                            + " left out that weren't in the order of their time"));
        }
    }

    private static String time(Row row, Truth truth) {
        return Printable.age(row.micros.getOrDefault(truth, 0L));
    }
}
