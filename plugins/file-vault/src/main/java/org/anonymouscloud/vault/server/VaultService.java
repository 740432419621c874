package org.anonymouscloud.vault.server;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.anonymouscloud.core.account.AccountId;
import org.anonymouscloud.core.account.DeviceId;
import org.anonymouscloud.core.blob.BlobName;
import org.anonymouscloud.core.blob.BlobStore;
import org.anonymouscloud.core.blob.Checksum;
import org.anonymouscloud.core.database.DatabaseUnavailable;
import org.anonymouscloud.core.plugin.AccountHandler;
import org.anonymouscloud.core.plugin.Caller;
import org.anonymouscloud.core.plugin.RunningFeature;
import org.anonymouscloud.core.session.Request;
import org.anonymouscloud.core.wire.Cbor;
import org.anonymouscloud.core.wire.ErrorCode;
import org.anonymouscloud.core.wire.Malformed;
import org.anonymouscloud.core.wire.Refused;
import org.anonymouscloud.vault.protocol.DriveId;
import org.anonymouscloud.vault.protocol.PackName;
import org.anonymouscloud.vault.protocol.Right;
import org.anonymouscloud.vault.protocol.RootHeader;
import org.anonymouscloud.vault.protocol.Roster;
import org.anonymouscloud.vault.protocol.VaultMessages;
import org.anonymouscloud.vault.protocol.VaultMethod;
import org.anonymouscloud.vault.server.PackTables.Listed;
import org.anonymouscloud.vault.server.PackTables.Pack;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers the vault's methods. What somebody may do with a drive is said in one list, method by
 * method, and checked where the drive is found, so that no answer can leave it out (A37).
 * Thread-safe.
 */
final class VaultService implements RunningFeature {
  private static final Logger LOG = LoggerFactory.getLogger(VaultService.class);

  /** A question without lists; more than it needs, so that a newer client may say more. */
  private static final int MAX_QUESTION = 1024;

  private static final int MAX_NAMES = PackName.LENGTH * VaultMessages.MAX_PACKS_IN_MOVE;

  private static final int MAX_MOVE = MAX_QUESTION + RootHeader.ROOT + 2 * MAX_NAMES;

  private static final int MAX_LIST = MAX_QUESTION + MAX_NAMES;

  private static final int MAX_CREATE =
      MAX_QUESTION + Roster.encodedLength(1) + VaultMessages.GRANT;

  private static final int MAX_ROSTER =
      MAX_QUESTION + Roster.MAX_ENCODED + Roster.MAX_MEMBERS * Grants.ENCODED;

  private static final byte[] NOTHING = Cbor.encode(new VaultMessages.Empty());

  private final Ledger ledger;
  private final Membership membership;
  private final BlobStore store;
  private final MemberPush push;
  private final Receiving receiving = new Receiving();
  private final LostPacks lost;
  private final Sweeper sweeper;

  /** Takes the store and the pushes over, and closes them. */
  VaultService(Ledger ledger, Membership membership, BlobStore store, MemberPush push) {
    this.ledger = ledger;
    this.membership = membership;
    this.store = store;
    this.push = push;
    this.lost = new LostPacks(ledger, store);
    this.sweeper = new Sweeper(ledger, store, receiving, lost);
  }

  @Override
  public Map<String, AccountHandler> methods() {
    Map<String, AccountHandler> methods = new HashMap<>();
    for (VaultMethod method : VaultMethod.values()) {
      methods.put(method.verb(), answering(method));
    }
    return methods;
  }

  /**
   * A device that is about to come in reads who the members are and how far the drives have come,
   * for its link to say it.
   */
  @Override
  public Set<String> openToProven() {
    return Set.of(
        VaultMethod.DRIVE_LIST.verb(),
        VaultMethod.ROSTER_GET.verb(),
        VaultMethod.GRANT_GET.verb(),
        VaultMethod.ROOT_GET.verb());
  }

