package io.pipit.cli.doctor;

import io.pipit.cli.client.Daemon;
import io.pipit.cli.context.ConfigurationFile;
import io.pipit.cli.context.Failure;
import io.pipit.cli.context.Surroundings;
import io.pipit.cli.show.Printable;
import io.pipit.cli.show.Table;
import io.pipit.cli.verb.JsonOption;
import io.pipit.config.Configuration;
import io.pipit.config.LoadedConfiguration;
import io.pipit.config.toml.Problem;
import io.pipit.wire.Document;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/**
 * {@code pipit doctor}: tries what a node needs. A running daemon is asked, since it has the
 * permissions and the sockets; where none runs, it is tried here what it would need.
 */
@Command(
        name = "doctor",
        description = "Try each thing that the node needs, and say what is wrong and what to do.",
        footer = {
            "",
            "It tries the configuration, the key, the clock, the card, the sensors, the ports, each"
                    + " way of finding others, and each peer over UDP and over TCP; with peers that"
                    + " don't answer that takes up to ten seconds.",
            "Exit code 1 where something doesn't work."
        })
public final class DoctorVerb implements Callable<Integer> {
    /** More than the daemon gives a peer. */
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Surroundings surroundings;
    private final ConfigurationFile file;

    @Mixin private JsonOption json = new JsonOption();

    public DoctorVerb(Surroundings surroundings, ConfigurationFile file) {
        this.surroundings = surroundings;
        this.file = file;
    }

    @Override
    public Integer call() throws Failure {
        List<Finding> findings = new ArrayList<>();
        switch (file.read()) {
            case LoadedConfiguration.Refused refused -> {
                for (Problem problem : refused.problems()) {
                    findings.add(
                            Finding.failed(
                                    "configuration",
                                    "configuration",
                                    problem.toString(),
                                    "mend that line; 'pipit config' prints every key explained"));
                }
            }
            case LoadedConfiguration.Accepted(Configuration configuration) -> {
                findings.add(
                        Finding.ok("configuration", "configuration", file.path() + " is right"));
                examine(configuration, findings);
            }
        }
        print(findings);
        return findings.stream().anyMatch(Finding::isFailed) ? Failure.FAILED : 0;
    }

    private void examine(Configuration configuration, List<Finding> findings) {
        LocalTries local = new LocalTries(configuration);
        findings.addAll(local.key());
        try {
            var running = Daemon.connectIfRunning(file, PATIENCE);
            if (running.isPresent()) {
                try (Daemon daemon = running.get()) {
                    findings.add(Finding.ok("daemon", "daemon", "runs"));
                    for (Document finding : daemon.document("doctor").get("findings").items()) {
                        findings.add(Finding.of(finding));
                    }
                }
                return;
            }
        } catch (Failure e) {
            findings.add(
                    Finding.failed(
                            "daemon",
                            "daemon",
                            String.valueOf(e.getMessage()),
                            "see 'journalctl -u pipit'"));
            return;
        }
        findings.add(
                Finding.failed(
                        "daemon",
                        "daemon",
                        "doesn't run; what it would need was tried by this user",
                        "'systemctl start pipit', or 'pipit run -c "
                                + file.path()
                                + "'; why it doesn't: 'journalctl -u pipit'"));
        findings.addAll(local.folders());
        findings.addAll(local.ports());
        findings.addAll(local.multicast());
    }

    private void print(List<Finding> findings) {
        if (json.isSet()) {
            surroundings.json(Map.of("findings", findings.stream().map(Finding::fields).toList()));
            return;
        }
        Table table = new Table("what", "state", "");
        for (Finding finding : findings) {
            table.row(finding.what(), finding.state(), finding.says());
        }
        StringBuilder out = new StringBuilder(table.text(surroundings.colours()));
        List<Finding> ill = findings.stream().filter(each -> !each.remedy().isEmpty()).toList();
        if (!ill.isEmpty()) {
            out.append("\nwhat to do:\n");
        }
        for (Finding finding : ill) {
            out.append("  ").append(Printable.text(finding.what() + ": " + finding.remedy()));
            out.append('\n');
        }
        surroundings.out().print(out);
        surroundings.flush();
    }
}
