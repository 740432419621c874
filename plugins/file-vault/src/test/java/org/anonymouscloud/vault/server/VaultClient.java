package org.anonymouscloud.vault.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.anonymouscloud.core.account.AccountId;
import org.anonymouscloud.core.account.DeviceId;
import org.anonymouscloud.core.crypto.Digest;
import org.anonymouscloud.core.session.Call;
import org.anonymouscloud.core.session.Link;
import org.anonymouscloud.core.wire.Cbor;
import org.anonymouscloud.core.wire.ErrorCode;
import org.anonymouscloud.core.wire.Malformed;
import org.anonymouscloud.core.wire.Refused;
import org.anonymouscloud.vault.protocol.DriveId;
import org.anonymouscloud.vault.protocol.PackName;
import org.anonymouscloud.vault.protocol.RootHeader;
import org.anonymouscloud.vault.protocol.Roster;
import org.anonymouscloud.vault.protocol.VaultMessages;
import org.anonymouscloud.vault.protocol.VaultMethod;

/**
 * The vault's methods as a device would call them for one drive, without a thought of what is in a
 * pack.
 */
record VaultClient(Link link, AccountId account, DriveId drive) {
  /** All devices of these tests have this id; the server tells them apart by their accounts. */
  static final DeviceId DEVICE = DeviceId.of(new byte[DeviceId.LENGTH]);

  /** Bytes that a drive has of which nothing was written: its first roster, and a grant. */
  static final long EMPTY = Roster.encodedLength(1) + (long) VaultMessages.GRANT;

  /** Makes a drive of an account's own. */
  static VaultClient create(ServerHalf server, AccountId account) throws IOException {
    VaultClient client = of(server, account, DriveId.random());
    try {
      client.create();
    } catch (Refused e) {
      throw new AssertionError("The drive was refused.", e);
    }
    return client;
  }

  /** For a drive that is there, or not. */
  static VaultClient of(ServerHalf server, AccountId account, DriveId drive) {
    return new VaultClient(server.link(account), account, drive);
  }

  /** Another account's way to the same drive. */
  VaultClient as(ServerHalf server, AccountId other) {
    return of(server, other, drive);
  }

  /** Something that a server may refuse. */
  interface Asking {
    void run() throws Refused, IOException;
  }

  /** The code of the refusal that {@code asking} meets. */
  static ErrorCode refusal(Asking asking) throws IOException {
    try {
      asking.run();
    } catch (Refused e) {
      return e.code();
    }
    throw new AssertionError("This was not refused.");
  }

  void put(PackName name, byte[] pack) throws Refused, IOException {
    put(name.text(), pack.length, pack);
  }

  void put(String name, int length, byte[] pack) throws Refused, IOException {
    put(name, length, pack, false);
  }

  void put(String name, int length, byte[] pack, boolean frees) throws Refused, IOException {
    try (Call call =
        link.open(
            VaultMethod.PACK_PUT.toString(),
            Cbor.encode(new VaultMessages.PackPut(drive.bytes(), name, length, frees)))) {
      try (OutputStream upload = call.upload()) {
        upload.write(pack);
      }
      call.answer();
    }
  }

  byte[] get(PackName name, int length) throws Refused, IOException {
    return get(name.text(), 0, length);
  }

  byte[] get(String name, int offset, int length) throws Refused, IOException {
    try (Call call =
        link.open(
            VaultMethod.PACK_GET.toString(),
            Cbor.encode(new VaultMessages.PackGet(drive.bytes(), name, offset, length)))) {
      byte[] pack;
      try {
        pack = call.download().readAllBytes();
      } catch (IOException e) {
        call.answer();
        throw e;
      }
      call.answer();
      return pack;
    }
  }

  /**
   * Moves the root to one that has a mark where a device's signature and tree would be.
   *
   * @param mark at most 255 bytes, which {@link #mark} finds again
   */
  void move(long number, byte[] mark, List<PackName> live) throws Refused, IOException {
    move(number, mark, live, List.of(), false);
  }

  void move(long number, byte[] mark, List<PackName> live, List<PackName> dropped, boolean frees)
      throws Refused, IOException {
    move(root(number, mark), number, live, dropped, frees);
  }

  void move(byte[] root, long number, List<PackName> live, List<PackName> dropped, boolean frees)
      throws Refused, IOException {
    ask(
        VaultMethod.ROOT_MOVE,
        new VaultMessages.RootMove(
            drive.bytes(),
            number,
            root,
            PackName.encodeAll(live),
            PackName.encodeAll(dropped),
            frees));
  }

  /** Moves the root to the next one, whatever its number. */
  void next(List<PackName> live, List<PackName> dropped) throws Refused, IOException {
    move(newest() + 1, new byte[] {1}, live, dropped, false);
  }

  /** The number of the newest root, -1 if there is none. */
  long newest() throws IOException {
    try {
      return root(VaultMessages.NEWEST).number();
    } catch (Refused e) {
      return -1;
    }
  }

  private byte[] ask(VaultMethod method, Record question) throws Refused, IOException {
    return link.ask(method.toString(), Cbor.encode(question));
  }

  /** A root that follows the one before its number, if there is one. */
  byte[] root(long number, byte[] mark) throws IOException {
    Digest previous = RootHeader.NOTHING;
    if (number > 0) {
      try {
        previous = Digest.sha256(root(number - 1).root());
      } catch (Refused e) {
        previous = Digest.sha256(mark);
      }
    }
    return root(generation(), number, previous, mark);
  }

