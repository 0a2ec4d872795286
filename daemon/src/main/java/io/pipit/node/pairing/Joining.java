package io.pipit.node.pairing;

import io.pipit.identity.IdentityException;
import io.pipit.identity.pairing.Meeting;
import io.pipit.identity.pairing.MeetingFailed;
import io.pipit.identity.pairing.Meetings;
import io.pipit.identity.pairing.Myself;
import io.pipit.identity.pairing.Paired;
import io.pipit.identity.pairing.PairingCode;
import io.pipit.identity.pairing.PairingJoin;
import io.pipit.identity.pairing.PairingRefused;
import io.pipit.model.Grant;
import io.pipit.model.NodeId;
import io.pipit.resource.pairing.Pairing.Outcome;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Goes to another node's window: over UDP first, over TCP where UDP gets no answer, at each address
 * in turn. Waits for the other node, so it has a thread of its own.
 */
final class Joining {
    /** Whatever a way's own time-outs are, an answer is given up after this, seconds. */
    private static final int ANSWER_MAX_S = 30;

    private final Places places;
    private final Guestbook guestbook;
    private final Meetings overUdp;
    private final Meetings overTcp;
    private final SecureRandom random;

    Joining(
            Places places,
            Guestbook guestbook,
            Meetings overUdp,
            Meetings overTcp,
            SecureRandom random) {
        this.places = places;
        this.guestbook = guestbook;
        this.overUdp = overUdp;
        this.overTcp = overTcp;
        this.random = random;
    }

    /** Does it; what comes back says how that went, whatever happens. */
    Outcome join(Myself self, String where, PairingCode code) throws InterruptedException {
        Places.Place place = places.find(where);
        if (place.addresses().isEmpty()) {
            return new Outcome.Refused(
                    "nobody called "
                            + where
                            + " was found, and it is no address; give the address that 'pipit pair"
                            + " open' prints on the other node");
        }
        String lastReason = "";
        for (InetSocketAddress address : place.addresses()) {
            for (boolean tcp : new boolean[] {false, true}) {
                Attempt attempt = new Attempt(self, place.id(), address, tcp);
                try {
                    return attempt.keep(attempt.run(code));
                } catch (PairingRefused e) {
                    return new Outcome.Refused(e.reason().words());
                } catch (MeetingFailed e) {
                    if (attempt.other != null) {
                        return new Outcome.Refused(
                                "another node answers at "
                                        + text(address)
                                        + ": "
                                        + attempt.other
                                        + ", not "
                                        + place.id());
                    }
                    if (attempt.isConfirming) {
                        return new Outcome.Refused(
                                "no answer to the last message ("
                                        + e.getMessage()
                                        + "): the other node may trust this one already, this one"
                                        + " doesn't trust it; pair again");
                    }
                    if (e.isRefused()) {
                        return new Outcome.Refused(
                                "no pairing window is open at "
                                        + text(address)
                                        + "; run 'pipit pair open' there first");
                    }
                    lastReason = e.getMessage();
                }
            }
        }
        return new Outcome.Refused(
                "nobody answers at "
                        + String.join(", ", place.addresses().stream().map(Joining::text).toList())
                        + ", over UDP or over TCP ("
                        + lastReason
                        + "); is the address right, does pipit run there, is its port open?");
    }

    private static String text(InetSocketAddress address) {
        String host = address.getAddress().getHostAddress();
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + address.getPort();
    }

    /** One way to one address. */
    private final class Attempt {
        private final Myself self;
        private final @Nullable NodeId wanted;
        private final InetSocketAddress address;
        private final boolean tcp;
        private boolean isConfirming;
        private @Nullable NodeId other;

        Attempt(Myself self, @Nullable NodeId wanted, InetSocketAddress address, boolean tcp) {
            this.self = self;
            this.wanted = wanted;
            this.address = address;
            this.tcp = tcp;
        }

        /** The connection is closed by the time that the peer is kept: then others are made. */
        Paired run(PairingCode code) throws PairingRefused, MeetingFailed, InterruptedException {
            try (Meeting meeting = (tcp ? overTcp : overUdp).at(address)) {
                return run(meeting, code);
            }
        }

        private Paired run(Meeting meeting, PairingCode code)
                throws PairingRefused, MeetingFailed, InterruptedException {
            PairingJoin join = new PairingJoin(self, code, random);
            byte[] next = join.begin();
            while (true) {
                Meeting.Answer answer = answer(meeting, next);
                if (wanted != null && !wanted.equals(NodeId.of(answer.from()))) {
                    other = NodeId.of(answer.from());
                    throw new MeetingFailed(false, "another node answers there");
                }
                switch (join.take(answer.from(), answer.message())) {
                    case PairingJoin.Step.Ask ask -> next = ask.message();
                    case PairingJoin.Step.Done done -> {
                        return done.peer();
                    }
                }
                isConfirming = join.isConfirming();
            }
        }

        private Meeting.Answer answer(Meeting meeting, byte[] question)
                throws MeetingFailed, InterruptedException {
            try {
                return meeting.ask(question)
                        .toCompletableFuture()
                        .get(ANSWER_MAX_S, TimeUnit.SECONDS);
            } catch (ExecutionException e) {
                throw e.getCause() instanceof MeetingFailed failed
                        ? failed
                        : new MeetingFailed(false, String.valueOf(e.getCause()));
            } catch (TimeoutException e) {
                throw new MeetingFailed(false, "no answer within " + ANSWER_MAX_S + " s");
            }
        }

        Outcome keep(Paired peer) {
            Set<Grant> here = self.claims().grants();
            try {
                InetSocketAddress lasting =
                        Guestbook.lasting(address.getAddress(), address.getPort());
                Guestbook.Entry entry = guestbook.write(peer, lasting, here);
                return new Outcome.Joined(
                        peer.id(),
                        entry.peer().name(),
                        entry.peer().address(),
                        tcp ? "tcp" : "udp",
                        entry.updated(),
                        peer.claims().grants(),
                        entry.notes());
            } catch (IdentityException e) {
                return new Outcome.Refused(
                        "the other node trusts this one now, but this one couldn't save it: "
                                + e.getMessage()
                                + "; mend that and pair again");
            }
        }
    }
}
