package io.pipit.cli.client;

import io.pipit.wire.Document;

/**
 * How a node stands with one of its peers, as {@code /peers} says it.
 *
 * @param roundTripP50Millis NaN where it isn't known
 * @param roundTripP99Millis likewise
 * @param live whether what it takes comes as it is taken
 * @param repairing whether something that was missed is being fetched
 * @param repaired how many entries came by fetching
 */
public record PeerState(
        String id,
        String name,
        boolean reachable,
        double roundTripP50Millis,
        double roundTripP99Millis,
        boolean live,
        boolean repairing,
        long repaired) {
    static PeerState of(Document peer) {
        return new PeerState(
                peer.get("id").text(""),
                peer.get("name").text(""),
                peer.get("reachable").flag(false),
                peer.get("rtt-p50-ms").number(Double.NaN),
                peer.get("rtt-p99-ms").number(Double.NaN),
                peer.get("live").flag(false),
                peer.get("repairing").flag(false),
                peer.get("repaired").whole(0));
    }
}
