package io.pipit.resource;

import io.pipit.model.Grant.Role;
import io.pipit.model.LogId;
import io.pipit.model.NodeId;
import io.pipit.model.Peer;
import io.pipit.monitor.Counter;
import io.pipit.monitor.Health;
import io.pipit.monitor.Metrics;
import io.pipit.monitor.OnceLog;
import io.pipit.port.Inbox;
import io.pipit.port.ReadingHistory;
import io.pipit.port.SensorStatus;
import io.pipit.port.TimeSource;
import io.pipit.port.acting.Act;
import io.pipit.port.acting.ActuatorStatus;
import io.pipit.port.acting.Actuators.Actuator;
import io.pipit.port.acting.Orders;
import io.pipit.resource.Call.Refusal;
import io.pipit.resource.doctor.Doctor;
import io.pipit.resource.exchange.Caller;
import io.pipit.resource.exchange.Caller.Via;
import io.pipit.resource.exchange.Denials;
import io.pipit.resource.exchange.Exchange;
import io.pipit.resource.exchange.Intake;
import io.pipit.resource.exchange.Request;
import io.pipit.resource.exchange.Resources;
import io.pipit.wire.Format;
import io.pipit.wire.LinkFormat;
import io.pipit.wire.LinkFormat.Link;
import io.pipit.wire.Options.Block;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * The node's resources, the same behind every endpoint: finds the one that a path names, sees that
 * the caller may, and answers. Thread-safe; nothing here blocks.
 *
 * <p>Denied is what isn't granted. The monitoring endpoint and the page only read; {@code /trust}
 * and {@code /doctor} exist on the socket alone, {@code /history} on the socket and the page.
 */
public final class ResourceTree implements Resources {
    /**
     * Who this node is.
     *
     * @param name as its configuration has it
     * @param log its own one
     * @param boot the present one, as that log counts
     * @param run tells this run of the program from all others
     */
    public record Self(NodeId id, String name, LogId log, int boot, long run) {}

    /**
     * What can be set.
     *
     * @param states of this node's own
     * @param memory who set which when
     * @param orders sets one, a peer's too
     * @param peers which ones the peers have
     */
    public record Acting(
            ActuatorStatus.Source states,
            Act.Memory memory,
            Orders orders,
            Supplier<List<Actuator>> peers) {}

    /** For the rest of what is refused. */
    private static final Intake DROPPED =
            new Intake() {
                @Override
                public void take(ByteBuffer bytes, Runnable taken) {
                    taken.run();
                }

                @Override
                public void end() {}

                @Override
                public void broken() {}
            };

    private final Observations observations;
    private final Sensors sensors;
    private final Logs logs;
    private final Documents documents;
    private final TrustDocuments trust;
    private final Files files;
    private final Uploads uploads;
    private final ActuatorDocuments actuators;
    private final Counter requests;
    private final Denials denials;
    private final Counter refused;
    private final Counter failed;
    private final OnceLog log = new OnceLog(LoggerFactory.getLogger(ResourceTree.class));

    /**
     * The tree over these.
     *
     * @param states of the configured sensors
     * @param acting the actuators
     * @param bulk files
     * @param doctor looks what is wrong
     * @param executor for what may block, which is little: a single thread will do
     */
    public ResourceTree(
            Self self,
            ReadingHistory history,
            Inbox inbox,
            TimeSource time,
            Health health,
            Metrics metrics,
            Peers peers,
            SensorStatus.Source states,
            Acting acting,
            Bulk bulk,
            Doctor doctor,
            Executor executor) {
        requests = metrics.counter("pipit_requests", "Requests to this node's resources");
        denials = new Denials(metrics);
        refused =
                metrics.counter(
                        "pipit_requests_refused", "Requests that could not be met as they were");
        failed = metrics.counter("pipit_requests_failed", "Requests that this node failed at");
        observations = new Observations(metrics);
        sensors = new Sensors(self, history, states, inbox, time, observations);
        logs = new Logs(self, history, inbox, time, observations);
        documents =
                new Documents(
                        self, health, metrics, peers, inbox, time, observations, executor, doctor);
        trust = new TrustDocuments(peers, executor, metrics);
        files = new Files(bulk, peers, time);
        uploads = new Uploads(self, bulk, peers, inbox, executor);
        actuators = new ActuatorDocuments(self, acting, peers, time, observations);
    }

