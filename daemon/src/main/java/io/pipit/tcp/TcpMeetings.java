package io.pipit.tcp;

import io.pipit.identity.pairing.Meeting;
import io.pipit.identity.pairing.MeetingFailed;
import io.pipit.identity.pairing.Meetings;
import io.pipit.identity.pairing.PairingMessage;
import io.pipit.resource.exchange.Caller;
import io.pipit.tcp.session.Ask;
import io.pipit.tcp.session.Session;
import io.pipit.wire.Frame;
import io.pipit.wire.Options;
import java.net.InetSocketAddress;
import java.security.PublicKey;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Meetings over TLS. Thread-safe; their state lives on the event loop. */
public final class TcpMeetings implements Meetings {
    private static final int CHANGED = 204;

    private final EventLoop loop;
    private final TcpNetwork network;

    public TcpMeetings(EventLoop loop, TcpNetwork network) {
        this.loop = loop;
        this.network = network;
    }

    @Override
    public Meeting at(InetSocketAddress address) {
        return new OverTls(address);
    }

    private record Ready(Session session, PublicKey key) {}

    private final class OverTls implements Meeting {
        private final InetSocketAddress address;
        private final CompletableFuture<Ready> ready = new CompletableFuture<>();
        private boolean dialled;
        private boolean answered;

        OverTls(InetSocketAddress address) {
            this.address = address;
        }

        @Override
        public CompletionStage<Answer> ask(byte[] message) {
            CompletableFuture<Answer> answer = new CompletableFuture<>();
            loop.execute(() -> {
                if (!dialled) {
                    dialled = true;
                    network.meet(address, Arrived::new, this::unreachable);
                }
                var _ =
                        ready.whenComplete((met, error) -> {
                            if (met == null) {
                                answer.completeExceptionally(error);
                            } else {
                                ask(met, message, answer);
                            }
                        });
            });
            return answer;
        }

        private void ask(Ready met, byte[] message, CompletableFuture<Answer> answer) {
            Options options =
                    new Options.Builder()
                            .add(Options.URI_PATH, Caller.PAIR)
                            .add(Options.CONTENT_FORMAT, PairingMessage.CONTENT_FORMAT)
                            .build();
            var _ =
                    met.session.ask(
                            new Ask(
                                    Frame.POST,
                                    options,
                                    message,
                                    null,
                                    Duration.ofSeconds(PATIENCE_S),
                                    new Outcome(met, answer)));
        }

        private void unreachable(String reason) {
            // One whose TLS said no is there; one that isn't there said nothing.
            ready.completeExceptionally(new MeetingFailed(false, reason));
        }

        @Override
        public void close() {
            loop.execute(() -> {
                ready.completeExceptionally(new MeetingFailed(false, "the connection was closed"));
                if (!ready.isCompletedExceptionally()) {
                    ready.join().session.release();
                }
            });
        }

        private final class Arrived implements Session.Watch {
            private final PublicKey key;

            Arrived(PublicKey key) {
                this.key = key;
            }

            @Override
            public void ready(Session session) {
                if (!ready.complete(new Ready(session, key))) {
                    session.release();
                }
            }

            @Override
            public void closed(Session session, String reason) {
                // TLS 1.3's client is done before the server has looked at its certificate.
                ready.completeExceptionally(new MeetingFailed(true, "it lets no stranger in"));
            }
        }

        private final class Outcome implements Ask.Outcome {
            private final Ready met;
            private final CompletableFuture<Answer> answer;

            Outcome(Ready met, CompletableFuture<Answer> answer) {
                this.met = met;
                this.answer = answer;
            }

            @Override
            public void answered(Frame frame) {
                if (frame.code() == CHANGED) {
                    answered = true;
                    answer.complete(new Answer(met.key, frame.payload()));
                } else {
                    answer.completeExceptionally(
                            new MeetingFailed(false, "it answered " + frame.codeText()));
                }
            }

            @Override
            public void failed(String reason) {
                answer.completeExceptionally(new MeetingFailed(!answered, reason));
            }
        }
    }
}
