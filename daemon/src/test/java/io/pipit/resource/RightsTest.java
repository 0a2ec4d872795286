package io.pipit.resource;

import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.model.Grant;
import io.pipit.model.Peer;
import io.pipit.port.Event;
import io.pipit.resource.Bench.Answers;
import io.pipit.resource.exchange.Caller;
import io.pipit.resource.exchange.Request;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Who may do what where, in full: a table for each method, in it a line for each resource of the
 * contract, those that don't exist yet among them, and a column for each caller. {@code ok} is
 * whatever isn't refused: it is answered, or goes on. /actuators don't exist yet, so that nobody
 * learns anything of them; /pair and /pairing have tests of their own.
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
    }

    /** With and without Observe. What is asked for isn't there, or lacks a query: 404, 400. */
    private static final String GET =
            """
                                     open  hlth  none  mon   mon:h read  r:air write w:fan bulk  b:a   admin adm:h sock
            /.well-known/core        ok    ok    403   ok    403   403   403   403   403   403   403   ok    403   ok
            /health                  ok    ok    403   ok    ok    403   403   403   403   403   403   ok    ok    ok
            /metrics                 ok    ok    403   ok    403   403   403   403   403   403   403   ok    403   ok
            /peers                   ok    ok    403   ok    403   403   403   403   403   403   403   ok    403   ok
            /sensors                 ok    403   403   403   403   ok    ok    403   403   403   403   ok    ok    ok
            /sensors/air/t           ok    403   403   403   403   ok    ok    403   403   403   403   ok    403   ok
            /sensors/host/load       ok    403   403   403   403   ok    403   403   403   403   403   ok    403   ok
            /readings                ok    403   403   403   403   ok    403   403   403   403   403   ok    403   ok
            /readings?series=air/*   ok    403   403   403   403   ok    ok    403   403   403   403   ok    403   ok
            /actuators               404   404   404   404   404   404   404   404   404   404   404   404   404   404
            /actuators/fan           404   404   404   404   404   404   404   404   404   404   404   404   404   404
            /actuators/pump          404   404   404   404   404   404   404   404   404   404   404   404   404   404
            /files                   404   404   403   403   403   403   403   403   403   ok    ok    ok    ok    ok
            /files/a.bin             404   404   403   403   403   403   403   403   403   404   404   404   403   404
            /files/b.bin             404   404   403   403   403   403   403   403   403   404   403   404   403   404
            /inbox                   404   404   404   404   404   404   404   404   404   404   404   404   404   404
            /inbox/a.bin             404   404   403   403   403   403   403   403   403   400   400   400   403   400
            /inbox/b.bin             404   404   403   403   403   403   403   403   403   400   403   400   403   400
            /statements              404   404   405   405   405   405   405   405   405   405   405   405   405   ok
            /outbox/shed/a.bin       404   404   404   404   404   404   404   404   404   404   404   404   404   404
            /transfers               404   404   404   404   404   404   404   404   404   404   404   404   404   ok
            /trust                   404   404   404   404   404   404   404   404   404   404   404   404   404   ok
            /history                 404   404   404   404   404   404   404   404   404   404   404   404   404   ok
            /nothing                 404   404   404   404   404   404   404   404   404   404   404   404   404   404
            /                        404   404   404   404   404   404   404   404   404   404   404   404   404   404
            """;

    private static final String PUT =
            """
                                     open  hlth  none  mon   mon:h read  r:air write w:fan bulk  b:a   admin adm:h sock
            /.well-known/core        405   405   405   405   405   405   405   405   405   405   405   405   405   405
            /health                  405   405   405   405   405   405   405   405   405   405   405   405   405   405
            /metrics                 405   405   405   405   405   405   405   405   405   405   405   405   405   405
            /peers                   405   405   405   405   405   405   405   405   405   405   405   405   405   405
            /sensors                 405   405   405   405   405   405   405   405   405   405   405   405   405   405
            /sensors/air/t           405   405   405   405   405   405   405   405   405   405   405   405   405   405
            /sensors/host/load       405   405   405   405   405   405   405   405   405   405   405   405   405   405
            /readings                405   405   405   405   405   405   405   405   405   405   405   405   405   405
            /readings?series=air/*   405   405   405   405   405   405   405   405   405   405   405   405   405   405
            /actuators               405   405   404   404   404   404   404   404   404   404   404   404   404   404
            /actuators/fan           405   405   404   404   404   404   404   404   404   404   404   404   404   404
            /actuators/pump          405   405   404   404   404   404   404   404   404   404   404   404   404   404
            /files                   405   405   405   405   405   405   405   405   405   405   405   405   405   405
            /files/a.bin             405   405   405   405   405   405   405   405   405   405   405   405   405   405
            /files/b.bin             405   405   405   405   405   405   405   405   405   405   405   405   405   405
            /inbox                   405   405   404   404   404   404   404   404   404   404   404   404   404   404
            /inbox/a.bin             405   405   403   403   403   403   403   403   403   ok    ok    ok    403   ok
            /inbox/b.bin             405   405   403   403   403   403   403   403   403   ok    403   ok    403   ok
            /statements              405   405   405   405   405   405   405   405   405   405   405   405   405   405
            /outbox/shed/a.bin       405   405   404   404   404   404   404   404   404   404   404   404   404   404
            /transfers               405   405   404   404   404   404   404   404   404   404   404   404   404   405
            /trust                   405   405   404   404   404   404   404   404   404   404   404   404   404   400
            /history                 405   405   404   404   404   404   404   404   404   404   404   404   404   405
            /nothing                 405   405   404   404   404   404   404   404   404   404   404   404   404   404
            /                        405   405   404   404   404   404   404   404   404   404   404   404   404   404
            """;

    private static final String POST =
            """
                                     open  hlth  none  mon   mon:h read  r:air write w:fan bulk  b:a   admin adm:h sock
            /.well-known/core        405   405   405   405   405   405   405   405   405   405   405   405   405   405
            /health                  405   405   405   405   405   405   405   405   405   405   405   405   405   405
            /metrics                 405   405   405   405   405   405   405   405   405   405   405   405   405   405
            /peers                   405   405   405   405   405   405   405   405   405   405   405   405   405   405
            /sensors                 405   405   405   405   405   405   405   405   405   405   405   405   405   405
            /sensors/air/t           405   405   405   405   405   405   405   405   405   405   405   405   405   405
            /sensors/host/load       405   405   405   405   405   405   405   405   405   405   405   405   405   405
            /readings                405   405   405   405   405   405   405   405   405   405   405   405   405   405
            /readings?series=air/*   405   405   405   405   405   405   405   405   405   405   405   405   405   405
            /actuators               405   405   404   404   404   404   404   404   404   404   404   404   404   404
            /actuators/fan           405   405   404   404   404   404   404   404   404   404   404   404   404   404
            /actuators/pump          405   405   404   404   404   404   404   404   404   404   404   404   404   404
            /files                   405   405   405   405   405   405   405   405   405   405   405   405   405   405
            /files/a.bin             405   405   405   405   405   405   405   405   405   405   405   405   405   405
            /files/b.bin             405   405   405   405   405   405   405   405   405   405   405   405   405   405
            /inbox                   405   405   404   404   404   404   404   404   404   404   404   404   404   404
            /inbox/a.bin             405   405   405   405   405   405   405   405   405   405   405   405   405   405
            /inbox/b.bin             405   405   405   405   405   405   405   405   405   405   405   405   405   405
            /statements              405   405   ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok
            /outbox/shed/a.bin       405   405   404   404   404   404   404   404   404   404   404   404   404   405
            /transfers               405   405   404   404   404   404   404   404   404   404   404   404   404   405
            /trust                   405   405   404   404   404   404   404   404   404   404   404   404   404   ok
            /history                 405   405   404   404   404   404   404   404   404   404   404   404   404   405
            /nothing                 405   405   404   404   404   404   404   404   404   404   404   404   404   404
            /                        405   405   404   404   404   404   404   404   404   404   404   404   404   404
            """;

    private static final String DELETE =
            """
                                     open  hlth  none  mon   mon:h read  r:air write w:fan bulk  b:a   admin adm:h sock
            /.well-known/core        405   405   405   405   405   405   405   405   405   405   405   405   405   405
            /health                  405   405   405   405   405   405   405   405   405   405   405   405   405   405
            /metrics                 405   405   405   405   405   405   405   405   405   405   405   405   405   405
            /peers                   405   405   405   405   405   405   405   405   405   405   405   405   405   405
            /sensors                 405   405   405   405   405   405   405   405   405   405   405   405   405   405
            /sensors/air/t           405   405   405   405   405   405   405   405   405   405   405   405   405   405
            /sensors/host/load       405   405   405   405   405   405   405   405   405   405   405   405   405   405
            /readings                405   405   405   405   405   405   405   405   405   405   405   405   405   405
            /readings?series=air/*   405   405   405   405   405   405   405   405   405   405   405   405   405   405
            /actuators               405   405   404   404   404   404   404   404   404   404   404   404   404   404
            /actuators/fan           405   405   404   404   404   404   404   404   404   404   404   404   404   404
            /actuators/pump          405   405   404   404   404   404   404   404   404   404   404   404   404   404
            /files                   405   405   405   405   405   405   405   405   405   405   405   405   405   405
            /files/a.bin             405   405   405   405   405   405   405   405   405   405   405   405   405   405
            /files/b.bin             405   405   405   405   405   405   405   405   405   405   405   405   405   405
            /inbox                   405   405   404   404   404   404   404   404   404   404   404   404   404   404
            /inbox/a.bin             405   405   405   405   405   405   405   405   405   405   405   405   405   405
            /inbox/b.bin             405   405   405   405   405   405   405   405   405   405   405   405   405   405
            /statements              405   405   405   405   405   405   405   405   405   405   405   405   405   405
            /outbox/shed/a.bin       405   405   404   404   404   404   404   404   404   404   404   404   404   405
            /transfers               405   405   404   404   404   404   404   404   404   404   404   404   404   ok
            /trust                   405   405   404   404   404   404   404   404   404   404   404   404   404   400
            /history                 405   405   404   404   404   404   404   404   404   404   404   404   404   405
            /nothing                 405   405   404   404   404   404   404   404   404   404   404   404   404   404
            /                        405   405   404   404   404   404   404   404   404   404   404   404   404   404
            """;

    private record Cell(String method, String path, String who, String expected) {}

    private static List<Cell> cells(String method, String table) {
        List<Cell> cells = new ArrayList<>();
        List<String> lines = table.lines().toList();
        String[] heads = lines.getFirst().strip().split(" +", -1);
        for (String line : lines.subList(1, lines.size())) {
            String[] parts = line.split(" +", -1);
            for (int i = 0; i < heads.length; i++) {
                cells.add(new Cell(method, parts[0], heads[i], parts[i + 1]));
            }
        }
        return cells;
    }

    static Stream<Arguments> tables() {
        return Stream.of(
                Arguments.of("GET", GET),
                Arguments.of("OBSERVE", GET),
                Arguments.of("PUT", PUT),
                Arguments.of("POST", POST),
                Arguments.of("DELETE", DELETE));
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
        return answers.all.isEmpty() || answers.last().isSuccess()
                ? "ok"
                : String.valueOf(answers.last().code());
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("tables")
    void everyRoleMayItsOwnAndNothingElse(String method, String table) {
        Bench bench = new Bench();
        bench.history.has(
                Bench.reading(1, "air/t", 1, "Cel"), Bench.reading(2, "host/load", 1, "/"));
        List<Cell> wrong = new ArrayList<>();

        for (Cell cell : cells(method, table)) {
            String outcome = outcome(bench, cell);
            if (!outcome.equals(cell.expected)) {
                wrong.add(new Cell(method, cell.path, cell.who, outcome));
            }
        }

        assertThat(wrong).isEmpty();
    }

    @Test
    void everyDenialIsCounted() {
        Bench bench = new Bench();
        List<Cell> cells = cells("GET", GET);
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

    private static Peer peer(String... roles) {
        return new Peer(Bench.PEER, "shed", null, Bench.peer(roles).grants());
    }
}
