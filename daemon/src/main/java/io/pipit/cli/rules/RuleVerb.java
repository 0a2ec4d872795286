package io.pipit.cli.rules;

import io.pipit.cli.client.Arrival;
import io.pipit.cli.client.Daemon;
import io.pipit.cli.context.ConfigurationFile;
import io.pipit.cli.context.Failure;
import io.pipit.cli.context.Surroundings;
import io.pipit.cli.show.PointInTime;
import io.pipit.cli.verb.JsonOption;
import io.pipit.config.rule.Rule;
import io.pipit.config.rule.SeriesName;
import io.pipit.core.rules.Trial;
import io.pipit.model.LogId;
import io.pipit.model.NodeId;
import io.pipit.model.Series;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneId;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code pipit rule}. */
@Command(name = "rule", description = "Try rules.")
public final class RuleVerb {
    /** What came before the time that is asked for is looked at for so long at the most. */
    private static final Duration BEFORE_MAX = Duration.ofDays(7);

    private static final long NANOS_PER_MICRO = 1_000;

    private final Surroundings surroundings;
    private final ConfigurationFile file;

    public RuleVerb(Surroundings surroundings, ConfigurationFile file) {
        this.surroundings = surroundings;
        this.file = file;
    }

    @Command(
            name = "test",
            description =
                    "Print what the rules of a configuration would have done over what the running"
                            + " daemon keeps. Nothing is set.",
            footer = {
                "",
                "A time T is " + PointInTime.FORMS + ".",
                "A reading counts as though it had arrived when it was taken."
            })
    int test(
            @Parameters(
                            paramLabel = "FILE",
                            description =
                                    "The configuration whose rules are tried, with the sensors"
                                            + " that they speak of.")
                    Path tried,
            @Option(
                            names = "--from",
                            paramLabel = "T",
                            defaultValue = "1d",
                            description = "From this time on. Default: a day ago.")
                    String from,
            @Option(
                            names = "--to",
                            paramLabel = "T",
                            defaultValue = "0s",
                            description = "Until just before this time. Default: now.")
                    String to,
            @Mixin JsonOption json)
            throws Failure {
        ZoneId zone = ZoneId.systemDefault();
        long fromMicros = micros(from, zone);
        long toMicros = micros(to, zone);
        if (fromMicros >= toMicros) {
            throw new Failure(Failure.USAGE, "--from must be before --to");
        }
        List<Rule> rules = file.load(tried).rules();
        if (rules.isEmpty()) {
            throw new Failure(Failure.CONFIGURATION, tried + " has no [[rule]]");
        }
        TrialSheet sheet = new TrialSheet(surroundings, rules, zone, fromMicros, json.isSet());
        try (Daemon daemon = Daemon.connect(file)) {
            long begin = fromMicros - memory(rules).toNanos() / NANOS_PER_MICRO;
            Trial trial = new Trial(rules, daemon.ownName(), zone, begin, sheet::heard);
            Playback playback = new Playback(daemon, series(rules), begin, toMicros);
            for (Optional<Arrival> next = playback.next();
                    next.isPresent();
                    next = playback.next()) {
                Arrival reading = next.get();
                if (reading.timeMicros() >= fromMicros && !sheet.hasBegun()) {
                    trial.until(fromMicros);
                    sheet.begin();
                }
                sheet.counted(take(trial, reading));
            }
            if (!sheet.hasBegun()) {
                trial.until(fromMicros);
                sheet.begin();
            }
            trial.until(toMicros);
        }
        sheet.end(toMicros);
        return 0;
    }

    private static boolean take(Trial trial, Arrival reading) {
        Optional<NodeId> node = NodeId.parse(reading.nodeId());
        Optional<Series> series = Series.parse(reading.series());
        Optional<LogId> log = LogId.parse(reading.log());
        return node.isPresent()
                && series.isPresent()
                && log.isPresent()
                && trial.take(
                        reading.node(),
                        node.get(),
                        log.get(),
                        reading.sequence(),
                        series.get(),
                        reading.value(),
                        reading.unit(),
                        reading.timeMicros());
    }

    private long micros(String text, ZoneId zone) throws Failure {
        try {
            return PointInTime.micros(text, surroundings.clock().instant(), zone);
        } catch (IllegalArgumentException e) {
            throw new Failure(Failure.USAGE, String.valueOf(e.getMessage()));
        }
    }

    private static Duration memory(List<Rule> rules) {
        Duration most =
                rules.stream()
                        .map(rule -> rule.when().condition().memory())
                        .max(Duration::compareTo)
                        .orElse(Duration.ZERO);
        return most.compareTo(BEFORE_MAX) > 0 ? BEFORE_MAX : most;
    }

    private static Set<SeriesName> series(List<Rule> rules) {
        Set<SeriesName> all = new LinkedHashSet<>();
        rules.forEach(rule -> all.addAll(rule.when().condition().about()));
        return all;
    }
}
