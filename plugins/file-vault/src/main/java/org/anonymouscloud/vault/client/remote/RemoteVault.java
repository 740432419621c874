package org.anonymouscloud.vault.client.remote;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.anonymouscloud.core.plugin.RetryPolicy;
import org.anonymouscloud.core.session.Call;
import org.anonymouscloud.core.session.Link;
import org.anonymouscloud.core.wire.Cbor;
import org.anonymouscloud.core.wire.ErrorCode;
import org.anonymouscloud.core.wire.Malformed;
import org.anonymouscloud.core.wire.Refused;
import org.anonymouscloud.vault.client.remote.Untrusted.DataMissing;
import org.anonymouscloud.vault.client.remote.Untrusted.DataNotAuthentic;
import org.anonymouscloud.vault.client.remote.Untrusted.DataUnreadable;
import org.anonymouscloud.vault.protocol.DriveId;
import org.anonymouscloud.vault.protocol.PackName;
import org.anonymouscloud.vault.protocol.VaultMessages;
import org.anonymouscloud.vault.protocol.VaultMethod;
import org.jspecify.annotations.Nullable;

/**
 * The server's half, asked over a link. All that it does is harmless when repeated, so it is
 * repeated while the connection is cut. Trusts nothing: what comes back is only bytes. Thread-safe.
 */
public final class RemoteVault {
  /** What is repeated for as long as it takes, as work would be lost. */
  private static final Set<VaultMethod> CHANGES =
      EnumSet.of(
          VaultMethod.ROOT_MOVE,
          VaultMethod.DRIVE_CREATE,
          VaultMethod.ROSTER_PUT,
          VaultMethod.DRIVE_DELETE);

  /** No drive has so many: who lists more does not end. */
  private static final int MAX_LISTED = 1 << 24;

  private static final int MIN_EXPONENT = Integer.numberOfTrailingZeros(VaultMessages.MIN_PACK);
  private static final int MAX_EXPONENT = Integer.numberOfTrailingZeros(VaultMessages.MAX_PACK);

  private final Link link;
  private final DriveId drive;
  private final RetryPolicy patience;

  /**
   * @param drive that is meant in all that is asked
   */
  public RemoteVault(Link link, DriveId drive, RetryPolicy patience) {
    this.link = link;
    this.drive = drive;
    this.patience = patience;
  }

  /** The drive that is meant. */
  public DriveId drive() {
    return drive;
  }

  /** Writes a pack; called again for each attempt. */
  @FunctionalInterface
  public interface PackBody {
    void writeTo(OutputStream out) throws IOException;
  }

  /**
   * A root as the server has it.
   *
   * @param number counted from 0, or {@link VaultMessages#NEWEST}
   */
  public Optional<VaultMessages.RootGot> root(long number) throws IOException {
    return found(
        VaultMethod.ROOT_GET,
        new VaultMessages.RootGet(drive.bytes(), number),
        VaultMessages.RootGot.class);
  }

