package io.pipit.drivers.i2c;

/**
 * What a {@link io.pipit.drivers.Driver} is besides where its chip has an ID, so that a scan of the
 * buses can tell it from others at its address. Has no state of its own; any thread.
 */
@FunctionalInterface
public interface Identified {

    /** Where the chip's ID is. Reading it must not upset any chip at the driver's addresses. */
    ChipId chipId();
}
