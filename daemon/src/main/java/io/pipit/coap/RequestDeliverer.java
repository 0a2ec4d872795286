package io.pipit.coap;

import io.pipit.model.NodeId;
import io.pipit.resource.exchange.Caller;
import io.pipit.resource.exchange.Echo;
import io.pipit.resource.exchange.Exchange;
import io.pipit.resource.exchange.Part;
import io.pipit.resource.exchange.Request;
import io.pipit.resource.exchange.Resources;
import io.pipit.resource.exchange.Response;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.eclipse.californium.core.coap.CoAP;
import org.eclipse.californium.core.coap.CoAP.Code;
import org.eclipse.californium.core.coap.CoAP.ResponseCode;
import org.eclipse.californium.core.coap.MessageObserverAdapter;
import org.eclipse.californium.core.coap.Option;
import org.eclipse.californium.core.coap.OptionSet;
import org.eclipse.californium.core.coap.option.StandardOptionRegistry;
import org.eclipse.californium.core.observe.ObserveManager;
import org.eclipse.californium.core.observe.ObserveRelation;
import org.eclipse.californium.core.server.MessageDeliverer;
import org.eclipse.californium.core.server.resources.ObservableResource;
import org.eclipse.californium.elements.EndpointContext;
import org.eclipse.californium.elements.config.Configuration;
import org.eclipse.californium.elements.exception.EndpointMismatchException;
import org.eclipse.californium.elements.exception.EndpointUnconnectedException;
import org.jspecify.annotations.Nullable;

/**
 * Hands every request of one endpoint to the resource tree, whatever its path, and carries the
 * answers and notifications back (RFC 7641). Requests come on the protocol thread; answers may come
 * from any.
 */
final class RequestDeliverer implements MessageDeliverer {
    /** Notifications of one observer that wait for the protocol thread. */
    static final int OBSERVER_PENDING_MAX = 256;

    /** Notifications of all observers that wait for the protocol thread. */
    static final int PENDING_MAX = 2_048;

    private static final int DEFAULT_MAX_AGE_S = 60;
    private static final int SERVICE_UNAVAILABLE = 503;

    private final Resources resources;
    private final Function<EndpointContext, @Nullable Caller> callers;
    private final Function<EndpointContext, @Nullable EndpointContext> route;
    private final ObserveManager observeManager;
    private final CoapCounters counters;
    private final AtomicInteger pending = new AtomicInteger();
    private final Set<Observer> observers = ConcurrentHashMap.newKeySet();

    /**
     * @param callers who it is that speaks from there; null where nobody is let in any more
     * @param route where a notification goes to that the observer asked for from there; null where
     *     it may not have any more
     */
    RequestDeliverer(
            Resources resources,
            Function<EndpointContext, @Nullable Caller> callers,
            Function<EndpointContext, @Nullable EndpointContext> route,
            Configuration config,
            CoapCounters counters) {
        this.resources = resources;
        this.callers = callers;
        this.route = route;
        this.observeManager = new ObserveManager(config);
        this.counters = counters;
    }

    /** How many observe at present. */
    int observers() {
        return observers.size();
    }

    /** Ends all observations of a peer, without a word to it. */
    void close(NodeId peer) {
        for (Observer observer : observers) {
            if (Objects.equals(peer, observer.peer)) {
                observer.cancel();
            }
        }
    }

