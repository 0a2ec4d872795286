package io.pipit.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pipit.model.Grant;
import io.pipit.model.Grant.Role;
import io.pipit.model.NodeId;
import io.pipit.model.Peer;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrustStoreTest {
    private static final NodeId SELF = id();
    private static final NodeId SHED = id();
    private static final NodeId BARN = id();

    @TempDir private Path data;

    private Path file() {
        return data.resolve("peers.toml");
    }

    private TrustStore store(Peer... configured) {
        return TrustStore.open(data, SELF, "house", List.of(configured));
    }

    @Test
    void keepsAddedPeersAcrossARestart() throws Exception {
        Peer shed =
                new Peer(
                        SHED,
                        "shed",
                        new InetSocketAddress("192.168.1.20", 5684),
                        Set.of(Grant.of(Role.MONITOR), Grant.parse("read:air/*").orElseThrow()));
        Peer barn =
                new Peer(BARN, "barn", InetSocketAddress.createUnresolved("b.lan", 1), Set.of());
        Peer v6 = new Peer(id(), "v6", new InetSocketAddress("2001:db8::1", 5684), Set.of());
        Peer away = new Peer(id(), "away", null, Set.of(Grant.of(Role.ADMIN)));
        TrustStore first = store();
        for (Peer peer : List.of(shed, barn, v6, away)) {
            first.add(peer);
        }
        TrustStore second = store();
        assertThat(second.list()).containsExactlyInAnyOrder(shed, barn, v6, away);
        assertThat(second.find(SHED)).contains(shed);
        assertThat(second.problems()).isEmpty();
    }

    @Test
    void writesWhatPeopleCanRead() throws Exception {
        store().add(
                        new Peer(
                                SHED,
                                "shed",
                                new InetSocketAddress("10.0.0.2", 5684),
                                Set.of(Grant.of(Role.READ), Grant.of(Role.MONITOR))));
        assertThat(Files.readString(file()))
                .startsWith("# Peers that were paired")
                .endsWith(
                        """

                        [[peer]]
                        id = "%s"
                        name = "shed"
                        address = "10.0.0.2:5684"
                        roles = ["monitor", "read"]
                        """
                                .formatted(SHED));
        assertThat(Files.getPosixFilePermissions(file())).hasSize(3);
    }

    @Test
    void readsWhatPeopleWriteByHand() throws Exception {
        Files.writeString(
                file(),
                """
                [[peer]]   # the shed
                  name="shed"
                id   = "%s"  # as it said
                roles = [ "read:air/*" , "bulk" ] # no more
                """
                        .formatted(SHED.toString().toLowerCase(java.util.Locale.ROOT)));
        TrustStore store = store();
        assertThat(store.problems()).isEmpty();
        assertThat(store.find(SHED).orElseThrow().grants())
                .containsExactlyInAnyOrder(
                        Grant.parse("read:air/*").orElseThrow(), Grant.of(Role.BULK));
    }

    @Test
    void aDamagedFileTrustsNobodyAndIsLeftAlone() throws Exception {
        String good = "[[peer]]\nid = \"%s\"\nname = \"barn\"\n".formatted(BARN);
        for (String[] damage :
                new String[][] {
                    {good + "roles = [\"reed\"]\n", "line 4: not a role: reed"},
                    {good + "role = []\n", "line 4: unknown key role"},
                    {good + "name = \"x\"\n", "line 4: name stands in line 3 already"},
                    {good + good, "line 4: the peer " + BARN + " stands here twice"},
                    {"id = \"x\"\n", "line 1: id stands before"},
                    {"[[peer]]\nid = \"" + BARN + "\"\n", "line 1: this peer has no name"},
                    {good + "address = \"10.0.0.1\"\n", "line 4: not an address"},
                    {good + "address = \"10.0.0.1:70000\"\n", "line 4: not an address"},
                    {good + "address = \"10.0", "line 4: not a text"},
                    {good + "roles = [\"read\"", "line 4: not a list"},
                    {"\0\0\0", "line 1: neither"},
                    {"[[peer]]\nid = \"AAAAAAA-AAAAAAA-AAAAAAA-AAAAAAB\"", "line 2: not a node ID"}
                }) {
            Files.writeString(file(), damage[0]);
            TrustStore store = store(peer(SHED, "shed"));
            assertThat(store.list()).containsExactly(peer(SHED, "shed"));
            assertThat(store.problems()).singleElement().asString().contains(damage[1]);
            assertThatThrownBy(() -> store.add(peer(id(), "new")))
                    .isInstanceOf(IdentityException.class)
                    .hasMessageContaining(damage[1])
                    .hasMessageContaining("mend");
            assertThat(file()).hasContent(damage[0]);
        }
    }

    @Test
    void tellsOfWhatIsWrongThoughThePeersStayTheSame() throws Exception {
        TrustStore store = store();
        List<List<String>> told = new ArrayList<>();
        store.onChange(peers -> told.add(store.problems()));
        Files.writeString(file(), "oops");
        store.reload();
        store.reload();
        Files.delete(file());
        store.reload();
        assertThat(told).hasSize(2);
        assertThat(told.getFirst()).hasSize(1);
        assertThat(told.getLast()).isEmpty();
    }

    @Test
    void isWellAgainOnceTheFileIsMended() throws Exception {
        Files.writeString(file(), "oops");
        TrustStore store = store();
        Files.delete(file());
        store.reload();
        assertThat(store.problems()).isEmpty();
        store.add(peer(SHED, "shed"));
        assertThat(store.find(SHED)).isPresent();
    }

    @Test
    void changesAPeerThatIsAddedAgain() throws Exception {
        TrustStore store = store();
        store.add(peer(SHED, "shed"));
        store.add(peer(SHED, "hut"));
        assertThat(store.list()).containsExactly(peer(SHED, "hut"));
    }

    @Test
    void keepsWhatAChangeOfAPeerDoesNotSpeakOf() throws Exception {
        TrustStore store = store();
        store.change(new Peer.Change(SHED, null, null, null));
        assertThat(store.list())
                .singleElement()
                .satisfies(peer -> {
                    assertThat(peer.name()).isEqualTo(Peer.nameFor(SHED));
                    assertThat(peer.grants())
                            .extracting(Grant::toString)
                            .containsExactlyInAnyOrder("monitor", "read");
                });
        store.add(peer(SHED, "shed"));
        // Another process renames it meanwhile.
        store().change(new Peer.Change(SHED, "hut", null, null));
        Set<Grant> bulk = Set.of(Grant.of(Grant.Role.BULK));
        store.change(new Peer.Change(SHED, null, null, bulk));
        assertThat(store.list())
                .containsExactly(new Peer(SHED, "hut", peer(SHED, "shed").address(), bulk));
    }

    @Test
    void noticesWhatAnotherProcessChanged() throws Exception {
        TrustStore store = store();
        store().add(peer(SHED, "shed"));
        store.reload();
        assertThat(store.list()).containsExactly(peer(SHED, "shed"));
        store().remove(SHED);
        store.configure(List.of());
        assertThat(store.list()).isEmpty();
    }

    @Test
    void goesOnWithWhatItKnewWhenTheFileIsDamagedMeanwhile() throws Exception {
        TrustStore store = store();
        store.add(peer(SHED, "shed"));
        Files.writeString(file(), "oops");
        store.reload();
        assertThat(store.list()).containsExactly(peer(SHED, "shed"));
        assertThat(store.problems()).singleElement().asString().contains("line 1");
        assertThatThrownBy(() -> store.add(peer(BARN, "barn"))).hasMessageContaining("line 1");
        assertThat(file()).hasContent("oops");
    }

    @Test
    void removesDurably() throws Exception {
        TrustStore store = store();
        store.add(peer(SHED, "shed"));
        assertThat(store.remove(SHED)).isTrue();
        assertThat(store.remove(SHED)).isFalse();
        assertThat(store.find(SHED)).isEmpty();
        assertThat(store().list()).isEmpty();
    }

    @Test
    void leavesConfiguredPeersToTheConfiguration() {
        TrustStore store = store(peer(SHED, "shed"));
        assertThatThrownBy(() -> store.remove(SHED))
                .isInstanceOf(IdentityException.class)
                .hasMessageContaining("configuration");
        assertThatThrownBy(() -> store.add(peer(SHED, "hut")))
                .isInstanceOf(IdentityException.class)
                .hasMessageContaining("configuration");
    }

    @Test
    void saysWhoseNameItIs() {
        TrustStore store = store(peer(SHED, "shed"));
        assertThatThrownBy(() -> store.add(peer(BARN, "shed"))).hasMessageContaining("" + SHED);
        assertThatThrownBy(() -> store.add(peer(BARN, "house"))).hasMessageContaining("itself");
        assertThatThrownBy(() -> store.add(peer(SELF, "me"))).hasMessageContaining("itself");
        assertThatThrownBy(() -> store.add(peer(BARN, "no\"good"))).hasMessageContaining("name");
    }

    @Test
    void aNameTakenByTheConfigurationIsSubstituted() throws Exception {
        store().add(peer(BARN, "shed"));
        TrustStore store = store(peer(SHED, "shed"));
        String short7 = BARN.toString().substring(0, 7).toLowerCase(java.util.Locale.ROOT);
        assertThat(store.find(BARN).orElseThrow().name()).isEqualTo("node-" + short7);
        assertThat(store.problems()).singleElement().asString().contains("node-" + short7);
    }

    @Test
    void theConfigurationGoesBeforeTheFile() throws Exception {
        store().add(new Peer(SHED, "hut", null, Set.of(Grant.of(Role.ADMIN))));
        TrustStore store = store(peer(SHED, "shed"));
        assertThat(store.list()).containsExactly(peer(SHED, "shed"));
        assertThat(store.problems()).hasSize(1);
    }

    @Test
    void knowsOnlySoMany() throws Exception {
        Peer[] many = new Peer[TrustStore.PEERS_MAX];
        for (int i = 0; i < many.length; i++) {
            many[i] = peer(id(), "p" + i);
        }
        TrustStore store = store(many);
        assertThatThrownBy(() -> store.add(peer(SHED, "shed"))).hasMessageContaining("256");
        assertThat(store.list()).hasSize(TrustStore.PEERS_MAX);
    }

    @Test
    void tellsOfEachChange() throws Exception {
        List<Integer> sizes = new ArrayList<>();
        TrustStore store = store();
        store.onChange(peers -> sizes.add(peers.size()));
        store.add(peer(SHED, "shed"));
        store.add(peer(SHED, "shed"));
        store.configure(List.of(peer(BARN, "barn")));
        store.reload();
        store.remove(SHED);
        assertThat(sizes).containsExactly(1, 2, 1);
    }

    @Test
    void tellsOfAConfigurationWithTheSamePeersToo() throws Exception {
        TrustStore store = store();
        List<Integer> sizes = new ArrayList<>();
        store.onChange(peers -> sizes.add(peers.size()));
        store.configure(List.of(peer(BARN, "barn")));
        store.configure(List.of(peer(BARN, "barn")));
        assertThat(sizes).containsExactly(1, 1);
    }

    @Test
    void twoWhoAddAtOnceLoseNothing() throws Exception {
        int each = 10;
        CyclicBarrier barrier = new CyclicBarrier(2);
        try (ExecutorService threads = Executors.newFixedThreadPool(2)) {
            List<Future<?>> done = new ArrayList<>();
            for (String name : List.of("a", "b")) {
                TrustStore store = store();
                done.add(
                        threads.submit(() -> {
                            barrier.await();
                            for (int i = 0; i < each; i++) {
                                store.add(peer(id(), name + i));
                            }
                            return null;
                        }));
            }
            for (Future<?> one : done) {
                one.get();
            }
        }
        assertThat(store().list()).hasSize(2 * each);
    }

    private static Peer peer(NodeId id, String name) {
        return new Peer(id, name, null, Set.of());
    }

    private static NodeId id() {
        try {
            return NodeId.of(KeyPairGenerator.getInstance("EC").generateKeyPair().getPublic());
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }
}
