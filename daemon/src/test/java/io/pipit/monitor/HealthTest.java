package io.pipit.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.monitor.Health.Part;
import io.pipit.monitor.Health.Status;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class HealthTest {
    private final Health health = new Health();

    @Test
    void theWholeIsAsBadAsItsWorstPart() {
        assertThat(health.status()).isEqualTo(Status.OK);
        health.set(Part.SENSORS, Status.DEGRADED, "air: no answer");
        assertThat(health.status()).isEqualTo(Status.DEGRADED);
        health.set(Part.STORE, Status.FAILED, "disk full");
        assertThat(health.status()).isEqualTo(Status.FAILED);
    }

    @Test
    void aClockThatIsNotSynchronisedDegradesNothingElse() {
        health.set(Part.CLOCK, Status.DEGRADED, "not synchronised");
        assertThat(health.status()).isEqualTo(Status.OK);
        assertThat(health.parts().get(Part.CLOCK).reason()).isEqualTo("not synchronised");
    }

    @Test
    void tellsOfEachChangeOnceAndAfterIt() {
        List<Status> seen = new ArrayList<>();
        Runnable listener = () -> seen.add(health.status());
        health.onChange(listener);
        health.set(Part.STORE, Status.DEGRADED, "slow");
        health.set(Part.STORE, Status.DEGRADED, "slow");
        health.set(Part.STORE, Status.OK, "");
        health.forget(listener);
        health.set(Part.STORE, Status.FAILED, "gone");
        assertThat(seen).containsExactly(Status.DEGRADED, Status.OK);
    }

    @Test
    void whatElseIsWrongStandsBesideWhatIsSaidAnew() {
        health.also(Part.PEERS, "trust", "peers.toml, line 3: no ID");
        assertThat(health.parts().get(Part.PEERS).status()).isEqualTo(Status.DEGRADED);
        health.set(Part.PEERS, Status.DEGRADED, "not heard from: shed");
        health.set(Part.PEERS, Status.OK, "");
        assertThat(health.parts().get(Part.PEERS))
                .isEqualTo(new Health.Condition(Status.DEGRADED, "peers.toml, line 3: no ID"));
        health.set(Part.PEERS, Status.FAILED, "no socket");
        assertThat(health.parts().get(Part.PEERS))
                .isEqualTo(
                        new Health.Condition(
                                Status.FAILED, "no socket; peers.toml, line 3: no ID"));
        health.also(Part.PEERS, "trust", "");
        assertThat(health.parts().get(Part.PEERS).reason()).isEqualTo("no socket");
        assertThat(health.status()).isEqualTo(Status.FAILED);
    }
}
