package io.pipit.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class OnceLogTest {
    private final Logger logger = Logger.getLogger("once-log-test");
    private final List<String> lines = new ArrayList<>();
    private final Handler handler =
            new Handler() {
                @Override
                public void publish(LogRecord record) {
                    lines.add(record.getLevel() + " " + record.getMessage());
                }

                @Override
                public void flush() {}

                @Override
                public void close() {}
            };
    private final OnceLog log = new OnceLog(LoggerFactory.getLogger("once-log-test"));

    @BeforeEach
    void listen() {
        logger.setUseParentHandlers(false);
        logger.addHandler(handler);
    }

    @AfterEach
    void stop() {
        logger.removeHandler(handler);
    }

    @Test
    void saysAThingOnceUntilItChanges() {
        log.warn("air", "no answer");
        log.warn("air", "no answer");
        log.warn("soil", "no answer");
        log.warn("air", "wrong chip");
        log.well("air", "reads again");
        log.well("air", "reads again");
        log.warn("air", "no answer");
        assertThat(lines)
                .containsExactly(
                        "WARNING air: no answer",
                        "WARNING soil: no answer",
                        "WARNING air: wrong chip",
                        "INFO air: reads again",
                        "WARNING air: no answer");
    }

    @Test
    void keepsOnlySoManyThingsInMind() {
        for (int i = 0; i <= OnceLog.SUBJECTS_MAX; i++) {
            log.warn("thing-" + i, "broken");
        }
        lines.clear();
        log.warn("thing-0", "broken");
        assertThat(lines).containsExactly("WARNING thing-0: broken");
    }
}
