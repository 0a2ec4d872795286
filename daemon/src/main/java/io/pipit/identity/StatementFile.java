package io.pipit.identity;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.pipit.identity.Statements.Kept;
import io.pipit.identity.statement.Revocation;
import io.pipit.identity.statement.Rotation;
import io.pipit.identity.statement.Statement;
import io.pipit.identity.statement.StatementException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The text of {@code statements.toml}. A person may read all of it; what counts of it are the
 * statements themselves, which are verified again, and what this node did about each.
 */
final class StatementFile {
    private static final String HEADER =
            """
            # What nodes said of keys, signed, and handed on to the peers: who isn't to be trusted any more
            # (revocation), who goes on with another key (rotation). Pipit writes this file; "pipit peer list
            # --revoked" shows it, "pipit peer add ID --again" overrules a revocation.
            """;
    private static final Pattern SECTION =
            Pattern.compile("\\[\\[\\s*(revocation|rotation)\\s*]]\\s*(#.*)?");
    private static final Pattern KEY =
            Pattern.compile("([a-z]+)\\s*=\\s*(?:\"([^\"\\\\]*)\"|([0-9]+|true|false))\\s*(#.*)?");

    private StatementFile() {}

    static byte[] write(Statements statements) {
        StringBuilder out = new StringBuilder(HEADER);
        for (Kept kept : statements.list()) {
            Statement statement = kept.statement();
            boolean revocation = statement instanceof Revocation;
            out.append(revocation ? "\n[[revocation]]\n" : "\n[[rotation]]\n");
            text(out, "subject", statement.subject().toString());
            if (!kept.name().isEmpty()) {
                text(out, "name", kept.name());
            }
            if (statement instanceof Rotation rotation) {
                text(out, "after", rotation.after().toString());
            } else {
                text(out, "issuer", statement.issuer().toString());
            }
            out.append("number = ").append(statement.number()).append('\n');
            out.append(revocation ? "overruled = " : "done = ").append(kept.settled()).append('\n');
            text(out, "statement", Base64.getEncoder().encodeToString(statement.bytes()));
        }
        return out.toString().getBytes(UTF_8);
    }

    private static void text(StringBuilder out, String key, String value) {
        out.append(key).append(" = \"").append(value).append("\"\n");
    }

    static Statements read(String text) throws PeerFile.Malformed {
        List<Kept> all = new ArrayList<>();
        Map<String, String> keys = null;
        int number = 0;
        int begun = 0;
        for (String raw : text.split("\n", -1)) {
            number++;
            String line = raw.strip();
            if (line.isEmpty() || line.startsWith("#")) {
                continue;
            }
            Matcher key = KEY.matcher(line);
            if (SECTION.matcher(line).matches()) {
                take(keys, begun, all);
                keys = new HashMap<>();
                begun = number;
            } else if (!key.matches() || keys == null) {
                throw new PeerFile.Malformed(
                        number, "neither [[revocation]], [[rotation]] nor key = value of one");
            } else {
                keys.put(key.group(1), key.group(2) != null ? key.group(2) : key.group(3));
            }
        }
        take(keys, begun, all);
        if (all.size() > Statements.STATEMENTS_MAX) {
            throw new PeerFile.Malformed(
                    begun, "more than " + Statements.STATEMENTS_MAX + " statements");
        }
        return new Statements(all);
    }

    private static void take(@Nullable Map<String, String> keys, int line, List<Kept> all)
            throws PeerFile.Malformed {
        if (keys == null) {
            return;
        }
        try {
            Statement statement =
                    Statement.parse(Base64.getDecoder().decode(keys.getOrDefault("statement", "")));
            boolean settled =
                    Boolean.parseBoolean(
                            keys.get(statement instanceof Revocation ? "overruled" : "done"));
            all.add(new Kept(statement, keys.getOrDefault("name", ""), settled));
        } catch (StatementException | IllegalArgumentException e) {
            throw new PeerFile.Malformed(line, "no valid statement: " + e.getMessage());
        }
    }
}
