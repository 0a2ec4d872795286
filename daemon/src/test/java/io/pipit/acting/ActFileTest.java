package io.pipit.acting;

import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.host.ManualTime;
import io.pipit.monitor.Metrics;
import io.pipit.port.acting.Act;
import io.pipit.port.acting.Act.What;
import io.pipit.port.acting.Actuators.Writer;
import io.pipit.port.acting.Actuators.Writer.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ActFileTest {
    @TempDir private Path folder;

    private final List<Runnable> tasks = new ArrayList<>();
    private final List<Duration> delays = new ArrayList<>();
    private final ManualTime time = new ManualTime();

    private ActFile open() {
        return new ActFile(
                folder.resolve("actuators.jsonl"),
                (task, after) -> {
                    tasks.add(task);
                    delays.add(after);
                },
                time,
                new Metrics());
    }

    private void runTasks() {
        List.copyOf(tasks).forEach(Runnable::run);
        tasks.clear();
    }

    private static Act set(String actuator, int number) {
        return new Act(
                1_767_225_592_250_000L + number,
                actuator,
                What.SET,
                0.5,
                new Writer(Kind.PEER, "shed"),
                Duration.ofMillis(2_500),
                "");
    }

    @Test
    void whatWasDoneIsThereAfterARestart() {
        Act failed =
                new Act(
                        1,
                        "vent",
                        What.FAILED,
                        Double.NaN,
                        new Writer(Kind.LOCAL, ""),
                        Duration.ZERO,
                        "the line is gone");
        ActFile file = open();
        file.add(set("fan", 1));
        file.add(failed);
        file.close();

        assertThat(open().last(null, 10)).containsExactly(set("fan", 1), failed);
        assertThat(open().last("fan", 10)).containsExactly(set("fan", 1));
        assertThat(open().last(null, 1)).containsExactly(failed);
    }

    @Test
    void oneAloneIsWrittenAtOnceAndMoreOfThemTogether() throws IOException {
        ActFile file = open();
        file.add(set("fan", 1));
        runTasks();
        time.advanceNanos(1_000_000_000L);
        file.add(set("fan", 2));
        file.add(set("fan", 3));

        assertThat(delays).containsExactly(Duration.ZERO, Duration.ofSeconds(9));
        assertThat(Files.readAllLines(folder.resolve("actuators.jsonl"))).hasSize(1);
        runTasks();
        assertThat(Files.readAllLines(folder.resolve("actuators.jsonl"))).hasSize(3);
    }

    @Test
    void aLineThatWasCutOffCostsNoOther() throws IOException {
        ActFile file = open();
        file.add(set("fan", 1));
        file.close();
        Files.writeString(
                folder.resolve("actuators.jsonl"),
                "{\"at-micros\":1,\"actu",
                StandardOpenOption.APPEND);

        assertThat(open().last(null, 10)).containsExactly(set("fan", 1));
    }

    @Test
    void theFilesAreBoundedAndTheNewestOnesAreKept() throws IOException {
        ActFile file = open();
        int many = 4_000;
        for (int i = 1; i <= many; i++) {
            file.add(set("fan", i));
            time.advanceNanos(ActFile.WRITE_EVERY.toNanos());
            runTasks();
        }

        assertThat(Files.size(folder.resolve("actuators.jsonl")))
                .isLessThanOrEqualTo(ActFile.FILE_BYTES_MAX + 1_024);
        assertThat(Files.size(folder.resolve("actuators.jsonl.1")))
                .isLessThanOrEqualTo(ActFile.FILE_BYTES_MAX + 1_024);
        assertThat(open().last(null, many)).hasSize(ActFile.KEPT_MAX).endsWith(set("fan", many));
    }

    @Test
    void aDiskThatCanNotBeWrittenLosesNothingThatFits() throws IOException {
        Path blocked = Files.createDirectory(folder.resolve("actuators.jsonl"));
        ActFile file = open();
        file.add(set("fan", 1));
        runTasks();
        Files.delete(blocked);
        file.add(set("fan", 2));
        runTasks();

        assertThat(open().last(null, 10)).containsExactly(set("fan", 1), set("fan", 2));
    }
}