    @Override
    public void deliverRequest(org.eclipse.californium.core.network.Exchange exchange) {
        var message = exchange.getRequest();
        Caller caller = callers.apply(message.getSourceContext());
        if (caller == null) {
            counters.messagesRefused.increment();
            return;
        }
        counters.requests.increment();
        Request.Method method = method(message.getCode());
        if (method == null) {
            counters.requestsRefused.increment();
            exchange.sendResponse(
                    new org.eclipse.californium.core.coap.Response(
                            ResponseCode.METHOD_NOT_ALLOWED));
            return;
        }
        boolean observable = method == Request.Method.GET || method == Request.Method.FETCH;
        if (observable && message.isObserveCancel()) {
            observeManager.cancelObserveRelation(exchange);
        }
        Observer observer = null;
        if (observable && message.isObserve()) {
            observer = observe(exchange, caller.peer());
        }
        OptionSet options = message.getOptions();
        Request request =
                new Request(
                        method,
                        options.getUriPath(),
                        options.getUriQuery(),
                        options.getAccept(),
                        options.getContentFormat(),
                        message.getPayload(),
                        observer != null,
                        caller,
                        Part.NONE,
                        echo(options));
        resources.handle(request, observer != null ? observer : new Single(exchange));
    }

    /** The first value of the option (RFC 9175); {@link Echo#NONE} without one. */
    static byte[] echo(OptionSet options) {
        return options.getOthers(StandardOptionRegistry.ECHO).stream()
                .map(Option::getValue)
                .findFirst()
                .orElse(Echo.NONE);
    }

    private @Nullable Observer observe(
            org.eclipse.californium.core.network.Exchange exchange, @Nullable NodeId peer) {
        Observer observer = new Observer(exchange, peer);
        observeManager.addObserveRelation(exchange, observer);
        if (exchange.getRelation() == null) {
            counters.observersRefused.increment();
            return null;
        }
        exchange.getRequest().setProtectFromOffload();
        observers.add(observer);
        return observer;
    }

    @Override
    public void deliverResponse(
            org.eclipse.californium.core.network.Exchange exchange,
            org.eclipse.californium.core.coap.Response response) {
        exchange.getRequest().setResponse(response);
    }

    private static Request.@Nullable Method method(@Nullable Code code) {
        return switch (code) {
            case GET -> Request.Method.GET;
            case POST -> Request.Method.POST;
            case PUT -> Request.Method.PUT;
            case DELETE -> Request.Method.DELETE;
            case FETCH -> Request.Method.FETCH;
            case PATCH -> Request.Method.PATCH;
            case IPATCH -> Request.Method.IPATCH;
            case null, default -> null;
        };
    }

    private static org.eclipse.californium.core.coap.Response message(Response response) {
        int raw = ((response.code() / 100) << 5) | (response.code() % 100);
        ResponseCode code;
        try {
            code = ResponseCode.valueOf(raw);
        } catch (RuntimeException e) {
            code = ResponseCode.INTERNAL_SERVER_ERROR;
        }
        var message = new org.eclipse.californium.core.coap.Response(code);
        if (response.contentFormat() != Request.NONE) {
            message.getOptions().setContentFormat(response.contentFormat());
        }
        // In a 5.03 it says when to ask again (RFC 7252, section 5.9.3.4).
        boolean aged = response.isSuccess() || response.code() == SERVICE_UNAVAILABLE;
        if (aged && response.maxAgeSeconds() != DEFAULT_MAX_AGE_S) {
            message.getOptions().setMaxAge(response.maxAgeSeconds());
        }
        if (response.echo().length > 0) {
            message.getOptions()
                    .addOtherOption(StandardOptionRegistry.ECHO.create(response.echo()));
        }
        message.setPayload(response.payload());
        return message;
    }

    /** The way back of a request with one answer. */
    private static final class Single implements Exchange {
        private final org.eclipse.californium.core.network.Exchange exchange;
        private final AtomicBoolean answered = new AtomicBoolean();

        Single(org.eclipse.californium.core.network.Exchange exchange) {
            this.exchange = exchange;
        }

        @Override
        public int payloadBytesMax() {
            return CoapSettings.PAYLOAD_BYTES_MAX;
        }

        @Override
        public void respond(Response response) {
            if (answered.compareAndSet(false, true)) {
                exchange.execute(() -> exchange.sendResponse(message(response)));
            }
        }

        @Override
        public void onClosed(Runnable action) {
            // Nothing goes on after the one answer, so there is nothing to stop.
        }
    }