    /** Ends what peers observe that they may no longer, now that these are the peers. */
    public void grantsChanged(List<Peer> peers) {
        observations.grantsChanged(peers);
    }

    @Override
    public void handle(Request request, Exchange exchange) {
        requests.increment();
        Call call = new Call(request, exchange, refusal -> count(request, refusal));
        try {
            route(call, request.path());
        } catch (Refusal e) {
            call.refuse(e);
        } catch (RuntimeException e) {
            call.fail(e);
        }
    }

    @Override
    public @Nullable Intake intake(Request request, long bytes, Exchange exchange) {
        List<String> path = request.path();
        if (!isUpload(request.caller().via(), path)) {
            return null;
        }
        requests.increment();
        Call call = new Call(request, exchange, refusal -> count(request, refusal));
        try {
            return uploads.intake(call, path, bytes);
        } catch (Refusal e) {
            call.refuse(e);
        } catch (RuntimeException e) {
            call.fail(e);
        }
        return DROPPED;
    }

    private static boolean isUpload(Via via, List<String> path) {
        return (path.size() > 1 && path.getFirst().equals("inbox") && !via.onlyReads())
                || (path.size() > 2 && path.getFirst().equals("outbox") && via == Via.SOCKET);
    }

    /** Nothing else takes a body in several messages; an answer in parts is the transport's. */
    private static void refuseParts(Request request) throws Refusal {
        Block upload = request.part().block1();
        if (upload != null && (upload.more() || upload.number() > 0)) {
            throw new Refusal(Call.BAD_OPTION, "this takes its payload in one message");
        }
    }

    private void count(Request request, Refusal refusal) {
        switch (refusal.code) {
            case Call.FORBIDDEN -> denials.denied(request, String.valueOf(refusal.getMessage()));
            case Call.FAILED -> {
                failed.increment();
                log.warn("a request failed", String.valueOf(refusal.getMessage()));
            }
            default -> refused.increment();
        }
    }

    private void route(Call call, List<String> path) throws Refusal {
        Via via = call.caller().via();
        if (via.onlyReads() && call.request().method() != Request.Method.GET) {
            denials.denied(call.request(), "this endpoint only reads");
            throw new Refusal(Call.METHOD_NOT_ALLOWED, "this endpoint only reads");
        }
        if (isBulk(call, path)) {
            return;
        }
        refuseParts(call.request());
        switch (path.size()) {
            case 1 -> {
                switch (path.getFirst()) {
                    case "health" -> documents.health(call);
                    case "metrics" -> documents.metrics(call);
                    case "peers" -> documents.peers(call);
                    case "sensors" -> sensors.list(call);
                    case "readings" -> logs.readings(call);
                    case "actuators" -> actuators.list(call);
                    default -> local(call, path);
                }
            }
            case 2 -> {
                if (path.getFirst().equals("actuators")) {
                    actuators.one(call, path.get(1));
                } else if (path.equals(List.of(".well-known", "core"))) {
                    wellKnown(call);
                } else {
                    throw notFound(path);
                }
            }
            case 3 -> {
                if (!path.getFirst().equals("sensors")) {
                    throw notFound(path);
                }
                sensors.one(call, path.get(1), path.get(2));
            }
            case 4 -> {
                if (via != Via.SOCKET
                        || !path.getFirst().equals("peers")
                        || !path.get(2).equals("actuators")) {
                    throw notFound(path);
                }
                actuators.ofPeer(call, path.get(1), path.get(3));
            }
            default -> throw notFound(path);
        }
    }