  @Override
  public Optional<String> trouble() {
    return store.trouble(VaultMessages.MAX_PACK);
  }

  @Override
  public int lostFiles() {
    return lost.count();
  }

  /** The right that each method takes, and the most bytes that its question has. */
  private AccountHandler answering(VaultMethod method) {
    return switch (method) {
      case DRIVE_LIST -> this::driveList;
      case DRIVE_CREATE -> this::driveCreate;
      case DRIVE_DELETE ->
          onDrive(
              Right.OWN,
              new Form<>(
                  VaultMessages.DriveDelete.class, MAX_QUESTION, VaultMessages.DriveDelete::drive),
              this::driveDelete);
      case ROSTER_GET ->
          onDrive(
              Right.READ,
              new Form<>(
                  VaultMessages.RosterGet.class, MAX_QUESTION, VaultMessages.RosterGet::drive),
              this::rosterGet);
      // Whoever is a member may leave; what else a roster changes is weighed there.
      case ROSTER_PUT ->
          onDrive(
              Right.READ,
              new Form<>(VaultMessages.RosterPut.class, MAX_ROSTER, VaultMessages.RosterPut::drive),
              this::rosterPut);
      case GRANT_GET ->
          onDrive(
              Right.READ,
              new Form<>(VaultMessages.GrantGet.class, MAX_QUESTION, VaultMessages.GrantGet::drive),
              this::grantGet);
      case ROOT_GET ->
          onDrive(
              Right.READ,
              new Form<>(VaultMessages.RootGet.class, MAX_QUESTION, VaultMessages.RootGet::drive),
              this::rootGet);
      case ROOT_MOVE ->
          onDrive(
              Right.WRITE,
              new Form<>(VaultMessages.RootMove.class, MAX_MOVE, VaultMessages.RootMove::drive),
              this::rootMove);
      case PACK_PUT ->
          onDrive(
              Right.WRITE,
              new Form<>(VaultMessages.PackPut.class, MAX_QUESTION, VaultMessages.PackPut::drive),
              this::packPut);
      case PACK_GET ->
          onDrive(
              Right.READ,
              new Form<>(VaultMessages.PackGet.class, MAX_QUESTION, VaultMessages.PackGet::drive),
              this::packGet);
      case PACK_DROP ->
          onDrive(
              Right.WRITE,
              new Form<>(VaultMessages.PackDrop.class, MAX_LIST, VaultMessages.PackDrop::drive),
              this::packDrop);
      case PACK_LIST ->
          onDrive(
              Right.READ,
              new Form<>(VaultMessages.PackList.class, MAX_QUESTION, VaultMessages.PackList::drive),
              this::packList);
      case PACK_ASK ->
          onDrive(
              Right.READ,
              new Form<>(VaultMessages.PackAsk.class, MAX_LIST, VaultMessages.PackAsk::drive),
              this::packAsk);
      case USAGE ->
          onDrive(
              Right.READ,
              new Form<>(VaultMessages.UsageGet.class, MAX_QUESTION, VaultMessages.UsageGet::drive),
              this::usage);
    };
  }

  /**
   * How a question about a drive is read.
   *
   * @param limit the most bytes that it has
   * @param drive the id in it
   */
  private record Form<T>(Class<T> type, int limit, Function<T, byte[]> drive) {}

  /**
   * A question about a drive.
   *
   * @param device of the asker, none if it has only proven the account
   * @param request for the bulk data
   */
  private record Asked<T>(T question, Optional<DeviceId> device, Request request) {}

  @FunctionalInterface
  private interface Answer<T> {
    byte[] to(Errand errand, Asked<T> asked) throws Refused, IOException;
  }

  private static <T> AccountHandler onDrive(Right needed, Form<T> form, Answer<T> answer) {
    return (caller, request) -> {
      T question = question(request, form.type(), form.limit());
      Errand errand = new Errand(drive(form.drive().apply(question)), caller.account(), needed);
      return answer.to(errand, new Asked<>(question, caller.device(), request));
    };
  }

