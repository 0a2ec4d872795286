package io.pipit.resource;

import io.pipit.model.Grant.Role;
import io.pipit.model.NodeId;
import io.pipit.model.Peer;
import io.pipit.port.TimeSource;
import io.pipit.port.acting.Act;
import io.pipit.port.acting.ActuatorStatus;
import io.pipit.port.acting.Actuators.Actuator;
import io.pipit.port.acting.Actuators.Write;
import io.pipit.port.acting.Actuators.Writer;
import io.pipit.port.acting.Order.Origin;
import io.pipit.port.acting.Outlet;
import io.pipit.port.acting.Verdict;
import io.pipit.resource.Call.Refusal;
import io.pipit.resource.ResourceTree.Acting;
import io.pipit.resource.ResourceTree.Self;
import io.pipit.resource.exchange.Caller;
import io.pipit.resource.exchange.Caller.Via;
import io.pipit.resource.exchange.Echo;
import io.pipit.resource.exchange.Request;
import io.pipit.wire.Document;
import io.pipit.wire.Format;
import io.pipit.wire.LinkFormat;
import io.pipit.wire.LinkFormat.Link;
import io.pipit.wire.Senml;
import io.pipit.wire.WireException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * {@code /actuators} and {@code /actuators/NAME}: what can be set, and setting it; and on the
 * socket {@code /peers/PEER/actuators/NAME}, by which this node sets a peer's. Notifications are
 * made on the node loop, everything else where the request came in.
 */
final class ActuatorDocuments {
    /** Lines of the log in one answer. */
    static final int ACTS_MAX = 300;

    /** IPSO's actuation. */
    private static final String TYPE = "urn:oma:lwm2m:ext:3306";

    private static final long NANOS_PER_MICRO = 1_000;
    private static final int CHANGED = 204;

    private final Self self;
    private final Acting acting;
    private final Peers peers;
    private final TimeSource time;
    private final Observations observations;
    private final Echo echo;

    ActuatorDocuments(
            Self self, Acting acting, Peers peers, TimeSource time, Observations observations) {
        this.self = self;
        this.acting = acting;
        this.peers = peers;
        this.time = time;
        this.observations = observations;
        echo = new Echo(time, self.run());
    }

    /** Links to all that this caller may read. */
    List<Link> links(Caller caller) {
        List<Link> links = new ArrayList<>();
        for (ActuatorStatus status : readable(caller)) {
            links.add(
                    Link.to("/actuators/" + status.outlet().name())
                            .with("rt", TYPE)
                            .with("if", "core.a")
                            .with("ct", Format.JSON.senml() + " " + Format.CBOR.senml())
                            .with("obs"));
        }
        return links;
    }

    private List<ActuatorStatus> readable(Caller caller) {
        return acting.states().statuses().stream()
                .filter(status -> caller.may(Role.READ, status.outlet().name()))
                .toList();
    }

    /**
     * {@code /actuators}: links or, in JSON or CBOR, how each of them is. With Observe, again
     * whenever that changed.
     */
    void list(Call call) throws Refusal {
        call.allow(Request.Method.GET);
        if (!call.caller().may(Role.READ)) {
            throw new Refusal(Call.FORBIDDEN, "this takes the role " + Role.READ);
        }
        if (call.caller().via() == Via.SOCKET && call.value("log") != null) {
            log(call);
            return;
        }
        if (call.caller().peer() != null) {
            // It may write next.
            call.give(echo::now);
        }
        Format format = call.documentOrLinks();
        observe(
                call,
                caller -> caller.may(Role.READ),
                () ->
                        format == null
                                ? LinkFormat.write(
                                        LinkFormat.filter(
                                                links(call.caller()), call.request().query()))
                                : Document.write(document(call.caller()), format),
                format == null ? LinkFormat.CONTENT_FORMAT : format.document());
    }

    /** Makes what a caller is told; null where there is nothing to tell now. */
    private interface Content {
        byte @Nullable [] make();
    }

    private void observe(Call call, Predicate<Caller> still, Content content, int format)
            throws Refusal {
        Telling telling = new Telling(call, content, format);
        if (call.request().observe()) {
            observations.open(
                    call,
                    still,
                    () -> {
                        acting.states().onChange(telling);
                        return true;
                    },
                    () -> acting.states().forget(telling));
        }
        telling.tell();
    }

    /** What one caller was told, and when that isn't true any more. */
    private final class Telling implements Runnable {
        private final Call call;
        private final Content content;
        private final int format;
        private byte @Nullable [] told;

        Telling(Call call, Content content, int format) {
            this.call = call;
            this.content = content;
            this.format = format;
        }

        @Override
        public void run() {
            observations.notifying(this::tell);
        }