    /** The way back of an observation; to the library, the resource that is observed. */
    private final class Observer implements Exchange, ObservableResource {
        private static final int SEQUENCE_MASK = 0xffffff;

        private final org.eclipse.californium.core.network.Exchange exchange;
        private final @Nullable NodeId peer;
        private final AtomicInteger waiting = new AtomicInteger();
        private final List<Runnable> onClosed = new ArrayList<>();
        private boolean closed;
        private volatile boolean once;

        /** Of the Observe option; on the protocol thread alone. */
        private int sequence;

        Observer(org.eclipse.californium.core.network.Exchange exchange, @Nullable NodeId peer) {
            this.exchange = exchange;
            this.peer = peer;
        }

        @Override
        public int payloadBytesMax() {
            return CoapSettings.PAYLOAD_BYTES_MAX;
        }

        @Override
        public void respond(Response response) {
            if (isClosed()) {
                return;
            }
            if (waiting.incrementAndGet() > OBSERVER_PENDING_MAX
                    || pending.incrementAndGet() > PENDING_MAX) {
                pending.decrementAndGet();
                waiting.decrementAndGet();
                counters.notificationsDropped.increment();
                return;
            }
            exchange.execute(() -> {
                pending.decrementAndGet();
                waiting.decrementAndGet();
                send(response);
            });
        }

        @Override
        public void respondOnce(Response response) {
            once = true;
            respond(response);
        }

        private void send(Response response) {
            if (isClosed()) {
                return;
            }
            var message = message(response);
            ObserveRelation relation = exchange.getRelation();
            EndpointContext to = route.apply(exchange.getRequest().getSourceContext());
            if (to == null) {
                cancel();
                return;
            }
            if (relation.isEstablished()) {
                message.setDestinationContext(to);
            }
            message.addMessageObserver(
                    new MessageObserverAdapter() {
                        @Override
                        public void onReadyToSend() {
                            if (once) {
                                message.getOptions().removeObserve();
                            }
                        }

                        @Override
                        public void onSendError(Throwable error) {
                            counters.notificationsDropped.increment();
                            if (error instanceof EndpointUnconnectedException
                                    || error instanceof EndpointMismatchException) {
                                cancel();
                            }
                        }
                    });
            exchange.sendResponse(message);
            if ((once || !response.isSuccess()) && !relation.isCanceled()) {
                // The library only ends an error's that had begun, and would keep these for ever.
                relation.cancel();
            }
            if (relation.isCanceled()) {
                closed();
            }
        }

        void cancel() {
            exchange.execute(() -> {
                exchange.getRelation().cancel();
                closed();
            });
        }

        @Override
        public void onClosed(Runnable action) {
            synchronized (onClosed) {
                if (!closed) {
                    onClosed.add(action);
                    return;
                }
            }
            action.run();
        }

        private boolean isClosed() {
            synchronized (onClosed) {
                return closed;
            }
        }

        private void closed() {
            List<Runnable> actions;
            synchronized (onClosed) {
                if (closed) {
                    return;
                }
                closed = true;
                actions = List.copyOf(onClosed);
            }
            observers.remove(this);
            actions.forEach(Runnable::run);
        }

        @Override
        public String getURI() {
            return "/" + exchange.getRequest().getOptions().getUriPathString();
        }

        @Override
        public CoAP.Type getObserveType() {
            return CoAP.Type.NON;
        }

        @Override
        public int getNotificationSequenceNumber() {
            sequence = sequence + 1 & SEQUENCE_MASK;
            return sequence;
        }

        @Override
        public boolean isObservable() {
            return true;
        }

        @Override
        public void addObserveRelation(ObserveRelation relation) {
            // Who answers decides; there is nothing to add it to.
        }

        @Override
        public void removeObserveRelation(ObserveRelation relation) {
            closed();
        }

        @Override
        public int getObserverCount() {
            return 1;
        }
    }
}
