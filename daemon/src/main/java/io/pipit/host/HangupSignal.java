package io.pipit.host;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.concurrent.BlockingQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * SIGHUP, which asks a daemon to read its configuration again. The JDK's only way to hear of it,
 * {@code sun.misc.Signal} of the module jdk.unsupported, can't be named without a warning that
 * nothing switches off, so it is called by reflection.
 */
public final class HangupSignal {
    private static final Logger LOG = LoggerFactory.getLogger(HangupSignal.class);

    private HangupSignal() {}

    /**
     * From now on each SIGHUP puts {@code token} into the queue, where there is room: two that come
     * close together are one.
     *
     * @return false where this JVM can't, and SIGHUP does what it would have done
     */
    @SuppressWarnings("ReferenceEquality") // The proxy is only ever equal to itself.
    public static <T> boolean into(BlockingQueue<T> queue, T token) {
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            Object receiver =
                    Proxy.newProxyInstance(
                            HangupSignal.class.getClassLoader(),
                            new Class<?>[] {handler},
                            (proxy, method, arguments) ->
                                    switch (method.getName()) {
                                        case "handle" -> {
                                            var _ = queue.offer(token);
                                            yield null;
                                        }
                                        case "equals" -> proxy == arguments[0];
                                        case "hashCode" -> System.identityHashCode(proxy);
                                        default -> "the handler of SIGHUP";
                                    });
            signal.getMethod("handle", signal, handler)
                    .invoke(null, signal.getConstructor(String.class).newInstance("HUP"), receiver);
            return true;
        } catch (ReflectiveOperationException | IllegalArgumentException e) {
            Throwable cause = e instanceof InvocationTargetException thrown ? thrown.getCause() : e;
            LOG.warn("SIGHUP can't be listened to: {}", String.valueOf(cause));
            return false;
        }
    }
}
