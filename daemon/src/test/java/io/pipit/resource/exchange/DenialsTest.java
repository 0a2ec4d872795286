package io.pipit.resource.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.model.NodeId;
import io.pipit.monitor.Metrics;
import io.pipit.resource.exchange.Caller.Via;
import io.pipit.resource.exchange.Request.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class DenialsTest {
    private static final NodeId SHED = NodeId.ofBytes(new byte[16]);

    private final List<String> journal = new ArrayList<>();
    private final Logger logger = Logger.getLogger("io.pipit.resource.exchange.Denials");
    private final Handler handler =
            new Handler() {
                @Override
                public void publish(LogRecord entry) {
                    journal.add(entry.getMessage());
                }

                @Override
                public void flush() {}

                @Override
                public void close() {}
            };
    private final Denials denials = new Denials(new Metrics());

    @BeforeEach
    void listen() {
        // Other tests change what the root lets through.
        logger.setLevel(Level.INFO);
        logger.addHandler(handler);
    }

    @AfterEach
    void stop() {
        logger.removeHandler(handler);
        logger.setLevel(null);
    }

    private static Request request(Method method, String... path) {
        return new Request(
                method,
                List.of(path),
                List.of(),
                Request.NONE,
                Request.NONE,
                new byte[0],
                false,
                new Caller(Via.NETWORK, SHED, Set.of()));
    }

    @Test
    void theJournalHasADenialOnceHoweverOftenItIsTried() {
        for (int i = 0; i < 1_000; i++) {
            denials.denied(request(Method.GET, "files", "name" + i), "this takes the role bulk");
            denials.denied(request(Method.GET, "made-up-" + i), "no");
        }
        assertThat(journal).hasSize(2);
        assertThat(journal.getFirst()).contains(SHED.toString(), "GET /files", "pipit peer role");

        denials.denied(request(Method.PUT, "files", "x"), "no");

        assertThat(journal).hasSize(3);
    }
}
