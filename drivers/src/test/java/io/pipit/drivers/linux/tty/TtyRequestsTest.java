package io.pipit.drivers.linux.tty;

import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.drivers.linux.kernel.Golden;
import io.pipit.drivers.linux.kernel.Word;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TtyRequestsTest {

    @ParameterizedTest
    @EnumSource
    void settingsAreLaidOutAsInC(Word word) {
        assertThat(TtyRequests.raw(9600).toBytes()).isEqualTo(Golden.bytes(word, "tty_raw"));
        assertThat(TtyRequests.baud(TtyRequests.raw(115_200))).isEqualTo(115_200);
    }

    @Test
    void requestsHaveTheirNumbers() {
        assertThat(TtyRequests.GET).isEqualTo(Golden.request("tty_get"));
        assertThat(TtyRequests.SET).isEqualTo(Golden.request("tty_set"));
        assertThat(TtyRequests.FLUSH).isEqualTo(Golden.request("tty_flush"));
        assertThat(TtyRequests.EXCLUSIVE).isEqualTo(Golden.request("tty_exclusive"));
    }
}
