package io.pipit.node;

import io.pipit.core.Core;
import io.pipit.core.transfer.Transfers;
import io.pipit.host.NodeLoop;
import io.pipit.port.Event;

/**
 * Steps the core, and the files on their way, from the node loop.
 *
 * @param watch what is to be looked at once a second besides: on the wake-up that the core needs
 *     anyway
 */
record CoreLoop(Core core, Transfers transfers, Runnable watch) implements NodeLoop.Handler {
    @Override
    public void handle(Event event) {
        core.handle(event);
        transfers.handle(event);
    }

    @Override
    public void endOfBatch() {
        // What is due by time may be done here as well: then there is no tick.
        tick();
    }

    @Override
    public void tick() {
        watch.run();
        core.tick();
        transfers.tick();
    }

    @Override
    public long nextDeadlineNanos() {
        return Math.min(core.nextDeadlineNanos(), transfers.nextDeadlineNanos());
    }
}
