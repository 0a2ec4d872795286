package io.pipit.core.acting;

import io.pipit.model.LogId;
import io.pipit.model.NodeId;
import io.pipit.port.acting.Order.Origin;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The last write that each node made here to each actuator, so that one that comes twice, or after
 * a later one, isn't carried out. Node loop.
 */
final class Senders {
    /** Nodes that are kept in mind; one more, and the one that wrote longest ago is forgotten. */
    static final int NODES_MAX = 256;

    /** Former logs of a node: of an SD card that was changed, what is still under way is late. */
    static final int FORMER_MAX = 8;

    /** A node: its present log, how far that counted for each actuator, and the logs before. */
    private static final class Sender {
        private final Map<String, Long> counters = new HashMap<>();
        private final Deque<LogId> former = new ArrayDeque<>();
        private LogId log;

        private Sender(LogId log) {
            this.log = log;
        }
    }

    private final Map<NodeId, Sender> senders =
            new LinkedHashMap<>(16, 0.75f, true) {
                private static final long serialVersionUID = 1;

                @Override
                protected boolean removeEldestEntry(Map.Entry<NodeId, Sender> eldest) {
                    return size() > NODES_MAX;
                }
            };

    /**
     * Takes note of a write.
     *
     * @param actuator one that there is: of others nothing is to be kept
     * @return why it isn't to be carried out; empty where it is news
     */
    String take(Origin origin, String actuator) {
        Sender sender = senders.computeIfAbsent(origin.node(), _ -> new Sender(origin.log()));
        if (!sender.log.equals(origin.log())) {
            if (sender.former.contains(origin.log())) {
                return "its node has another log by now";
            }
            sender.former.addLast(sender.log);
            if (sender.former.size() > FORMER_MAX) {
                sender.former.removeFirst();
            }
            sender.log = origin.log();
            sender.counters.clear();
        }
        Long last = sender.counters.get(actuator);
        if (last != null && origin.counter() <= last) {
            return origin.counter() == last
                    ? "this write was here already"
                    : "a later write of its node was here already";
        }
        sender.counters.put(actuator, origin.counter());
        return "";
    }

    /** A node goes on with another key, and the same log. */
    void renamed(NodeId before, NodeId after) {
        Sender sender = senders.remove(before);
        if (sender != null) {
            senders.put(after, sender);
        }
    }
}
