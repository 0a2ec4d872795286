package io.pipit.benchmarks;

/**
 * Does nothing: being an agent brings this jar, and {@link TickDriver} and {@link EdgeDriver} with
 * it, onto the class path of a program that is started as users start it.
 */
public final class Agent {
    private Agent() {}

    /** What {@code -javaagent} calls. */
    public static void premain(String arguments) {
        // The class path is all that is wanted.
    }
}
