package io.pipit.benchmarks;

import org.eclipse.paho.mqttv5.client.IMqttToken;
import org.eclipse.paho.mqttv5.client.MqttCallback;
import org.eclipse.paho.mqttv5.client.MqttDisconnectResponse;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.eclipse.paho.mqttv5.common.packet.MqttProperties;

/** Of what Paho calls back for, the messages alone; what doesn't arrive shows in the numbers. */
interface Arrivals extends MqttCallback {
    @Override
    default void disconnected(MqttDisconnectResponse response) {
        // At the end, or since the broker was killed.
    }

    @Override
    default void mqttErrorOccurred(MqttException exception) {
        System.err.println("a client of mosquitto: " + exception);
    }

    @Override
    default void deliveryComplete(IMqttToken token) {
        // Nothing waits for it.
    }

    @Override
    default void connectComplete(boolean again, String uri) {
        // The connecting thread waits itself.
    }

    @Override
    default void authPacketArrived(int reason, MqttProperties properties) {
        // None is used.
    }
}
