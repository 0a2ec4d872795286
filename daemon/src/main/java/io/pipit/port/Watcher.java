package io.pipit.port;

import io.pipit.model.LogEntry;
import io.pipit.model.LogId;
import io.pipit.model.NodeId;
import java.util.List;

/**
 * Somebody on this node who wants to see readings as they arrive, its own and its peers', each
 * once. Called on the node loop: must only hand over.
 */
@FunctionalInterface
public interface Watcher {
    /**
     * New entries of one log.
     *
     * @param live false for those that came late, through a repair
     */
    void arrived(NodeId origin, LogId log, List<LogEntry> entries, boolean live);
}
