package io.pipit.acting;

import io.pipit.drivers.output.Output;
import io.pipit.port.acting.Outlet;

/**
 * One actuator as it is to be opened.
 *
 * @param outlet another generation of it is opened anew
 */
public record OutletSpec(Outlet outlet, Opener opener) {
    /** Opens it, as often as it takes. */
    @FunctionalInterface
    public interface Opener {
        /**
         * Opens it, in its safe state.
         *
         * @throws Exception where it isn't to be had; the message is for people
         */
        Output open() throws Exception;
    }
}
