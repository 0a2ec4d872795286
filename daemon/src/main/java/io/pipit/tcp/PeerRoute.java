package io.pipit.tcp;

import io.pipit.model.NodeId;
import io.pipit.tcp.session.Ask;
import io.pipit.tcp.session.Session;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The way to one peer for what belongs together: one connection, made when it is needed, over the
 * first address that answers. Where none does, one that the peer made serves as well. On the event
 * loop.
 */
final class PeerRoute {
    /** Requests that wait for the connection. */
    static final int WAITING_MAX = 256;

    private final NodeId peer;
    private final TcpNetwork network;
    private final Function<NodeId, List<InetSocketAddress>> directory;
    private final Deque<Errand> waiting = new ArrayDeque<>();
    private final Deque<InetSocketAddress> addresses = new ArrayDeque<>();
    private @Nullable Session session;
    private @Nullable InetSocketAddress address;
    private boolean dialling;
    private boolean closed;
    private String lastError = "";

    PeerRoute(
            NodeId peer, TcpNetwork network, Function<NodeId, List<InetSocketAddress>> directory) {
        this.peer = peer;
        this.network = network;
        this.directory = directory;
    }

    /** A request on its way. */
    final class Errand {
        private final Ask ask;
        private @Nullable Session on;
        private long number;

        private Errand(Ask ask) {
            this.ask = ask;
        }

        private void go(Session through) {
            on = through;
            number = through.ask(ask);
        }

        /**
         * The largest block for the connection that it went over, as {@link Session#blockBytesMax};
         * 0 where it went over none yet.
         */
        int blockBytesMax(int overheadBytes) {
            return on == null ? 0 : on.blockBytesMax(overheadBytes);
        }

        /** Nobody wants its answer, or more of them; no outcome follows. */
        void cancel() {
            if (waiting.remove(this)) {
                ask.unsent();
            }
            if (on != null) {
                on.cancel(number);
            }
        }
    }

    /** Asks the peer, as soon as there is a connection. */
    Errand ask(Ask ask) {
        Errand errand = new Errand(ask);
        Session ready = session;
        if (closed) {
            ask.fail("no longer trusted");
        } else if (ready != null && ready.isReady()) {
            errand.go(ready);
        } else if (waiting.size() >= WAITING_MAX) {
            network.waitingFull().increment();
            ask.fail("more than " + WAITING_MAX + " requests wait for a connection");
        } else {
            waiting.add(errand);
            if (!dialling) {
                dialling = true;
                addresses.clear();
                addresses.addAll(directory.apply(peer));
                next("no address known yet; 'pipit doctor' says how it is looked for");
            }
        }
        return errand;
    }

    private void next(String reason) {
        InetSocketAddress to = addresses.poll();
        while (to != null && to.isUnresolved()) {
            to = addresses.poll();
        }
        if (to == null) {
            giveUp(reason);
            return;
        }
        InetSocketAddress tried = to;
        network.dial(
                peer,
                tried,
                new TcpNetwork.Dialled() {
                    @Override
                    public void ready(Session made) {
                        if (closed) {
                            made.release();
                            return;
                        }
                        address = tried;
                        session = made;
                        dialling = false;
                        lastError = "";
                        go(made);
                    }

                    @Override
                    public void closed(boolean ready, String why) {
                        if (closed) {
                            return;
                        }
                        if (ready) {
                            session = null;
                            lastError = why;
                        } else {
                            next(why + " (" + tried + ")");
                        }
                    }
                });
    }

    private void giveUp(String reason) {
        dialling = false;
        Session theirs = network.acceptedFrom(peer);
        if (theirs != null) {
            go(theirs);
            return;
        }
        lastError = reason;
        List<Errand> lost = new ArrayList<>(waiting);
        waiting.clear();
        lost.forEach(errand -> errand.ask.fail(reason));
    }

    private void go(Session through) {
        List<Errand> ready = new ArrayList<>(waiting);
        waiting.clear();
        ready.forEach(errand -> errand.go(through));
    }

    /** Whether there is a connection now. */
    boolean isConnected() {
        return session != null && session.isReady();
    }

    /** Where it leads; null where it never did. */
    @Nullable InetSocketAddress address() {
        return address;
    }

    /** What went wrong last; empty where nothing did since. */
    String lastError() {
        return lastError;
    }

    /** Ends it for good: whoever asks it again is told that. */
    void close(String reason) {
        closed = true;
        addresses.clear();
        if (session != null) {
            session.release();
        }
        List<Errand> lost = new ArrayList<>(waiting);
        waiting.clear();
        lost.forEach(errand -> errand.ask.fail(reason));
    }
}
