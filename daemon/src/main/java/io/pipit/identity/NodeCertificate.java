package io.pipit.identity;

import io.pipit.model.NodeId;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The self-signed certificate in which the node's key travels where TLS wants one. It says nothing
 * else: no peer looks at anything but the key. It lies beside that, in {@code certificate.der}, and
 * is made again where it isn't there or is of another key.
 */
final class NodeCertificate {
    private static final Logger LOG = LoggerFactory.getLogger(NodeCertificate.class);
    private static final String FILE = "certificate.der";
    private static final String FILE_MODE = "rw-------";

    private static final int FILE_BYTES_MAX = 65_536;

    private NodeCertificate() {}

    /** The certificate of this key. Doesn't fail for a file: it is made anew at each start then. */
    static X509Certificate of(Identity identity, Path directory) {
        Path file = directory.resolve(FILE);
        try {
            if (Files.exists(file)) {
                X509Certificate kept = parse(Files.readAllBytes(file));
                if (kept.getPublicKey().equals(identity.publicKey())) {
                    return kept;
                }
            }
        } catch (IOException | CertificateException e) {
            LOG.warn("{} can't be used and is made again: {}", file, e.getMessage());
        }
        X509Certificate made = SelfSigned.of(identity);
        try {
            DurableFile.replace(file, made.getEncoded(), FILE_MODE);
        } catch (IOException | CertificateException e) {
            LOG.warn("{} can't be kept: {}", file, e.getMessage());
        }
        return made;
    }

    /**
     * The ID of whoever holds the private key to a certificate, in PEM or DER.
     *
     * @throws IdentityException where the file can't be read or is no certificate
     */
    static NodeId idIn(Path file) throws IdentityException {
        try {
            if (Files.size(file) > FILE_BYTES_MAX) {
                throw new IdentityException(file + " is far too large for a certificate", null);
            }
            return NodeId.of(parse(Files.readAllBytes(file)).getPublicKey());
        } catch (IOException e) {
            throw new IdentityException(file + " can't be read: " + e, e);
        } catch (CertificateException e) {
            throw new IdentityException(
                    file + " is no X.509 certificate in PEM or DER: " + e.getMessage(), e);
        }
    }

    static X509Certificate parse(byte[] bytes) throws CertificateException {
        return (X509Certificate)
                CertificateFactory.getInstance("X.509")
                        .generateCertificate(new ByteArrayInputStream(bytes));
    }
}
