package io.pipit.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.code_intelligence.jazzer.junit.Lifecycle;
import io.pipit.config.ConfigurationLoader;
import io.pipit.config.DriverDescriptor;
import io.pipit.config.Environment;
import io.pipit.config.LoadedConfiguration;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;

/** pipit.toml: whatever is in it, there is a configuration or a list of what is wrong. */
class ConfigurationFuzzTest {
    static {
        // The parser's own assertions aren't in force where Pipit runs, and one of them doesn't
        // hold.
        ConfigurationFuzzTest.class.getClassLoader().setPackageAssertionStatus("org.tomlj", false);
    }

    private final ConfigurationLoader loader =
            new ConfigurationLoader(List.of(new DriverDescriptor("host", false, false, List.of())));

    @TempDir private Path folder;

    @FuzzTest(maxDuration = "4s", lifecycle = Lifecycle.PER_TEST)
    void loads(byte[] bytes) throws IOException {
        Path file = folder.resolve("pipit.toml");
        Files.write(file, bytes);
        LoadedConfiguration loaded =
                loader.load(file, new Environment(Map.of("A", "a", "B", "2"), "board"));
        if (loaded instanceof LoadedConfiguration.Refused refused && refused.problems().isEmpty()) {
            throw new AssertionError("refused without a reason");
        }
    }
}
