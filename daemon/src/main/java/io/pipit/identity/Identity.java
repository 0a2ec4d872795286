package io.pipit.identity;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.pipit.identity.statement.Rotation;
import io.pipit.identity.statement.Statement;
import io.pipit.identity.statement.StatementException;
import io.pipit.model.NodeId;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This node's key pair (P-256), which is what it is. Immutable.
 *
 * <p>It lies in {@code <data-dir>/identity/key.pem}, the private key as PKCS#8 and the public key
 * as SubjectPublicKeyInfo, since the JDK can't work out the one from the other. Whoever lost it has
 * another node, which nobody knows. Only another key takes its place, in two steps, each there
 * whole or not at all whenever the power goes: {@code next.pem}, the key to come and the statement
 * that it follows this one; and then, by a rename, that in place of {@code key.pem}, of which
 * {@code previous.pem} is a copy until every peer has heard of it.
 */
public final class Identity {
    private static final Logger LOG = LoggerFactory.getLogger(Identity.class);
    private static final String CURVE = "secp256r1";
    private static final String FILE = "key.pem";
    private static final String NEXT = "next.pem";
    private static final String PREVIOUS = "previous.pem";
    private static final String STATEMENT = "PIPIT STATEMENT";
    private static final BigInteger CURVE_ORDER =
            new BigInteger("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551", 16);
    private static final String FILE_MODE = "rw-------";
    private static final String DIRECTORY_MODE = "rwx------";
    private static final int FILE_BYTES_MAX = 16_384;
    private static final Base64.Encoder PEM = Base64.getMimeEncoder(64, new byte[] {'\n'});

    private final KeyPair keys;
    private final NodeId id;
    private final @Nullable Path directory;

    private Identity(KeyPair keys, @Nullable Path directory) {
        this.keys = keys;
        this.directory = directory;
        this.id = NodeId.of(keys.getPublic());
    }

    /**
     * The identity in this data directory; where there is none, a new one is made. Several
     * processes may do so at once: they all get the same.
     *
     * <p>A key that others than its owner may read is used, since the node has no other; but its
     * mode is put right and the log says so.
     *
     * @throws IdentityException where it can't be read, is damaged, or can't be made; what is there
     *     stays as it is
     */
    public static Identity loadOrCreate(Path dataDirectory) throws IdentityException {
        Path directory = dataDirectory.resolve("identity");
        Path file = directory.resolve(FILE);
        try {
            if (!Files.exists(file)) {
                make(dataDirectory, directory, file);
            }
            return load(directory, file);
        } catch (AccessDeniedException e) {
            throw new IdentityException(
                    "%s: not allowed for user %s; give the data directory to the user that pipit runs as, or run this as that user"
                            .formatted(e.getFile(), System.getProperty("user.name")),
                    e);
        } catch (IOException e) {
            throw new IdentityException(
                    "%s: the node's key can't be read or made: %s".formatted(file, e), e);
        }
    }

    private static void make(Path dataDirectory, Path directory, Path file) throws IOException {
        Files.createDirectories(dataDirectory);
        boolean first = DurableFile.createDirectory(directory, DIRECTORY_MODE);
        KeyPair made = generate();
        String text =
                pem("PRIVATE KEY", made.getPrivate().getEncoded())
                        + pem("PUBLIC KEY", made.getPublic().getEncoded());
        if (DurableFile.create(file, text.getBytes(US_ASCII), FILE_MODE) && first) {
            DurableFile.sync(dataDirectory);
        }
    }

    private static Identity load(Path directory, Path file) throws IOException, IdentityException {
        tighten(directory, DIRECTORY_MODE);
        tighten(file, FILE_MODE);
        if (Files.size(file) > FILE_BYTES_MAX) {
            throw damaged(file, "it is far too large for a key", null);
        }
        String text = new String(Files.readAllBytes(file), US_ASCII);
        try {
            KeyFactory factory = KeyFactory.getInstance("EC");
            PrivateKey secret =
                    factory.generatePrivate(
                            new PKCS8EncodedKeySpec(block(file, text, "PRIVATE KEY")));
            PublicKey open =
                    factory.generatePublic(new X509EncodedKeySpec(block(file, text, "PUBLIC KEY")));
            check(file, secret, open);
            return new Identity(new KeyPair(open, secret), directory);
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw damaged(file, "it doesn't hold a key (" + e.getMessage() + ")", e);
        }
    }

    private static void check(Path file, PrivateKey secret, PublicKey open)
            throws GeneralSecurityException, IdentityException {
        if (!(open instanceof ECPublicKey curve)
                || !curve.getParams().getOrder().equals(CURVE_ORDER)) {
            throw damaged(file, "its key isn't a P-256 one", null);
        }
        byte[] sample = open.getEncoded();
        Signature signature = Signature.getInstance("SHA256withECDSA");
        signature.initSign(secret);
        signature.update(sample);
        byte[] signed = signature.sign();
        signature.initVerify(open);
        signature.update(sample);
        if (!signature.verify(signed)) {
            throw damaged(file, "its two keys don't belong together", null);
        }
    }

    private static void tighten(Path path, String mode) throws IOException {
        Set<PosixFilePermission> allowed = PosixFilePermissions.fromString(mode);
        Set<PosixFilePermission> found = Files.getPosixFilePermissions(path);
        if (!allowed.containsAll(found)) {
            Files.setPosixFilePermissions(path, allowed);
            LOG.warn(
                    "{} was open to others ({}) and is now {}; if somebody else uses this machine, they may have copied the node's key",
                    path,
                    PosixFilePermissions.toString(found),
                    mode);
        }
    }

