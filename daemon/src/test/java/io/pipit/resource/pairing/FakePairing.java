package io.pipit.resource.pairing;

import io.pipit.identity.pairing.PairingCode;
import io.pipit.model.Grant;
import io.pipit.model.NodeId;
import io.pipit.resource.exchange.Caller;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Says what it was told to, and remembers what it was asked for. */
public final class FakePairing implements Pairing {
    static final NodeId ID = NodeId.parse("VLREQSM-EFVYIFN-TPK7HIE-4F5AQUV").orElseThrow();
    static final PairingCode CODE = PairingCode.parse("12345678").orElseThrow();

    final List<String> calls = new ArrayList<>();
    final List<Caller.Proof> proofs = new ArrayList<>();
    Outcome outcome = new Outcome.Refused("wrong code");

    @Override
    public CompletionStage<byte[]> take(Caller.Proof from, byte[] message) {
        calls.add("take " + message.length);
        proofs.add(from);
        return CompletableFuture.completedFuture(new byte[] {9});
    }

    @Override
    public Opened open(Set<Grant> grants) {
        calls.add("open " + grants.stream().map(Grant::toString).sorted().toList());
        return new Opened(
                CODE,
                1_800_000_000_000_000L,
                ID,
                "greenhouse",
                List.of(new InetSocketAddress("192.168.1.20", 5684)));
    }

    @Override
    public State state() {
        return new State(true, 1_800_000_000_000_000L, 2, "three wrong codes");
    }

    @Override
    public void close() {
        calls.add("close");
    }

    @Override
    public CompletionStage<Outcome> join(String where, PairingCode code, Set<Grant> grants) {
        calls.add("join " + where + " " + code.reveal() + " " + grants);
        return CompletableFuture.completedFuture(outcome);
    }
}