  /**
   * Several roots at once, as each costs a round trip.
   *
   * @return those with these numbers, in that order; one that the server does not have is none
   */
  public List<Optional<VaultMessages.RootGot>> roots(List<Long> numbers) throws IOException {
    List<Asking> askings = numbers.stream().map(Asking::new).toList();
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
   * The drive's lists of members, each a whole one; nothing of them is proven.
   *
   * @param from number of the first of interest
   * @return those that one answer holds, in order, and whether there are more; none if the server
   *     has no such drive for this account
   */
  public Optional<VaultMessages.RosterGot> rosters(long from) throws IOException {
    return found(
        VaultMethod.ROSTER_GET,
        new VaultMessages.RosterGet(drive.bytes(), from),
        VaultMessages.RosterGot.class);
  }

  /**
   * This account's share of the drive's keys.
   *
   * @param generation of the drive secret, or {@link VaultMessages#NEWEST}
   */
  public Optional<VaultMessages.GrantGot> grant(int generation) throws IOException {
    return found(
        VaultMethod.GRANT_GET,
        new VaultMessages.GrantGet(drive.bytes(), generation),
        VaultMessages.GrantGot.class);
  }

  private <T> Optional<T> found(VaultMethod method, Record question, Class<T> answer)
      throws IOException {
    try {
      return Optional.of(decode(ask(method, question), answer));
    } catch (Refused e) {
      if (e.code() == ErrorCode.NOT_FOUND) {
        return Optional.empty();
      }
      throw new ServerRefused(e);
    }
  }

  /**
   * Makes the drive.
   *
   * @return false if there is one already. After a cut that may be an earlier attempt's.
   */
  public boolean create(byte[] roster, byte[] grant) throws IOException {
    return set(VaultMethod.DRIVE_CREATE, new VaultMessages.DriveCreate(roster, grant));
  }

  /**
   * Offers the next list of members.
   *
   * @param grants for each member that has none of its generation: account id and sealed secret
   * @return false if another one came first. After a cut that may be an earlier attempt of this.
   */
  public boolean putRoster(byte[] roster, byte[] grants) throws IOException {
    return set(VaultMethod.ROSTER_PUT, new VaultMessages.RosterPut(drive.bytes(), roster, grants));
  }

  /** Deletes the drive with all that is in it. */
  public void delete() throws IOException {
    boolean _ = set(VaultMethod.DRIVE_DELETE, new VaultMessages.DriveDelete(drive.bytes()));
  }

  private boolean set(VaultMethod method, Record question) throws IOException {
    try {
      ask(method, question);
      return true;
    } catch (Refused e) {
      if (e.code() == ErrorCode.CONFLICT) {
        return false;
      }
      throw new ServerRefused(e);
    }
  }

  /**
   * Offers the next root.
   *
   * @param live packs that it needs and that no root has named yet
   * @param dropped packs that a root has named and that none needs any more
   * @param frees whether the change only deletes
   * @return false if the server's newest root is not the one before it. After a cut that may be so
   *     because an earlier attempt has arrived.
   */
  public boolean move(
      long number, byte[] root, List<PackName> live, List<PackName> dropped, boolean frees)
      throws IOException {
    try {
      ask(
          VaultMethod.ROOT_MOVE,
          new VaultMessages.RootMove(
              drive.bytes(),
              number,
              root,
              PackName.encodeAll(live),
              PackName.encodeAll(dropped),
              frees));
      return true;
    } catch (Refused e) {
      if (e.code() == ErrorCode.CONFLICT) {
        return false;
      }
      throw new ServerRefused(e);
    }
  }

  /**
   * Has packs deleted that no root has named; others of these names stay, and what is not there
   * does no harm. Not repeated for long: the server deletes such packs by itself after a day.
   */
  public void drop(List<PackName> names) throws IOException {
    for (int from = 0; from < names.size(); from += VaultMessages.MAX_PACKS_IN_MOVE) {
      int to = Math.min(names.size(), from + VaultMessages.MAX_PACKS_IN_MOVE);
      try {
        ask(
            VaultMethod.PACK_DROP,
            new VaultMessages.PackDrop(drive.bytes(), PackName.encodeAll(names.subList(from, to))));
      } catch (Refused e) {
        throw new ServerRefused(e);
      }
    }
  }

  /**
   * Those of some packs that the server has no more, as it says: what was in them is sent again.
   *
   * @param names {@link VaultMessages#MAX_PACKS_IN_MOVE} at most
   */
  public Set<PackName> missing(Collection<PackName> names) throws IOException {
    try {
      return Set.copyOf(
          PackName.decodeAll(
              decode(
                      ask(
                          VaultMethod.PACK_ASK,
                          new VaultMessages.PackAsk(drive.bytes(), PackName.encodeAll(names))),
                      VaultMessages.PackMissing.class)
                  .names()));
    } catch (Malformed e) {
      throw new DataNotAuthentic();
    } catch (Refused e) {
      throw new ServerRefused(e);
    }
  }

  /** Hears of the packs that the server says it keeps for the drive. */
  @FunctionalInterface
  public interface Listing {
    /**
     * @param length in bytes, a power of two
     * @param lost whether the server has no such file any more, or not all of it
     */
    void pack(PackName name, int length, boolean lost) throws IOException;
  }

  /**
   * The packs that roots have named as live, as the server says; nothing of it is proven.
   *
   * @throws DataNotAuthentic if it does not end, or is no list
   */
  public void list(Listing listing) throws IOException {
    byte[] after = {};
    for (int listed = 0; listed < MAX_LISTED; ) {
      VaultMessages.PackListed some;
      try {
        some =
            decode(
                ask(VaultMethod.PACK_LIST, new VaultMessages.PackList(drive.bytes(), after)),
                VaultMessages.PackListed.class);
      } catch (Refused e) {
        throw new ServerRefused(e);
      }
      ByteBuffer packs = ByteBuffer.wrap(some.packs());
      if (packs.remaining() % VaultMessages.LISTED_PACK != 0
          || (some.more() && !packs.hasRemaining())) {
        throw new DataNotAuthentic();
      }
      while (packs.hasRemaining()) {
        after = new byte[PackName.LENGTH];
        packs.get(after);
        int length = packs.get();
        int exponent = length & ~VaultMessages.LOST & 0xff;
        if (exponent < MIN_EXPONENT || exponent > MAX_EXPONENT) {
          throw new DataNotAuthentic();
        }
        listing.pack(name(after), 1 << exponent, (length & VaultMessages.LOST) != 0);
        listed++;
      }
      if (!some.more()) {
        return;
      }
    }
    throw new DataNotAuthentic();
  }

  private static PackName name(byte[] encoded) throws DataNotAuthentic {
    try {
      return PackName.decodeAll(encoded).getFirst();
    } catch (Malformed e) {
      throw new DataNotAuthentic();
    }
  }

  /** What the account uses. */
  public VaultMessages.Usage usage() throws IOException {
    try {
      return decode(
          ask(VaultMethod.USAGE, new VaultMessages.UsageGet(drive.bytes())),
          VaultMessages.Usage.class);
    } catch (Refused e) {
      throw new ServerRefused(e);
    }
  }

  /**
   * Stores a pack; the server holds it durably when this returns.
   *
   * @param frees whether a change that only deletes needs it
   */
  public void put(PackName name, int length, boolean frees, PackBody body) throws IOException {
    byte[] question =
        Cbor.encode(new VaultMessages.PackPut(drive.bytes(), name.text(), length, frees));
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
  public void get(PackName name, int offset, int length, byte[] target) throws IOException {
    byte[] question =
        Cbor.encode(new VaultMessages.PackGet(drive.bytes(), name.text(), offset, length));
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
        case NOT_FOUND, BAD_REQUEST -> throw new DataMissing();
        case INTERNAL -> throw e.retryable() ? new DataUnreadable() : new DataMissing();
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
    return CHANGES.contains(method) ? patience.until(attempt) : patience.untilBegun(attempt);
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
