package io.pipit.core.rules;

import io.pipit.config.rule.Rule;
import io.pipit.config.rule.SeriesName;
import io.pipit.core.timing.Timing;
import io.pipit.model.Filter;
import io.pipit.model.LogEntry;
import io.pipit.model.LogId;
import io.pipit.model.NodeId;
import io.pipit.model.Reading;
import io.pipit.model.Series;
import io.pipit.monitor.Counter;
import io.pipit.monitor.Health;
import io.pipit.monitor.Metrics;
import io.pipit.port.Entropy;
import io.pipit.port.Inbox;
import io.pipit.port.TimeSource;
import io.pipit.port.Watcher;
import io.pipit.port.acting.Actuators;
import io.pipit.port.rules.RuleEvent;
import io.pipit.port.rules.Truth;
import java.time.ZoneId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The rules of this node. Whoever steps it (the node loop, a test, a look into history) calls
 * {@link #arrived} for what is measured, {@link #handle} for what else happens, and {@link #tick}
 * after that, when {@link #nextDeadlineNanos} has come, and at least once a second while it is
 * live. A rule is judged, and acts, as its reading arrives.
 *
 * <p>Readings that came late, through a repair, count for nothing: what they say was so is over.
 */
public final class Rules implements Watcher {
    /** How often what nobody tells is looked at: the clock, and whether peers are heard. */
    private static final long LOOK_NANOS = Timing.SECOND;

    private static final List<RunningRule> NOBODY = List.of();

    /** Whose readings these are. */
    public interface Nodes {
        /** Whether it is this node. */
        boolean isOwn(NodeId node);

        /** What a peer is called; null for a stranger. */
        @Nullable String nameOf(NodeId node);

        /** Whether this node or a peer is heard at present, so that its silence means something. */
        boolean isHeard(NodeId node);
    }

    /** Hears when a rule is judged otherwise than before. */
    @FunctionalInterface
    public interface Listener {
        /**
         * It is that now.
         *
         * @param wallMicros when
         * @param why nobody knows; empty where somebody does
         */
        void changed(String rule, Rule what, Truth now, long wallMicros, String why);
    }

    private final Nodes nodes;
    private final TimeSource time;
    private final ZoneId zone;
    private final Writes writes;
    private final Listener listener;
    private final Counter judged;
    private final Counter late;
    private final Counter fired;
    private List<RunningRule> rules = List.of();
    private Map<SeriesName, Input> inputs = Map.of();
    private Map<Series, List<Input>> inputsOf = Map.of();
    private Map<Input, List<RunningRule>> rulesOf = Map.of();
    private long lookNanos;

    /**
     * Without any rule yet.
     *
     * @param inbox takes what becomes of writes, as {@link io.pipit.port.Event.Rule}
     * @param zone of times of day in rules that name none
     * @param listener called on the node loop: must only hand over
     * @param health hears of actuators that rules want to set and can't
     */
    public Rules(
            Nodes nodes,
            TimeSource time,
            Entropy entropy,
            Actuators actuators,
            Inbox inbox,
            ZoneId zone,
            Listener listener,
            Health health,
            Metrics metrics) {
        this.nodes = nodes;
        this.time = time;
        this.zone = zone;
        this.listener = listener;
        writes = new Writes(actuators, inbox, entropy, health, metrics);
        judged = metrics.counter("pipit_rules_judged", "Looks at a rule because of a reading");
        late =
                metrics.counter(
                        "pipit_rule_readings_late",
                        "Readings of rules' series that came too late to count");
        fired = metrics.counter("pipit_rules_fired", "Rules that became true");
    }

    /** These are the rules now; one that was there before goes on as it was. */
    public void configure(List<Rule> now) {
        long nowNanos = time.monotonicNanos();
        Map<Rule, Deque<RunningRule>> before = new HashMap<>();
        rules.forEach(
                rule -> before.computeIfAbsent(rule.rule, each -> new ArrayDeque<>()).add(rule));
        Map<SeriesName, Input> known = inputs;
        Map<SeriesName, Input> used = new LinkedHashMap<>();
        Map<Input, List<RunningRule>> about = new HashMap<>();
        List<RunningRule> running = new ArrayList<>();
        for (int i = 0; i < now.size(); i++) {
            Rule rule = now.get(i);
            for (SeriesName name : rule.when().condition().about()) {
                Input old = known.get(name);
                used.computeIfAbsent(name, n -> old == null ? new Input(n, nowNanos) : old);
            }
            Deque<RunningRule> same = before.get(rule);
            RunningRule found = same == null ? null : same.poll();
            RunningRule next = found == null ? begin(rule, rule.nameAt(i), used, nowNanos) : found;
            next.rename(rule.nameAt(i));
            running.add(next);
            for (SeriesName name : rule.when().condition().about()) {
                Input input = used.get(name);
                if (input != null) {
                    about.computeIfAbsent(input, each -> new ArrayList<>()).add(next);
                }
            }
        }
        before.values().forEach(gone -> gone.forEach(RunningRule::end));
        Map<Series, List<Input>> bySeries = new HashMap<>();
        used.values()
                .forEach(input ->
                        bySeries.computeIfAbsent(
                                        new Series(input.name.sensor(), input.name.quantity()),
                                        each -> new ArrayList<>())
                                .add(input));
        rules = List.copyOf(running);
        inputs = used;
        inputsOf = bySeries;
        rulesOf = about;
        Moment moment = moment();
        rules.forEach(rule -> rule.catchUp(moment));
        rules.forEach(rule -> rule.act(nowNanos));
    }

    private RunningRule begin(Rule rule, String name, Map<SeriesName, Input> used, long nowNanos) {
        Term term =
                Term.of(
                        rule.when().condition(),
                        series -> used.computeIfAbsent(series, n -> new Input(n, nowNanos)),
                        rule.timeZone().orElse(zone));
        return new RunningRule(rule, name, term, writes, this::changed, nowNanos);
    }

    private void changed(RunningRule rule, Moment at) {
        if (rule.truth() == Truth.TRUE) {
            fired.increment();
        }
        listener.changed(rule.name(), rule.rule, rule.truth(), at.wallMicros(), rule.why(at));
    }

    /** What has to be watched for them, over {@code node/sensor/quantity}; null for nothing. */
    public @Nullable Filter filter(String ownName) {
        List<String> patterns =
                inputs.keySet().stream()
                        .map(name ->
                                name.node().orElse(ownName)
                                        + "/"
                                        + name.sensor()
                                        + "/"
                                        + name.quantity())
                        .distinct()
                        .toList();
        if (patterns.isEmpty()) {
            return null;
        }
        return patterns.size() > Filter.PATTERNS_MAX ? Filter.ALL : Filter.of(patterns);
    }

    @Override
    public void arrived(NodeId origin, LogId log, List<LogEntry> entries, boolean live) {
        Moment now = moment();
        for (LogEntry entry : entries) {
            if (entry instanceof Reading reading) {
                Input input = inputOf(origin, reading.series());
                if (input != null) {
                    take(input, origin, log, reading, live, now);
                }
            }
        }
    }

    private @Nullable Input inputOf(NodeId origin, Series series) {
        for (Input input : inputsOf.getOrDefault(series, List.of())) {
            boolean its =
                    input.name.node().isEmpty()
                            ? nodes.isOwn(origin)
                            : input.name.node().get().equals(nodes.nameOf(origin));
            if (its) {
                return input;
            }
        }
        return null;
    }

    private void take(
            Input input, NodeId origin, LogId log, Reading reading, boolean live, Moment now) {
        List<RunningRule> about = rulesOf.getOrDefault(input, NOBODY);
        about.forEach(rule -> rule.catchUp(now));
        if (!live || !input.take(origin, log, reading, now.nanos())) {
            late.increment();
            about.forEach(rule -> rule.act(now.nanos()));
            return;
        }
        for (RunningRule rule : about) {
            judged.increment();
            rule.judge(now);
            rule.act(now.nanos());
        }
    }

    /** What else happened. */
    public void handle(RuleEvent event) {
        Moment now = moment();
        switch (event) {
            case RuleEvent.Acted acted ->
                    rules.forEach(rule -> rule.acted(acted.number(), acted.outcome(), now.nanos()));
            case RuleEvent.Asked asked ->
                    asked.answer().complete(rules.stream().map(rule -> rule.status(now)).toList());
        }
    }

    /** Does what is due by now. */
    public void tick() {
        Moment now = moment();
        if (now.nanos() >= lookNanos) {
            lookNanos = now.nanos() + LOOK_NANOS;
            look(now);
        }
        for (RunningRule rule : rules) {
            if (rule.nextNanos() <= now.nanos()) {
                rule.catchUp(now);
                rule.act(now.nanos());
            }
        }
    }

    /** What nobody tells: the clock may have been set, and a peer may be gone. */
    private void look(Moment now) {
        for (Input input : inputs.values()) {
            NodeId origin = input.origin();
            if (origin != null) {
                input.heard(nodes.isHeard(origin));
            }
        }
        for (RunningRule rule : rules) {
            rule.catchUp(now);
            rule.judge(now);
            rule.act(now.nanos());
        }
    }

    /** When {@link #tick} is to be called at the latest, monotonic. */
    public long nextDeadlineNanos() {
        long next = Timing.NEVER;
        for (RunningRule rule : rules) {
            next = Math.min(next, rule.nextNanos());
        }
        return next;
    }

    private Moment moment() {
        return new Moment(time.monotonicNanos(), time.wallMicros(), time.synchronised());
    }
}
