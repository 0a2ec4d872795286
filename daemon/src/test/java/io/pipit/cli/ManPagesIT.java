package io.pipit.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ManPagesIT {
    @TempDir Path folder;

    @BeforeEach
    void write() throws IOException {
        ManPages.write(folder);
    }

    @Test
    void writesAPageForEachVerb() throws IOException {
        assertThat(folder.resolve("man1"))
                .isDirectoryContaining("glob:**/pipit.1")
                .isDirectoryContaining("glob:**/pipit-history.1")
                .isDirectoryContaining("glob:**/pipit-peer-add.1");
        assertThat(Files.readString(folder.resolve("man1/pipit-history.1")))
                .contains(
                        ".SH NAME\npipit\\-history \\- Print stored readings",
                        ".TP\n\\fB\\-\\-csv\\fR\n",
                        ".TP\n\\fB\\-c\\fR, \\fB\\-\\-config\\fR=\\fIFILE\\fR\n",
                        ".TP\n\\fISERIES\\fR\n");
        assertThat(Files.readString(folder.resolve("man1/pipit-run.1")))
                .doesNotContain("stop\\-with\\-input");
    }

    @Test
    void isWhatGroffUnderstands() throws Exception {
        try (Stream<Path> pages = Files.list(folder.resolve("man1"))) {
            for (Path page : pages.toList()) {
                String said = output("groff", "-man", "-Tutf8", "-P-cbou", "-ww", page.toString());
                assertThat(said).contains("NAME", "SYNOPSIS").doesNotContain("warning", "error:");
            }
        }
    }

    @Test
    void completesVerbsAndOptions() throws Exception {
        String completion = folder.resolve("bash/pipit").toString();
        String script =
                "source "
                        + completion
                        + "; COMP_WORDS=(pipit hi); COMP_CWORD=1; COMP_LINE='pipit hi'; COMP_POINT=8;"
                        + " _complete_pipit 2>/dev/null; echo \"${COMPREPLY[*]}\"";

        assertThat(output("bash", "-c", script).strip()).isEqualTo("history");
    }

    private static String output(String... command) throws Exception {
        Process process;
        try {
            process = new ProcessBuilder(List.of(command)).redirectErrorStream(true).start();
        } catch (IOException e) {
            String missing = command[0] + " isn't installed";
            assertThat(System.getProperty("pipit.peers")).as(missing).isNotEqualTo("required");
            return Assumptions.abort(missing);
        }
        return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
}
