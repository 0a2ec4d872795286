package io.pipit.drivers.tty;

import java.time.Duration;

/**
 * An open serial port that passes bytes as they are: eight bits, no parity, one stop bit, no flow
 * control. Nobody else reads along. Used on the thread of its bus.
 */
public interface SerialPort extends AutoCloseable {

    /**
     * Gives what there is, or waits for it.
     *
     * @param timeout how long at the most
     * @return how many bytes were read; 0 where none came in time
     * @throws SerialException where the port is gone or fails
     * @throws InterruptedException where the thread was interrupted
     */
    int read(byte[] into, Duration timeout) throws SerialException, InterruptedException;

    /**
     * Sends all of it, which a few bytes are at once.
     *
     * @throws SerialException where the port is gone or takes no more
     */
    void write(byte[] bytes) throws SerialException;

    /** Forgets what came and was not read. */
    void discard() throws SerialException;

    /** Gives the port back; does not fail. */
    @Override
    void close();
}
