package io.pipit.config.rule;

import io.pipit.config.text.Malformed;
import io.pipit.config.text.Spelling;
import io.pipit.config.toml.Document;
import io.pipit.config.toml.Entry;
import io.pipit.config.toml.Kind;
import io.pipit.config.toml.Section;
import io.pipit.config.toml.Setting;
import io.pipit.config.toml.Value;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.tomlj.TomlTable;

/** {@code [[rule]]} of one configuration. One thread. */
public final class RuleSection {
    /** The most rules of a node. */
    private static final int RULES_MAX = 64;

    private static final Duration STALE_AFTER_MIN = Duration.ofMillis(10);
    private static final Duration STALE_AFTER_MAX = Duration.ofDays(30);

    private static final Setting<String> NAME =
            Setting.optional(
                    "name",
                    Kind.name("cooling"),
                    "What it is called; rule-1 and so on, by its place, where left out.");
    private static final Setting<Value> WHEN =
            Setting.required(
                    "when",
                    Kind.raw(Map.of("type", "string", "maxLength", ConditionParser.CHARS_MAX)),
                    "The condition, as in \"greenhouse/air/temperature > 30 until < 27 for 2m\";"
                            + " docs/RULES.md has all of it.");
    private static final Setting<Value> SET =
            Setting.required(
                    "set",
                    Kind.raw(Action.schema()),
                    "What is set, and renewed, while it is true: actuators, and for how long each"
                            + " write holds.");
    private static final Setting<Value> OTHERWISE =
            Setting.optional(
                    "otherwise",
                    Kind.raw(Action.schema()),
                    "Likewise while it is false. Left out, what was set ends with its lease.");
    private static final Setting<Value> UNKNOWN =
            Setting.optional(
                    "unknown",
                    Kind.raw(Action.schema()),
                    "Likewise while nobody knows, since a value is stale or a peer is gone. Left out,"
                            + " what was set ends with its lease.");
    private static final Setting<Duration> STALE_AFTER =
            Setting.optional(
                    "stale-after",
                    Kind.duration(STALE_AFTER_MIN, STALE_AFTER_MAX),
                    "The age at which a value in it is none any more. Left out, it is three times the"
                            + " time between two readings of an own sensor, at least 30s; 5m for a"
                            + " peer's.");
    private static final Setting<ZoneId> TIME_ZONE =
            Setting.optional(
                    "time-zone",
                    Kind.text(
                            "a time zone such as \"Europe/Berlin\"",
                            "[A-Za-z0-9_+/-]{1,64}",
                            RuleSection::zone),
                    "Of the times of day in it. The machine's where left out.");

    /** What the section is. */
    public static final Section RULE =
            Section.repeated(
                    "rule",
                    RULES_MAX,
                    "What this node sets while something is so.",
                    NAME,
                    WHEN,
                    SET,
                    OTHERWISE,
                    UNKNOWN,
                    STALE_AFTER,
                    TIME_ZONE);

    private final String ownName;
    private final KnownSeries series;
    private final Action.Known actuators;

    private RuleSection(String ownName, KnownSeries series, Action.Known actuators) {
        this.ownName = ownName;
        this.series = series;
        this.actuators = actuators;
    }

    /**
     * Reads all of them.
     *
     * @param ownName what this node is called
     * @param series what they may speak of
     * @param actuators of this node
     */
    public static List<Rule> rules(
            Document document, String ownName, KnownSeries series, Action.Known actuators) {
        return document.each(RULE, new RuleSection(ownName, series, actuators)::rule);
    }

    private Optional<Rule> rule(Entry in) {
        in.find(NAME).ifPresent(it -> in.once(NAME, "the rule " + Malformed.quote(it), "rule", it));
        Optional<Rule.When> when = in.more(WHEN, value -> when(in, value));
        Optional<Action> set = in.more(SET, this::action);
        Optional<Action> otherwise = in.more(OTHERWISE, this::action);
        Optional<Action> unknown = in.more(UNKNOWN, this::action);
        return in.made(() ->
                new Rule(
                        in.find(NAME),
                        when.orElseThrow(),
                        set.orElseThrow(),
                        otherwise,
                        unknown,
                        in.find(STALE_AFTER),
                        in.find(TIME_ZONE)));
    }

    private Optional<Rule.When> when(Entry in, Value value) {
        if (!(value.raw() instanceof String raw)) {
            return value.mustBe("a condition such as \"air/temperature > 30\"");
        }
        try {
            String text = value.scope().expand(raw);
            return parsed(in, value, text, text.equals(raw));
        } catch (Malformed e) {
            return value.refuse(e.getMessage());
        }
    }

    /** Where variables were filled in, an error is at the key: nothing says more. */
    private Optional<Rule.When> parsed(Entry in, Value value, String text, boolean asWritten) {
        try {
            return Optional.of(
                    new Rule.When(
                            text,
                            ConditionParser.parse(text, ownName, series(in.find(STALE_AFTER)))));
        } catch (Misread e) {
            Value there = asWritten ? value.at(in.placeWithin(WHEN, e.offset())) : value;
            return there.refuse(e.getMessage());
        }
    }

    /** What the rule itself says of age counts for all in it. */
    private KnownSeries series(Optional<Duration> staleAfter) {
        return name -> {
            KnownSeries.Traits traits = series.traits(name);
            return new KnownSeries.Traits(staleAfter.orElse(traits.staleAfter()), traits.unit());
        };
    }

    private Optional<Action> action(Value value) {
        if (!(value.raw() instanceof TomlTable table)) {
            return value.mustBe("a table such as { fan = true, for = \"10m\" }");
        }
        return Action.read(
                table,
                ownName,
                actuators,
                (at, message) -> value.at(value.place().orAt(at)).refuse(message));
    }

    private static ZoneId zone(String text) throws Malformed {
        try {
            return ZoneId.of(text);
        } catch (DateTimeException e) {
            throw new Malformed(
                    Malformed.quote(text)
                            + " is no time zone: "
                            + Spelling.nearest(text, ZoneId.getAvailableZoneIds())
                                    .map(near -> "did you mean " + Malformed.quote(near) + "?")
                                    .orElse("write one as in \"Europe/Berlin\", or \"UTC\""));
        }
    }
}
