package io.pipit.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.config.Configuration;
import io.pipit.config.ConfigurationLoader;
import io.pipit.config.Environment;
import io.pipit.config.LoadedConfiguration.Accepted;
import io.pipit.model.Filter;
import io.pipit.model.NodeId;
import io.pipit.model.Peer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SettingsTest {
    private static final NodeId SHED = NodeId.ofBytes(new byte[16]);

    /** As pairing brings it: the configuration knows nothing of it. */
    private static final List<Peer> PAIRED = List.of(new Peer(SHED, "shed", null, Set.of()));

    @TempDir private Path folder;

    private Settings settings(String toml) throws Exception {
        Path file = folder.resolve("pipit.toml");
        Files.writeString(file, toml);
        var loaded =
                new ConfigurationLoader(List.of()).load(file, new Environment(Map.of(), "here"));
        return new Settings(((Accepted) loaded).configuration());
    }

    private static String wants(String peer, int first, int count) {
        return "[[subscribe]]\npeer='%s'\nseries=[%s]\n"
                .formatted(
                        peer,
                        IntStream.range(first, first + count)
                                .mapToObj(number -> "'s" + number + "/*'")
                                .collect(Collectors.joining(",")));
    }

    @Test
    void saysThatMorePatternsThanAFilterHasBecomeEverything() throws Exception {
        String most = wants("shed", 0, 32) + wants("shed", 32, 32);
        assertThat(settings(most).tooWide(PAIRED)).isEmpty();
        assertThat(settings(most).wanted(PAIRED).get(SHED).patterns()).hasSize(64);

        Settings wide = settings(most + wants(SHED.toString(), 64, 1));

        assertThat(wide.wanted(PAIRED)).isEqualTo(Map.of(SHED, Filter.ALL));
        assertThat(wide.tooWide(PAIRED))
                .singleElement()
                .asString()
                .contains("to shed have 65 patterns", "all its readings are fetched");
    }

    @Test
    void theConfigurationIsCheckedForWhatAFilterHas() {
        assertThat(Configuration.Subscribe.PATTERNS_MAX).isEqualTo(Filter.PATTERNS_MAX);
    }
}
