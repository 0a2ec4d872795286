package io.pipit.identity;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Date;
import org.bouncycastle.asn1.ASN1EncodableVector;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.DERBitString;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x509.TBSCertificate;
import org.bouncycastle.asn1.x509.Time;
import org.bouncycastle.asn1.x509.V3TBSCertificateGenerator;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
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

    /** RFC 5280, section 4.1.2.5: of no certain end. */
    private static final Instant NEVER = Instant.parse("9999-12-31T23:59:59Z");

    private static final int SERIAL_BITS = 64;

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
        X509Certificate made = make(identity);
        try {
            DurableFile.replace(file, made.getEncoded(), FILE_MODE);
        } catch (IOException | CertificateException e) {
            LOG.warn("{} can't be kept: {}", file, e.getMessage());
        }
        return made;
    }

    private static X509Certificate parse(byte[] bytes) throws CertificateException {
        return (X509Certificate)
                CertificateFactory.getInstance("X.509")
                        .generateCertificate(new ByteArrayInputStream(bytes));
    }

    private static X509Certificate make(Identity identity) {
        AlgorithmIdentifier algorithm =
                new AlgorithmIdentifier(X9ObjectIdentifiers.ecdsa_with_SHA256);
        X500Name name = new X500Name("CN=" + identity.id());
        V3TBSCertificateGenerator content = new V3TBSCertificateGenerator();
        content.setSerialNumber(
                new ASN1Integer(
                        new BigInteger(SERIAL_BITS, new SecureRandom()).add(BigInteger.ONE)));
        content.setIssuer(name);
        content.setSubject(name);
        content.setSignature(algorithm);
        // A board's clock may be anywhere.
        content.setStartDate(new Time(Date.from(Instant.EPOCH)));
        content.setEndDate(new Time(Date.from(NEVER)));
        content.setSubjectPublicKeyInfo(
                SubjectPublicKeyInfo.getInstance(identity.publicKey().getEncoded()));
        TBSCertificate signed = content.generateTBSCertificate();
        try {
            Signature signature = Signature.getInstance("SHA256withECDSA");
            signature.initSign(identity.privateKey());
            signature.update(signed.getEncoded());
            ASN1EncodableVector whole = new ASN1EncodableVector();
            whole.add(signed);
            whole.add(algorithm);
            whole.add(new DERBitString(signature.sign()));
            return parse(new DERSequence(whole).getEncoded());
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException("a certificate of this node's key can't be made", e);
        }
    }
}
