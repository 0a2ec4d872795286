package io.pipit.monitor;

import java.util.LinkedHashMap;
import java.util.Map;
import org.slf4j.Logger;

/**
 * Says what is wrong with a thing once, and again only when something else is wrong with it; and
 * says once that it is well again. Thread-safe. Knows {@link #SUBJECTS_MAX} things; beyond that it
 * forgets the one that it heard of first, which may then be said again.
 */
public final class OnceLog {
    /** How many things it keeps in mind. */
    public static final int SUBJECTS_MAX = 512;

    private final Logger log;
    private final Map<String, String> said =
            new LinkedHashMap<>() {
                private static final long serialVersionUID = 1;

                @Override
                protected boolean removeEldestEntry(Map.Entry<String, String> eldest) {
                    return size() > SUBJECTS_MAX;
                }
            };

    /** Says it there. */
    public OnceLog(Logger log) {
        this.log = log;
    }

    /** Warns, unless that was the last thing said of this subject. */
    public void warn(String subject, String what) {
        boolean news;
        synchronized (said) {
            news = !what.equals(said.put(subject, what));
        }
        if (news) {
            log.warn("{}: {}", subject, what);
        }
    }

    /** Says that all is well, if something else was said before. */
    public void well(String subject, String what) {
        boolean news;
        synchronized (said) {
            news = said.remove(subject) != null;
        }
        if (news) {
            log.info("{}: {}", subject, what);
        }
    }
}
