package io.pipit.core;

import static io.pipit.core.SteppedCore.OWN_LOG;
import static io.pipit.core.SteppedCore.SECOND;
import static io.pipit.core.SteppedCore.SELF;
import static io.pipit.core.SteppedCore.SHED;
import static io.pipit.core.SteppedCore.SHED_LOG;
import static io.pipit.core.SteppedCore.slice;
import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.core.SteppedCore.Seen;
import io.pipit.model.Filter;
import io.pipit.model.LogEntry;
import io.pipit.model.LogId;
import io.pipit.model.NodeId;
import io.pipit.port.Event;
import io.pipit.port.Watcher;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What somebody on this node sees arriving. */
class WatchersTest {
    private final SteppedCore node = SteppedCore.following(Filter.ALL);

    @Test
    void seesOwnReadingsAndThoseOfPeers() {
        node.isAnswered(slice(0));
        node.watches(Filter.of("**"));
        node.measures(20);
        node.hears(Filter.ALL, slice(0, 1));
        assertThat(node.seen)
                .containsExactly(
                        new Seen(SELF, OWN_LOG, List.of(1_001L), true),
                        new Seen(SHED, SHED_LOG, List.of(1L), true));
    }

    @Test
    void choosesByTheNodesName() {
        node.isAnswered(slice(0));
        node.watches(Filter.of("shed/*/temperature"));
        node.measures(20);
        node.hears(Filter.ALL, slice(0, 1));
        assertThat(node.seen).containsExactly(new Seen(SHED, SHED_LOG, List.of(1L), true));
    }

    @Test
    void seesEachReadingOnceAndWhetherItCameLate() {
        node.isAnswered(slice(0));
        node.watches(Filter.ALL);
        node.hears(Filter.ALL, slice(1, 2));
        node.isAnswered(slice(0, 1, 2));
        node.hears(Filter.ALL, slice(0, 1));
        assertThat(node.seen)
                .containsExactly(
                        new Seen(SHED, SHED_LOG, List.of(2L), true),
                        new Seen(SHED, SHED_LOG, List.of(1L), false));
    }

    @Test
    void seesReadingsOnly() {
        node.watches(Filter.ALL);
        node.offsetMicros += SECOND;
        node.passes(SECOND);
        assertThat(node.own).hasSize(1);
        assertThat(node.seen).isEmpty();
    }

    @Test
    void mayLeaveWhileItIsTold() {
        List<Long> told = new ArrayList<>();
        Watcher watcher =
                new Watcher() {
                    @Override
                    public void arrived(
                            NodeId origin, LogId log, List<LogEntry> entries, boolean live) {
                        told.add(entries.getFirst().sequence());
                        node.core.handle(new Event.WatchClosed(this));
                    }
                };
        node.happens(new Event.WatchOpened(watcher, Filter.ALL));
        node.watches(Filter.ALL);
        node.measures(20, 21);
        assertThat(told).containsExactly(1_001L);
        assertThat(node.seen).hasSize(2);
    }
}