  private static DriveId drive(byte[] id) throws Refused {
    if (id.length != DriveId.LENGTH) {
      throw bad("This is not the id of a drive.");
    }
    return DriveId.of(id);
  }

  private byte[] driveList(Caller caller, Request request) throws Refused {
    VaultMessages.DriveList list = question(request, VaultMessages.DriveList.class, MAX_QUESTION);
    byte[] after = list.after().length == 0 ? list.after() : drive(list.after()).bytes();
    return Cbor.encode(membership.drivesOf(caller.account(), after));
  }

  private byte[] driveCreate(Caller caller, Request request) throws Refused {
    VaultMessages.DriveCreate create =
        question(request, VaultMessages.DriveCreate.class, MAX_CREATE);
    Roster roster = roster(create.roster(), caller.account(), caller.device());
    if (!roster.isFirst()) {
      throw bad("This is not the first list of a drive's members.");
    }
    if (create.grant().length != VaultMessages.GRANT) {
      throw bad("This is not a grant.");
    }
    membership.create(roster, create.roster(), create.grant());
    tell(roster.drive(), List.of());
    return NOTHING;
  }

  /** Whoever says who the members are does so in its own name. */
  private static Roster roster(byte[] whole, AccountId account, Optional<DeviceId> device)
      throws Refused {
    Roster roster;
    try {
      roster = Roster.decode(whole);
    } catch (Malformed e) {
      throw bad(e.getMessage());
    }
    if (!roster.maker().equals(account) || !Optional.of(roster.device()).equals(device)) {
      throw bad("A device makes lists of members in its own name.");
    }
    return roster;
  }

  private byte[] driveDelete(Errand errand, Asked<VaultMessages.DriveDelete> asked) throws Refused {
    membership.delete(errand);
    sweeper.wake();
    push.left(List.of(errand.account()), errand.drive(), VaultMethod.ROSTER_MOVED);
    return NOTHING;
  }

  private byte[] rosterGet(Errand errand, Asked<VaultMessages.RosterGet> asked) throws Refused {
    return Cbor.encode(membership.rosters(errand, asked.question().from()));
  }

  private byte[] rosterPut(Errand errand, Asked<VaultMessages.RosterPut> asked) throws Refused {
    VaultMessages.RosterPut put = asked.question();
    Roster roster = roster(put.roster(), errand.account(), asked.device());
    if (!roster.drive().equals(errand.drive())) {
      throw bad("The list of members is another drive's.");
    }
    tell(errand.drive(), membership.put(errand, roster, put.roster(), Grants.decode(put.grants())));
    return NOTHING;
  }

  private void tell(DriveId drive, List<AccountId> removed) {
    push.changed(drive, VaultMethod.ROSTER_MOVED);
    push.left(removed, drive, VaultMethod.ROSTER_MOVED);
  }

  private byte[] grantGet(Errand errand, Asked<VaultMessages.GrantGet> asked) throws Refused {
    return Cbor.encode(
        membership
            .grant(errand, asked.question().generation())
            .orElseThrow(() -> new Refused(ErrorCode.NOT_FOUND, "There is no such grant.")));
  }

  private byte[] rootGet(Errand errand, Asked<VaultMessages.RootGet> asked) throws Refused {
    return Cbor.encode(
        ledger
            .root(errand, asked.question().number())
            .orElseThrow(() -> new Refused(ErrorCode.NOT_FOUND, "There is no such root.")));
  }

  private byte[] rootMove(Errand errand, Asked<VaultMessages.RootMove> asked) throws Refused {
    VaultMessages.RootMove move = asked.question();
    RootHeader header = header(move, errand.account(), asked.device());
    checkNames(move);
    ledger.moveRoot(errand, move, header);
    push.changed(errand.drive(), VaultMethod.ROOT_MOVED);
    return NOTHING;
  }

