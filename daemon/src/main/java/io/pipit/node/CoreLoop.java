package io.pipit.node;

import io.pipit.core.Core;
import io.pipit.core.acting.Leases;
import io.pipit.core.acting.PeerLists;
import io.pipit.core.transfer.Transfers;
import io.pipit.host.NodeLoop;
import io.pipit.node.rules.NodeRules;
import io.pipit.port.Event;

/**
 * Steps the core, the files on their way, the actuators and the rules from the node loop.
 *
 * @param watch what is to be looked at once a second besides: on the wake-up that the core needs
 *     anyway
 */
record CoreLoop(
        Core core,
        Transfers transfers,
        Leases leases,
        PeerLists lists,
        NodeRules rules,
        Runnable watch)
        implements NodeLoop.Handler {
    @Override
    public void handle(Event event) {
        core.handle(event);
        transfers.handle(event);
        leases.handle(event);
        lists.handle(event);
        rules.handle(event);
    }

    @Override
    public void endOfBatch() {
        // What is due by time may be done here as well: then there is no tick.
        tick();
    }

    @Override
    public void tick() {
        // Before all that may fail: what is over by time is to be safe.
        leases.tick();
        watch.run();
        core.tick();
        transfers.tick();
        lists.tick();
        rules.tick();
    }

    @Override
    public long nextDeadlineNanos() {
        return Math.min(
                Math.min(core.nextDeadlineNanos(), transfers.nextDeadlineNanos()),
                Math.min(
                        rules.nextDeadlineNanos(),
                        Math.min(leases.nextDeadlineNanos(), lists.nextDeadlineNanos())));
    }
}
