package io.pipit.resource;

import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.resource.Bench.Answers;
import io.pipit.resource.exchange.Caller;
import io.pipit.resource.exchange.Request;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * Who may do what where, in full: a line for each resource of the contract, those that don't exist
 * yet among them, a column for each caller, a table for each method. {@code ok} is whatever isn't
 * denied: it is answered, or goes on.
 */
class RightsTest {
    /** "open" is the monitoring endpoint, "health" the same with monitor-access = "health". */
    private static final String CALLERS =
            "open health none monitor monitor:health read read:air/* write write:fan bulk bulk:a.bin"
                    + " admin admin:health socket";

    private static final String GET = "TODO";

    private final Bench bench = new Bench();

    @Test
    void print() {
        for (String m : List.of("GET", "OBS", "PUT", "POST", "DELETE")) {
            System.out.println(m);
            for (String path : PATHS) {
                var line = new StringBuilder(String.format("%-28s", path));
                for (String who : CALLERS.split(" ")) {
                    line.append(String.format(" %4s", outcome(who, m, path)));
                }
                System.out.println(line);
            }
        }
    }

    private static final List<String> PATHS =
            List.of(
                    "/.well-known/core", "/health", "/metrics", "/peers", "/sensors",
                    "/sensors/air/t", "/sensors/host/load", "/readings", "/readings?series=air/*",
                    "/actuators", "/actuators/fan", "/actuators/pump", "/files", "/files/a.bin",
                    "/files/b.bin", "/inbox", "/inbox/a.bin", "/inbox/b.bin", "/statements",
                    "/outbox/shed/a.bin", "/transfers", "/trust", "/history", "/nothing", "/");

    private String outcome(String who, String method, String path) {
        Bench fresh = new Bench();
        fresh.history.has(
                Bench.reading(1, "air/t", 1, "Cel"), Bench.reading(2, "host/load", 1, "/"));
        var asking = fresh.as(caller(who));
        if (method.equals("OBS")) {
            asking.observe();
        } else {
            asking.method(Request.Method.valueOf(method));
        }
        Answers answers = asking.ask(path);
        fresh.settle();
        return answers.all.isEmpty() || answers.last().isSuccess() ? "ok" : String.valueOf(answers.last().code());
    }

    private static Caller caller(String who) {
        return switch (who) {
            case "open" -> Bench.monitor();
            case "health" ->
                    new Caller(
                            Caller.Via.MONITOR, null, Bench.peer("monitor").grants());
            case "socket" -> Bench.socket();
            case "none" -> Bench.peer();
            default -> Bench.peer(who);
        };
    }
}
