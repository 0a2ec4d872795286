package io.pipit.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyFactory;
import java.security.interfaces.ECPrivateKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.ObjectMapper;

/**
 * The private keys of a node are in their files and nowhere else, the code of a pairing window is
 * where it was asked for and nowhere else.
 */
class SecretsIT {
    private static final Duration PATIENCE = Duration.ofSeconds(40);
    private static final int SCALAR_BYTES = 32;

    /** Part of a key is too much: this many characters of its text, at any place. */
    private static final int TELLTALE_CHARS = 24;

    @TempDir private Path folder;

    /** All forms in which a private key could be written down, whole or in part. */
    private static List<String> forms(Path pem) throws Exception {
        Matcher block =
                Pattern.compile("BEGIN PRIVATE KEY-----([^-]*)-----END")
                        .matcher(Files.readString(pem));
        assertThat(block.find()).isTrue();
        byte[] encoded = Base64.getMimeDecoder().decode(block.group(1));
        ECPrivateKey key =
                (ECPrivateKey)
                        KeyFactory.getInstance("EC")
                                .generatePrivate(new PKCS8EncodedKeySpec(encoded));
        byte[] scalar = new byte[SCALAR_BYTES];
        byte[] number = key.getS().toByteArray();
        int bytes = Math.min(number.length, SCALAR_BYTES);
        System.arraycopy(number, number.length - bytes, scalar, SCALAR_BYTES - bytes, bytes);
        List<String> forms = new ArrayList<>();
        String hex = HexFormat.of().formatHex(scalar);
        for (String whole :
                List.of(
                        hex,
                        hex.toUpperCase(java.util.Locale.ROOT),
                        Base64.getEncoder().encodeToString(scalar),
                        Base64.getUrlEncoder().encodeToString(scalar),
                        key.getS().toString())) {
            forms.add(whole.substring(0, TELLTALE_CHARS));
            forms.add(whole.substring(whole.length() - TELLTALE_CHARS - 2, whole.length() - 2));
        }
        // In PKCS#8 the scalar begins at an offset; its middle is in these characters for certain.
        String text = Base64.getEncoder().encodeToString(encoded);
        forms.add(text.substring(text.length() - TELLTALE_CHARS - 2, text.length() - 2));
        forms.add(new String(scalar, StandardCharsets.ISO_8859_1).substring(0, SCALAR_BYTES / 2));
        return forms;
    }

    private final List<String> forms = new ArrayList<>();
    private final List<Pattern> codes = new ArrayList<>();

    private void assertNowhere(String where, String text) {
        for (String form : forms) {
            assertThat(text.contains(form)).as("a part of a key in %s", where).isFalse();
        }
        for (Pattern code : codes) {
            assertThat(code.matcher(text).find()).as("a pairing code in %s", where).isFalse();
        }
    }

    /** What is shown here, which must not be seen anywhere else from now on. */
    private String opensWindow(RunningNode node) {
        String shown = node.verb("pair", "open", "--json").hasExit(0).text();
        String code = new ObjectMapper().readTree(shown).get("code").asString();
        mayNotShow(code);
        return code;
    }

    private void mayNotShow(String code) {
        // Not as a part of a longer number, which it may well be by chance.
        codes.add(
                Pattern.compile(
                        "(?<![0-9])"
                                + code.substring(0, 4)
                                + " ?"
                                + code.substring(4)
                                + "(?![0-9])"));
    }

    /** All that somebody pairs by, rightly and wrongly, with a window that is open at the end. */
    private void pair(RunningNode house, RunningNode shed) {
        String code = opensWindow(house);
        String wrong = (code.startsWith("1") ? "2" : "1") + code.substring(1);
        mayNotShow(wrong);
        for (String[] join :
                new String[][] {
                    {"pair", "join", house.place(), wrong},
                    {"pair", "join", "127.0.0.1:9", code.substring(0, 4), code.substring(4)},
                    {"pair", "join", house.place(), code, "--json"}
                }) {
            Program.Outcome outcome = shed.verb(join);
            assertNowhere("pair join", outcome.text() + outcome.err());
        }
        assertThat(shed.log() + house.log()).contains("paired");
        var _ = opensWindow(house);
    }

