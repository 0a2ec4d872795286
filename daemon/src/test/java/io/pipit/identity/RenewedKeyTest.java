package io.pipit.identity;

import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.identity.statement.Rotation;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The files of a node that goes on with another key, at each moment at which the power may go. */
class RenewedKeyTest {
    @TempDir private Path data;
    private Identity first;
    private Path identity;

    @BeforeEach
    void make() throws Exception {
        first = Identity.loadOrCreate(data);
        identity = data.resolve("identity");
    }

    @Test
    void untilTheRenameItIsWhatItWas() throws Exception {
        Rotation rotation = first.prepare(data, 5);

        assertThat(Identity.loadOrCreate(data).id()).isEqualTo(first.id());
        assertThat(rotation.subject()).isEqualTo(first.id());
        assertThat(Identity.prepared(data)).contains(rotation);
        assertThat(Identity.origin(data)).isEmpty();
        // Asked again, it is the same one.
        assertThat(first.prepare(data, 9)).isEqualTo(rotation);

        // Cut between the copy and the rename.
        Files.copy(identity.resolve("key.pem"), identity.resolve("previous.pem"));
        assertThat(Identity.loadOrCreate(data).id()).isEqualTo(first.id());
        assertThat(Identity.prepared(data)).contains(rotation);
    }

    @Test
    void afterTheRenameItIsWhatItWillBeAndKnowsWhatItWas() throws Exception {
        Rotation rotation = first.prepare(data, 5);

        Identity.switchOver(data);

        Identity second = Identity.loadOrCreate(data);
        assertThat(second.id()).isEqualTo(rotation.after());
        assertThat(Identity.prepared(data)).isEmpty();
        assertThat(Identity.origin(data)).contains(rotation);
        Identity before = Identity.previous(data).orElseThrow();
        assertThat(before.id()).isEqualTo(first.id());
        assertThat(before.certificate().getPublicKey()).isEqualTo(first.publicKey());
        assertThat(second.certificate().getPublicKey()).isEqualTo(second.publicKey());

        Identity.forgetPrevious(data);

        assertThat(Identity.previous(data)).isEmpty();
        assertThat(Identity.loadOrCreate(data).id()).isEqualTo(second.id());
    }

    @Test
    void oneChangeFollowsTheOther() throws Exception {
        first.prepare(data, 5);
        Identity.switchOver(data);
        Identity second = Identity.loadOrCreate(data);

        Rotation next = second.prepare(data, 6);
        Identity.switchOver(data);

        assertThat(next.subject()).isEqualTo(second.id());
        assertThat(Identity.loadOrCreate(data).id()).isEqualTo(next.after());
        assertThat(Identity.origin(data)).contains(next);
        assertThat(Identity.previous(data).orElseThrow().id()).isEqualTo(second.id());
    }

    @Test
    void whatANodeSaysOfItselfIsKeptAndFollowsFromItsFiles() throws Exception {
        Rotation rotation = first.prepare(data, 5);
        TrustStore trust = TrustStore.open(data, first.id(), "house", java.util.List.of());

        trust.keepOwn(rotation, false);
        assertThat(trust.statements().successions()).isEmpty();
        trust.keepOwn(rotation, true);

        assertThat(trust.statements().successions())
                .containsExactly(java.util.Map.entry(first.id(), rotation.after()));
        assertThat(trust.statements().list()).hasSize(1);
    }
}
