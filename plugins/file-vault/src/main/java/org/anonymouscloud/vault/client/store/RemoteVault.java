package org.anonymouscloud.vault.client.store;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.anonymouscloud.core.plugin.RetryPolicy;
import org.anonymouscloud.core.session.Call;
import org.anonymouscloud.core.session.Link;
import org.anonymouscloud.core.wire.Cbor;
import org.anonymouscloud.core.wire.ErrorCode;
import org.anonymouscloud.core.wire.Malformed;
import org.anonymouscloud.core.wire.Refused;
import org.anonymouscloud.vault.client.store.Untrusted.DataMissing;
import org.anonymouscloud.vault.client.store.Untrusted.DataNotAuthentic;
import org.anonymouscloud.vault.protocol.PackName;
import org.anonymouscloud.vault.protocol.VaultMessages;
import org.anonymouscloud.vault.protocol.VaultMethod;
import org.jspecify.annotations.Nullable;

/**
 * The server's half, asked over a link. All that it does is harmless when repeated, so it is
 * repeated while the connection is cut. Trusts nothing: what comes back is only bytes. Thread-safe.
 */
public final class RemoteVault {
  private final Link link;
  private final RetryPolicy patience;

  public RemoteVault(Link link, RetryPolicy patience) {
    this.link = link;
    this.patience = patience;
  }

  /** Writes a pack; called again for each attempt. */
  @FunctionalInterface
  interface PackBody {
    void writeTo(OutputStream out) throws IOException;
  }

  /**
   * A root as the server has it.
   *
   * @param number counted from 0, or {@link VaultMessages#NEWEST}
   */
  Optional<VaultMessages.RootGot> root(long number) throws IOException {
    try {
      byte[] answer = ask(VaultMethod.ROOT_GET, new VaultMessages.RootGet(number));
      return Optional.of(decode(answer, VaultMessages.RootGot.class));
    } catch (Refused e) {
      if (e.code() == ErrorCode.NOT_FOUND) {
        return Optional.empty();
      }
      throw new ServerRefused(e);
    }
  }

  /**
   * Several roots at once, as each costs a round trip.
   *
   * @return those from {@code high} down to {@code low}; one that the server does not have is none
   */
  List<Optional<VaultMessages.RootGot>> roots(long high, long low) throws IOException {
    List<Asking> askings = new ArrayList<>();
    for (long number = high; number >= low; number--) {
      askings.add(new Asking(number));
    }
    try {
      for (Asking asking : askings) {
        asking.thread.join();
      }
    } catch (InterruptedException e) {
      askings.forEach(asking -> asking.thread.interrupt());
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("The work was interrupted.");
    }
    List<Optional<VaultMessages.RootGot>> roots = new ArrayList<>();
    for (Asking asking : askings) {
      if (asking.failure != null) {
        throw asking.failure;
      }
      roots.add(asking.root);
    }
    return roots;
  }

  /** One of several questions; read when its thread has ended. */
  private final class Asking {
    private final Thread thread;
    private Optional<VaultMessages.RootGot> root = Optional.empty();
    private @Nullable IOException failure;

    Asking(long number) {
      this.thread =
          Thread.ofVirtual()
              .name("root-asker")
              .start(
                  () -> {
                    try {
                      root = root(number);
                    } catch (IOException e) {
                      failure = e;
                    } catch (RuntimeException e) {
                      failure = new IOException("A root could not be read.", e);
                    }
                  });
    }
  }

  /**
   * Offers the next root.
   *
   * @param frees whether the change only deletes
   * @return false if the server's newest root is not the one before it. After a cut that may be so
   *     because an earlier attempt has arrived.
   */
  boolean move(long number, byte[] root, List<PackName> live, boolean frees) throws IOException {
    try {
      ask(
          VaultMethod.ROOT_MOVE,
          new VaultMessages.RootMove(number, root, PackName.encodeAll(live), frees));
      return true;
    } catch (Refused e) {
      if (e.code() == ErrorCode.CONFLICT) {
        return false;
      }
      throw new ServerRefused(e);
    }
  }

  /** What the account uses. */
  public VaultMessages.Usage usage() throws IOException {
    try {
      return decode(
          ask(VaultMethod.USAGE, new VaultMessages.UsageGet()), VaultMessages.Usage.class);
    } catch (Refused e) {
      throw new ServerRefused(e);
    }
  }

  /**
   * Stores a pack; the server holds it durably when this returns.
   *
   * @param frees whether a change that only deletes needs it
   */
  void put(PackName name, int length, boolean frees, PackBody body) throws IOException {
    byte[] question = Cbor.encode(new VaultMessages.PackPut(name.text(), length, frees));
    try {
      patience.until(
          () -> {
            try (Call call = link.open(VaultMethod.PACK_PUT.toString(), question)) {
              send(call, body);
              return call.answer();
            }
          });
    } catch (Refused e) {
      throw new ServerRefused(e);
    }
  }

  private static void send(Call call, PackBody body) throws Refused, IOException {
    try (OutputStream out = call.upload()) {
      body.writeTo(out);
    } catch (IOException cut) {
      // Who refuses a pack does not read it to its end; the answer says why.
      try {
        call.answer();
      } catch (IOException e) {
        cut.addSuppressed(e);
      }
      throw cut;
    }
  }

  /**
   * Reads a part of a pack.
   *
   * @param target takes {@code length} bytes from its start
   */
  void get(PackName name, int offset, int length, byte[] target) throws IOException {
    byte[] question = Cbor.encode(new VaultMessages.PackGet(name.text(), offset, length));
    try {
      patience.untilRead(
          () -> {
            try (Call call = link.open(VaultMethod.PACK_GET.toString(), question)) {
              return receive(call, length, target);
            }
          });
    } catch (Refused e) {
      switch (e.code()) {
        // Whatever the server says of its reasons: the signed root says that this pack is there,
        // and that it is at least so long.
        case NOT_FOUND, BAD_REQUEST, INTERNAL -> throw new DataMissing();
        default -> throw new ServerRefused(e);
      }
    }
  }

  private static byte[] receive(Call call, int length, byte[] target) throws Refused, IOException {
    int got;
    boolean more;
    try {
      call.upload().close();
      InputStream in = call.download();
      got = in.readNBytes(target, 0, length);
      more = got == length && in.read() >= 0;
    } catch (IOException cut) {
      try {
        call.answer();
      } catch (IOException e) {
        cut.addSuppressed(e);
      }
      throw cut;
    }
    byte[] answer = call.answer();
    if (got != length || more) {
      throw new DataNotAuthentic();
    }
    return answer;
  }

  private byte[] ask(VaultMethod method, Object question) throws Refused, IOException {
    byte[] body = Cbor.encode(question);
    RetryPolicy.Attempt<byte[]> attempt = () -> link.ask(method.toString(), body);
    return method == VaultMethod.ROOT_MOVE ? patience.until(attempt) : patience.untilBegun(attempt);
  }

  /** An answer that is no answer is the server's doing, not the connection's. */
  private static <T> T decode(byte[] answer, Class<T> type) throws DataNotAuthentic {
    try {
      return Cbor.decode(answer, type);
    } catch (Malformed e) {
      throw new DataNotAuthentic();
    }
  }
}
