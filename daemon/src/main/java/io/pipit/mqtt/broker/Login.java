package io.pipit.mqtt.broker;

import io.pipit.config.text.BrokerAddress;
import io.pipit.config.text.Secret;
import io.pipit.mqtt.broker.Broker.Message;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * What a connection begins with (MQTT 5, section 3.1).
 *
 * @param identity who connects, and where
 * @param clean whether what the broker kept for this client is dropped
 * @param sessionExpiry how long it keeps that once the connection is over
 * @param will what it publishes when the connection ends otherwise than meant
 * @param willAcknowledged whether the will goes out with QoS 1
 */
public record Login(
        Identity identity,
        boolean clean,
        Duration sessionExpiry,
        Message will,
        boolean willAcknowledged) {
    /**
     * Who connects to which broker, and what proves either. Files are read at each connection.
     *
     * @param ca certificates that the broker's is checked by; what Java trusts without them
     * @param keepAlive whole seconds
     */
    public record Identity(
            BrokerAddress broker,
            String clientId,
            Optional<String> username,
            Optional<Secret> password,
            Optional<Path> ca,
            Optional<Path> certificate,
            Optional<Path> key,
            Duration keepAlive) {}
}
