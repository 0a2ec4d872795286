package io.pipit.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class SystemTimeIT {
    private final SystemTime time = new SystemTime();

    @Test
    void monotonicTimeIsThatOfTheKernel() throws Exception {
        double uptime =
                Double.parseDouble(Files.readString(Path.of("/proc/uptime")).split(" ", -1)[0]);
        // /proc/uptime counts suspended time too, CLOCK_MONOTONIC doesn't.
        assertThat(time.monotonicNanos() / 1e9).isPositive().isLessThan(uptime + 1);
    }

    @Test
    void wallTimeIsInMicroseconds() {
        assertThat(time.wallMicros() / 1_000_000)
                .isCloseTo(Instant.now().getEpochSecond(), within(2L));
    }

    @Test
    void asksTheKernelWithoutAnError() {
        assertThatCode(time::synchronised).doesNotThrowAnyException();
    }

    @Test
    void thisBootIsTheKernels() throws Exception {
        assertThat(time.bootId())
                .isEqualTo(Files.readString(Path.of("/proc/sys/kernel/random/boot_id")).strip());
    }
}
