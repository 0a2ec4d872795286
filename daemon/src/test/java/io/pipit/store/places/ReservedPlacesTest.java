package io.pipit.store.places;

import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.model.LogId;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReservedPlacesTest {
    private static final LogId LOG = new LogId(0xabc);

    @TempDir Path folder;
    private Path file;

    @BeforeEach
    void namesIt() {
        file = folder.resolve("reserved");
    }

    @Test
    void saysAfterwardsWhatWasReservedLast() throws IOException {
        try (ReservedPlaces places = new ReservedPlaces(file)) {
            assertThat(places.through(LOG)).isZero();
            for (long through = 1_000; through <= 3_000; through += 1_000) {
                assertThat(places.reserve(LOG, through)).isTrue();
            }
        }
        try (ReservedPlaces places = new ReservedPlaces(file)) {
            assertThat(places.through(LOG)).isEqualTo(3_000);
        }
    }

    @Test
    void needsNoMoreRoomThanItHadFromTheStart() throws IOException {
        try (ReservedPlaces places = new ReservedPlaces(file)) {
            long bytes = Files.size(file);
            for (long through = 1; through < 100; through++) {
                places.reserve(LOG, through);
            }
            assertThat(bytes).isPositive().isEqualTo(Files.size(file));
        }
    }

    @Test
    void isLeftWithTheOneBeforeWhereThePowerFailedAtAWrite() throws IOException {
        for (long slot = 0; slot < 2; slot++) {
            Files.deleteIfExists(file);
            try (ReservedPlaces places = new ReservedPlaces(file)) {
                places.reserve(LOG, 1_000);
                places.reserve(LOG, 2_000);
            }
            try (RandomAccessFile torn = new RandomAccessFile(file.toFile(), "rw")) {
                torn.seek(slot * 4_096 + 12);
                torn.writeInt(-1);
            }
            try (ReservedPlaces places = new ReservedPlaces(file)) {
                assertThat(places.through(LOG)).isEqualTo(slot == 0 ? 2_000 : 1_000);
                // The next goes where the torn one is: the good one stays until it is there.
                places.reserve(LOG, 3_000);
            }
            try (RandomAccessFile torn = new RandomAccessFile(file.toFile(), "rw")) {
                torn.seek(slot * 4_096 + 12);
                torn.writeInt(-1);
            }
            try (ReservedPlaces places = new ReservedPlaces(file)) {
                assertThat(places.through(LOG)).isEqualTo(slot == 0 ? 2_000 : 1_000);
            }
        }
    }

    @Test
    void saysNothingOfAnotherLog() throws IOException {
        try (ReservedPlaces places = new ReservedPlaces(file)) {
            places.reserve(LOG, 1_000);
            assertThat(places.through(new LogId(0xdef))).isZero();
            places.reserve(new LogId(0xdef), 10);
            assertThat(places.through(new LogId(0xdef))).isEqualTo(10);
        }
    }

    @Test
    void reservesNothingWhereTheFileCannotBe() throws IOException {
        try (ReservedPlaces places = new ReservedPlaces(folder.resolve("no/such/folder"))) {
            assertThat(places.through(LOG)).isZero();
            assertThat(places.reserve(LOG, 1_000)).isFalse();
        }
    }
}
