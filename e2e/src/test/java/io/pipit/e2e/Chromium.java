package io.pipit.e2e;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/** A browser without a window, and one tab of it, by the Chrome DevTools Protocol. */
final class Chromium implements AutoCloseable {
    private static final int ANSWER_SECONDS_MAX = 30;
    private static final String LISTENING = "DevTools listening on ws://";
    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpClient client = HttpClient.newHttpClient();
    private final Process process;
    private final WebSocket socket;
    private final AtomicInteger asked = new AtomicInteger();
    private final Map<Integer, CompletableFuture<JsonNode>> answers = new ConcurrentHashMap<>();
    private final List<String> problems = new CopyOnWriteArrayList<>();
    private final List<String> requests = new CopyOnWriteArrayList<>();

    /**
     * Starts it, or skips the test where it isn't installed.
     *
     * @param folder for what it writes
     */
    Chromium(Path folder, int width, int height) throws IOException {
        Program.needs("chromium");
        process =
                new ProcessBuilder(
                                "chromium",
                                "--headless=new",
                                "--no-sandbox",
                                "--disable-gpu",
                                "--disable-dev-shm-usage",
                                "--hide-scrollbars",
                                // It asks nobody for anything of its own.
                                "--disable-background-networking",
                                "--disable-component-update",
                                "--no-first-run",
                                "--user-data-dir=" + folder.resolve("chromium"),
                                "--window-size=" + width + "," + height,
                                "--remote-debugging-port=0",
                                "about:blank")
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start();
        try {
            String place = place(process.errorReader());
            socket = connect(tab(place));
        } catch (IOException | RuntimeException e) {
            process.destroyForcibly();
            throw e;
        }
        for (String domain : List.of("Page", "Runtime", "Log", "Network")) {
            call(domain + ".enable", Map.of());
        }
        size(width, height);
    }

    /** What it says must be read for as long as it runs. */
    private static String place(BufferedReader said) throws IOException {
        StringBuilder all = new StringBuilder();
        for (String line = said.readLine(); line != null; line = said.readLine()) {
            if (line.startsWith(LISTENING)) {
                Thread.ofPlatform().daemon().start(() -> said.lines().forEach(more -> {}));
                return line.substring(LISTENING.length()).split("/", 2)[0];
            }
            all.append(line).append('\n');
        }
        throw new IOException("chromium didn't start: " + all);
    }

    private URI tab(String place) throws IOException {
        try {
            String targets =
                    client.send(
                                    HttpRequest.newBuilder(
                                                    URI.create("http://" + place + "/json/list"))
                                            .build(),
                                    BodyHandlers.ofString())
                            .body();
            for (JsonNode target : JSON.readTree(targets)) {
                if (target.path("type").asString("").equals("page")) {
                    return URI.create(target.path("webSocketDebuggerUrl").asString());
                }
            }
            throw new IOException("chromium has no tab: " + targets);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    private WebSocket connect(URI tab) {
        return client.newWebSocketBuilder()
                .buildAsync(
                        tab,
                        new WebSocket.Listener() {
                            private final StringBuilder message = new StringBuilder();

                            @Override
                            public CompletionStage<?> onText(
                                    WebSocket from, CharSequence part, boolean last) {
                                message.append(part);
                                if (last) {
                                    take(JSON.readTree(message.toString()));
                                    message.setLength(0);
                                }
                                from.request(1);
                                return CompletableFuture.completedFuture(null);
                            }
                        })
                .join();
    }

    private void take(JsonNode message) {
        if (message.has("id")) {
            CompletableFuture<JsonNode> answer = answers.remove(message.get("id").asInt());
            if (answer != null) {
                answer.complete(message);
            }
            return;
        }
        JsonNode params = message.path("params");
        switch (message.path("method").asString("")) {
            case "Network.requestWillBeSent" ->
                    requests.add(params.at("/request/url").asString(""));
            case "Runtime.exceptionThrown" ->
                    problems.add(params.path("exceptionDetails").toString());
            case "Runtime.consoleAPICalled" -> problems.add(params.path("args").toString());
            case "Log.entryAdded" -> problems.add(params.path("entry").toString());
            default -> {
                // Nobody asked.
            }
        }
    }

    private JsonNode call(String method, Map<String, ?> params) {
        int id = asked.incrementAndGet();
        CompletableFuture<JsonNode> answer = new CompletableFuture<>();
        answers.put(id, answer);
        String message =
                JSON.writeValueAsString(Map.of("id", id, "method", method, "params", params));
        try {
            socket.sendText(message, true).get(ANSWER_SECONDS_MAX, TimeUnit.SECONDS);
            JsonNode got = answer.get(ANSWER_SECONDS_MAX, TimeUnit.SECONDS);
            if (got.has("error")) {
                throw new AssertionError(method + ": " + got.get("error"));
            }
            return got.path("result");
        } catch (ExecutionException | TimeoutException e) {
            throw new AssertionError(method + " got no answer", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    /** Of what is seen, in pixels of CSS. */
    Chromium size(int width, int height) {
        call(
                "Emulation.setDeviceMetricsOverride",
                Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", false));
        return this;
    }

    /** As somebody sees it who likes it dark, or light. */
    Chromium scheme(String scheme) {
        call(
                "Emulation.setEmulatedMedia",
                Map.of(
                        "features",
                        List.of(Map.of("name", "prefers-color-scheme", "value", scheme))));
        return this;
    }

    Chromium open(String url) {
        call("Page.navigate", Map.of("url", url));
        return this;
    }

    /** What an expression of JavaScript is there. */
    JsonNode evaluate(String expression) {
        JsonNode result =
                call("Runtime.evaluate", Map.of("expression", expression, "returnByValue", true));
        if (result.has("exceptionDetails")) {
            throw new AssertionError(expression + ": " + result.get("exceptionDetails"));
        }
        return result.at("/result/value");
    }

    /** A PNG of what is seen. */
    byte[] picture() {
        String data =
                call("Page.captureScreenshot", Map.of("format", "png")).path("data").asString();
        return Base64.getDecoder().decode(data.getBytes(StandardCharsets.US_ASCII));
    }

    /** Errors and all else that went to the console. */
    List<String> problems() {
        return new ArrayList<>(problems);
    }

    /** What it asked for, wherever. */
    List<String> requests() {
        return new ArrayList<>(requests);
    }

    @Override
    public void close() {
        socket.abort();
        client.shutdownNow();
        List<ProcessHandle> children = process.descendants().toList();
        process.destroy();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
        children.forEach(ProcessHandle::destroyForcibly);
        try {
            process.getErrorStream().close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
