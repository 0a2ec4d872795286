package io.pipit.node;

import io.pipit.core.Core;
import io.pipit.host.NodeLoop;
import io.pipit.port.Event;

/** Steps the core from the node loop. */
record CoreLoop(Core core) implements NodeLoop.Handler {
    @Override
    public void handle(Event event) {
        core.handle(event);
    }

    @Override
    public void endOfBatch() {
        core.tick();
    }

    @Override
    public void tick() {
        core.tick();
    }

    @Override
    public long nextDeadlineNanos() {
        return core.nextDeadlineNanos();
    }
}
