package io.pipit.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pipit.identity.TrustStore.Verdict;
import io.pipit.identity.statement.Revocation;
import io.pipit.identity.statement.Rotation;
import io.pipit.identity.statement.Statement;
import io.pipit.model.Grant;
import io.pipit.model.NodeId;
import io.pipit.model.Peer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What statements do to a node's list of peers. */
class RevocationTest {
    private static final long NOW = 1_764_374_400_000L;

    @TempDir private Path data;
    private Identity self;
    private KeyPair admin;
    private KeyPair shed;
    private KeyPair next;

    @BeforeEach
    void keys() throws Exception {
        self = Identity.loadOrCreate(data);
        admin = pair();
        shed = pair();
        next = pair();
    }

    private static KeyPair pair() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        return generator.generateKeyPair();
    }

    private static NodeId id(KeyPair keys) {
        return NodeId.of(keys.getPublic());
    }

    private static Peer peer(KeyPair keys, String name, String... roles) {
        return new Peer(
                id(keys),
                name,
                null,
                Arrays.stream(roles)
                        .map(role -> Grant.parse(role).orElseThrow())
                        .collect(Collectors.toSet()));
    }

    private TrustStore store(Peer... configured) {
        return TrustStore.open(data, self.id(), "house", List.of(configured));
    }

    private static Revocation by(KeyPair issuer, KeyPair subject, long number) {
        return Revocation.of(id(subject), number, issuer.getPublic(), issuer.getPrivate());
    }

    @Test
    void whomThisNodeRevokesIsOutAndStaysOut() throws Exception {
        TrustStore store = store();
        store.add(peer(shed, "shed", "read"));

        store.revoke(id(shed), self, NOW);

        assertThat(store.find(id(shed))).isEmpty();
        assertThat(store().find(id(shed))).isEmpty();
        assertThatThrownBy(() -> store.add(peer(shed, "shed", "read")))
                .hasMessageContaining("was revoked by " + self.id())
                .hasMessageContaining("--again");
        assertThat(Files.readString(data.resolve("statements.toml")))
                .contains("[[revocation]]", "name = \"shed\"", id(shed).toString());
    }

    @Test
    void aConfiguredPeerIsRevokedLikeAnyOtherAndTheLineIsNamed() throws Exception {
        TrustStore store = store(peer(shed, "shed", "read"));

        store.revoke(id(shed), self, NOW);

        assertThat(store.list()).isEmpty();
        assertThat(store(peer(shed, "shed", "read")).list()).isEmpty();
        assertThat(store.problems())
                .singleElement()
                .asString()
                .contains("was revoked", "id = \"" + id(shed) + "\"");
    }

    @Test
    void onlyAnAdminHasASay() throws Exception {
        TrustStore store = store();
        store.add(peer(shed, "shed", "read"));
        store.add(peer(next, "reader", "read", "write", "bulk", "monitor", "admin:health"));

        assertThat(store.take(by(admin, shed, NOW))).isEqualTo(Verdict.NOT_ALLOWED);
        assertThat(store.take(by(next, shed, NOW))).isEqualTo(Verdict.NOT_ALLOWED);
        assertThat(store.find(id(shed))).isPresent();
        assertThat(data.resolve("statements.toml")).doesNotExist();

        store.add(peer(admin, "office", "admin"));

        assertThat(store.take(by(admin, shed, NOW))).isEqualTo(Verdict.TAKEN);
        assertThat(store.take(by(admin, shed, NOW))).isEqualTo(Verdict.KNOWN);
        assertThat(store.find(id(shed))).isEmpty();
    }

    @Test
    void whoWasTakenInAgainOnPurposeIsNotRevokedByTheSameStatement() throws Exception {
        TrustStore store = store();
        store.add(peer(admin, "office", "admin"));
        store.add(peer(shed, "shed", "read"));
        Revocation first = by(admin, shed, NOW);
        Revocation older = by(admin, shed, NOW - 1);
        store.take(first);

        store.change(new Peer.Change(id(shed), "shed", null, null), true);

        assertThat(store.find(id(shed))).isPresent();
        assertThat(store.take(first)).isEqualTo(Verdict.OVERRULED);
        assertThat(store().take(older)).isEqualTo(Verdict.OVERRULED);
        assertThat(store().find(id(shed))).isPresent();

        assertThat(store.take(by(admin, shed, NOW + 1))).isEqualTo(Verdict.TAKEN);
        assertThat(store.find(id(shed))).isEmpty();
    }

    @Test
    void aClockThatGoesBackMakesNoStatementOld() throws Exception {
        TrustStore store = store();
        store.revoke(id(shed), self, NOW);
        store.change(new Peer.Change(id(shed), "shed", null, null), true);

        store.revoke(id(shed), self, 5);

        assertThat(store.find(id(shed))).isEmpty();
        assertThat(store.statements().list())
                .singleElement()
                .satisfies(kept -> assertThat(kept.statement().number()).isEqualTo(NOW + 1));
    }

    @Test
    void whatAVerbChangedIsHeardOfByWhoReadsItAgain() throws Exception {
        TrustStore daemon = store();
        daemon.add(peer(shed, "shed", "read"));
        List<Integer> told = new ArrayList<>();
        daemon.onChange(peers -> told.add(peers.size()));

        store().revoke(id(shed), self, NOW);
        daemon.reload();

        assertThat(told).containsExactly(0);
        assertThat(daemon.statements().list()).hasSize(1);
    }

    @Test
    void theListIsBoundedAndWhoIsConfiguredStaysOut() throws Exception {
        TrustStore store = store(peer(shed, "shed", "read"));
        store.add(peer(admin, "office", "admin"));
        store.revoke(id(shed), self, NOW);
        Statements all = store.statements();
        for (int i = 0; i < Statements.STATEMENTS_MAX + 10; i++) {
            byte[] one = new byte[16];
            one[0] = (byte) (i >> 8);
            one[1] = (byte) i;
            one[2] = 1;
            Statement made = by(admin, NodeId.ofBytes(one));
            all = all.with(new Statements.Kept(made, "", false), List.of(id(shed)));
        }

        assertThat(all.list()).hasSize(Statements.STATEMENTS_MAX);
        assertThat(all.revocationOf(id(shed))).isPresent();
    }

    private static Statement by(KeyPair issuer, NodeId subject) {
        return Revocation.of(subject, NOW, issuer.getPublic(), issuer.getPrivate());
    }

    @Test
    void whoComesWithANewKeyTakesTheOldOnesPlaceWhenItIsSeen() throws Exception {
        TrustStore store = store();
        store.add(peer(shed, "shed", "read:air/*"));

        assertThat(store.take(Rotation.of(shed, next, NOW))).isEqualTo(Verdict.TAKEN);

        assertThat(store.list()).extracting(Peer::id).containsExactly(id(shed));
        assertThat(store.find(id(shed))).isPresent();
        assertThat(store.find(id(next))).contains(peer(next, "shed", "read:air/*"));

        store.seenInUse(id(next));

        assertThat(store.find(id(shed))).isEmpty();
        assertThat(store.list()).containsExactly(peer(next, "shed", "read:air/*"));
        assertThat(store().list()).containsExactly(peer(next, "shed", "read:air/*"));
        assertThat(store().statements().successions()).containsEntry(id(shed), id(next));
    }

    @Test
    void aConfiguredPeersNewKeyIsFollowedAndTheLineToChangeIsNamed() throws Exception {
        TrustStore store = store(peer(shed, "shed", "read"));
        store.take(Rotation.of(shed, next, NOW));
        store.seenInUse(id(next));

        assertThat(store.list()).containsExactly(peer(next, "shed", "read"));
        assertThat(store.problems())
                .singleElement()
                .asString()
                .contains("id = \"" + id(next) + "\"", "id = \"" + id(shed) + "\"");
        assertThat(store(peer(next, "shed", "read")).problems()).isEmpty();
    }

    @Test
    void aStrangersRotationIsNotKept() throws Exception {
        assertThat(store().take(Rotation.of(shed, next, NOW))).isEqualTo(Verdict.NOT_ALLOWED);
    }

    @Test
    void nobodyEscapesARevocationByAnotherKey() throws Exception {
        TrustStore store = store();
        store.add(peer(shed, "shed", "read"));
        store.take(Rotation.of(shed, next, NOW));

        store.revoke(id(shed), self, NOW);

        assertThat(store.find(id(next))).isEmpty();
        store.seenInUse(id(next));
        assertThat(store.find(id(next))).isEmpty();
        assertThatThrownBy(() -> store.add(peer(next, "shed", "read")))
                .hasMessageContaining("was revoked");
    }

    @Test
    void whoRevokesTheNewKeyMeansTheOldOneToo() throws Exception {
        TrustStore store = store();
        store.add(peer(shed, "shed", "read"));
        store.take(Rotation.of(shed, next, NOW));

        store.revoke(id(next), self, NOW);

        assertThat(store.find(id(shed))).isEmpty();
        assertThat(store.list()).isEmpty();
    }

    @Test
    void aDamagedFileChangesNothingAndIsNamed() throws Exception {
        TrustStore store = store();
        store.add(peer(shed, "shed", "read"));
        Files.writeString(data.resolve("statements.toml"), "[[revocation]]\nstatement = \"x\"\n");

        TrustStore again = store();

        assertThat(again.list()).hasSize(1);
        assertThat(again.problems()).singleElement().asString().contains("statements.toml, line 1");
        assertThatThrownBy(() -> again.revoke(id(shed), self, NOW))
                .hasMessageContaining("statements.toml");
    }
}
