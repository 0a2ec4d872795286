package io.pipit.node.rules;

import io.pipit.config.rule.Rule;
import io.pipit.core.rules.Rules;
import io.pipit.core.timing.Timing;
import io.pipit.model.Filter;
import io.pipit.model.NodeId;
import io.pipit.monitor.Health;
import io.pipit.monitor.Metrics;
import io.pipit.port.Entropy;
import io.pipit.port.Event;
import io.pipit.port.Inbox;
import io.pipit.port.TimeSource;
import io.pipit.port.acting.Actuators;
import java.time.ZoneId;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The rules of a running node: what they watch, who the nodes are, and that other ones are taken
 * over. Made on any thread and then lives on the node loop; {@link #want} may be called from any.
 */
public final class NodeRules {
    private static final Logger LOG = LoggerFactory.getLogger(NodeRules.class);

    private final Rules rules;
    private final Inbox inbox;
    private final String ownName;
    private volatile List<Rule> wanted = List.of();
    private List<Rule> running = List.of();
    private @Nullable Filter needed;
    private @Nullable Filter watched;

    /**
     * Without any yet.
     *
     * @param self this node
     * @param ownName what its configuration calls it
     * @param nameOf what a peer is called; null for a stranger
     * @param isHeard whether a peer's feed comes in time; asked on the node loop
     */
    public NodeRules(
            NodeId self,
            String ownName,
            Function<NodeId, @Nullable String> nameOf,
            Predicate<NodeId> isHeard,
            TimeSource time,
            Entropy entropy,
            Actuators actuators,
            Inbox inbox,
            Health health,
            Metrics metrics) {
        this.inbox = inbox;
        this.ownName = ownName;
        Rules.Nodes nodes =
                new Rules.Nodes() {
                    @Override
                    public boolean isOwn(NodeId node) {
                        return node.equals(self);
                    }

                    @Override
                    public @Nullable String nameOf(NodeId node) {
                        return nameOf.apply(node);
                    }

                    @Override
                    public boolean isHeard(NodeId node) {
                        return node.equals(self) || isHeard.test(node);
                    }
                };
        rules =
                new Rules(
                        nodes,
                        time,
                        entropy,
                        actuators,
                        inbox,
                        ZoneId.systemDefault(),
                        (rule, what, now, wallMicros, why) ->
                                LOG.debug("rule {} is {} {}", rule, now, why),
                        health,
                        metrics);
        metrics.gauge("pipit_rules", "Rules that the node has", () -> wanted.size());
    }

    /** These are the rules, from the loop's next tick on, within a second. Any thread. */
    public void want(List<Rule> now) {
        wanted = now;
    }

    /** What happened, where it concerns rules. */
    public void handle(Event event) {
        if (event instanceof Event.Rule(var what)) {
            rules.handle(what);
        }
    }

    /** Does what is due. */
    public void tick() {
        List<Rule> now = wanted;
        if (!now.equals(running)) {
            running = now;
            rules.configure(now);
            needed = rules.filter(ownName);
        }
        watch();
        rules.tick();
    }

    /** Asked again where there was no room. */
    private void watch() {
        if (Objects.equals(needed, watched)) {
            return;
        }
        Event event =
                needed == null
                        ? new Event.WatchClosed(rules)
                        : new Event.WatchOpened(rules, needed);
        if (inbox.offer(event)) {
            watched = needed;
        }
    }

    /** When {@link #tick} is to be called at the latest, monotonic. */
    public long nextDeadlineNanos() {
        return running.isEmpty() ? Timing.NEVER : rules.nextDeadlineNanos();
    }
}
