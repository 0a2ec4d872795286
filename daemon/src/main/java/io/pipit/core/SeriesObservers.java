package io.pipit.core;

import io.pipit.core.timing.Timing;
import io.pipit.model.LogId;
import io.pipit.model.LogSlice;
import io.pipit.model.Reading;
import io.pipit.model.Series;
import io.pipit.monitor.Counter;
import io.pipit.monitor.Metrics;
import io.pipit.port.Conditions;
import io.pipit.port.LogSubscriber;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Those who observe one own series under conditions (draft-ietf-core-conditional-attributes). The
 * first notification, with what is known at that moment, is the resource's own; these are the ones
 * after it. Without {@code gt}, {@code lt} and {@code st} each reading counts; otherwise one counts
 * that is on the other side of a limit than the one last sent, or at least the step away from it.
 * {@code pmin} puts a notification off, and what goes out then is the newest reading; {@code pmax}
 * sends the newest again. Node loop.
 */
final class SeriesObservers {
    /** Observers at the same time. */
    static final int OBSERVERS_MAX = 500;

    private static final class Observer {
        final LogSubscriber subscriber;
        final Series series;
        final Conditions conditions;
        @Nullable Reading newest;
        @Nullable Reading sent;
        long sentNanos;
        boolean waiting;

        Observer(
                LogSubscriber subscriber,
                Series series,
                Conditions conditions,
                @Nullable Reading known,
                long nowNanos) {
            this.subscriber = subscriber;
            this.series = series;
            this.conditions = conditions;
            this.newest = known;
            this.sent = known;
            this.sentNanos = nowNanos;
        }

        boolean wants(Reading reading) {
            Double gt = conditions.gt();
            Double lt = conditions.lt();
            Double st = conditions.st();
            if (sent == null || (gt == null && lt == null && st == null)) {
                return true;
            }
            double was = sent.value();
            double is = reading.value();
            return (gt != null && is > gt != was > gt)
                    || (lt != null && is < lt != was < lt)
                    || (st != null && Math.abs(is - was) >= st);
        }

        long dueNanos() {
            if (newest == null) {
                return Timing.NEVER;
            }
            if (waiting) {
                return sentNanos + conditions.pminNanos();
            }
            return conditions.pmaxNanos() > 0 ? sentNanos + conditions.pmaxNanos() : Timing.NEVER;
        }
    }

    private final Map<LogSubscriber, Observer> observers = new LinkedHashMap<>();
    private final LogId log;
    private final Counter refused;

    SeriesObservers(LogId log, Metrics metrics) {
        this.log = log;
        refused =
                metrics.counter(
                        "pipit_series_observers_refused",
                        "Observers of one series refused because there are too many");
    }

    /**
     * Begins to observe.
     *
     * @param known the newest reading, which the observer knows already
     */
    void open(
            LogSubscriber subscriber,
            Series series,
            Conditions conditions,
            @Nullable Reading known,
            long nowNanos) {
        if (observers.size() >= OBSERVERS_MAX && !observers.containsKey(subscriber)) {
            refused.increment();
        } else {
            observers.put(
                    subscriber, new Observer(subscriber, series, conditions, known, nowNanos));
        }
    }

    void close(LogSubscriber subscriber) {
        observers.remove(subscriber);
    }

    /** An own reading was taken. */
    void measured(Reading reading) {
        for (Observer observer : observers.values()) {
            if (observer.series.equals(reading.series())) {
                observer.newest = reading;
                observer.waiting |= observer.wants(reading);
            }
        }
    }

    long nextDeadlineNanos() {
        long next = Timing.NEVER;
        for (Observer observer : observers.values()) {
            next = Math.min(next, observer.dueNanos());
        }
        return next;
    }

    /** Sends what is due. */
    void tick(long nowNanos, long firstKept) {
        List<Observer> due = new ArrayList<>();
        for (Observer observer : observers.values()) {
            if (observer.dueNanos() <= nowNanos) {
                due.add(observer);
            }
        }
        for (Observer observer : due) {
            Reading reading = observer.newest;
            if (reading != null) {
                observer.sent = reading;
                observer.sentNanos = nowNanos;
                observer.waiting = false;
                observer.subscriber.deliver(
                        new LogSlice(
                                log,
                                firstKept,
                                reading.sequence() - 1,
                                List.of(reading),
                                reading.sequence()));
            }
        }
    }
}