        /** Synchronised, so that what is said last is what was true last. */
        synchronized void tell() {
            byte[] now = content.make();
            if (now != null && !Arrays.equals(now, told)) {
                told = now;
                call.content(format, now);
            }
        }
    }

    private Map<String, Object> document(Caller caller) {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("actuators", readable(caller).stream().map(this::document).toList());
        if (caller.via() == Via.SOCKET) {
            all.put(
                    "peers",
                    acting.peers().get().stream().map(ActuatorDocuments::document).toList());
        }
        return all;
    }

    private static Map<String, Object> document(Actuator actuator) {
        Map<String, Object> fields = new LinkedHashMap<>();
        if (actuator.node() != null) {
            fields.put("node", actuator.node());
        }
        fields.put("name", actuator.name());
        fields.put("quantity", actuator.quantity());
        fields.put("unit", actuator.unit());
        fields.put("min", actuator.min());
        fields.put("max", actuator.max());
        fields.put("on-off", actuator.onOff());
        fields.put("safe", actuator.safe());
        return fields;
    }

    private Map<String, Object> document(ActuatorStatus status) {
        long now = time.monotonicNanos();
        Outlet outlet = status.outlet();
        Map<String, Object> fields = document(outlet.actuator());
        fields.put("value", status.value());
        if (status.sinceNanos() != 0) {
            fields.put("since-seconds-ago", seconds(now - status.sinceNanos()));
        }
        Writer holder = status.holder();
        if (holder != null) {
            Map<String, Object> by = new LinkedHashMap<>();
            by.put("kind", holder.kind().toString());
            if (!holder.name().isEmpty()) {
                by.put("name", holder.name());
            }
            fields.put("held-by", by);
            fields.put("left-seconds", seconds(status.untilNanos() - now));
        }
        fields.put("state", status.open() ? "ok" : "failed");
        if (!status.reason().isEmpty()) {
            fields.put("reason", status.reason());
        }
        fields.put("lease-seconds", seconds(outlet.lease().toNanos()));
        fields.put("max-lease-seconds", seconds(outlet.leaseMax().toNanos()));
        return fields;
    }

    private static double seconds(long nanos) {
        return Math.round(Math.max(0, nanos) / 1e6) / 1e3;
    }

    /** Who set what when. */
    private void log(Call call) throws Refusal {
        call.knows(Set.of("log", "name"));
        Format format = call.document();
        long most = call.whole("log", ACTS_MAX);
        if (most < 1 || most > ACTS_MAX) {
            throw Call.bad("log is the number of lines, 1 to " + ACTS_MAX);
        }
        List<Map<String, Object>> acts =
                acting.memory().last(call.value("name"), (int) most).stream()
                        .map(ActuatorDocuments::document)
                        .toList();
        call.contentOnce(format.document(), Document.write(Map.of("acts", acts), format));
    }

