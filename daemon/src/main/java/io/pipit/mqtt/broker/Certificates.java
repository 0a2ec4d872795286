package io.pipit.mqtt.broker;

import io.pipit.mqtt.broker.Trouble.UnusableFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/** Makes of PEM files what TLS needs. */
final class Certificates {
    private static final Pattern KEY =
            Pattern.compile(
                    "-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\\s]+)-----END PRIVATE KEY-----");
    private static final List<String> ALGORITHMS = List.of("EC", "RSA", "EdDSA");
    private static final long FILE_BYTES_MAX = 1L << 20;
    private static final char[] NO_PASSWORD = {};

    private Certificates() {}

    /**
     * Sockets that trust whom this login trusts.
     *
     * @throws IOException in words, where one of the files can't be used
     */
    static SSLSocketFactory sockets(Login.Identity login) throws IOException {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keys(login), trusted(login.ca().orElse(null)), null);
            return context.getSocketFactory();
        } catch (GeneralSecurityException e) {
            throw new IOException("TLS can't be set up: " + e.getMessage(), e);
        }
    }

    private static TrustManager @Nullable [] trusted(@Nullable Path ca)
            throws IOException, GeneralSecurityException {
        if (ca == null) {
            return null;
        }
        KeyStore store = empty();
        for (Certificate certificate : certificates("ca", ca)) {
            store.setCertificateEntry("ca-" + store.size(), certificate);
        }
        TrustManagerFactory factory =
                TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(store);
        return factory.getTrustManagers();
    }

    private static KeyManager @Nullable [] keys(Login.Identity login)
            throws IOException, GeneralSecurityException {
        Path certificate = login.certificate().orElse(null);
        Path key = login.key().orElse(null);
        if (certificate == null || key == null) {
            return null;
        }
        Certificate[] chain = certificates("certificate", certificate).toArray(Certificate[]::new);
        KeyStore store = empty();
        store.setKeyEntry("client", key(key), NO_PASSWORD, chain);
        KeyManagerFactory factory =
                KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(store, NO_PASSWORD);
        return factory.getKeyManagers();
    }

    private static KeyStore empty() throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, NO_PASSWORD);
        return store;
    }

    private static Collection<? extends Certificate> certificates(String what, Path file)
            throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            Collection<? extends Certificate> found =
                    CertificateFactory.getInstance("X.509").generateCertificates(in);
            if (found.isEmpty()) {
                throw new GeneralSecurityException("there is no certificate in it");
            }
            return found;
        } catch (IOException | GeneralSecurityException e) {
            throw new UnusableFile(what, file, e);
        }
    }

    private static PrivateKey key(Path file) throws IOException {
        try {
            if (Files.size(file) > FILE_BYTES_MAX) {
                throw new GeneralSecurityException("it is too large");
            }
            Matcher pem = KEY.matcher(Files.readString(file, StandardCharsets.US_ASCII));
            if (!pem.find()) {
                throw new GeneralSecurityException("there is no PRIVATE KEY in it");
            }
            return key(new PKCS8EncodedKeySpec(Base64.getMimeDecoder().decode(pem.group(1))));
        } catch (IOException | GeneralSecurityException | IllegalArgumentException e) {
            throw new UnusableFile("key", file, e);
        }
    }

    private static PrivateKey key(PKCS8EncodedKeySpec encoded) throws GeneralSecurityException {
        for (String algorithm : ALGORITHMS) {
            try {
                return KeyFactory.getInstance(algorithm).generatePrivate(encoded);
            } catch (InvalidKeySpecException e) {
                // Another kind of key.
            }
        }
        throw new GeneralSecurityException("it is none of " + String.join(", ", ALGORITHMS));
    }
}
