package io.pipit.mqtt.broker;

import java.util.List;

/** Where connections to a broker come from. For one thread at a time. */
public interface Broker {
    /**
     * Begins a connection; never blocks. Whatever becomes of it, its listener hears {@link
     * Listener#lost} in the end, once.
     */
    Connection connect(Login login, Listener listener);

    /** Whether so many former connections are still ending that another one has to wait. */
    boolean isCrowded();

    /**
     * One connection, from its beginning. Thread-safe; what is asked of one that is over is lost.
     */
    interface Connection {
        /**
         * Publishes with QoS 1, and retained where the message says so; or without either, where
         * the broker has it not.
         *
         * @param number comes back with the acknowledgement; with QoS 0, once it was sent
         */
        void publish(long number, Message message);

        /**
         * Subscribes with QoS 1; what is retained isn't sent at first, and is marked as such where
         * it comes.
         */
        void subscribe(List<String> topics);

        /**
         * Ends it.
         *
         * @param willMillisMax how long the broker may take to be told so, and with that to publish
         *     the will; 0 to cut it off at once
         */
        void close(long willMillisMax);
    }

    /** Hears of one connection, on the library's threads: must only hand over. */
    interface Listener {
        /** The broker took it. */
        void connected(Limits limits);

        /** It is over, or didn't come about. */
        void lost(Trouble why);

        /** The broker has a message, or refuses it. */
        void acknowledged(long number, Reason reason);

        /** The broker answered {@link Connection#subscribe}, for each topic. */
        void subscribed(List<Reason> reasons);

        /** Something came on a topic that was subscribed to. */
        void arrived(Message message);
    }

    /**
     * What a broker takes (MQTT 5, sections 3.2.2.3.3 to 3.2.2.3.6).
     *
     * @param inFlightMax messages that wait for their acknowledgement
     * @param packetBytesMax a whole packet
     * @param acknowledges whether it takes QoS 1; else nobody knows what arrived
     * @param retains whether it keeps messages for later subscribers
     */
    record Limits(int inFlightMax, long packetBytesMax, boolean acknowledges, boolean retains) {}

    /**
     * One message.
     *
     * @param retained whether the broker is to keep it, or had kept it
     */
    record Message(String topic, byte[] payload, boolean retained) {
        /** What a packet has besides its payload, for topics of up to 300 characters. */
        public static final int ROOM_BYTES = 1_024;

        /** What it has besides topic and payload, at the most: MQTT 5, section 3.3. */
        private static final int OVERHEAD_BYTES = 16;

        /** How large its packet is, at the most. */
        public long packetBytes() {
            return OVERHEAD_BYTES + 3L * topic.length() + payload.length;
        }
    }
}