  byte[] root(int generation, long number, Digest previous, byte[] mark) {
    return ByteBuffer.allocate(RootHeader.ROOT)
        .put(new RootHeader(generation, Math.max(0, number), account, DEVICE, previous).encode())
        .put((byte) mark.length)
        .put(mark)
        .array();
  }

  /** Of the newest roster; 0 for who may not see it. */
  private int generation() throws IOException {
    try {
      return Roster.decode(newestRoster()).generation();
    } catch (Refused | Malformed e) {
      return 0;
    }
  }

  /** The hash of a root that is there. */
  Digest hash(long number) throws Refused, IOException {
    return Digest.sha256(root(number).root());
  }

  /** The mark of a root. */
  static byte[] mark(VaultMessages.RootGot root) {
    int start = RootHeader.ENCODED + 1;
    return Arrays.copyOfRange(root.root(), start, start + (root.root()[start - 1] & 0xff));
  }

  VaultMessages.RootGot root(long number) throws Refused, IOException {
    return Cbor.decode(
        link.ask(
            VaultMethod.ROOT_GET.toString(),
            Cbor.encode(new VaultMessages.RootGet(drive.bytes(), number))),
        VaultMessages.RootGot.class);
  }

  /** What is used, without the time. */
  VaultMessages.Usage usage() throws Refused, IOException {
    VaultMessages.Usage now = usageNow();
    return new VaultMessages.Usage(
        now.used(), now.quota(), now.drive(), now.held(), now.packs(), 0);
  }

  VaultMessages.Usage usageNow() throws Refused, IOException {
    return Cbor.decode(
        link.ask(
            VaultMethod.USAGE.toString(), Cbor.encode(new VaultMessages.UsageGet(drive.bytes()))),
        VaultMessages.Usage.class);
  }

  /** Those that the server has no more. */
  List<PackName> missing(List<PackName> names) throws Refused, IOException {
    return PackName.decodeAll(
        Cbor.decode(
                ask(
                    VaultMethod.PACK_ASK,
                    new VaultMessages.PackAsk(drive.bytes(), PackName.encodeAll(names))),
                VaultMessages.PackMissing.class)
            .names());
  }

  VaultMessages.PackListed live(byte[] after) throws Refused, IOException {
    return Cbor.decode(
        ask(VaultMethod.PACK_LIST, new VaultMessages.PackList(drive.bytes(), after)),
        VaultMessages.PackListed.class);
  }

  /** All live packs with their lengths, over as many answers as it takes. */
  Map<PackName, Integer> live() throws Refused, IOException {
    Map<PackName, Integer> live = new HashMap<>();
    byte[] after = {};
    boolean more = true;
    while (more) {
      VaultMessages.PackListed some = live(after);
      for (int at = 0; at < some.packs().length; at += VaultMessages.LISTED_PACK) {
        try {
          PackName name = PackName.decode(some.packs(), at);
          after = name.encode();
          assertThat(live.put(name, 1 << some.packs()[at + PackName.LENGTH])).isNull();
        } catch (Malformed e) {
          throw new AssertionError(e);
        }
      }
      more = some.more();
    }
    return live;
  }

  void create() throws Refused, IOException {
    create(TestRosters.first(drive, account, DEVICE));
  }

  void create(Roster first) throws Refused, IOException {
    ask(
        VaultMethod.DRIVE_CREATE,
        new VaultMessages.DriveCreate(
            TestRosters.whole(first), TestRosters.grant(first.maker(), 0)));
  }

  void delete() throws Refused, IOException {
    ask(VaultMethod.DRIVE_DELETE, new VaultMessages.DriveDelete(drive.bytes()));
  }

  VaultMessages.DriveListed list(byte[] after) throws Refused, IOException {
    return Cbor.decode(
        ask(VaultMethod.DRIVE_LIST, new VaultMessages.DriveList(after)),
        VaultMessages.DriveListed.class);
  }

  VaultMessages.RosterGot rosters(long from) throws Refused, IOException {
    return Cbor.decode(
        ask(VaultMethod.ROSTER_GET, new VaultMessages.RosterGet(drive.bytes(), from)),
        VaultMessages.RosterGot.class);
  }

  byte[] newestRoster() throws Refused, IOException {
    VaultMessages.RosterGot got = rosters(0);
    byte[] newest = got.rosters().getLast();
    while (got.more()) {
      try {
        got = rosters(Roster.decode(newest).number() + 1);
      } catch (Malformed e) {
        throw new AssertionError(e);
      }
      newest = got.rosters().getLast();
    }
    return newest;
  }

  /** The next roster, made by this account. */
  TestRosters.Next after() throws Refused, IOException {
    return TestRosters.after(newestRoster()).by(account);
  }

  void put(TestRosters.Next next) throws Refused, IOException {
    Roster roster = next.roster(DEVICE);
    put(roster, TestRosters.grants(next.before(), roster));
  }

  void put(Roster roster, byte[] grants) throws Refused, IOException {
    ask(
        VaultMethod.ROSTER_PUT,
        new VaultMessages.RosterPut(drive.bytes(), TestRosters.whole(roster), grants));
  }

  VaultMessages.GrantGot grant() throws Refused, IOException {
    return Cbor.decode(
        ask(VaultMethod.GRANT_GET, new VaultMessages.GrantGet(drive.bytes(), VaultMessages.NEWEST)),
        VaultMessages.GrantGot.class);
  }

  void drop(List<PackName> names) throws Refused, IOException {
    ask(
        VaultMethod.PACK_DROP,
        new VaultMessages.PackDrop(drive.bytes(), PackName.encodeAll(names)));
  }
}
