package io.pipit.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.port.acting.Actuators.Outcome;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What messages to the bridge set. */
class BridgeCommandsTest extends BridgeBench {
    @Test
    void setsActuatorsThatItMay() {
        node.actuators.add(FAN);
        start(settings(List.of("**"), false, List.of("fan", "shed/*")));
        connect();
        assertThat(broker.subscribed).containsExactly("pipit/+/+/set");
        arrive("pipit/greenhouse/fan/set", "1", false);
        arrive("pipit/greenhouse/fan/set", "OFF", false);
        arrive("pipit/shed/valve/set", "{\"value\": 40.5, \"for\": \"30s\"}", false);

        assertThat(node.writes)
                .extracting(write -> write.node() + " " + write.actuator() + " " + write.value())
                .containsExactly("null fan 1.0", "null fan 0.0", "shed valve 40.5");
        assertThat(node.writes)
                .extracting(write -> write.lease())
                .containsExactly(
                        Duration.ofMinutes(10), Duration.ofMinutes(10), Duration.ofSeconds(30));
        assertThat(node.counters.commands().count()).isEqualTo(3);
    }

    @Test
    void refusesCommandsThatAreKeptForbiddenOrNonsense() {
        start(settings(List.of("**"), false, List.of("fan")));
        connect();
        arrive("pipit/greenhouse/fan/set", "1", true);
        arrive("pipit/greenhouse/heater/set", "1", false);
        arrive("pipit/shed/fan/set", "1", false);
        for (String payload :
                List.of("", "hot", "[1]", "{\"value\":\"1\"}", "{\"value\":1,\"for\":\"soon\"}")) {
            arrive("pipit/greenhouse/fan/set", payload, false);
        }
        assertThat(node.writes).isEmpty();

        node.outcome = new Outcome.Refused("it is out of range");
        arrive("pipit/greenhouse/fan/set", "1", false);
        assertThat(node.counters.commands().count()).isZero();
        assertThat(node.counters.commandsRefused().count()).isEqualTo(9);
    }

    @Test
    void takesNoCommandsWhereNoneAreAllowed() {
        startConnected();
        arrive("pipit/greenhouse/fan/set", "1", false);

        assertThat(broker.subscribed).isEmpty();
        assertThat(node.writes).isEmpty();
    }
}
