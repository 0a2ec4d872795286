package io.pipit.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.pipit.cli.context.Surroundings;
import io.pipit.config.ConfigurationLoader;
import io.pipit.drivers.Drivers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/**
 * Writes a man page for each verb and the completion for bash, from the same grammar that the
 * program runs on. The build calls it.
 *
 * <p>Straight to roff's man macros: picocli's own generator writes AsciiDoc, and turning that into
 * a page takes 40 MB of Ruby.
 */
public final class ManPages {
    private static final String SECTION = "1";

    private ManPages() {}

    /** Writes them into the folder that is the argument, below {@code man1} and {@code bash}. */
    public static void main(String[] arguments) throws IOException {
        write(Path.of(arguments[0]));
    }

    static void write(Path folder) throws IOException {
        CommandLine pipit = grammar();
        Path pages = Files.createDirectories(folder.resolve("man1"));
        for (CommandLine verb : all(pipit)) {
            Files.writeString(
                    pages.resolve(pageName(verb.getCommandSpec()) + "." + SECTION), page(verb));
        }
        Path completion = Files.createDirectories(folder.resolve("bash"));
        Files.writeString(completion.resolve("pipit"), AutoComplete.bash("pipit", pipit));
    }

    private static CommandLine grammar() {
        return Pipit.commandLine(
                new Surroundings(
                        System.out,
                        System.err,
                        false,
                        Map.of(),
                        InstantSource.system(),
                        () -> 0,
                        Thread.ofPlatform().factory(),
                        path -> 0,
                        new ConfigurationLoader(List.of()),
                        Drivers.of(),
                        List.of()));
    }

    private static List<CommandLine> all(CommandLine from) {
        List<CommandLine> all = new ArrayList<>(List.of(from));
        from.getSubcommands().values().forEach(verb -> all.addAll(all(verb)));
        return all;
    }

    private static String pageName(CommandSpec spec) {
        return spec.qualifiedName("-");
    }

    static String page(CommandLine verb) {
        CommandSpec spec = verb.getCommandSpec();
        StringBuilder out = new StringBuilder();
        out.append(".TH ")
                .append(quoted(pageName(spec).toUpperCase(java.util.Locale.ROOT)))
                .append(" \"" + SECTION + "\" \"\" \"Pipit\" \"Pipit\"\n.SH NAME\n")
                .append(escaped(pageName(spec)))
                .append(" \\- ")
                .append(escaped(String.join(" ", spec.usageMessage().description())))
                .append("\n.SH SYNOPSIS\n.nf\n")
                .append(escaped(synopsis(verb)))
                .append(".fi\n.SH DESCRIPTION\n")
                .append(escaped(String.join("\n", spec.usageMessage().description())))
                .append('\n');
        for (String paragraph : spec.usageMessage().footer()) {
            out.append(paragraph.isEmpty() ? ".PP" : escaped(paragraph)).append('\n');
        }
        List<PositionalParamSpec> parameters = spec.positionalParameters();
        if (!parameters.isEmpty()) {
            out.append(".SH ARGUMENTS\n");
            parameters.forEach(each -> item(out, italic(each.paramLabel()), each.description()));
        }
        out.append(".SH OPTIONS\n");
        for (OptionSpec option : spec.options()) {
            if (!option.hidden()) {
                item(out, label(option), option.description());
            }
        }
        if (!spec.subcommands().isEmpty()) {
            out.append(".SH COMMANDS\n");
            spec.subcommands()
                    .values()
                    .forEach(each ->
                            item(
                                    out,
                                    bold(pageName(each.getCommandSpec())) + "(" + SECTION + ")",
                                    each.getCommandSpec().usageMessage().description()));
        }
        if (spec.parent() != null) {
            out.append(".SH SEE ALSO\n")
                    .append(bold(pageName(spec.parent())))
                    .append("(" + SECTION + ")\n");
        }
        return out.toString();
    }

    private static String synopsis(CommandLine verb) {
        return new CommandLine.Help(
                        verb.getCommandSpec(), CommandLine.Help.defaultColorScheme(Ansi.OFF))
                .synopsis(0);
    }

    private static String label(OptionSpec option) {
        List<String> names = new ArrayList<>();
        for (String name : option.names()) {
            names.add(bold(name));
        }
        String value = "=" + italic(option.paramLabel());
        if (option.typeInfo().isBoolean()) {
            value = "";
        } else if (option.arity().min() == 0) {
            value = "[" + value + "]";
        }
        return String.join(", ", names) + value;
    }

    private static void item(StringBuilder out, String label, String[] description) {
        out.append(".TP\n")
                .append(label)
                .append('\n')
                .append(escaped(String.join(" ", description)))
                .append('\n');
    }

    private static String bold(String text) {
        return "\\fB" + escaped(text) + "\\fR";
    }

    private static String italic(String text) {
        return "\\fI" + escaped(text) + "\\fR";
    }

    private static String quoted(String text) {
        return '"' + escaped(text) + '"';
    }

    /** As roff takes it for text: no escapes, hyphens that can be copied, no requests. */
    private static String escaped(String text) {
        String plain = CommandLine.Help.Ansi.OFF.string(text);
        StringBuilder out = new StringBuilder();
        for (String line : plain.split("\n", -1)) {
            String safe = line.replace("\\", "\\e").replace("-", "\\-").replace("\"", "\\(dq");
            out.append(out.isEmpty() ? "" : "\n")
                    .append(safe.startsWith(".") || safe.startsWith("'") ? "\\&" : "")
                    .append(safe.getBytes(UTF_8).length == safe.length() ? safe : ascii(safe));
        }
        return out.toString();
    }

    private static String ascii(String text) {
        StringBuilder out = new StringBuilder();
        text.codePoints()
                .forEach(c ->
                        out.append(c < 128 ? Character.toString(c) : "\\[u%04X]".formatted(c)));
        return out.toString();
    }
}
