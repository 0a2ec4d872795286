package io.pipit.resource;

import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.host.ManualTime;
import io.pipit.model.Grant;
import io.pipit.model.Peer;
import io.pipit.port.Event;
import io.pipit.resource.Bench.Answers;
import io.pipit.resource.exchange.Caller;
import io.pipit.resource.exchange.Request;
import io.pipit.resource.pairing.FakePairing;
import io.pipit.resource.pairing.PairingResources;
import io.pipit.resource.rules.RuleResources;
import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.constantpool.PoolEntry;
import java.lang.classfile.constantpool.StringEntry;
import java.net.InetSocketAddress;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Who may do what where, in full: for each method a line for each resource of the contract, those
 * and a column for each caller. {@code ok} is whatever isn't refused: it is answered, or goes on.
 */
class RightsTest {
    /** The columns: what a caller is called there, and what it is. */
    private static final Map<String, Caller> CALLERS = new HashMap<>();

    static {
        CALLERS.put("open", Bench.monitor());
        // The monitoring endpoint where monitor-access is "health".
        CALLERS.put(
                "hlth", new Caller(Caller.Via.MONITOR, null, Set.of(Grant.of(Grant.Role.MONITOR))));
        CALLERS.put("none", Bench.peer());
        CALLERS.put("mon", Bench.peer("monitor"));
        CALLERS.put("mon:h", Bench.peer("monitor:health"));
        CALLERS.put("read", Bench.peer("read"));
        CALLERS.put("r:air", Bench.peer("read:air/*"));
        CALLERS.put("write", Bench.peer("write"));
        CALLERS.put("w:fan", Bench.peer("write:fan"));
        CALLERS.put("bulk", Bench.peer("bulk"));
        CALLERS.put("b:a", Bench.peer("bulk:a.bin"));
        CALLERS.put("admin", Bench.peer("admin"));
        CALLERS.put("adm:h", Bench.peer("admin:health"));
        CALLERS.put("sock", Bench.socket());
        CALLERS.put("strg", new Caller(Caller.Via.STRANGER, null, Set.of(), proof()));
    }

    private static final List<String> METHODS = List.of("GET", "OBSERVE", "PUT", "POST", "DELETE");

    private static final Pattern WORD = Pattern.compile("[a-z][a-z0-9.-]{1,30}");

