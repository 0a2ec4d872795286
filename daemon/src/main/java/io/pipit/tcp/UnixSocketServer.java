package io.pipit.tcp;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.socket.nio.NioServerDomainSocketChannel;
import io.pipit.model.Grant;
import io.pipit.monitor.Metrics;
import io.pipit.resource.exchange.Caller;
import io.pipit.resource.exchange.Resources;
import io.pipit.tcp.session.Session;
import io.pipit.tcp.session.SessionCounters;
import io.pipit.tcp.session.SessionLimits;
import io.pipit.tcp.session.Sessions;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.GroupPrincipal;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The endpoint for programs on this machine: a Unix socket that speaks CoAP as over TCP. Whom the
 * file's mode (0660, group of the run directory) lets in may do everything. One event loop of its
 * own; {@link #start} and {@link #close} are called once each, by the same thread.
 */
public final class UnixSocketServer implements AutoCloseable {
    /** What it is called in the run directory. */
    public static final String FILE_NAME = "pipit.sock";

    /** What the kernel takes as a Unix socket's path, without the closing zero: bytes. */
    public static final int PATH_BYTES_MAX = 107;

    private static final String MODE = "rw-rw----";
    private static final String PRIVATE = "rwx------";
    private static final int BACKLOG = 64;
    private static final WriteBufferWaterMark OUTBOUND =
            new WriteBufferWaterMark(64 * 1024, 256 * 1024);

    private final Path runDir;
    private final Path socket;
    private final Sessions sessions;
    private final Caller caller;
    private final EventLoop loop;
    private @Nullable Channel channel;
    private @Nullable Object fileKey;

    /**
     * Doesn't do anything yet.
     *
     * @param runDir where {@link #FILE_NAME} is to be; made where it isn't there
     * @param loop where its connections live
     */
    public UnixSocketServer(
            Path runDir,
            Resources resources,
            SessionLimits limits,
            Metrics metrics,
            EventLoop loop) {
        this.caller =
                new Caller(
                        Caller.Via.SOCKET,
                        null,
                        Set.of(
                                Grant.of(Grant.Role.MONITOR),
                                Grant.of(Grant.Role.READ),
                                Grant.of(Grant.Role.WRITE),
                                Grant.of(Grant.Role.BULK),
                                Grant.of(Grant.Role.ADMIN)));
        this.runDir = runDir.toAbsolutePath().normalize();
        this.socket = this.runDir.resolve(FILE_NAME);
        this.sessions = new Sessions(resources, limits, SessionCounters.of(metrics, "socket"));
        this.loop = loop;
    }

    /** Where it is. */
    public Path path() {
        return socket;
    }

    /**
     * Takes connections from now on.
     *
     * @throws IOException with what is wrong and what to do: another daemon answers there, the path
     *     is too long, the directory can't be written
     */
    public void start() throws IOException {
        if (socket.toString().getBytes(UTF_8).length > PATH_BYTES_MAX) {
            throw new IOException(
                    socket
                            + " is longer than the "
                            + PATH_BYTES_MAX
                            + " bytes that a socket's path may have: set a shorter run-dir");
        }
        Files.createDirectories(runDir);
        refuseWhereSomebodyAnswers();
        ServerSocketChannel bound = bind();
        channel =
                new ServerBootstrap()
                        .group(loop.group())
                        .channelFactory(() -> new NioServerDomainSocketChannel(bound))
                        .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, OUTBOUND)
                        .childHandler(
                                new ChannelInitializer<Channel>() {
                                    @Override
                                    protected void initChannel(Channel made) {
                                        sessions.add(made, () -> caller, new Session.Watch() {});
                                    }
                                })
                        .register()
                        .syncUninterruptibly()
                        .channel();
    }

    private void refuseWhereSomebodyAnswers() throws IOException {
        try {
            BasicFileAttributes found =
                    Files.readAttributes(
                            socket, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            if (!found.isOther()) {
                throw new IOException(socket + " is there and is no socket: take it away");
            }
        } catch (NoSuchFileException e) {
            return;
        }
        try (SocketChannel probe = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            probe.connect(UnixDomainSocketAddress.of(socket));
        } catch (IOException e) {
            return; // nobody listens: left over from a run that was killed
        }
        throw new IOException(
                "another daemon answers at " + socket + ": stop it, or set another run-dir");
    }

    // Between bind and chmod anybody whom the umask lets could connect: so it is bound out of
    // sight,
    // in a directory of our own, and moved when its mode is right. No longer than the path itself.
    private ServerSocketChannel bind() throws IOException {
        Path hidden = runDir.resolve("." + Long.toHexString(ProcessHandle.current().pid()));
        Path unready = hidden.resolve("s");
        Files.deleteIfExists(unready);
        Files.deleteIfExists(hidden);
        Files.createDirectory(
                hidden,
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(PRIVATE)));
        ServerSocketChannel bound = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            bound.bind(UnixDomainSocketAddress.of(unready), BACKLOG);
            handToGroup(runDir, unready);
            Files.setPosixFilePermissions(unready, PosixFilePermissions.fromString(MODE));
            fileKey = Files.readAttributes(unready, BasicFileAttributes.class).fileKey();
            Files.move(unready, socket, StandardCopyOption.ATOMIC_MOVE);
            return bound;
        } catch (AtomicMoveNotSupportedException e) {
            bound.close();
            throw new IOException("can't put a socket into " + runDir + ": " + e.getReason(), e);
        } catch (IOException e) {
            bound.close();
            throw e;
        } finally {
            Files.deleteIfExists(unready);
            Files.deleteIfExists(hidden);
        }
    }

    private static void handToGroup(Path runDir, Path file) throws IOException {
        GroupPrincipal wanted = group(runDir).readAttributes().group();
        if (!group(file).readAttributes().group().equals(wanted)) {
            try {
                group(file).setGroup(wanted);
            } catch (IOException e) {
                // Not a member of it, in a directory like /tmp: the file stays with our own group.
                return;
            }
        }
    }

    private static PosixFileAttributeView group(Path path) {
        return Files.getFileAttributeView(path, PosixFileAttributeView.class);
    }

    /** Says goodbye to all connections and takes the socket away. A second time nothing happens. */
    @Override
    public void close() {
        if (channel == null) {
            return;
        }
        try {
            BasicFileAttributes found = Files.readAttributes(socket, BasicFileAttributes.class);
            if (found.fileKey() != null && found.fileKey().equals(fileKey)) {
                Files.delete(socket);
            }
        } catch (IOException e) {
            // Gone already, or not ours to take away any more.
        }
        channel.close().syncUninterruptibly();
        loop.await(sessions::release);
        channel = null;
    }
}
