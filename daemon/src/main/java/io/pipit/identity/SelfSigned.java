package io.pipit.identity;

import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.security.Signature;
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

/**
 * Makes a {@link NodeCertificate}, which happens once in a node's life. Apart from that, so that
 * the library it takes isn't looked into at each start.
 */
final class SelfSigned {
    /** RFC 5280, section 4.1.2.5: of no certain end. */
    private static final Instant NEVER = Instant.parse("9999-12-31T23:59:59Z");

    private static final int SERIAL_BITS = 64;

    private SelfSigned() {}

    static X509Certificate of(Identity identity) {
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
            return NodeCertificate.parse(new DERSequence(whole).getEncoded());
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException("a certificate of this node's key can't be made", e);
        }
    }
}
