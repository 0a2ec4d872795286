package io.pipit.benchmarks;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One that is a Debian package. */
abstract class PackagedContender implements Contender {
    private final String name;
    private final String packageName;
    private final String program;
    private final String option;

    /**
     * One.
     *
     * @param name as tables call it
     * @param option with which the program says something and ends
     */
    PackagedContender(String name, String packageName, String program, String option) {
        this.name = name;
        this.packageName = packageName;
        this.program = program;
        this.option = option;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public @Nullable String missing() {
        return Installed.without(program, program, option);
    }

    @Override
    public String installed() throws IOException {
        return Installed.debian(packageName);
    }

    /** Starts the program, which may be where only root looks for programs. */
    Child launch(Path folder, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(program));
        command.addAll(List.of(arguments));
        return Child.start(
                command,
                Map.of("PATH", System.getenv("PATH") + ":/usr/sbin:/usr/local/sbin"),
                folder.resolve("log"));
    }

    /** Closes what may be there. */
    static void quietly(@Nullable AutoCloseable closeable) {
        try {
            if (closeable != null) {
                closeable.close();
            }
        } catch (Exception e) {
            System.err.println("benchmarks: " + e);
        }
    }
}
