package io.pipit.drivers.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.pipit.drivers.Measurement;
import io.pipit.drivers.Sensor;
import io.pipit.drivers.SensorException;
import io.pipit.drivers.SensorException.Category;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KernelDriversTest {

    @TempDir Path root;
    private Tree tree;

    @BeforeEach
    void layOut() {
        tree = new Tree(root);
    }

    private static void assertFails(Category category, String message, ThrowingCallable call) {
        assertThatExceptionOfType(SensorException.class)
                .isThrownBy(call)
                .satisfies(e -> assertThat(e.category()).as(e.getMessage()).isEqualTo(category))
                .withMessageContaining(message);
    }

    @Nested
    class Host {

        private void proc() {
            tree.file("proc/loadavg", "0.42 0.18 0.08 1/83 4138\n")
                    .file("proc/uptime", "627.65 1174.77\n")
                    .file(
                            "proc/meminfo",
                            "MemTotal:       24684100 kB\nMemFree:  1 kB\nMemAvailable:   1000 kB\n");
        }

        @Test
        void measuresFourQuantitiesWithoutAnyThermalZone() throws Exception {
            proc();
            List<String> read = tree.read(new HostDriver(), Map.of());
            assertThat(read)
                    .hasSize(4)
                    .contains("load=0.42 /", "memory-available=1024000.0 B", "uptime=627.65 s");
            assertThat(read.get(2)).startsWith("disk-free=").endsWith(" B");
        }

        @Test
        void findsTheProcessorsTemperatureByTypeOrByChip() throws Exception {
            proc();
            tree.file("sys/class/hwmon/hwmon3/name", "coretemp\n")
                    .file("sys/class/hwmon/hwmon3/temp1_input", "45000\n");
            assertThat(tree.read(new HostDriver(), Map.of())).contains("cpu-temperature=45.0 Cel");
            tree.file("sys/class/thermal/thermal_zone0/type", "gpu\n")
                    .file("sys/class/thermal/thermal_zone0/temp", "1000\n")
                    .file("sys/class/thermal/thermal_zone1/type", "cpu-thermal\n")
                    .file("sys/class/thermal/thermal_zone1/temp", "48312\n");
            assertThat(tree.read(new HostDriver(), Map.of()))
                    .contains("cpu-temperature=48.312 Cel");
        }

        @Test
        void leavesOutWhatCannotBeReadAndFailsOnlyWhereNothingCan() throws Exception {
            proc();
            tree.file("proc/loadavg", "garbage\u0000\n").file("proc/meminfo", "");
            assertThat(tree.read(new HostDriver(), Map.of()))
                    .hasSize(2)
                    .contains("uptime=627.65 s");
            Tree empty = new Tree(root.resolve("nowhere"));
            assertFails(
                    Category.ABSENT,
                    "loadavg is not there",
                    () -> empty.read(new HostDriver(), Map.of()));
        }

        @Test
        void refusesNumbersThatAreNone() throws Exception {
            for (String bad : List.of("NaN", "1e9", "0x10", "", "-", "1.", "١", "-5 1")) {
                proc();
                tree.file("proc/loadavg", bad + "\n");
                assertThat(tree.read(new HostDriver(), Map.of()))
                        .as(bad)
                        .noneMatch(shown -> shown.startsWith("load="));
            }
        }

        @Test
        void readsNoMoreOfAFileThanItsLimit() throws Exception {
            proc();
            tree.file("proc/uptime", "1".repeat(KernelFiles.FILE_BYTES_MAX + 1));
            assertThat(tree.read(new HostDriver(), Map.of()))
                    .noneMatch(shown -> shown.startsWith("uptime="));
            assertFails(
                    Category.IO,
                    "holds more than",
                    () -> KernelFiles.text(root.resolve("proc/uptime")));
        }

        @Test
        void measuresTheDiskThatItIsToldTo() throws Exception {
            proc();
            assertThat(tree.read(new HostDriver(), Map.of("disk", root.toString()))).hasSize(4);
            assertThat(tree.read(new HostDriver(), Map.of("disk", root + "/missing")))
                    .noneMatch(shown -> shown.startsWith("disk-free="));
        }
    }

    @Nested
    class Thermal {

        private void zone(int number, String type, String temp) {
            String zone = "sys/class/thermal/thermal_zone" + number + "/";
            tree.file(zone + "type", type + "\n").file(zone + "temp", temp + "\n");
        }

        @Test
        void findsAZoneByItsTypeWhateverItsNumber() throws Exception {
            zone(0, "gpu", "1");
            zone(10, "soc", "60000");
            zone(2, "soc", "51234");
            assertThat(tree.read(new ThermalDriver(), Map.of("zone", "soc")))
                    .containsExactly("temperature=51.234 Cel");
        }

        @Test
        void saysWhichZonesThereAre() {
            zone(0, "gpu", "1");
            assertFails(
                    Category.ABSENT,
                    "there is no thermal zone \"cpu-thermal\": the kernel has \"gpu\"",
                    () -> tree.open(new ThermalDriver(), Map.of()));
        }

        @Test
        void aZoneWithoutASensorIsAFault() {
            zone(0, "soc", "-273200");
            assertFails(
                    Category.OUT_OF_RANGE,
                    "-273.2 Cel",
                    () -> tree.read(new ThermalDriver(), Map.of("zone", "soc")));
        }
    }

    @Nested
    class Hwmon {

        @BeforeEach
        void twoDisks() {
            for (int i = 0; i < 2; i++) {
                String chip = "sys/class/hwmon/hwmon" + (4 + i);
                tree.file(chip + "/name", "nvme\n")
                        .link(chip + "/device", "sys/devices/nvme" + i)
                        .file(chip + "/temp1_label", "Composite\n")
                        .file(chip + "/temp1_input", (38_850 + i) + "\n");
            }
            tree.file("sys/class/hwmon/hwmon0/name", "ina219\n")
                    .file("sys/class/hwmon/hwmon0/in1_input", "4992\n")
                    .file("sys/class/hwmon/hwmon0/curr1_input", "-210\n")
                    .file("sys/class/hwmon/hwmon0/power1_input", "1048320\n")
                    .file("sys/class/hwmon/hwmon0/fan1_input", "1500\n")
                    .file("sys/class/hwmon/hwmon0/humidity1_input", "45500\n")
                    .file("sys/class/hwmon/hwmon0/energy1_input", "2500000\n")
                    .file("sys/class/hwmon/hwmon0/uevent", "")
                    .file("sys/class/hwmon/hwmon0/pwm1", "255");
        }

        @Test
        void scalesEachKind() throws Exception {
            assertThat(tree.read(new HwmonDriver(), Map.of("chip", "ina219")))
                    .containsExactlyInAnyOrder(
                            "in1=4.992 V",
                            "curr1=-0.21 A",
                            "power1=1.04832 W",
                            "fan1=25.0 1/s",
                            "humidity1=45.5 %RH",
                            "energy1=2.5 J");
        }

        @Test
        void oneInputIsFoundByItsNameOrItsLabel() throws Exception {
            for (String input : List.of("temp1", "Composite")) {
                Map<String, ?> options =
                        Map.of("chip", "nvme", "location", "nvme1", "input", input);
                assertThat(tree.read(new HwmonDriver(), options))
                        .containsExactly("temperature=38.851 Cel");
            }
            assertThat(tree.read(new HwmonDriver(), Map.of("chip", "nvme", "location", "nvme0")))
                    .containsExactly("composite=38.85 Cel");
        }

        @Test
        void doesNotChooseBetweenTwoOfOneName() {
            assertFails(
                    Category.CONFIGURATION,
                    "location = one of \"nvme0\", \"nvme1\"",
                    () -> tree.open(new HwmonDriver(), Map.of("chip", "nvme")));
            assertFails(
                    Category.ABSENT,
                    "there is no hwmon chip \"nvme\" at \"nvme7\"",
                    () ->
                            tree.open(
                                    new HwmonDriver(),
                                    Map.of("chip", "nvme", "location", "nvme7")));
            assertFails(
                    Category.ABSENT,
                    "has no input temp9",
                    () -> tree.open(new HwmonDriver(), Map.of("chip", "ina219", "input", "temp9")));
        }

        @Test
        void anInputThatSaysItIsBrokenIsLeftOut() throws Exception {
            tree.file("sys/class/hwmon/hwmon0/temp1_input", "25000")
                    .file("sys/class/hwmon/hwmon0/temp1_fault", "1");
            assertThat(tree.read(new HwmonDriver(), Map.of("chip", "ina219"))).hasSize(6);
            assertFails(
                    Category.IO,
                    "broken or not connected",
                    () -> tree.read(new HwmonDriver(), Map.of("chip", "ina219", "input", "temp1")));
        }
    }

    @Nested
    class Iio {

        private void device(int number, String name, String location) {
            String real = "sys/devices/i2c-1/" + location + "/iio:device" + number;
            tree.file(real + "/name", name + "\n")
                    .link("sys/bus/iio/devices/iio:device" + number, real);
        }

        private void channel(int number, String file, String content) {
            tree.file("sys/bus/iio/devices/iio:device" + number + "/" + file, content + "\n");
        }

        @Test
        void takesWhatTheKernelHasComputed() throws Exception {
            device(0, "bme280", "1-0076");
            channel(0, "in_temp_input", "21450");
            channel(0, "in_pressure_input", "101.325410156");
            channel(0, "in_humidityrelative_input", "48123");
            channel(0, "in_temp_oversampling_ratio", "2");
            assertThat(tree.read(new IioDriver(), Map.of("device", "bme280")))
                    .containsExactlyInAnyOrder(
                            "temperature=21.45 Cel",
                            "pressure=101325.410156 Pa",
                            "humidity=48.123 %RH");
        }

        @Test
        void computesRawChannelsWithTheirOwnOrTheSharedScale() throws Exception {
            device(0, "adc", "1-0048");
            channel(0, "in_voltage0_raw", "1000");
            channel(0, "in_voltage1_raw", "1000");
            channel(0, "in_voltage1_scale", "3");
            channel(0, "in_voltage_scale", "0.125");
            channel(0, "in_voltage0-voltage1_raw", "-100");
            channel(0, "in_voltage-voltage_scale", "2");
            channel(0, "in_temp_raw", "500");
            channel(0, "in_temp_offset", "-100");
            channel(0, "in_temp_scale", "62.5");
            channel(0, "in_accel_x_raw", "16384");
            channel(0, "in_accel_scale", "0.000598");
            channel(0, "in_proximity_raw", "7");
            assertThat(tree.read(new IioDriver(), Map.of("device", "adc")))
                    .containsExactlyInAnyOrder(
                            "voltage0=0.125 V",
                            "voltage1=3.0 V",
                            "voltage0-voltage1=-0.2 V",
                            "temperature=25.0 Cel",
                            "accel-x=" + 16384 * 0.000598 + " m/s2");
        }

        @Test
        void tellsTwoOfOneNameApartByTheirBusAddress() throws Exception {
            device(0, "bme280", "1-0076");
            device(1, "bme280", "1-0077");
            channel(0, "in_temp_input", "20000");
            channel(1, "in_temp_input", "21000");
            assertFails(
                    Category.CONFIGURATION,
                    "\"1-0076\", \"1-0077\"",
                    () -> tree.open(new IioDriver(), Map.of("device", "bme280")));
            assertThat(tree.read(new IioDriver(), Map.of("device", "bme280", "location", "1-0077")))
                    .containsExactly("temperature=21.0 Cel");
        }

        @Test
        void sameKindsOfChannelMatchTheDevicesOwnUnits() {
            device(0, "dht11", "dht11@4");
            channel(0, "in_humidityrelative_input", "120000");
            assertFails(
                    Category.OUT_OF_RANGE,
                    "humidity is said to be 120.0",
                    () -> tree.read(new IioDriver(), Map.of("device", "dht11")));
            device(1, "odd", "odd");
            assertFails(
                    Category.ABSENT,
                    "no channel with a known unit",
                    () -> tree.open(new IioDriver(), Map.of("device", "odd")));
            assertFails(
                    Category.ABSENT,
                    "the kernel has \"dht11\", \"odd\"",
                    () -> tree.open(new IioDriver(), Map.of("device", "bmp280")));
        }
    }

    @Nested
    class W1 {

        private static final String ID = "28-0316a2795f12";

        private void thermometer(String id, String scratchpad, String crc, int milli) {
            tree.file(
                    "sys/bus/w1/devices/" + id + "/w1_slave",
                    "%s : crc=1c %s\n%s t=%d\n".formatted(scratchpad, crc, scratchpad, milli));
        }

        private List<String> read() throws Exception {
            return tree.read(new W1Driver(), Map.of());
        }

        @Test
        void readsTheOnlyThermometer() throws Exception {
            tree.file("sys/bus/w1/devices/w1_bus_master1/uevent", "");
            thermometer(ID, "91 01 4b 46 7f ff 0c 10 25", "YES", 25062);
            assertThat(read()).containsExactly("temperature=25.062 Cel");
        }

        @Test
        void readsTheNewerFileWhereThereIsNoOther() throws Exception {
            tree.file("sys/bus/w1/devices/" + ID + "/temperature", "-10125\n");
            assertThat(read()).containsExactly("temperature=-10.125 Cel");
        }

        @Test
        void rejectsWhatIsNoMeasurement() {
            thermometer(ID, "91 01 4b 46 7f ff 0c 10 24", "NO", 25062);
            assertFails(Category.IO, "wrong checksum", this::read);
            thermometer(ID, "00 00 00 00 00 00 00 00 00", "YES", 0);
            assertFails(Category.IO, "wrong checksum", this::read);
            thermometer(ID, "50 05 4b 46 7f ff 0c 10 1c", "YES", 85000);
            assertFails(Category.IO, "the value that it wakes up with", this::read);
            thermometer(ID, "ff 0f 4b 46 7f ff 0c 10 1c", "YES", 127937);
            assertFails(Category.OUT_OF_RANGE, "127.937", this::read);
            tree.file("sys/bus/w1/devices/" + ID + "/w1_slave", "");
            assertFails(Category.IO, "does not answer", this::read);
        }

        @Test
        void asksWhichOfSeveral() throws Exception {
            assertFails(Category.ABSENT, "dtoverlay=w1-gpio", this::read);
            thermometer(ID, "91 01 4b 46 7f ff 0c 10 25", "YES", 25062);
            thermometer("10-000802b4ab9a", "32 00 4b 46 ff ff 0c 10 25", "YES", 24875);
            assertFails(Category.CONFIGURATION, "id = one of \"10-000802b4ab9a\"", this::read);
            assertThat(tree.read(new W1Driver(), Map.of("id", "10-000802b4ab9a")))
                    .containsExactly("temperature=24.875 Cel");
            assertFails(
                    Category.ABSENT,
                    "no 1-wire thermometer \"28-0\"; the kernel has",
                    () -> tree.open(new W1Driver(), Map.of("id", "28-0")));
        }

        @Test
        void oneThatIsPulledOutIsAbsentAndComesBack() throws Exception {
            thermometer(ID, "91 01 4b 46 7f ff 0c 10 25", "YES", 25062);
            try (Sensor sensor = tree.open(new W1Driver(), Map.of())) {
                Path file = root.resolve("sys/bus/w1/devices/" + ID + "/w1_slave");
                Files.delete(file);
                assertFails(Category.ABSENT, "is not there", sensor::read);
                thermometer(ID, "91 01 4b 46 7f ff 0c 10 25", "YES", 25125);
                assertThat(sensor.read())
                        .containsExactly(new Measurement("temperature", 25.125, "Cel"));
            }
        }
    }

    @Test
    void quantityNamesAreWhatNamesMayBe() {
        assertThat(KernelFiles.quantityName("Core 0")).isEqualTo("core-0");
        assertThat(KernelFiles.quantityName(" +12V (main)")).isEqualTo("12v-main");
        assertThat(KernelFiles.quantityName("°")).isEmpty();
        assertThat(KernelFiles.quantityName("x".repeat(31) + " y")).isEqualTo("x".repeat(31));
    }

    @Test
    void anInterruptEndsAReading() {
        tree.file("value", "1");
        Thread.currentThread().interrupt();
        assertThatExceptionOfType(InterruptedException.class)
                .isThrownBy(() -> KernelFiles.text(root.resolve("value")));
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
    }
}
