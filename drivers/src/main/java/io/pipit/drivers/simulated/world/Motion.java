package io.pipit.drivers.simulated.world;

/**
 * How something moves at one moment, along and about its own axes.
 *
 * @param x acceleration along x in metres per second squared, gravity included
 * @param y along y
 * @param z along z
 * @param aboutX rotation about x in radians per second
 * @param aboutY about y
 * @param aboutZ about z
 */
public record Motion(double x, double y, double z, double aboutX, double aboutY, double aboutZ) {}
