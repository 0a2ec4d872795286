package io.pipit.e2e.board;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.pipit.e2e.Program;
import io.pipit.e2e.Program.Outcome;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/**
 * The Debian package from its installation to its purge, in this order, under Debian 13's systemd.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class PackageIT {
    private static final String LATER_VERSION = "9.0";

    /** As the unit has it. */
    private static final Duration WATCHDOG = Duration.ofSeconds(20);

    /**
     * How long a loop sleeps, Pipit itself believes in one that is stuck, and until the next look.
     */
    private static final Duration STALL = Duration.ofSeconds(1 + 10 + 4);

    /** Until Java's report is written, and until the next start. */
    private static final Duration AFTERWARDS = Duration.ofSeconds(2 + 2);

    /** A start on a kernel that is many times slower than the machine below, which others use. */
    private static final Duration START = Duration.ofMinutes(2);

    /** Making Java's cache takes minutes on a kernel of its own, and the only processor. */
    private static final String NO_CACHE =
            "systemctl stop pipit-cache; systemctl reset-failed pipit-cache\n";

    /** The store's part holds from the next start on. */
    private static final String MORE =
            """
            [[sensor]]
            name = "second"
            driver = "host"
            every = "500ms"

            [log]
            level = "warning"

            [store]
            commit-every = "30s"
            """;

    /** Somebody outside of a house's networks. */
    private static final String FAR =
            """
            [[peer]]
            name = "far"
            id = "NN77SJY-MXZH5RE-EQ26Y6I-MDMMEJW"
            address = "198.51.100.7:5684"
            roles = ["monitor"]
            """;

    @TempDir static Path folder;
    private static Board board;

    /** What may not change any more. */
    private static String id = "";

    private static String firstReading = "";

    @BeforeAll
    static void boot() throws IOException {
        Path built = built();
        board = Board.bootBare(folder);
        Path first = Files.copy(built, board.shared().resolve("pipit.deb"));
        Path files = folder.resolve("files");
        Program.run(List.of("dpkg-deb", "-R", first.toString(), files.toString()), START)
                .hasExit(0);
        Path control = files.resolve("DEBIAN/control");
        Files.writeString(
                control,
                Files.readString(control)
                        .replaceFirst("(?m)^Version: .*$", "Version: " + LATER_VERSION));
        Path later = board.shared().resolve("later.deb");
        Program.run(
                        List.of(
                                "dpkg-deb",
                                "--root-owner-group",
                                "-Znone",
                                "-b",
                                files.toString(),
                                later.toString()),
                        Duration.ofSeconds(60))
                .hasExit(0);
    }

    private static Path built() throws IOException {
        Path target = Program.HOME.resolve("package/target");
        if (Files.isDirectory(target)) {
            try (Stream<Path> all = Files.list(target)) {
                var amd64 =
                        all.filter(file -> file.getFileName().toString().endsWith("_amd64.deb"))
                                .findFirst();
                if (amd64.isPresent()) {
                    return amd64.get();
                }
            }
        }
        Program.skip("there is no package/target/pipit_*_amd64.deb: mvn package makes it");
        throw new IllegalStateException();
    }

    @AfterAll
    static void switchOff() {
        if (board != null) {
            board.close();
        }
    }

    @Test
    @Order(1)
    void isActiveOnceItIsInstalled() {
        board.sh(
                        """
                        install -D -m 0600 /dev/stdin /etc/credstore/pipit.word <<<secret
                        dpkg --install /shared/pipit.deb
                        """
                                + (board.isQuick() ? "" : NO_CACHE))
                .hasExit(0);
        assertThat(sh("systemctl is-active pipit")).isEqualTo("active");
        assertThat(sh("systemctl is-enabled pipit")).isEqualTo("enabled");
        Duration start =
                Duration.ofNanos(
                        1_000
                                * (number("ActiveEnterTimestampMonotonic")
                                        - number("InactiveExitTimestampMonotonic")));
        System.out.println("pipit was active " + start + " after systemd began to start it");
        assertThat(start).isLessThan(START);
        assertThat(property("StatusText")).startsWith("1 sensors, 0 peers");
        board.awaitSensorsHealth(health -> assertThat(health).contains("ok"));
        id = sh("pipit id");
        await().atMost(START).until(() -> !board.history("host/uptime").isEmpty());
        firstReading = firstReading();
    }

    @Test
    @Order(2)
    void runsAsItsOwnUserAmongTheGroupsOfTheDevices() {
        assertThat(sh("id -nG pipit").split(" ", -1))
                .containsExactlyInAnyOrder("pipit", "i2c", "gpio", "spi", "dialout");
        assertThat(sh("stat -c '%U %G %a' /var/lib/pipit")).isEqualTo("pipit pipit 700");
        assertThat(sh("ps -o user= -p " + property("MainPID")).strip()).isEqualTo("pipit");
    }

    @Test
    @Order(2)
    void isExposedAsLittleAsWasPromised() {
        String verdict = sh("systemd-analyze security --no-pager pipit.service | tail -n 1");
        System.out.println(verdict);
        double exposure = Double.parseDouble(verdict.replaceAll(".*: ([0-9.]+).*", "$1"));
        assertThat(exposure).isBetween(0.1, 1.5);
    }

    @Test
    @Order(2)
    void whatItCanWriteItCannotRun() {
        assertThat(
                        board.sh(
                                        """
                                        pid=$(systemctl show -P MainPID pipit)
                                        within="nsenter --mount --target $pid"
                                        for folder in /var/lib/pipit /run/pipit /tmp /var/tmp /dev/shm; do
                                            $within cp /usr/bin/true $folder/copy
                                            ! $within $folder/copy 2>&1 || echo "$folder runs it"
                                            $within rm $folder/copy
                                        done
                                        for folder in / /etc /etc/pipit /usr/lib/pipit /var/cache; do
                                            ! $within touch $folder/file 2>&1 || echo "$folder takes it"
                                        done
                                        """)
                                .hasExit(0)
                                .lines())
                .hasSize(10)
                .allMatch(line ->
                        line.endsWith("Permission denied")
                                || line.endsWith("Read-only file system"));
    }

    @Test
    @Order(4)
    void reachesTheNetworksOfAHouseAlone() {
        String reach =
                """
                ip link add house type dummy 2>/dev/null || {
                    ip link add house type veth peer name street
                    ip link set street up
                }
                ip addr add 192.168.7.2/24 dev house
                ip link set house up
                ip route add default via 192.168.7.1
                for place in /sys/fs/cgroup/system.slice/pipit.service /sys/fs/cgroup; do
                    for address in 192.168.7.9 127.0.0.1 224.0.1.187 198.51.100.1; do
                        bash -c 'echo $$ >'$place'/cgroup.procs; echo x >/dev/udp/'$address'/9' 2>/dev/null &&
                            echo -n yes' ' || echo -n no' '
                    done
                done
                """;
        assertThat(sh(reach)).isEqualTo("yes yes yes no yes yes yes yes");
        write("/etc/pipit/conf.d/far.toml", FAR);
        sh("systemctl reload pipit");
        assertThat(board.sh("pipit doctor").text())
                .contains("far over UDP  ", "this machine doesn't send there")
                .contains("IPAddressAllow=");
        sh("rm /etc/pipit/conf.d/far.toml; ip link delete house; systemctl reload pipit");
    }

    @Test
    @Order(2)
    void isGivenItsCredentials() {
        String read = "nsenter --mount --target %s runuser -u %s -- cat %s/pipit.word";
        String folder = "/run/credentials/pipit.service";
        assertThat(sh(read.formatted(property("MainPID"), "pipit", folder))).isEqualTo("secret");
        assertThat(board.sh(read.formatted(property("MainPID"), "nobody", folder)).err())
                .contains("Permission denied");
    }

    @Test
    @Order(2)
    void makesJavasCacheAndUsesItFromTheNextStartOn() {
        assumeTrue(board.isQuick(), "it would take too long on this board");
        await().atMost(START)
                .until(() -> sh("systemctl show -P ActiveState pipit-cache").equals("inactive"));
        assertThat(sh("systemctl show -P Result pipit-cache")).isEqualTo("success");
        assertThat(sh("stat -c '%U %a' /var/cache/pipit/pipit.aot")).isEqualTo("root 644");
        assertThat(commandLine()).doesNotContain("AOTCache");
        sh("systemctl restart pipit");
        assertThat(commandLine()).contains("-XX:AOTCache=/var/cache/pipit/pipit.aot");
        hasItsReadings();
    }

    private static String commandLine() {
        return sh("tr '\\0' ' ' </proc/%s/cmdline".formatted(property("MainPID")));
    }

    @Test
    @Order(3)
    void aReloadThatSucceedsIsInForceWhenItEnds() {
        String pid = property("MainPID");
        write("/etc/pipit/conf.d/more.toml", MORE);
        Outcome reload = board.sh("time systemctl reload pipit").hasExit(0);
        System.out.println("systemctl reload " + reload.err());
        assertThat(property("StatusText")).startsWith("2 sensors, 0 peers");
        assertThat(board.value("second/uptime")).isPresent();
        assertThat(property("MainPID")).isEqualTo(pid);
        assertThat(board.journal())
                .contains("what changed in [store] holds from the next start on")
                .doesNotContain("the configuration was read again");
    }

    @Test
    @Order(4)
    void aReloadThatIsRefusedFailsAndChangesNothing() {
        String pid = property("MainPID");
        write("/etc/pipit/conf.d/wrong.toml", "[store]\nkeep = \"long\"\n");
        assertThat(board.sh("systemctl reload pipit").exit()).isNotZero();
        assertThat(sh("systemctl is-active pipit")).isEqualTo("active");
        assertThat(property("MainPID")).isEqualTo(pid);
        assertThat(property("StatusText"))
                .startsWith("the new configuration was refused, the one before it goes on;")
                .contains("2 sensors");
        assertThat(sh("journalctl --no-pager --output cat --unit pipit --priority err"))
                .contains("/etc/pipit/conf.d/wrong.toml:2:")
                .doesNotContain("is node");
        assertThat(board.value("second/uptime")).isPresent();
        sh("rm /etc/pipit/conf.d/wrong.toml; systemctl reload pipit");
        assertThat(property("StatusText")).startsWith("2 sensors, 0 peers");
    }

    @Test
    @Order(5)
    void isBackWhenItWasKilled() {
        comesBack("kill -KILL " + property("MainPID"), AFTERWARDS, "signal");
    }

    @Test
    @Order(5)
    void isRestartedWhenItHangs() {
        comesBack("kill -STOP " + property("MainPID"), WATCHDOG.plus(AFTERWARDS), "watchdog");
    }

    /** One thread alone can be stopped as a debugger does it. */
    @Test
    @Order(5)
    void isRestartedWhenItsLoopAloneHangs() {
        comesBack(
                """
                thread=$(basename $(dirname $(grep -lx node-loop /proc/%s/task/*/comm)))
                perl -e '
                    syscall(101, 0x4206, 0 + $ARGV[0], 0, 0) == 0 or die "PTRACE_SEIZE: $!";
                    syscall(101, 0x4207, 0 + $ARGV[0], 0, 0) == 0 or die "PTRACE_INTERRUPT: $!";
                    # Until its end is heard of the process stays.
                    1 while waitpid($ARGV[0], 0x40000000) > 0' $thread >/dev/null 2>&1 &
                """
                        .formatted(property("MainPID")),
                STALL.plus(AFTERWARDS),
                "watchdog");
        assertThat(board.journal()).contains("\"node-loop\"");
    }

    private static void comesBack(String harm, Duration within, String result) {
        String pid = property("MainPID");
        long restarts = number("NRestarts");
        long harmed = micros();
        sh(harm);
        await().atMost(within.plus(START).plusSeconds(10))
                .until(() ->
                        number("NRestarts") == restarts + 1
                                && property("ActiveState").equals("active"));
        long began = number("ExecMainStartTimestampMonotonic");
        System.out.printf(
                "%s: restarted after %d ms, active after %d ms%n",
                result,
                (began - harmed) / 1_000,
                (number("ActiveEnterTimestampMonotonic") - harmed) / 1_000);
        assertThat(began - harmed).isLessThan(within.plusSeconds(2).toNanos() / 1_000);
        assertThat(property("MainPID")).isNotEqualTo(pid);
        assertThat(board.journal()).contains("Failed with result '" + result + "'");
        hasItsReadings();
    }

    @Test
    @Order(6)
    void endsWithinTwoSecondsWithAllCommittedAndWithAWrongConfigurationStaysDown() {
        double last = board.value("second/uptime").orElseThrow();
        sh("systemctl stop pipit");
        long took =
                (number("InactiveEnterTimestampMonotonic") - number("ActiveExitTimestampMonotonic"))
                        / 1_000;
        System.out.println("it ended " + took + " ms after systemd told it to");
        assertThat(took).isBetween(0L, 2_000L);
        write("/etc/pipit/conf.d/wrong.toml", "[store]\nkeep = \"long\"\n");
        assertThat(board.sh("systemctl start pipit").exit()).isNotZero();
        assertThat(property("ActiveState")).isEqualTo("failed");
        assertThat(property("ExecMainStatus")).isEqualTo("78");
        sh("rm /etc/pipit/conf.d/wrong.toml; systemctl start pipit");
        assertThat(board.history("second/uptime"))
                .anyMatch(reading -> Double.parseDouble(reading[3]) == last);
        hasItsReadings();
    }

    @Test
    @Order(7)
    void anUpgradeKeepsKeyReadingsAndConfiguration() {
        sh("sed -i '0,/^#name = .*/s//name = \"mine\"/' /etc/pipit/pipit.toml");
        String pid = property("MainPID");
        sh("dpkg --install /shared/later.deb; " + (board.isQuick() ? "" : NO_CACHE));
        assertThat(sh("dpkg-query -W -f '${Version}' pipit")).isEqualTo(LATER_VERSION);
        assertThat(sh("systemctl is-active pipit")).isEqualTo("active");
        assertThat(property("MainPID")).isNotEqualTo(pid);
        assertThat(sh("grep -c 'name = \"mine\"' /etc/pipit/pipit.toml")).isEqualTo("1");
        assertThat(sh("pipit status")).contains("mine");
        hasItsReadings();
    }

    private static void hasItsReadings() {
        assertThat(sh("pipit id")).isEqualTo(id);
        assertThat(firstReading()).isEqualTo(firstReading);
    }

    /** But for what the node is called, which the upgrade finds changed. */
    private static String firstReading() {
        List<String> cells = new ArrayList<>(List.of(board.history("host/uptime").getFirst()));
        cells.remove(1);
        return String.join(",", cells);
    }

    @Test
    @Order(8)
    void aRemovalKeepsWhatIsTheOwnersAndAPurgeNothing() {
        sh("dpkg --remove pipit");
        assertThat(board.sh("systemctl is-active pipit").exit()).isNotZero();
        assertThat(board.sh("pgrep -u pipit").exit()).isEqualTo(1);
        sh("test -e /var/lib/pipit/pipit.db -a -e /etc/pipit/pipit.toml");
        sh("rm /etc/pipit/conf.d/more.toml; dpkg --purge pipit");
        // The user stays, as Debian does with its own: nobody else is to get its number.
        assertThat(
                        board.sh(
                                        "find / -xdev -not -path '/proc/*' -not -path '/sys/*'"
                                                + " -not -path '/shared/*' -iname '*pipit*'")
                                .lines())
                .containsOnly("/etc/credstore/pipit.word", "/opt/pipit");
        assertThat(sh("systemctl list-units --all --plain --no-legend 'pipit*'")).isEmpty();
        assertThat(sh("find / -xdev -user pipit")).isEmpty();
    }

    /** What a command says that has to succeed. */
    private static String sh(String command) {
        return board.sh(command).hasExit(0).text().strip();
    }

    private static String property(String name) {
        return sh("systemctl show -P %s pipit".formatted(name));
    }

    private static long number(String property) {
        return Long.parseLong(property(property));
    }

    /** The board's monotonic clock, microseconds. */
    private static long micros() {
        return Math.round(Double.parseDouble(sh("cut -d ' ' -f 1 /proc/uptime")) * 1_000_000);
    }

    private static void write(String path, String text) {
        try {
            Files.writeString(board.shared().resolve("text"), text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        sh("install -D -m 0644 /shared/text " + path);
    }
}
