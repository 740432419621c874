package org.anonymouscloud.core.session.server;

import java.net.Socket;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.anonymouscloud.core.channel.HandshakeGate;
import org.anonymouscloud.core.crypto.Digest;

/**
 * A connection that was let in and whose handshake is still to be done.
 *
 * @param socket whoever serves the connection closes it
 * @param network the client's
 * @param gate to be asked before anything is computed for the handshake
 * @param onGreeted to be told, once the client is past the gate, how to end the connection if its
 *     place is needed; that must not block
 * @param onProven to be told which user the client has proven to be, before it is one's device, and
 *     by what
 * @param onTrusted to be told that the client is a user
 * @param onForgotten to be told that the client is a stranger again
 */
public record Arrival(
    Socket socket,
    Network network,
    HandshakeGate gate,
    Consumer<Runnable> onGreeted,
    BiConsumer<Object, Digest> onProven,
    Runnable onTrusted,
    Runnable onForgotten) {}
