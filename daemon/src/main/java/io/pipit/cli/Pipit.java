package io.pipit.cli;

import io.pipit.cli.acting.ActuatorsVerb;
import io.pipit.cli.acting.SetVerb;
import io.pipit.cli.context.ConfigurationFile;
import io.pipit.cli.context.Failure;
import io.pipit.cli.context.OutputClosed;
import io.pipit.cli.context.Surroundings;
import io.pipit.cli.demo.DemoVerb;
import io.pipit.cli.doctor.DoctorVerb;
import io.pipit.cli.files.FetchVerb;
import io.pipit.cli.files.SendVerb;
import io.pipit.cli.files.TransfersVerb;
import io.pipit.cli.operate.BackupVerb;
import io.pipit.cli.operate.RestoreVerb;
import io.pipit.cli.rules.RuleVerb;
import io.pipit.cli.rules.RulesVerb;
import io.pipit.cli.trust.IdVerb;
import io.pipit.cli.trust.PairVerb;
import io.pipit.cli.trust.PeerVerb;
import io.pipit.cli.verb.CheckVerb;
import io.pipit.cli.verb.ConfigVerb;
import io.pipit.cli.verb.GetVerb;
import io.pipit.cli.verb.HistoryVerb;
import io.pipit.cli.verb.PeersVerb;
import io.pipit.cli.verb.RunVerb;
import io.pipit.cli.verb.SensorsVerb;
import io.pipit.cli.verb.StatusVerb;
import io.pipit.cli.verb.WatchVerb;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/**
 * The program: what is common to all verbs, and the list of them. Every outcome is an exit code,
 * and what went wrong one line on standard error.
 */
@Command(
        name = "pipit",
        description =
                "Reads sensors and exchanges the readings directly with neighbouring devices.",
        mixinStandardHelpOptions = true,
        scope = ScopeType.INHERIT,
        versionProvider = Pipit.Version.class,
        usageHelpAutoWidth = true,
        footer = {
            "",
            "Exit codes: 0 done, 1 failed, 2 wrong usage, 69 the daemon can't be reached, 77 not"
                    + " allowed, 78 the configuration is wrong."
        })
public final class Pipit {
    private final ConfigurationFile file;

    private Pipit(ConfigurationFile file) {
        this.file = file;
    }

    @Option(
            names = {"-c", "--config"},
            paramLabel = "FILE",
            scope = ScopeType.INHERIT,
            description =
                    "The configuration, and by that the daemon. Default: /etc/pipit/pipit.toml.")
    void configuration(Path path) {
        file.choose(path);
    }

    /** Says which version this is. */
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = Pipit.class.getPackage().getImplementationVersion();
            return new String[] {"pipit " + (version == null ? "(from a build folder)" : version)};
        }
    }

    /**
     * Carries out a command line.
     *
     * @return the process's exit code
     */
    public static int run(String[] arguments, Surroundings surroundings) {
        return commandLine(surroundings).execute(arguments);
    }

    /** The program's grammar: what man pages and completion are made of, too. */
    static CommandLine commandLine(Surroundings surroundings) {
        ConfigurationFile file = new ConfigurationFile(surroundings);
        CommandLine line = new CommandLine(new Pipit(file));
        line.addSubcommand(new DemoVerb(surroundings))
                .addSubcommand(new RunVerb(surroundings, file))
                .addSubcommand(new CheckVerb(surroundings, file))
                .addSubcommand(new ConfigVerb(surroundings))
                .addSubcommand(new StatusVerb(surroundings, file))
                .addSubcommand(new PeersVerb(surroundings, file))
                .addSubcommand(new SensorsVerb(surroundings, file))
                .addSubcommand(new GetVerb(surroundings, file))
                .addSubcommand(new WatchVerb(surroundings, file))
                .addSubcommand(new HistoryVerb(surroundings, file))
                .addSubcommand(new SetVerb(surroundings, file))
                .addSubcommand(new ActuatorsVerb(surroundings, file))
                .addSubcommand(new RulesVerb(surroundings, file))
                .addSubcommand(new RuleVerb(surroundings, file))
                .addSubcommand(new SendVerb(surroundings, file))
                .addSubcommand(new FetchVerb(surroundings, file))
                .addSubcommand(new TransfersVerb(surroundings, file))
                .addSubcommand(new IdVerb(surroundings, file))
                .addSubcommand(new PairVerb(surroundings, file))
                .addSubcommand(new PeerVerb(surroundings, file))
                .addSubcommand(new DoctorVerb(surroundings, file))
                .addSubcommand(new BackupVerb(surroundings, file))
                .addSubcommand(new RestoreVerb(surroundings, file));
        line.setOut(new PrintWriter(surroundings.out(), true, StandardCharsets.UTF_8));
        line.setErr(new PrintWriter(surroundings.err(), true, StandardCharsets.UTF_8));
        line.setColorScheme(
                CommandLine.Help.defaultColorScheme(
                        surroundings.colours()
                                ? CommandLine.Help.Ansi.ON
                                : CommandLine.Help.Ansi.OFF));
        line.setParameterExceptionHandler((e, arguments) -> {
            CommandLine verb = e.getCommandLine();
            surroundings
                    .err()
                    .println(
                            "pipit: "
                                    + Failure.oneLine(e.getMessage())
                                    + "; see '"
                                    + verb.getCommandSpec().qualifiedName()
                                    + " --help'");
            return Failure.USAGE;
        });
        line.setExecutionExceptionHandler((e, verb, parsed) -> {
            if (e instanceof OutputClosed) {
                return 0;
            }
            if (e instanceof Failure failure) {
                surroundings.err().println("pipit: " + Failure.oneLine(failure.getMessage()));
                return failure.exitCode();
            }
            return Failure.mistake(
                    verb.getCommandName(), e, surroundings.err(), surroundings.environment());
        });
        return line;
    }
}