    /** Asks everything that there is, rightly and wrongly. */
    private void askAll(RunningNode node) {
        Set<String> paths =
                new TreeSet<>(
                        List.of(
                                "/",
                                "/.well-known/core",
                                "/statements",
                                "/pair",
                                "/peers/shed/files"));
        String core =
                node.ask(NodeSocket.GET, "/.well-known/core", NodeSocket.ANY, new byte[0]).text();
        Matcher links = Pattern.compile("<([^>]+)>").matcher(core);
        while (links.find()) {
            paths.add(links.group(1));
        }
        assertThat(paths).contains("/pairing", "/trust", "/health", "/sensors/host/load");
        for (int method :
                new int[] {NodeSocket.GET, NodeSocket.PUT, NodeSocket.POST, NodeSocket.DELETE}) {
            for (String path : paths) {
                if (method == NodeSocket.POST && path.equals("/pairing")) {
                    // It tells the code to whoever asks here: that is what it is for.
                    continue;
                }
                byte[] body =
                        method == NodeSocket.PUT || method == NodeSocket.POST
                                ? "{\"code\":\"87654321\"}".getBytes(StandardCharsets.UTF_8)
                                : new byte[0];
                NodeSocket.Answer answer = node.ask(method, path, NodeSocket.ANY, body);
                assertNowhere(
                        method + " " + path,
                        new String(answer.payload(), StandardCharsets.ISO_8859_1));
            }
        }
    }

    @Test
    void keysAreInTheirFilesAndNowhereElse() throws Exception {
        try (RunningNode house = new RunningNode(folder, "house");
                RunningNode shed = new RunningNode(folder, "shed")) {
            for (RunningNode node : List.of(house, shed)) {
                node.with(
                        """
                        [log]
                        level = "debug"

                        [[sensor]]
                        name = "host"
                        driver = "host"
                        every = "200ms"
                        """);
            }
            house.knows(shed);
            shed.knows(house);
            house.id();
            Path identity = house.folder.resolve("data/identity");
            forms.addAll(forms(identity.resolve("key.pem")));
            RunningNode.startAll(house, shed);
            await().atMost(PATIENCE).until(() -> !house.history().isEmpty());
            pair(house, shed);
            mayNotShow("87654321");
            askAll(house);
            shed.stop();
            String next = house.verb("id", "rotate").hasExit(0).text().strip();
            forms.addAll(forms(identity.resolve("next.pem")));
            assertClosed(identity);
            shed.start();
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(house.presentId()).isEqualTo(next));
            house.awaitAnswer();
            askAll(house);

            // What it says when it is asked, rightly and wrongly, and when it is made to dump.
            for (String[] verb :
                    new String[][] {
                        {"id", "--json"},
                        {"status", "--json"},
                        {"peers", "--json"},
                        {"sensors", "--json"},
                        {"history", "--json"},
                        {"peer", "list", "--json"},
                        {"peer", "list", "--revoked", "--json"},
                        {"peer", "add", "NOTANID"},
                        {"transfers", "--json"},
                        {"check", "--json"}
                    }) {
                Program.Outcome outcome = house.verb(verb);
                assertNowhere(String.join(" ", verb), outcome.text() + outcome.err());
            }
            Program.run(
                            List.of("kill", "-QUIT", Long.toString(house.process().pid())),
                            Duration.ofSeconds(5))
                    .hasExit(0);
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(house.log()).contains("node-loop"));
            house.stop();
            assertClosed(identity);
            try (Stream<Path> files = Files.walk(folder)) {
                for (Path file : files.filter(Files::isRegularFile).toList()) {
                    if (!file.getFileName().toString().endsWith(".pem")) {
                        String all =
                                new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
                        assertNowhere(file.toString(), all);
                    }
                }
            }
        }
    }

    private static void assertClosed(Path identity) throws IOException {
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(identity)))
                .isEqualTo("rwx------");
        try (Stream<Path> files = Files.list(identity)) {
            for (Path file : files.toList()) {
                assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                        .as("%s", file)
                        .isEqualTo("rw-------");
            }
        }
    }
}