  /** Whoever may write all the same writes in its own name: so what it spoils goes with it. */
  private static RootHeader header(
      VaultMessages.RootMove move, AccountId account, Optional<DeviceId> device) throws Refused {
    RootHeader header;
    try {
      header = RootHeader.decode(move.root());
    } catch (Malformed e) {
      throw bad(e.getMessage());
    }
    if (header.number() != move.number()) {
      throw bad("The root has another number.");
    }
    if (!header.account().equals(account) || !Optional.of(header.device()).equals(device)) {
      throw bad("A device writes roots in its own name.");
    }
    return header;
  }

  private byte[] packPut(Errand errand, Asked<VaultMessages.PackPut> asked)
      throws Refused, IOException {
    VaultMessages.PackPut put = asked.question();
    PackName name = name(put.name());
    if (Integer.bitCount(put.length()) != 1
        || put.length() < VaultMessages.MIN_PACK
        || put.length() > VaultMessages.MAX_PACK) {
      throw bad("A pack's length is a power of two from 4 KiB to 16 MiB.");
    }
    Pack file = new Pack(BlobName.random(), put.length());
    boolean dropped;
    receiving.begin(file.file(), errand.drive(), name);
    try {
      if (ledger.reserve(errand, name, file, store.process(), put.frees())) {
        receive(errand, name, file, asked.request(), put.frees());
      }
    } finally {
      dropped = receiving.end(file.file());
    }
    if (dropped) {
      ledger.drop(errand, List.of(name));
      sweeper.wake();
      throw new Refused(ErrorCode.NOT_FOUND, "The pack was dropped while it came.");
    }
    return NOTHING;
  }

  private void receive(Errand errand, PackName name, Pack file, Request request, boolean frees)
      throws Refused, IOException {
    Checksum checksum;
    try {
      checksum = store.receive(file.file(), request.upload(), file.length(), frees);
    } catch (Refused | IOException | RuntimeException e) {
      giveUp(file.file());
      throw e;
    }
    try {
      if (!ledger.settle(errand, name, file, checksum)) {
        sweeper.wake();
      }
    } catch (Refused e) {
      giveUp(file.file());
      throw e;
    }
    // If the database broke, the pack may be there or not. Only the ledger knows, and the sweeper
    // will ask it; deleting the file here could lose a pack that counts as stored.
  }

  private void giveUp(BlobName file) {
    try {
      ledger.giveUp(file);
    } catch (DatabaseUnavailable e) {
      LOG.warn("A reservation waits for the database: {}", e.getMessage());
    }
    sweeper.wake();
  }

  private byte[] packGet(Errand errand, Asked<VaultMessages.PackGet> asked)
      throws Refused, IOException {
    VaultMessages.PackGet get = asked.question();
    PackName name = name(get.name());
    Pack pack = ledger.pack(errand, name).orElseThrow(VaultService::noSuchPack);
    if (get.offset() < 0 || get.length() < 1 || get.length() > pack.length() - get.offset()) {
      throw bad("This part does not lie within the pack.");
    }
    boolean sent;
    try {
      sent = store.send(pack.file(), get.offset(), get.length(), asked.request().download());
    } catch (Refused e) {
      // Of a file that is too short something was sent; it is told of as of one that is gone.
      if (lost.has(pack)) {
        throw lostPack();
      }
      lost.failed(pack, get.offset(), get.length());
      throw e;
    }
    if (!sent) {
      if (ledger.pack(errand, name).isEmpty()) {
        throw noSuchPack();
      }
      boolean _ = lost.has(pack);
      throw lostPack();
    }
    return NOTHING;
  }

  private byte[] packDrop(Errand errand, Asked<VaultMessages.PackDrop> asked) throws Refused {
    List<PackName> names = names(asked.question().names());
    receiving.drop(errand.drive(), names);
    ledger.drop(errand, names);
    sweeper.wake();
    return NOTHING;
  }

