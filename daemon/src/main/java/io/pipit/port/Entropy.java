package io.pipit.port;

/** Randomness, handed in so that a run can be repeated from its seed. Thread-safe. */
@FunctionalInterface
public interface Entropy {
    /** 64 random bits. */
    long nextLong();
}
