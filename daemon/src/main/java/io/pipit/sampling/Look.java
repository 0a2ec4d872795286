package io.pipit.sampling;

import io.pipit.drivers.SensorException;
import io.pipit.drivers.SensorException.Category;
import io.pipit.port.Event;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What came of a look at a sensor.
 *
 * @param probe null where it couldn't be opened
 * @param values null where it wasn't read, but only asked what happened
 * @param failure what went wrong; empty where nothing did
 * @param busHeld whether that is the bus' fault
 */
record Look(
        @Nullable Probe probe,
        Probe.Happenings happened,
        @Nullable List<Event.Value> values,
        String failure,
        boolean busHeld) {
    /**
     * Asks what happened and, where it is due, reads. Whatever a driver does here, the others on
     * its bus are read.
     *
     * @param known where it is open
     */
    static Look at(@Nullable Probe known, Probe.Opener opener, boolean due) {
        Probe probe = known;
        Probe.Happenings happened = Probe.Happenings.NONE;
        @Nullable List<Event.Value> values = null;
        String failure = "";
        try {
            if (probe == null) {
                probe = opener.open();
            }
            happened = probe.happenings();
            for (Probe.Happening happening : happened.happenings()) {
                failure = failure.isEmpty() ? Outcome.problemWith(happening.values()) : failure;
            }
            if (due && failure.isEmpty()) {
                values = probe.read();
                failure = Outcome.problemWith(values);
            }
        } catch (Throwable e) {
            boolean busHeld =
                    e instanceof SensorException why && why.category() == Category.BUS_HELD;
            return new Look(probe, happened, null, reasonOf(e), busHeld);
        }
        return new Look(probe, happened, values, failure, false);
    }

    private static String reasonOf(Throwable e) {
        String message = e.getMessage();
        return message == null || message.isBlank() ? e.toString() : message;
    }
}
