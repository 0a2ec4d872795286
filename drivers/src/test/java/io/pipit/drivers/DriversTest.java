package io.pipit.drivers;

import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.drivers.DriverDescriptor.Quantity;
import io.pipit.drivers.kernel.HostDriver;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URL;
import java.net.URLConnection;
import java.net.URLStreamHandler;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.Enumeration;
import java.util.Set;
import org.junit.jupiter.api.Test;

class DriversTest {

    /** Of the IANA registry of SenML units (RFC 8428 section 12.1, RFC 8798). */
    private static final Set<String> UNITS =
            Set.of(
                    "Cel", "%RH", "Pa", "lx", "V", "A", "W", "J", "m", "m/s2", "s", "ppm", "ug/m3",
                    "rad/s", "B", "/", "1/s", "Hz", "T", "Ohm", "count");

    private final Drivers drivers = Drivers.load(getClass().getClassLoader());

    @Test
    void findsTheBuiltInOnesAsAnyOther() {
        assertThat(drivers.all())
                .extracting(driver -> driver.descriptor().name())
                .containsExactly(
                        "ads1115",
                        "aht20",
                        "bh1750",
                        "bme280",
                        "bme680",
                        "bmp180",
                        "bmp280",
                        "gpio-input",
                        "hc-sr04",
                        "host",
                        "htu21",
                        "hwmon",
                        "iio",
                        "ina219",
                        "mcp3008",
                        "mcp9808",
                        "mh-z19",
                        "mpu6050",
                        "pms5003",
                        "scd4x",
                        "sht3x",
                        "sht4x",
                        "si7021",
                        "thermal",
                        "tmp102",
                        "tsl2561",
                        "veml7700",
                        "vl53l0x",
                        "w1");
        assertThat(drivers.find("bme280")).isPresent();
        assertThat(drivers.find("bme281")).isEmpty();
        assertThat(drivers.problems()).isEmpty();
    }

    @Test
    void everyDriverDescribesItself() {
        for (Driver driver : drivers.all()) {
            DriverDescriptor descriptor = driver.descriptor();
            assertThat(descriptor.summary()).endsWith(".");
            assertThat(descriptor.quantities()).isNotEmpty();
            for (Quantity quantity : descriptor.quantities()) {
                assertThat(quantity.name()).matches("[a-z0-9][a-z0-9-]{0,31}\\*?|\\*");
                if (!quantity.name().equals("*")) {
                    assertThat(UNITS).contains(quantity.unit());
                }
            }
            for (Option option : descriptor.options()) {
                assertThat(option.description()).endsWith(".");
                assertThat(option.example()).isNotEmpty();
                if (option.fallback() != null) {
                    assertThat(option.problemWith(option.fallback())).isEmpty();
                }
            }
        }
    }

    @Test
    void keepsTheFirstOfTwoWithOneName() {
        HostDriver first = new HostDriver();
        Drivers both = Drivers.of(first, new HostDriver());
        assertThat(both.find("host")).containsSame(first);
        assertThat(both.problems()).singleElement().asString().contains("two drivers are called");
    }

    @Test
    void outlivesADriverThatCannotBeLoaded() {
        ClassLoader broken =
                new ClassLoader(getClass().getClassLoader()) {
                    @Override
                    protected Enumeration<URL> findResources(String name) throws IOException {
                        return name.endsWith(Driver.class.getName())
                                ? Collections.enumeration(Set.of(text("com.example.Missing\n")))
                                : Collections.emptyEnumeration();
                    }
                };
        Drivers found = Drivers.load(broken);
        assertThat(found.find("bme280")).isPresent();
        assertThat(found.problems())
                .singleElement()
                .asString()
                .contains("could not be loaded", "com.example.Missing");
    }

    private static URL text(String content) throws IOException {
        byte[] bytes = content.getBytes(StandardCharsets.UTF_8);
        URLStreamHandler handler =
                new URLStreamHandler() {
                    @Override
                    protected URLConnection openConnection(URL url) {
                        return new URLConnection(url) {
                            @Override
                            public void connect() {}

                            @Override
                            public InputStream getInputStream() {
                                return new ByteArrayInputStream(bytes);
                            }
                        };
                    }
                };
        return URL.of(URI.create("memory:/services"), handler);
    }
}
