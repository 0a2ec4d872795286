package io.pipit.config;

import io.pipit.config.text.Malformed;
import io.pipit.config.text.Names;
import io.pipit.config.text.Secret;
import io.pipit.config.toml.Problem;
import io.pipit.config.toml.Scope;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a configuration takes from the process it is read in: the environment's variables and the
 * machine's host name. Credentials are files in the folder that {@code $CREDENTIALS_DIRECTORY}
 * names, as systemd's {@code LoadCredential=} lays them out.
 *
 * @param variables the environment's variables
 * @param hostName what the machine calls itself; the node's name comes from it where none is set
 */
public record Environment(Map<String, String> variables, String hostName) {
    /** The longest text that {@code ${…}} may grow into, in characters. */
    static final int EXPANDED_CHARS_MAX = 4096;

    /** The largest credential, in bytes. */
    static final int CREDENTIAL_BYTES_MAX = 64 * 1024;

    private static final String DEFAULT_NODE_NAME = "pipit";
    private static final Path HOST_NAME = Path.of("/proc/sys/kernel/hostname");
    private static final Pattern REFERENCE =
            Pattern.compile("(\\$)?\\$\\{(?:([A-Za-z_][A-Za-z0-9_]{0,127})(?::-([^}]*))?\\})?");
    private static final Pattern CREDENTIAL = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}");

    public Environment {
        variables = Map.copyOf(variables);
    }

    /** That of this process. */
    public static Environment ofProcess() {
        String hostName;
        try {
            hostName = Files.readString(HOST_NAME).strip();
        } catch (IOException e) {
            hostName = DEFAULT_NODE_NAME;
        }
        return new Environment(System.getenv(), hostName);
    }

    /**
     * Where values are read that may speak of it.
     *
     * @param base the folder that relative paths start from, absolute
     */
    Scope scope(Path base, Consumer<Problem> problems) {
        return new Scope() {
            @Override
            public String expand(String text) throws Malformed {
                return Environment.this.expand(text);
            }

            @Override
            public Secret credential(String name) throws Malformed {
                return Environment.this.credential(name);
            }

            @Override
            public Path base() {
                return base;
            }

            @Override
            public void report(Problem problem) {
                problems.accept(problem);
            }
        };
    }

    /** The node's name where the configuration sets none. */
    String nodeName() {
        String name = Names.from(hostName);
        return name.isEmpty() || name.equals("localhost") ? DEFAULT_NODE_NAME : name;
    }

    /**
     * The text with {@code ${NAME}} and {@code ${NAME:-default}} filled in; the default stands in
     * for a variable that is empty, too, as in a shell. {@code $${NAME}} is a plain {@code
     * ${NAME}}.
     */
    String expand(String text) throws Malformed {
        StringBuilder expanded = new StringBuilder();
        Matcher matcher = REFERENCE.matcher(text);
        int end = 0;
        while (matcher.find(end)) {
            expanded.append(text, end, matcher.start());
            if (matcher.group(1) != null) {
                expanded.append("${");
                end = matcher.start() + 3;
            } else {
                expanded.append(variable(text, matcher.group(2), matcher.group(3)));
                end = matcher.end();
            }
            if (expanded.length() > EXPANDED_CHARS_MAX) {
                break;
            }
        }
        expanded.append(text, end, text.length());
        if (expanded.length() > EXPANDED_CHARS_MAX) {
            throw new Malformed("is longer than " + EXPANDED_CHARS_MAX + " characters");
        }
        return expanded.toString();
    }

    private String variable(String text, @Nullable String name, @Nullable String fallback)
            throws Malformed {
        if (name == null) {
            throw new Malformed(
                    Malformed.quote(text)
                            + " has a \"${\" that is not ${NAME} or ${NAME:-default}; write \"$${\""
                            + " for a plain \"${\"");
        }
        String value = variables.getOrDefault(name, "");
        if (!value.isEmpty()) {
            return value;
        }
        if (fallback != null) {
            return fallback;
        }
        if (!variables.containsKey(name)) {
            throw new Malformed(
                    "needs the environment variable "
                            + name
                            + ", which is not set: set it, or write ${"
                            + name
                            + ":-default}");
        }
        return value;
    }

    /** The content of a credential, without the line's end that editors leave. */
    Secret credential(String name) throws Malformed {
        String directory = variables.getOrDefault("CREDENTIALS_DIRECTORY", "");
        if (directory.isEmpty()) {
            throw new Malformed(
                    "names a credential, but $CREDENTIALS_DIRECTORY is not set: run under systemd with"
                            + " LoadCredential=, or set it to a folder that holds the file");
        }
        if (!CREDENTIAL.matcher(name).matches()) {
            throw new Malformed(
                    Malformed.quote(name) + " is not a credential's name: it is a plain file name");
        }
        byte[] bytes;
        try (InputStream in = Files.newInputStream(Path.of(directory).resolve(name))) {
            bytes = in.readNBytes(CREDENTIAL_BYTES_MAX + 1);
        } catch (IOException | InvalidPathException e) {
            throw new Malformed(
                    "names the credential "
                            + Malformed.quote(name)
                            + ", which cannot be read from $CREDENTIALS_DIRECTORY ("
                            + e.getClass().getSimpleName()
                            + "): see `systemctl cat pipit` for its LoadCredential=");
        }
        if (bytes.length > CREDENTIAL_BYTES_MAX) {
            throw new Malformed(
                    "names the credential "
                            + Malformed.quote(name)
                            + ", which is larger than "
                            + CREDENTIAL_BYTES_MAX
                            + " bytes");
        }
        return new Secret(new String(bytes, StandardCharsets.UTF_8).stripTrailing());
    }
}
