package io.pipit.port.acting;

import io.pipit.port.acting.Actuators.Write;
import io.pipit.port.acting.Order.Origin;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * {@link Actuators#set} for those who want to know what kind of a no it is. Thread-safe; nothing
 * blocks.
 */
@FunctionalInterface
public interface Orders {
    /**
     * Completes, never exceptionally, when it is set or refused.
     *
     * @param origin which of a node's writes it is; null where nobody said
     */
    CompletionStage<Verdict> give(Write write, @Nullable Origin origin);
}
