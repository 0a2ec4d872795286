package io.pipit.drivers.simulated.world;

/**
 * What the air is like at one moment.
 *
 * @param celsius temperature
 * @param percent relative humidity
 * @param pascals pressure
 */
public record Air(double celsius, double percent, double pascals) {}