  private byte[] packList(Errand errand, Asked<VaultMessages.PackList> asked) throws Refused {
    byte[] after = asked.question().after();
    if (after.length != 0 && after.length != PackName.LENGTH) {
      throw bad("This is not the name of a pack.");
    }
    int most = VaultMessages.MAX_PACKS_IN_ANSWER;
    List<Listed> found = ledger.live(errand, names(after).stream().findFirst(), most + 1);
    int count = Math.min(found.size(), most);
    ByteBuffer packs = ByteBuffer.allocate(count * VaultMessages.LISTED_PACK);
    for (Listed listed : found.subList(0, count)) {
      int length = Integer.numberOfTrailingZeros(listed.pack().length());
      packs.put(listed.name().encode());
      packs.put((byte) (lost.has(listed.pack()) ? length | VaultMessages.LOST : length));
    }
    return Cbor.encode(new VaultMessages.PackListed(packs.array(), found.size() > count));
  }

  private byte[] packAsk(Errand errand, Asked<VaultMessages.PackAsk> asked) throws Refused {
    Set<PackName> missing = new LinkedHashSet<>(names(asked.question().names()));
    for (Listed listed : ledger.named(errand, missing)) {
      if (!lost.has(listed.pack())) {
        missing.remove(listed.name());
      }
    }
    return Cbor.encode(new VaultMessages.PackMissing(PackName.encodeAll(missing)));
  }

  private byte[] usage(Errand errand, Asked<VaultMessages.UsageGet> asked) throws Refused {
    return Cbor.encode(ledger.usage(errand));
  }

  /** Clears away what nobody needs now, and returns when that is done. */
  void sweep() {
    sweeper.sweep();
  }

  private static <T> T question(Request request, Class<T> type, int limit) throws Refused {
    // Before anything is allocated for what the body claims to hold (A36).
    if (request.body().length > limit) {
      throw bad("The question is too long.");
    }
    try {
      return Cbor.decode(request.body(), type);
    } catch (Malformed e) {
      throw bad(e.getMessage());
    }
  }

  /** Whoever waits for the transaction holds the bytes alone and not a thousand names (A36). */
  private static void checkNames(VaultMessages.RootMove move) throws Refused {
    Set<PackName> named = new HashSet<>(names(move.live()));
    named.addAll(names(move.dropped()));
    if (named.size() * PackName.LENGTH != move.live().length + move.dropped().length) {
      throw bad("A root names a pack at most once.");
    }
  }

  private static List<PackName> names(byte[] encoded) throws Refused {
    if (encoded.length > MAX_NAMES) {
      throw bad("There are at most " + VaultMessages.MAX_PACKS_IN_MOVE + " packs in a list.");
    }
    try {
      return PackName.decodeAll(encoded);
    } catch (Malformed e) {
      throw bad(e.getMessage());
    }
  }

  /** CBOR can say null where the records cannot. */
  private static PackName name(@Nullable String text) throws Refused {
    try {
      if (text != null) {
        return new PackName(text);
      }
    } catch (IllegalArgumentException e) {
      // Falls through: the same answer for each kind of nonsense.
    }
    throw bad("This is not the name of a pack.");
  }

  private static Refused bad(String message) {
    return new Refused(ErrorCode.BAD_REQUEST, message);
  }

  /** Not to be tried again, unlike a disk that does not read just now. */
  private static Refused lostPack() {
    return new Refused(ErrorCode.INTERNAL, "The server has lost the pack.");
  }

  private static Refused noSuchPack() {
    return new Refused(ErrorCode.NOT_FOUND, "There is no such pack.");
  }

  /** Ends the vault; puts that are still on their way fail, and nothing of them is left. */
  @Override
  public void close() {
    push.close();
    sweeper.close();
    try {
      ledger.giveUpAllOf(store.process());
      store.close();
    } catch (DatabaseUnavailable e) {
      // Its folder stays too, so the next process sees that this one left something.
      LOG.warn("The vault ends without its database: {}", e.getMessage());
    } catch (IOException e) {
      LOG.warn("The folder of incoming packs could not be removed.");
    }
  }
}
