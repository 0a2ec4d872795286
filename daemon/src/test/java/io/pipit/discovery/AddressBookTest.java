package io.pipit.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.discovery.rung.Rung;
import io.pipit.discovery.rung.RungReport;
import io.pipit.model.NodeId;
import io.pipit.monitor.Health.Status;
import io.pipit.monitor.Metrics;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AddressBookTest {
    private static final NodeId SHED = NodeId.ofBytes(new byte[16]);
    private static final InetSocketAddress ONE = at("192.0.2.1");
    private static final InetSocketAddress SIX = at("2001:db8::6");

    @TempDir private Path folder;

    private final RungReport report = new RungReport(Rung.REMEMBERED, new Metrics());

    private static InetSocketAddress at(String literal) {
        return new InetSocketAddress(InetAddress.ofLiteral(literal), 5684);
    }

    private AddressBook book() {
        return AddressBook.open(folder, new RungReport(Rung.REMEMBERED, new Metrics()), 0);
    }

    @Test
    void remembersWherePeersWereTheLastPlaceFirst() {
        AddressBook book = book();
        book.proved(SHED, ONE);
        book.proved(SHED, SIX);
        book.write();
        assertThat(book().of(SHED)).containsExactly(SIX, ONE);
    }

    @Test
    void keepsAFewPlacesOfEach() {
        AddressBook book = book();
        for (int i = 1; i < 20; i++) {
            book.proved(SHED, at("192.0.2." + i));
        }
        assertThat(book.of(SHED)).hasSize(AddressBook.ADDRESSES_MAX).startsWith(at("192.0.2.19"));
    }

    @Test
    void writesRarelyAndOnlyWhatIsNew() {
        AddressBook book = AddressBook.open(folder, report, 0);
        book.proved(SHED, ONE);
        book.writeWhereDue(AddressBook.WRITE_FIRST_NANOS - 1);
        assertThat(report.state(0).out()).isZero();
        long now = AddressBook.WRITE_FIRST_NANOS;
        for (int i = 0; i < 1_000; i++) {
            book.proved(SHED, at("192.0.2." + (1 + i % 2)));
            book.writeWhereDue(now + i * 1_000_000_000L);
        }
        assertThat(report.state(0).out()).isEqualTo(2);
        book.write();
        long written = report.state(0).out();
        book.proved(SHED, book.of(SHED).getFirst());
        book.write();
        assertThat(report.state(0).out()).isEqualTo(written);
    }

    @Test
    void forgetsWhoIsNoPeerAnyMore() {
        AddressBook book = book();
        book.proved(SHED, ONE);
        book.know(List.of());
        book.write();
        assertThat(book().of(SHED)).isEmpty();
    }

    @Test
    void aDamagedFileIsSetAsideAndNamedAndTheNodeGoesOn() throws IOException {
        Path file = folder.resolve("addresses.json");
        for (String damaged :
                List.of(
                        "",
                        "{",
                        "[]",
                        "{\"peers\":{\"x\":[]}}",
                        "{\"peers\":{\"" + SHED + "\":[\"a.b:1\"]}}")) {
            Files.writeString(file, damaged);
            AddressBook book = AddressBook.open(folder, report, 0);
            assertThat(report.state(0).status()).as(damaged).isEqualTo(Status.DEGRADED);
            assertThat(report.state(0).reason()).contains("addresses.json").contains("set aside");
            assertThat(file).doesNotExist();
            assertThat(folder.resolve("addresses.json.damaged")).hasContent(damaged);
            book.proved(SHED, ONE);
            book.write();
            assertThat(book().of(SHED)).containsExactly(ONE);
        }
    }

    @Test
    void readsAddressesAloneAndNoNames() {
        assertThat(AddressBook.parse("192.0.2.1:5684")).contains(ONE);
        assertThat(AddressBook.parse("[2001:db8::6]:5684")).contains(SIX);
        assertThat(AddressBook.parse("shed.local:5684")).isEmpty();
        assertThat(AddressBook.parse("192.0.2.1:0")).isEmpty();
        assertThat(AddressBook.parse("192.0.2.1")).isEmpty();
        assertThat(AddressBook.parse("999.0.2.1:5684")).isEmpty();
    }
}
