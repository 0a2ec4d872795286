package io.pipit.mqtt;

import io.pipit.mqtt.broker.Broker;
import io.pipit.mqtt.broker.Login;
import io.pipit.mqtt.broker.Reason;
import io.pipit.mqtt.broker.Trouble;
import io.pipit.wire.Document;
import io.pipit.wire.Format;
import io.pipit.wire.WireException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A broker that does what the test says, when it says so. */
final class FakeBroker implements Broker {
    static final Limits ROOMY = new Limits(1_000, 256 * 1024, true, true);

    final List<Login> logins = new ArrayList<>();

    /** All that went out, over all connections. */
    final List<Message> published = new ArrayList<>();

    final List<String> subscribed = new ArrayList<>();
    final List<Long> closedWithin = new ArrayList<>();
    boolean crowded;
    @Nullable Listener listener;

    /** What isn't acknowledged, by its number. */
    final Map<Long, Message> waiting = new LinkedHashMap<>();

    @Override
    public boolean isCrowded() {
        return crowded;
    }

    @Override
    public Connection connect(Login login, Listener to) {
        logins.add(login);
        listener = to;
        waiting.clear();
        return new Connection() {
            @Override
            public void publish(long number, Message message) {
                published.add(message);
                waiting.put(number, message);
            }

            @Override
            public void subscribe(List<String> topics) {
                subscribed.addAll(topics);
            }

            @Override
            public void close(long willMillisMax) {
                closedWithin.add(willMillisMax);
                to.lost(new Trouble("was left", ""));
            }
        };
    }

    /** Acknowledges all that waits; how many. */
    int acknowledge() {
        return answer(Reason.SUCCESS);
    }

    /** Answers all that waits with this. */
    int answer(Reason reason) {
        Map<Long, Message> now = new LinkedHashMap<>(waiting);
        waiting.clear();
        now.keySet().forEach(number -> listener.acknowledged(number, reason));
        return now.size();
    }

    /** Refuses what waits on this topic, and takes the rest. */
    void refuse(String topic, int code) {
        Map<Long, Message> now = new LinkedHashMap<>(waiting);
        waiting.clear();
        now.forEach((number, message) ->
                listener.acknowledged(
                        number, message.topic().equals(topic) ? new Reason(code) : Reason.SUCCESS));
    }

    void lose() {
        listener.lost(new Trouble("closed the connection", "", Optional.empty()));
    }

    /** The values that went out below this topic, in order. */
    List<Double> values(String topic) {
        return published.stream()
                .filter(message -> message.topic().startsWith(topic))
                .filter(message -> !message.retained())
                .map(message -> json(message).get("value").number(Double.NaN))
                .toList();
    }

    /** The newest message on a topic. */
    Message last(String topic) {
        return published.reversed().stream()
                .filter(message -> message.topic().equals(topic))
                .findFirst()
                .orElseThrow(() -> new AssertionError("nothing on " + topic));
    }

    static Document json(Message message) {
        try {
            return Document.read(message.payload(), Format.JSON);
        } catch (WireException e) {
            throw new AssertionError(text(message), e);
        }
    }

    static String text(Message message) {
        return new String(message.payload(), StandardCharsets.UTF_8);
    }
}