    /**
     * What is asked for isn't there, or lacks a query or a payload: 404, 400, 415. A stranger gets
     * no answer: -.
     */
    private static final String TABLE =
            """
                                                     open  hlth  none  mon   mon:h read  r:air write w:fan bulk  b:a   admin adm:h sock  strg
            GET,OBSERVE     /.well-known/core        ok    ok    403   ok    403   403   403   403   403   403   403   ok    403   ok    -
            GET,OBSERVE     /health                  ok    ok    403   ok    ok    403   403   403   403   403   403   ok    ok    ok    -
            GET,OBSERVE     /metrics                 ok    ok    403   ok    403   403   403   403   403   403   403   ok    403   ok    -
            GET,OBSERVE     /peers                   ok    ok    403   ok    403   403   403   403   403   403   403   ok    403   ok    -
            GET,OBSERVE     /peers/shed/files        404   404   404   404   404   404   404   404   404   404   404   404   404   ok    -
            GET,OBSERVE     /peers/shed/files/a.bin  404   404   404   404   404   404   404   404   404   404   404   404   404   ok    -
            GET,OBSERVE     /sensors                 ok    403   403   403   403   ok    ok    403   403   403   403   ok    ok    ok    -
            GET,OBSERVE     /sensors/air/t           ok    403   403   403   403   ok    ok    403   403   403   403   ok    403   ok    -
            GET,OBSERVE     /sensors/host/load       ok    403   403   403   403   ok    403   403   403   403   403   ok    403   ok    -
            GET,OBSERVE     /readings                ok    403   403   403   403   ok    403   403   403   403   403   ok    403   ok    -
            GET,OBSERVE     /readings?series=air/*   ok    403   403   403   403   ok    ok    403   403   403   403   ok    403   ok    -
            GET,OBSERVE     /actuators               ok    403   403   403   403   ok    ok    403   403   403   403   ok    ok    ok    -
            GET,OBSERVE     /actuators/fan           ok    403   403   403   403   ok    403   403   403   403   403   ok    403   ok    -
            GET,OBSERVE     /actuators/pump          404   403   403   403   403   404   403   403   403   403   403   404   403   404   -
            GET,OBSERVE     /peers/shed/actuators/fan 404   404   404   404   404   404   404   404   404   404   404   404   404   405   -
            GET,OBSERVE     /files                   404   404   403   403   403   403   403   403   403   ok    ok    ok    ok    ok    -
            GET,OBSERVE     /files/a.bin             404   404   403   403   403   403   403   403   403   404   404   404   403   404   -
            GET,OBSERVE     /files/b.bin             404   404   403   403   403   403   403   403   403   404   403   404   403   404   -
            GET,OBSERVE     /inbox                   404   404   404   404   404   404   404   404   404   404   404   404   404   404   -
            GET,OBSERVE     /inbox/a.bin             404   404   403   403   403   403   403   403   403   400   400   400   403   400   -
            GET,OBSERVE     /inbox/b.bin             404   404   403   403   403   403   403   403   403   400   403   400   403   400   -
            GET,OBSERVE     /statements              404   404   405   405   405   405   405   405   405   405   405   405   405   ok    -
            GET,OBSERVE     /outbox                  404   404   404   404   404   404   404   404   404   404   404   404   404   404   -
            GET,OBSERVE     /outbox/shed/a.bin       404   404   404   404   404   404   404   404   404   404   404   404   404   400   -
            GET,OBSERVE     /transfers               404   404   404   404   404   404   404   404   404   404   404   404   404   ok    -
            GET,OBSERVE     /trust                   404   404   404   404   404   404   404   404   404   404   404   404   404   ok    -
            GET,OBSERVE     /pair                    404   404   405   405   405   405   405   405   405   405   405   405   405   404   -
            GET,OBSERVE     /pairing                 404   404   404   404   404   404   404   404   404   404   404   404   404   ok    -
            GET,OBSERVE     /history                 404   404   404   404   404   404   404   404   404   404   404   404   404   ok    -
            GET,OBSERVE     /doctor                  404   404   404   404   404   404   404   404   404   404   404   404   404   ok    -
            GET,OBSERVE     /rules                   404   404   404   404   404   404   404   404   404   404   404   404   404   ok    -
            GET,OBSERVE     /nothing                 404   404   404   404   404   404   404   404   404   404   404   404   404   404   -
            GET,OBSERVE     /                        404   404   404   404   404   404   404   404   404   404   404   404   404   404   -

            PUT,POST,DELETE /.well-known/core        405   405   405   405   405   405   405   405   405   405   405   405   405   405   -
            PUT,POST,DELETE /health                  405   405   405   405   405   405   405   405   405   405   405   405   405   405   -
            PUT,POST,DELETE /metrics                 405   405   405   405   405   405   405   405   405   405   405   405   405   405   -
            PUT,POST,DELETE /peers                   405   405   405   405   405   405   405   405   405   405   405   405   405   405   -
            PUT,POST,DELETE /peers/shed/files        405   405   404   404   404   404   404   404   404   404   404   404   404   405   -
            PUT,POST,DELETE /peers/shed/files/a.bin  405   405   404   404   404   404   404   404   404   404   404   404   404   405   -
            PUT,POST,DELETE /sensors                 405   405   405   405   405   405   405   405   405   405   405   405   405   405   -
            PUT,POST,DELETE /sensors/air/t           405   405   405   405   405   405   405   405   405   405   405   405   405   405   -
            PUT,POST,DELETE /sensors/host/load       405   405   405   405   405   405   405   405   405   405   405   405   405   405   -
            PUT,POST,DELETE /readings                405   405   405   405   405   405   405   405   405   405   405   405   405   405   -
            PUT,POST,DELETE /readings?series=air/*   405   405   405   405   405   405   405   405   405   405   405   405   405   405   -
            PUT,POST,DELETE /actuators               405   405   405   405   405   405   405   405   405   405   405   405   405   405   -
            PUT             /actuators/fan           405   405   403   403   403   403   403   415   415   403   403   415   403   415   -
            POST,DELETE     /actuators/fan           405   405   405   405   405   405   405   405   405   405   405   405   405   405   -
            PUT             /actuators/pump          405   405   403   403   403   403   403   415   403   403   403   415   403   415   -
            POST,DELETE     /actuators/pump          405   405   405   405   405   405   405   405   405   405   405   405   405   405   -
            PUT             /peers/shed/actuators/fan 405   405   404   404   404   404   404   404   404   404   404   404   404   415   -
            POST,DELETE     /peers/shed/actuators/fan 405   405   404   404   404   404   404   404   404   404   404   404   404   405   -
            PUT,POST,DELETE /files                   405   405   405   405   405   405   405   405   405   405   405   405   405   405   -
            PUT,POST,DELETE /files/a.bin             405   405   405   405   405   405   405   405   405   405   405   405   405   405   -
            PUT,POST,DELETE /files/b.bin             405   405   405   405   405   405   405   405   405   405   405   405   405   405   -
            PUT,POST,DELETE /inbox                   405   405   404   404   404   404   404   404   404   404   404   404   404   404   -
            PUT             /inbox/a.bin             405   405   403   403   403   403   403   403   403   ok    ok    ok    403   ok    -
            POST,DELETE     /inbox/a.bin             405   405   405   405   405   405   405   405   405   405   405   405   405   405   -
            PUT             /inbox/b.bin             405   405   403   403   403   403   403   403   403   ok    403   ok    403   ok    -
            POST,DELETE     /inbox/b.bin             405   405   405   405   405   405   405   405   405   405   405   405   405   405   -
            PUT,DELETE      /statements              405   405   405   405   405   405   405   405   405   405   405   405   405   405   -
            POST            /statements              405   405   ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    -
            PUT,POST,DELETE /outbox                  405   405   404   404   404   404   404   404   404   404   404   404   404   404   -
            PUT             /outbox/shed/a.bin       405   405   404   404   404   404   404   404   404   404   404   404   404   ok    -
            POST,DELETE     /outbox/shed/a.bin       405   405   404   404   404   404   404   404   404   404   404   404   404   405   -
            PUT,POST        /transfers               405   405   404   404   404   404   404   404   404   404   404   404   404   405   -
            DELETE          /transfers               405   405   404   404   404   404   404   404   404   404   404   404   404   ok    -
            PUT,DELETE      /trust                   405   405   404   404   404   404   404   404   404   404   404   404   404   400   -
            POST            /trust                   405   405   404   404   404   404   404   404   404   404   404   404   404   ok    -
            PUT,DELETE      /pair                    405   405   405   405   405   405   405   405   405   405   405   405   405   404   -
            POST            /pair                    405   405   ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    404   ok
            PUT             /pairing                 405   405   404   404   404   404   404   404   404   404   404   404   404   400   -
            POST,DELETE     /pairing                 405   405   404   404   404   404   404   404   404   404   404   404   404   ok    -
            PUT,POST,DELETE /history                 405   405   404   404   404   404   404   404   404   404   404   404   404   405   -
            PUT,POST,DELETE /doctor                  405   405   404   404   404   404   404   404   404   404   404   404   404   405   -
            PUT,POST,DELETE /rules                   405   405   404   404   404   404   404   404   404   404   404   404   404   405   -
            PUT,POST,DELETE /nothing                 405   405   404   404   404   404   404   404   404   404   404   404   404   404   -
            PUT,POST,DELETE /                        405   405   404   404   404   404   404   404   404   404   404   404   404   404   -
            """;