    /** Answers what is about files. */
    private boolean isBulk(Call call, List<String> path) throws Refusal {
        Via via = call.caller().via();
        String first = path.isEmpty() ? "" : path.getFirst();
        if (first.equals("files") && !via.onlyReads()) {
            if (path.size() == 1) {
                files.list(call);
            } else {
                files.one(call, path.subList(1, path.size()));
            }
        } else if (isUpload(via, path)) {
            uploads.one(call, path);
        } else if (via == Via.SOCKET && path.equals(List.of("transfers"))) {
            uploads.transfers(call);
        } else if (via == Via.SOCKET
                && first.equals("peers")
                && path.size() > 2
                && path.get(2).equals("files")) {
            files.ofPeer(call, path);
        } else {
            return false;
        }
        return true;
    }

    /** What isn't for everybody: most of it only for those whom the socket's mode let in. */
    private void local(Call call, List<String> path) throws Refusal {
        boolean here = call.caller().via() == Via.SOCKET;
        if (path.getFirst().equals("statements") && !call.caller().via().onlyReads()) {
            trust.statements(call);
        } else if ((here || call.caller().via() == Via.PAGE) && path.getFirst().equals("history")) {
            logs.history(call);
        } else if (here && path.getFirst().equals("trust")) {
            trust.trust(call);
        } else if (here && path.getFirst().equals("doctor")) {
            documents.doctor(call);
        } else {
            throw notFound(path);
        }
    }

    private static Refusal notFound(List<String> path) {
        return new Refusal(
                Call.NOT_FOUND, "no /" + String.join("/", path) + " here; see /.well-known/core");
    }

    private void wellKnown(Call call) throws Refusal {
        call.allow(Request.Method.GET);
        call.require(Role.MONITOR, "core");
        call.acceptOnly(LinkFormat.CONTENT_FORMAT);
        Caller caller = call.caller();
        String document = Format.JSON.document() + " " + Format.CBOR.document();
        String senml = Format.JSON.senml() + " " + Format.CBOR.senml();
        String links = LinkFormat.CONTENT_FORMAT + " " + document;
        var all = new ArrayList<Link>();
        if (caller.may(Role.MONITOR, "health")) {
            all.add(Link.to("/health").with("rt", "pipit.health").with("ct", document).with("obs"));
        }
        if (caller.may(Role.MONITOR, "metrics")) {
            all.add(Link.to("/metrics").with("rt", "pipit.metrics").with("ct", "0"));
        }
        if (caller.may(Role.MONITOR, "peers")) {
            all.add(Link.to("/peers").with("rt", "pipit.peers").with("ct", document).with("obs"));
        }
        if (caller.may(Role.READ)) {
            all.add(Link.to("/sensors").with("rt", "pipit.sensors").with("ct", links).with("obs"));
            all.add(Link.to("/readings").with("rt", "pipit.log").with("ct", senml).with("obs"));
            all.add(
                    Link.to("/actuators")
                            .with("rt", "pipit.actuators")
                            .with("ct", links)
                            .with("obs"));
        }
        if (Uploads.shows(call)) {
            all.add(
                    Link.to("/files")
                            .with("rt", "pipit.files")
                            .with("ct", Integer.toString(LinkFormat.CONTENT_FORMAT)));
            all.add(Link.to("/inbox").with("rt", "pipit.inbox"));
        }
        if (caller.via() == Via.SOCKET) {
            all.add(Link.to("/outbox").with("rt", "pipit.outbox"));
            all.add(Link.to("/transfers").with("rt", "pipit.transfers").with("ct", document));
            all.add(Link.to("/history").with("rt", "pipit.history").with("ct", senml).with("obs"));
            all.add(Link.to("/pairing").with("rt", "pipit.pairing").with("ct", "50"));
            all.add(Link.to("/trust").with("rt", "pipit.trust").with("ct", document));
            all.add(Link.to("/rules").with("rt", "pipit.rules").with("ct", document));
            all.add(Link.to("/doctor").with("rt", "pipit.doctor").with("ct", document));
        }
        all.addAll(sensors.links(caller));
        all.addAll(actuators.links(caller));
        call.contentOnce(
                LinkFormat.CONTENT_FORMAT,
                LinkFormat.write(LinkFormat.filter(all, call.request().query())));
    }
}
