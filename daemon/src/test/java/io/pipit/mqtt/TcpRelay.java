package io.pipit.mqtt;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** Stands before a broker, so that a test says when it can be reached. */
final class TcpRelay implements AutoCloseable {
    /** What is done with a connection. */
    enum Mode {
        PASS,
        /** Taken and closed at once. */
        CLOSE,
        /** Taken, and nothing is read or said. */
        SILENCE
    }

    final int port;
    volatile Mode mode = Mode.PASS;
    final AtomicInteger taken = new AtomicInteger();
    private final int target;
    private final ServerSocket server;
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();

    TcpRelay(int target) throws IOException {
        this.target = target;
        server = new ServerSocket();
        server.setReuseAddress(true);
        server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        port = server.getLocalPort();
        start(this::accept);
    }

    private static void start(Runnable task) {
        Thread thread = new Thread(task, "relay");
        thread.setDaemon(true);
        thread.start();
    }

    private void accept() {
        try {
            while (true) {
                Socket client = server.accept();
                taken.incrementAndGet();
                switch (mode) {
                    case CLOSE -> client.close();
                    case SILENCE -> sockets.add(client);
                    case PASS -> pass(client);
                }
            }
        } catch (IOException e) {
            // It was closed.
        }
    }

    private void pass(Socket client) throws IOException {
        try {
            Socket broker = new Socket(InetAddress.getLoopbackAddress(), target);
            sockets.add(client);
            sockets.add(broker);
            start(() -> copy(client, broker));
            start(() -> copy(broker, client));
        } catch (IOException e) {
            client.close();
        }
    }

    private static void copy(Socket from, Socket to) {
        try (from;
                to) {
            from.getInputStream().transferTo(to.getOutputStream());
        } catch (IOException e) {
            // Both are closed.
        }
    }

    /** Cuts what there is. */
    void cut() throws IOException {
        for (Socket socket : sockets) {
            socket.close();
        }
        sockets.clear();
    }

    @Override
    public void close() throws IOException {
        server.close();
        cut();
    }
}
