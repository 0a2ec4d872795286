package io.pipit.cli.verb;

import io.pipit.cli.context.ConfigurationFile;
import io.pipit.cli.context.Failure;
import io.pipit.cli.context.Surroundings;
import io.pipit.config.LoadedConfiguration;
import io.pipit.config.toml.Problem;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code pipit check}. */
@Command(
        name = "check",
        description = "Read the configuration and report everything that is wrong with it.",
        footer = {"", "Exit code 78 where something is."})
public final class CheckVerb implements Callable<Integer> {
    private final Surroundings surroundings;
    private final ConfigurationFile file;

    @Mixin private JsonOption json = new JsonOption();

    public CheckVerb(Surroundings surroundings, ConfigurationFile file) {
        this.surroundings = surroundings;
        this.file = file;
    }

    @Override
    public Integer call() {
        List<Problem> problems = List.of();
        int omitted = 0;
        if (file.read() instanceof LoadedConfiguration.Refused refused) {
            problems = refused.problems();
            omitted = refused.omitted();
        }
        if (json.isSet()) {
            Map<String, Object> all = new LinkedHashMap<>();
            all.put("ok", problems.isEmpty());
            all.put("problems", problems.stream().map(CheckVerb::document).toList());
            all.put("omitted", omitted);
            surroundings.json(all);
        } else if (problems.isEmpty()) {
            surroundings.line(file.path() + ": ok");
        } else {
            problems.forEach(problem -> surroundings.err().println(problem));
            if (omitted > 0) {
                surroundings.err().println("and " + omitted + " more");
            }
            surroundings.catalogue().problems().forEach(surroundings.err()::println);
        }
        return problems.isEmpty() ? 0 : Failure.CONFIGURATION;
    }

    private static Map<String, Object> document(Problem problem) {
        Map<String, Object> one = new LinkedHashMap<>();
        one.put("file", problem.file().toString());
        one.put("line", problem.line());
        one.put("column", problem.column());
        one.put("message", problem.message());
        return one;
    }
}