    private record Cell(String method, String path, String who, String expected) {}

    private static List<Cell> cells() {
        List<Cell> cells = new ArrayList<>();
        List<String> lines = TABLE.lines().filter(line -> !line.isBlank()).toList();
        String[] heads = lines.getFirst().strip().split(" +", -1);
        for (String line : lines.subList(1, lines.size())) {
            String[] parts = line.split(" +", -1);
            for (String method : parts[0].split(",", -1)) {
                for (int i = 0; i < heads.length; i++) {
                    cells.add(new Cell(method, parts[1], heads[i], parts[i + 2]));
                }
            }
        }
        return cells;
    }

    private static Bench bench() {
        Bench bench = new Bench();
        bench.entrance =
                new RuleResources(
                        new PairingResources(bench.tree, new FakePairing()),
                        event -> true,
                        new ManualTime());
        bench.peers.known.put(Bench.PEER, peer());
        bench.history.has(
                Bench.reading(1, "air/t", 1, "Cel"), Bench.reading(2, "host/load", 1, "/"));
        bench.actuators.has("fan", 0);
        return bench;
    }

    private static String outcome(Bench bench, Cell cell) {
        Bench.Asking asking = bench.as(CALLERS.get(cell.who));
        if (cell.method.equals("OBSERVE")) {
            asking.observe();
        } else {
            asking.method(Request.Method.valueOf(cell.method));
        }
        Answers answers = asking.ask(cell.path);
        bench.settle();
        if (answers.all.isEmpty()) {
            return cell.who.equals("strg") ? "-" : "ok";
        }
        return answers.last().isSuccess() ? "ok" : String.valueOf(answers.last().code());
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET", "OBSERVE", "PUT", "POST", "DELETE"})
    void everyRoleMayItsOwnAndNothingElse(String method) {
        Bench bench = bench();
        List<Cell> wrong = new ArrayList<>();

        for (Cell cell : cells()) {
            if (cell.method.equals(method)) {
                String outcome = outcome(bench, cell);
                if (!outcome.equals(cell.expected)) {
                    wrong.add(new Cell(method, cell.path, cell.who, outcome));
                }
            }
        }

        assertThat(wrong).isEmpty();
    }

    @Test
    void thePageMayWhatTheOpenEndpointMayAndReadTheHistory() {
        Bench bench = bench();
        CALLERS.put("page", new Caller(Caller.Via.PAGE, null, Bench.monitor().grants()));
        try {
            List<Cell> open = cells().stream().filter(cell -> cell.who.equals("open")).toList();
            assertThat(open)
                    .isNotEmpty()
                    .allSatisfy(cell -> {
                        boolean history =
                                cell.path.equals("/history") && !cell.expected.equals("405");
                        assertThat(outcome(bench, new Cell(cell.method, cell.path, "page", "")))
                                .as("%s %s", cell.method, cell.path)
                                .isEqualTo(history ? "ok" : cell.expected);
                    });
        } finally {
            CALLERS.remove("page");
        }
    }

    @Test
    void aPageThatMayNotReadSeesNoHistory() {
        Caller caller = new Caller(Caller.Via.PAGE, null, Set.of(Grant.of(Grant.Role.MONITOR)));

        assertThat(bench().as(caller).ask("/history").code()).isEqualTo(403);
        assertThat(bench().as(caller).observe().ask("/history").code()).isEqualTo(403);
    }

    @Test
    void everyPathHasOneLineForEachMethodAndOneColumnForEachCaller() {
        Map<String, List<String>> asked = new TreeMap<>();
        cells().forEach(cell ->
                asked.computeIfAbsent(cell.path, path -> new ArrayList<>())
                        .add(cell.method + " " + cell.who));

        List<String> all = new ArrayList<>();
        for (String method : METHODS) {
            CALLERS.keySet().forEach(who -> all.add(method + " " + who));
        }
        assertThat(asked)
                .allSatisfy((path, ways) ->
                        assertThat(ways).as(path).containsExactlyInAnyOrderElementsOf(all));
    }

    /**
     * Whatever word of its own code the program answers to as a path, alone or with names behind
     * it, stands in the table: so does what it lists.
     */
    @Test
    void nothingInTheTreeIsWithoutALine() throws Exception {
        Bench bench = bench();
        Set<String> known =
                cells().stream().map(cell -> cell.path.split("/", -1)[1]).collect(toSet());
        Set<String> words = new TreeSet<>();
        for (Class<?> code :
                List.of(
                        ResourceTree.class,
                        PairingResources.class,
                        RuleResources.class,
                        Caller.class)) {
            words.addAll(words(code));
        }
        assertThat(words).contains("health", "transfers", "doctor", "pairing", "pair");

        Set<String> missing = new TreeSet<>();
        for (String word : words) {
            for (String rest : List.of("", "/x", "/x/y", "/x/files")) {
                for (String who : List.of("sock", "admin", "open")) {
                    for (String method : METHODS) {
                        String outcome =
                                outcome(bench, new Cell(method, "/" + word + rest, who, ""));
                        boolean isNothing =
                                outcome.equals("404")
                                        || (outcome.equals("405") && who.equals("open"));
                        if (!isNothing && !known.contains(word)) {
                            missing.add("/" + word);
                        }
                    }
                }
            }
        }

        assertThat(missing).isEmpty();
        String listed = bench.as(Bench.socket()).ask("/.well-known/core").text();
        for (String link : listed.split(",<|^<", -1)) {
            if (!link.isEmpty()) {
                assertThat(known).as(link).contains(link.split("[/>]", -1)[1]);
            }
        }
    }

    /** What may be a part of a path among the constants of a class. */
    private static Set<String> words(Class<?> code) throws IOException {
        Set<String> words = new TreeSet<>();
        String file = "/" + code.getName().replace('.', '/') + ".class";
        try (InputStream in = code.getResourceAsStream(file)) {
            for (PoolEntry entry : ClassFile.of().parse(in.readAllBytes()).constantPool()) {
                if (entry instanceof StringEntry text
                        && WORD.matcher(text.stringValue()).matches()) {
                    words.add(text.stringValue());
                }
            }
        }
        return words;
    }

    @Test
    void everyDenialIsCounted() {
        Bench bench = bench();
        List<Cell> cells = cells().stream().filter(cell -> cell.method.equals("GET")).toList();
        cells.forEach(cell -> outcome(bench, cell));

        assertThat(bench.metric("pipit_requests_denied"))
                .isEqualTo(cells.stream().filter(cell -> cell.expected.equals("403")).count());
    }

    /** What every observation does when the role that it was begun with is taken away. */
    @Test
    void aRoleThatIsTakenAwayEndsWhatIsObservedAtOnce() {
        Bench bench = new Bench();
        bench.history.has(Bench.reading(1, "air/t", 1, "Cel"));
        Caller caller = Bench.peer("monitor", "read:air/*");
        Answers health = bench.as(caller).observe().ask("/health");
        Answers feed = bench.as(caller).observe().ask("/readings?series=air/*");
        Answers series = bench.as(caller).observe().ask("/sensors/air/t");
        bench.settle();

        bench.tree.grantsChanged(List.of(peer("read:air/t")));

        assertThat(health.last().code()).isEqualTo(403);
        assertThat(feed.last().code()).isEqualTo(403);
        assertThat(series.all).noneMatch(answer -> answer.code() == 403);
        assertThat(bench.event(Event.FeedClosed.class)).isNotNull();

        bench.tree.grantsChanged(List.of());

        assertThat(series.last().code()).isEqualTo(403);
        assertThat(bench.metric("pipit_observations")).isZero();
    }

    private static Caller.Proof proof() {
        try {
            return new Caller.Proof(
                    KeyPairGenerator.getInstance("EC").generateKeyPair().getPublic(),
                    new InetSocketAddress("192.168.1.21", 5684));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Peer peer(String... roles) {
        return new Peer(Bench.PEER, "shed", null, Bench.peer(roles).grants());
    }
}
