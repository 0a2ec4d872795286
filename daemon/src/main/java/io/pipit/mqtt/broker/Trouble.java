package io.pipit.mqtt.broker;

import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.file.NoSuchFileException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.util.Optional;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * Why there is no connection, in words.
 *
 * @param says what happened: goes on after "the broker mqtts://…"
 * @param remedy what to do; empty where it passes by itself
 * @param reason what the broker said, where it did
 */
public record Trouble(String says, String remedy, Optional<Reason> reason) {
    /** What happened on this side alone, or on the way. */
    public Trouble(String says, String remedy) {
        this(says, remedy, Optional.empty());
    }

    /** The broker answered the connection with a refusal. */
    static Trouble refused(Reason reason) {
        return new Trouble(
                "refused the connection (" + reason + ")", remedy(reason), Optional.of(reason));
    }

    /** The broker ended it, and said why. */
    static Trouble ended(Reason reason, @Nullable String words) {
        return new Trouble(
                "ended the connection ("
                        + reason
                        + (words == null || words.isEmpty() ? "" : ": " + words)
                        + ")",
                remedy(reason),
                Optional.of(reason));
    }

    /** It should have answered by now. */
    public static Trouble silent() {
        return new Trouble("doesn't answer", "is it overloaded, or behind a firewall?");
    }

    /** Something failed. */
    static Trouble of(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            switch (cause) {
                case UnusableFile file -> {
                    return new Trouble("can't be asked: " + file.getMessage(), file.remedy());
                }
                case UnknownHostException unknown -> {
                    return new Trouble(
                            "isn't known by name here",
                            "see 'getent hosts NAME', or write its address in [mqtt] broker");
                }
                case CertificateNotYetValidException early -> {
                    return new Trouble(
                            "shows a certificate that isn't valid yet",
                            "is this node's clock right? See 'timedatectl'");
                }
                case CertificateExpiredException late -> {
                    return new Trouble(
                            "shows a certificate that has expired",
                            "renew it at the broker, or set this node's clock");
                }
                case ConnectException refused -> {
                    return new Trouble(
                            "can't be reached (" + refused.getMessage() + ")",
                            "does it run, and does [mqtt] broker have the right port? A firewall,"
                                    + " or IPAddressAllow= of the unit, may be in the way");
                }
                case NoRouteToHostException none -> {
                    return new Trouble("can't be reached (no route)", "is the network up?");
                }
                case SocketTimeoutException late -> {
                    return silent();
                }
                case SSLException tls -> {
                    return new Trouble(
                            "can't be spoken to over TLS (" + line(tls) + ")", overTls(line(tls)));
                }
                case EOFException end -> {
                    return new Trouble("closed the connection", "");
                }
                case SocketException gone -> {
                    return new Trouble("is gone (" + line(gone) + ")", "");
                }
                default -> {
                    // Its cause may say more.
                }
            }
        }
        return new Trouble("can't be spoken to (" + line(failure) + ")", "");
    }

    private static String overTls(String says) {
        if (says.contains("PKIX") || says.contains("unable to find valid certification path")) {
            return "set ca in [mqtt] to the certificate of the authority that signed the broker's";
        }
        if (says.contains("No subject alternative") || says.contains("No name matching")) {
            return "write the broker in [mqtt] as its certificate has it, or give it another";
        }
        if (says.contains("certificate_required") || says.contains("bad_certificate")) {
            return "the broker wants a certificate that it trusts: certificate and key in [mqtt]";
        }
        return "is it the port for TLS? mqtt:// is the one without";
    }

    private static String line(Throwable failure) {
        String says = failure.getMessage();
        return says == null ? failure.toString() : says.lines().findFirst().orElse("").strip();
    }

    private static String remedy(Reason reason) {
        return switch (reason.code()) {
            case 0x01, 0x84 -> "it has to speak MQTT 5";
            case 0x85, 0x02 -> "set another client-id in [mqtt]";
            case 0x86, Reason.NOT_AUTHORISED, 0x04, 0x05, 0x8C ->
                    "check username and password in [mqtt]";
            case 0x8A -> "ask whoever runs it";
            case Reason.TAKEN_OVER ->
                    "another client has the same client-id: set one in [mqtt] that nobody else has";
            case 0x9C, 0x9D -> "write the other one in [mqtt] broker";
            default -> "";
        };
    }

    /** In one line, for people. */
    public String line(Object broker) {
        return "the broker " + broker + " " + says + (remedy.isEmpty() ? "" : ": " + remedy);
    }

    /** A file of the configuration that can't be used. */
    static final class UnusableFile extends IOException {
        private static final long serialVersionUID = 1;
        private final String remedy;

        UnusableFile(String key, Object file, Exception why) {
            super(key + " " + file + " can't be used (" + words(why) + ")", why);
            this.remedy =
                    key.equals("key")
                            ? "it has to be PEM with an unencrypted PKCS #8 key: 'openssl pkcs8"
                                    + " -topk8 -nocrypt' makes one; the user that pipit runs as has"
                                    + " to be able to read it"
                            : "it has to be PEM, and the user that pipit runs as has to be able to"
                                    + " read it";
        }

        private static String words(Exception why) {
            return switch (why) {
                case NoSuchFileException none -> "no such file";
                case FileNotFoundException none -> "no such file";
                case java.nio.file.AccessDeniedException denied -> "not allowed";
                default -> line(why);
            };
        }

        String remedy() {
            return remedy;
        }
    }
}
