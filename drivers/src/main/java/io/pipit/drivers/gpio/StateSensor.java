package io.pipit.drivers.gpio;

import io.pipit.drivers.EventSensor;
import io.pipit.drivers.Measurement;
import io.pipit.drivers.SensorException;
import io.pipit.drivers.SensorException.Category;
import io.pipit.drivers.line.Edge;
import io.pipit.drivers.line.EdgeListener;
import io.pipit.drivers.line.EdgeSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/** A line whose state is measured, at each edge and when it is read. */
final class StateSensor implements EventSensor {

    /** Edges that wait for the thread of the bus; the oldest go where there are more. */
    static final int EDGES_MAX = 1_024;

    private final LineInput line;
    private final EdgeSource source;
    private final Queue queue = new Queue();

    StateSensor(LineInput line, EdgeSource source) {
        this.line = line;
        this.source = source;
    }

    @Override
    public void onHappening(Runnable wake) {
        queue.wake = wake;
        source.listen(queue);
    }

    @Override
    public Happenings happenings() throws SensorException {
        return queue.take();
    }

    @Override
    public List<Measurement> read() throws SensorException {
        return measured(line.isActive());
    }

    private static List<Measurement> measured(boolean active) {
        return List.of(new Measurement("state", active ? 1 : 0, "/"));
    }

    @Override
    public void close() {
        line.close();
    }

    /** Filled on the thread that waits for edges, emptied on that of the bus. */
    private static final class Queue implements EdgeListener {

        private final ArrayDeque<Edge> edges = new ArrayDeque<>();
        private Runnable wake = () -> {};
        private long lost;
        private String failure = "";

        @Override
        public void edge(Edge edge) {
            synchronized (this) {
                if (edges.size() >= EDGES_MAX) {
                    edges.remove();
                    lost++;
                }
                edges.add(edge);
                lost += edge.lost();
            }
            wake.run();
        }

        @Override
        public void failed(String reason) {
            synchronized (this) {
                failure = reason;
            }
            wake.run();
        }

        private synchronized Happenings take() throws SensorException {
            if (edges.isEmpty() && !failure.isEmpty()) {
                throw new SensorException(Category.ABSENT, failure);
            }
            List<Happening> taken = new ArrayList<>(edges.size());
            for (Edge edge : edges) {
                taken.add(new Happening(edge.nanos(), measured(edge.active())));
            }
            edges.clear();
            Happenings all = new Happenings(taken, lost);
            lost = 0;
            return all;
        }
    }
}