    private static byte[] block(Path file, String text, String label) throws IdentityException {
        Matcher block =
                Pattern.compile(
                                "-----BEGIN %1$s-----([A-Za-z0-9+/=\\s]*)-----END %1$s-----"
                                        .formatted(label))
                        .matcher(text);
        if (!block.find()) {
            throw damaged(file, "it has no whole block \"" + label + "\"", null);
        }
        return Base64.getMimeDecoder().decode(block.group(1));
    }

    private static IdentityException damaged(Path file, String what, @Nullable Throwable cause) {
        return new IdentityException(
                file
                        + ": the node's key is damaged: "
                        + what
                        + "; bring it back from a backup, or move it away to become a new node, which every peer has to be told of",
                cause);
    }

    private static KeyPair generate() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec(CURVE));
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java has no P-256", e);
        }
    }

    private static String pem(String label, byte[] content) {
        return "-----BEGIN %s-----\n%s\n-----END %s-----\n"
                .formatted(label, PEM.encodeToString(content), label);
    }

    /**
     * Makes the key to come, durably, with the statement that it follows this one; where that was
     * done already, it is the one there is.
     *
     * @param dataDirectory that this identity was loaded from
     * @param number of the statement
     */
    public Rotation prepare(Path dataDirectory, long number) throws IdentityException {
        Path file = dataDirectory.resolve("identity").resolve(NEXT);
        try {
            if (!Files.exists(file)) {
                KeyPair next = generate();
                String text =
                        pem("PRIVATE KEY", next.getPrivate().getEncoded())
                                + pem("PUBLIC KEY", next.getPublic().getEncoded())
                                + pem(STATEMENT, Rotation.of(keys, next, number).bytes());
                boolean _ = DurableFile.create(file, text.getBytes(US_ASCII), FILE_MODE);
            }
            return rotation(file).orElseThrow(() -> damaged(file, "it has no statement", null));
        } catch (IOException e) {
            throw new IdentityException(file + " can't be made: " + e, e);
        }
    }

    /** The rotation that was prepared and not done yet. */
    public static Optional<Rotation> prepared(Path dataDirectory) throws IdentityException {
        return rotation(dataDirectory.resolve("identity").resolve(NEXT));
    }

    /** The rotation by which the present key took its place; nothing where it is the first one. */
    public static Optional<Rotation> origin(Path dataDirectory) throws IdentityException {
        return rotation(dataDirectory.resolve("identity").resolve(FILE));
    }

    private static Optional<Rotation> rotation(Path file) throws IdentityException {
        try {
            String text = new String(Files.readAllBytes(file), US_ASCII);
            return text.contains("BEGIN " + STATEMENT)
                    ? Optional.of((Rotation) Statement.parse(block(file, text, STATEMENT)))
                    : Optional.empty();
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw new IdentityException(file + " can't be read: " + e, e);
        } catch (StatementException | ClassCastException e) {
            throw damaged(file, "its statement is wrong (" + e.getMessage() + ")", e);
        }
    }

    /** Puts the prepared key in place of the present one: the next start is with that. */
    public static void switchOver(Path dataDirectory) throws IdentityException {
        Path directory = dataDirectory.resolve("identity");
        Path file = directory.resolve(FILE);
        try {
            DurableFile.replace(directory.resolve(PREVIOUS), Files.readAllBytes(file), FILE_MODE);
            Files.move(
                    directory.resolve(NEXT),
                    file,
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
            DurableFile.sync(directory);
        } catch (IOException e) {
            throw new IdentityException(file + " can't be replaced, and stays as it is: " + e, e);
        }
    }

    /** Who this node was before, while there are peers that know only that. */
    public static Optional<Identity> previous(Path dataDirectory) throws IdentityException {
        Path directory = dataDirectory.resolve("identity");
        Path file = directory.resolve(PREVIOUS);
        try {
            if (!Files.exists(file) || Files.isSymbolicLink(file)) {
                return Optional.empty();
            }
            Identity found = load(directory, file);
            // Without the directory: the certificate that lies there is another key's.
            return Optional.of(new Identity(found.keys, null));
        } catch (IOException e) {
            throw new IdentityException(file + " can't be read: " + e, e);
        }
    }

    /** Nobody needs to know any more who this node was before. */
    public static void forgetPrevious(Path dataDirectory) throws IdentityException {
        Path directory = dataDirectory.resolve("identity");
        try {
            if (Files.deleteIfExists(directory.resolve(PREVIOUS))) {
                DurableFile.sync(directory);
            }
        } catch (IOException e) {
            throw new IdentityException(directory + " can't be written: " + e, e);
        }
    }

    /** What others call this node. */
    public NodeId id() {
        return id;
    }

    /** What others pin. */
    public PublicKey publicKey() {
        return keys.getPublic();
    }

    /** Never leaves this machine. */
    public PrivateKey privateKey() {
        return keys.getPrivate();
    }

    /**
     * The ID of another program, which shows this certificate where it uses TLS.
     *
     * @param certificate X.509, in PEM or DER
     * @throws IdentityException where it can't be read or isn't one
     */
    public static NodeId idIn(Path certificate) throws IdentityException {
        return NodeCertificate.idIn(certificate);
    }

    /** A certificate of this key, for protocols that want one; reads or writes a file. */
    public X509Certificate certificate() {
        Path kept = directory;
        return kept == null ? SelfSigned.of(this) : NodeCertificate.of(this, kept);
    }

    @Override
    public String toString() {
        return id.toString();
    }
}