    private static Map<String, Object> document(Act act) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("time", Instant.EPOCH.plus(act.wallMicros(), ChronoUnit.MICROS).toString());
        fields.put("actuator", act.actuator());
        fields.put("what", act.what().toString());
        fields.put("value", act.value());
        fields.put("by", act.by().kind().toString());
        if (!act.by().name().isEmpty()) {
            fields.put("name", act.by().name());
        }
        if (!act.lease().isZero()) {
            fields.put("for-seconds", seconds(act.lease().toNanos()));
        }
        if (!act.reason().isEmpty()) {
            fields.put("reason", act.reason());
        }
        return fields;
    }

    /** {@code /actuators/NAME}. */
    void one(Call call, String name) throws Refusal {
        call.allow(Request.Method.GET, Request.Method.PUT);
        if (call.request().method() == Request.Method.PUT) {
            if (!call.caller().may(Role.WRITE, name)) {
                throw new Refusal(Call.FORBIDDEN, "setting " + name + " is not granted to you");
            }
            set(call, null, name);
            return;
        }
        if (!call.caller().may(Role.READ, name)) {
            throw new Refusal(Call.FORBIDDEN, name + " is not granted to you");
        }
        call.knows(Set.of());
        Format format = call.senml();
        ActuatorStatus status = find(name);
        if (status == null) {
            throw new Refusal(Call.NOT_FOUND, "no actuator is called " + name + "; see /actuators");
        }
        if (Double.isNaN(status.value())) {
            throw Refusal.busy(
                    status.open()
                            ? name + " isn't set to anything now"
                            : name + ": " + status.reason());
        }
        observe(
                call,
                caller -> caller.may(Role.READ, name),
                () -> {
                    ActuatorStatus now = find(name);
                    return now == null || Double.isNaN(now.value()) ? null : setting(now, format);
                },
                format.senml());
    }

    private @Nullable ActuatorStatus find(String name) {
        for (ActuatorStatus status : acting.states().statuses()) {
            if (status.outlet().name().equals(name)) {
                return status;
            }
        }
        return null;
    }

    private byte[] setting(ActuatorStatus status, Format format) {
        long now = time.monotonicNanos();
        Actuator actuator = status.outlet().actuator();
        Senml.Item item =
                new Senml.Item(
                        self.id() + "/",
                        actuator.name() + "/" + actuator.quantity(),
                        actuator.unit(),
                        Math.min(0, status.sinceNanos() - now) / NANOS_PER_MICRO,
                        status.value());
        long left =
                status.holder() == null ? 0 : Math.max(NANOS_PER_MICRO, status.untilNanos() - now);
        return Senml.encode(new Senml.Setting(item, left / NANOS_PER_MICRO), format);
    }

    /** {@code /peers/PEER/actuators/NAME}. */
    void ofPeer(Call call, String peer, String name) throws Refusal {
        call.allow(Request.Method.PUT);
        set(call, peer, name);
    }

    private void set(Call call, @Nullable String node, String name) throws Refusal {
        call.knows(Set.of());
        Senml.Setting setting = setting(call);
        Senml.Item item = setting.item();
        Caller caller = call.caller();
        NodeId peer = caller.peer();
        if (node == null && !fits(item, name)) {
            throw new Refusal(
                    Call.UNPROCESSABLE,
                    "the name or the unit in the pack is another one's than " + name + "'s");
        }
        Double number = item.value();
        double value = number != null ? number : Boolean.TRUE.equals(item.flag()) ? 1 : 0;
        Origin origin =
                peer == null || item.log() == null
                        ? null
                        : new Origin(peer, item.log(), item.sequence());
        if (origin != null) {
            call.give(echo::now);
            if (!echo.isGood(call.request().echo())) {
                throw new Refusal(
                        Call.UNAUTHORIZED,
                        "nothing shows that this write is of now: it takes the Echo of this answer");
            }
        }
        Write write =
                new Write(
                        node,
                        name,
                        value,
                        Duration.of(setting.holdMicros(), ChronoUnit.MICROS),
                        writer(peer));
        Consumer<Verdict> answer =
                verdict -> {
                    if (verdict.isDone()) {
                        call.done(CHANGED);
                    } else {
                        call.refuse(refusal(verdict));
                    }
                };
        call.whenDone(acting.orders().give(write, origin), answer);
    }

    private static Senml.Setting setting(Call call) throws Refusal {
        int contentFormat = call.request().contentFormat();
        for (Format format : Format.values()) {
            if (contentFormat == format.senml()) {
                try {
                    Senml.Setting setting = Senml.decodeSetting(call.request().payload(), format);
                    if (setting.holdMicros() < 0) {
                        throw Call.bad("ut is negative: it is how long this holds, in seconds");
                    }
                    return setting;
                } catch (WireException e) {
                    throw Call.bad(String.valueOf(e.getMessage()));
                }
            }
        }
        throw new Refusal(
                Call.UNSUPPORTED_FORMAT,
                "content-formats here: " + Format.JSON.senml() + " and " + Format.CBOR.senml());
    }

    /** Whoever leaves name and unit out means this one's; whoever says them has to be right. */
    private boolean fits(Senml.Item item, String name) {
        ActuatorStatus status = find(name);
        if (status == null) {
            return true;
        }
        Actuator actuator = status.outlet().actuator();
        String said = item.base() + item.name();
        String series = name + "/" + actuator.quantity();
        return (said.isEmpty()
                        || said.equals(name)
                        || said.equals(series)
                        || said.equals(self.id() + "/" + series))
                && (item.unit().isEmpty() || item.unit().equals(actuator.unit()));
    }

    private Writer writer(@Nullable NodeId peer) {
        if (peer == null) {
            return new Writer(Writer.Kind.LOCAL, "");
        }
        Optional<Peer> known =
                peers.list().stream().filter(each -> each.id().equals(peer)).findFirst();
        return new Writer(Writer.Kind.PEER, known.map(Peer::name).orElseGet(() -> peer.toString()));
    }

    private static Refusal refusal(Verdict verdict) {
        String why = verdict.reason();
        return switch (verdict.kind()) {
            case UNKNOWN -> new Refusal(Call.NOT_FOUND, why);
            case OUT_OF_RANGE -> new Refusal(Call.UNPROCESSABLE, why);
            case HELD -> new Refusal(Call.CONFLICT, why);
            case LATE -> new Refusal(Call.PRECONDITION_FAILED, why);
            case FORBIDDEN -> new Refusal(Call.BAD_GATEWAY, why);
            case UNREACHABLE -> new Refusal(Call.GATEWAY_TIMEOUT, why);
            case DONE, UNAVAILABLE -> Refusal.busy(why);
        };
    }
}
