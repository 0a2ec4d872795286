package io.pipit.cli.trust;

import io.pipit.cli.client.Daemon;
import io.pipit.cli.context.ConfigurationFile;
import io.pipit.cli.context.Failure;
import io.pipit.cli.context.Surroundings;
import io.pipit.cli.verb.JsonOption;
import io.pipit.identity.pairing.PairingCode;
import io.pipit.model.Grant;
import io.pipit.wire.Document;
import io.pipit.wire.Frame;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code pipit pair}: two nodes that come to trust each other by a code. */
@Command(
        name = "pair",
        description = "Make this node and another one trust each other.",
        footer = {
            "",
            "On one node 'pipit pair open' prints a code of eight digits; within five minutes 'pipit"
                    + " pair join ADDRESS CODE' on the other one brings it. Three wrong codes close"
                    + " the window. 'pipit peer list' prints who was paired, 'pipit peer revoke'"
                    + " takes it back."
        })
public final class PairVerb {
    /** Several addresses, each over UDP and over TCP, may have to be waited for. */
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    private static final String CODE_SHOWN = "(\\d{4})(\\d{4})";
    private static final String PORT_DEFAULT = ":5684";

    private final Surroundings surroundings;
    private final ConfigurationFile file;

    public PairVerb(Surroundings surroundings, ConfigurationFile file) {
        this.surroundings = surroundings;
        this.file = file;
    }

    @Command(
            name = "open",
            description = "Print a code with which another node may be paired, and return.",
            footer = {
                "",
                "The window is open until a node was paired, three codes were wrong, or five minutes"
                        + " are over; opening it again closes it and opens another with another"
                        + " code. Until then any node on the network may try, and do nothing else."
            })
    int open(@Mixin RoleOption role, @Mixin JsonOption json) throws Failure {
        Map<String, Object> body = body(role);
        Document opened;
        try (Daemon daemon = Daemon.connect(file)) {
            opened = daemon.ask(Frame.POST, "pairing", body);
        }
        String code = opened.get("code").text("");
        String expires = opened.get("expires").text("");
        if (json.isSet()) {
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("code", code);
            fields.put("expires", expires);
            surroundings.json(fields);
            return 0;
        }
        surroundings.line(code.replaceAll(CODE_SHOWN, "$1 $2"));
        surroundings.line("");
        surroundings.line("On the other node, within five minutes (until " + expires + "):");
        for (Document address : opened.get("addresses").items()) {
            surroundings.line("  pipit pair join " + shortened(address.text("")) + " " + code);
        }
        return 0;
    }

    @Command(
            name = "join",
            description = "Pair with the node that shows this code.",
            footer = {
                "",
                "Returns when it is done or refused. Over UDP, or over TCP where UDP gets no answer."
                        + " Pairing again with a peer changes its roles and its address and leaves"
                        + " its name."
            })
    int join(
            @Parameters(
                            index = "0",
                            paramLabel = "ADDRESS|NAME",
                            description =
                                    "Where the other node is: HOST[:PORT], or its name or ID where"
                                            + " it was found on this network.")
                    String where,
            @Parameters(
                            index = "1..*",
                            arity = "1..*",
                            paramLabel = "CODE",
                            description =
                                    "What 'pipit pair open' printed there; with spaces or not.")
                    List<String> code,
            @Mixin RoleOption role,
            @Mixin JsonOption json)
            throws Failure {
        Map<String, Object> body = body(role);
        body.put("to", where);
        body.put(
                "code",
                PairingCode.parse(String.join("", code))
                        .orElseThrow(() ->
                                new Failure(
                                        Failure.USAGE,
                                        "a code has eight digits: what 'pipit pair open' printed on"
                                                + " the other node"))
                        .reveal());
        Document outcome;
        try (Daemon daemon = Daemon.connect(file, PATIENCE)) {
            outcome = daemon.ask(Frame.PUT, "pairing", body);
        }
        if (!outcome.get("paired").flag(false)) {
            throw new Failure(
                    Failure.FAILED, "not paired: " + shown(outcome.get("reason").text("")));
        }
        if (json.isSet()) {
            surroundings.json(new LinkedHashMap<>(outcome.fields()));
            return 0;
        }
        surroundings.line(
                (outcome.get("updated").flag(false) ? "paired again with " : "paired with ")
                        + shown(outcome.get("name").text(""))
                        + " "
                        + shown(outcome.get("id").text(""))
                        + " over "
                        + (outcome.get("way").text("").equals("tcp") ? "TCP" : "UDP")
                        + "; there this node may: "
                        + shown(String.join(", ", texts(outcome.get("roles-there")))));
        texts(outcome.get("notes")).forEach(note -> surroundings.line(shown(note)));
        return 0;
    }

    private static Map<String, Object> body(RoleOption role) throws Failure {
        Map<String, Object> body = new LinkedHashMap<>();
        Set<Grant> grants = role.grants();
        if (grants != null) {
            body.put("roles", grants.stream().map(Grant::toString).toList());
        }
        return body;
    }

    private static List<String> texts(Document list) {
        return list.items().stream().map(item -> item.text("")).toList();
    }

    /** The other node chose some of it. */
    private static String shown(String text) {
        return text.replaceAll("\\p{Cntrl}", " ");
    }

    private static String shortened(String address) {
        return address.endsWith(PORT_DEFAULT)
                ? address.substring(0, address.length() - PORT_DEFAULT.length())
                : address;
    }
}
