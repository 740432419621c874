package org.anonymouscloud.vault.server;

import static org.anonymouscloud.vault.protocol.VaultMessages.MIN_PACK;
import static org.anonymouscloud.vault.server.VaultClient.DEVICE;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.anonymouscloud.core.account.AccountId;
import org.anonymouscloud.core.account.DeviceId;
import org.anonymouscloud.core.crypto.Digest;
import org.anonymouscloud.core.plugin.Caller;
import org.anonymouscloud.core.session.Request;
import org.anonymouscloud.core.wire.Cbor;
import org.anonymouscloud.core.wire.ErrorCode;
import org.anonymouscloud.core.wire.Refused;
import org.anonymouscloud.vault.protocol.DriveId;
import org.anonymouscloud.vault.protocol.Member;
import org.anonymouscloud.vault.protocol.PackName;
import org.anonymouscloud.vault.protocol.Right;
import org.anonymouscloud.vault.protocol.RootHeader;
import org.anonymouscloud.vault.protocol.Roster;
import org.anonymouscloud.vault.protocol.VaultMessages;
import org.anonymouscloud.vault.protocol.VaultMethod;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Questions that no honest client asks. */
@Tag("A36")
final class HostileQuestionsTest {
  private static final byte[] NONE = {};
  private static final String A_NAME = "vq3c5y6tq7kx2m4n5p6r7s2t3a.mp4";

  /** Answers that a nonsensical question may get; a fault of the server is none of them. */
  private static final Set<ErrorCode> HARMLESS =
      Set.of(ErrorCode.BAD_REQUEST, ErrorCode.NOT_FOUND, ErrorCode.NOT_ALLOWED, ErrorCode.CONFLICT);

  @TempDir Path folder;
  private final AccountId account = AccountId.random();
  private ServerHalf server;
  private VaultClient client;
  private byte[] drive = {};

  @BeforeEach
  void start() throws IOException {
    server = ServerHalf.start(folder);
    client = VaultClient.create(server, account);
    drive = client.drive().bytes();
  }

  @AfterEach
  void stop() throws IOException {
    server.sweep();
    new Stored(server.database(), server.folder()).checkSums();
    server.close();
  }

  private byte[] ask(VaultMethod method, byte[] body) throws Refused, IOException {
    return server
        .service()
        .methods()
        .get(method.verb())
        .handle(
            new Caller(account, Optional.of(DEVICE), 0),
            new Request(
                method.toString(),
                body,
                new ByteArrayInputStream(new byte[MIN_PACK]),
                OutputStream.nullOutputStream()));
  }

  private void assertBad(VaultMethod method, byte[] body) throws IOException {
    assertThat(VaultClient.refusal(() -> ask(method, body)))
        .as("%s %s", method, HexFormat.of().formatHex(body, 0, Math.min(body.length, 40)))
        .isEqualTo(ErrorCode.BAD_REQUEST);
  }

  @Test
  void bytesThatAreNoRecordAreRefused() throws IOException {
    List<String> bodies =
        List.of(
            "",
            "00",
            "f6",
            "80",
            "ff",
            "a1",
            "bf",
            "bfffff",
            // a map, an array, a text and a byte string that claim 2^63 - 1 and 2^31 - 1 elements
            "bb7fffffffffffffff",
            "9b7fffffffffffffff",
            "7b7fffffffffffffff",
            "5b7fffffffffffffff",
            "bf64726f6f745a7fffffff00",
            "bf646e616d657a7fffffff61",
            "bf646c6976659a7fffffff60",
            // a key that claims to be very long, and tags around tags
            "a17a7fffffff61",
            "c1".repeat(500),
            "81".repeat(500),
            "a16161".repeat(170),
            "bf61".repeat(250));
    for (VaultMethod method : VaultMethod.values()) {
      for (String body : bodies) {
        assertBad(method, HexFormat.of().parseHex(body));
      }
    }
  }

  @Test
  void aQuestionLongerThanItsKindIsRefusedUnread() throws IOException {
    for (VaultMethod method : VaultMethod.values()) {
      int limit =
          switch (method) {
            case DRIVE_LIST,
                DRIVE_DELETE,
                ROSTER_GET,
                GRANT_GET,
                ROOT_GET,
                PACK_PUT,
                PACK_GET,
                PACK_LIST,
                USAGE ->
                1024;
            case DRIVE_CREATE -> 1024 + 494 + VaultMessages.GRANT;
            case ROSTER_PUT -> 1024 + 433 + 256 * (61 + 16 + VaultMessages.GRANT);
            case ROOT_MOVE -> 1024 + RootHeader.ROOT + 2 * 17 * VaultMessages.MAX_PACKS_IN_MOVE;
            case PACK_DROP, PACK_ASK -> 1024 + 17 * VaultMessages.MAX_PACKS_IN_MOVE;
          };
      byte[] body = new byte[limit + 1];
      Arrays.fill(body, (byte) ' ');
      System.arraycopy(new byte[] {(byte) 0xbf, (byte) 0xff}, 0, body, 0, 2);
      assertBad(method, body);
    }
  }

  private byte[] move(long number, byte[] root, byte[] live, byte[] dropped) {
    return Cbor.encode(new VaultMessages.RootMove(drive, number, root, live, dropped, false));
  }

  private static byte[] names(int count) {
    return PackName.encodeAll(Stream.generate(PackName::random).limit(count).toList());
  }

  @Test
  void theLargestQuestionsAreNotTooLongToBeRead() throws IOException {
    byte[] most = names(VaultMessages.MAX_PACKS_IN_MOVE);
    Roster roster = manyMembers();

    assertThat(
            VaultClient.refusal(
                () ->
                    ask(
                        VaultMethod.ROOT_MOVE,
                        move(0, root(0, DEVICE), most, names(VaultMessages.MAX_PACKS_IN_MOVE)))))
        .isEqualTo(ErrorCode.NOT_FOUND);
    assertThat(
            VaultClient.refusal(
                () ->
                    ask(
                        VaultMethod.ROSTER_PUT,
                        Cbor.encode(
                            new VaultMessages.RosterPut(
                                drive,
                                TestRosters.whole(roster),
                                grants(roster.members().stream().map(Member::account).toList()))))))
        .as("read, and found not to follow")
        .isEqualTo(ErrorCode.CONFLICT);
  }

  /** A roster of as many as there can be, which follows none. */
  private Roster manyMembers() throws IOException {
    try {
      TestRosters.Next next = client.after();
      for (int i = 1; i < Roster.MAX_MEMBERS; i++) {
        next.with(AccountId.random(), Right.READ);
      }
      Roster one = next.roster(DEVICE);
      return new Roster(
          one.drive(),
          2,
          one.previous(),
          one.maker(),
          DEVICE,
          one.millis(),
          one.generation(),
          one.commitment(),
          one.root(),
          one.rootHash(),
          one.payer(),
          one.limit(),
          one.members());
    } catch (Refused e) {
      throw new AssertionError(e);
    }
  }

  private static byte[] grants(List<AccountId> accounts) {
    ByteBuffer grants = ByteBuffer.allocate(accounts.size() * Grants.ENCODED);
    accounts.forEach(one -> grants.put(one.bytes()).put(new byte[VaultMessages.GRANT]));
    return grants.array();
  }

  @Test
  void aMoveThatBreaksALimitIsRefused() throws IOException {
    byte[] more = names(VaultMessages.MAX_PACKS_IN_MOVE + 1);
    byte[] one = PackName.encodeAll(List.of(new PackName(A_NAME)));
    byte[] twice = PackName.encodeAll(List.of(new PackName(A_NAME), new PackName(A_NAME)));
    byte[] noExtension = one.clone();
    noExtension[PackName.LENGTH - 1] = 12;
    byte[] cut = new byte[PackName.LENGTH - 1];
    byte[] root = root(0, DEVICE);
    byte[] anotherAccounts =
        Arrays.copyOf(
            new RootHeader(0, 0, AccountId.random(), DEVICE, RootHeader.NOTHING).encode(),
            RootHeader.ROOT);
    for (byte[] move :
        List.of(
            move(0, new byte[0], NONE, NONE),
            move(0, new byte[RootHeader.ROOT], NONE, NONE),
            move(0, Arrays.copyOf(root, RootHeader.ROOT - 1), NONE, NONE),
            move(0, Arrays.copyOf(root, RootHeader.ROOT + 1), NONE, NONE),
            move(0, root(0, DeviceId.random()), NONE, NONE),
            move(0, anotherAccounts, NONE, NONE),
            move(0, root(1, DEVICE), NONE, NONE),
            move(0, root, more, NONE),
            move(0, root, NONE, more),
            move(0, root, twice, NONE),
            move(0, root, NONE, twice),
            move(0, root, one, one),
            move(0, root, noExtension, NONE),
            move(0, root, NONE, noExtension),
            move(0, root, cut, NONE),
            move(0, root, NONE, cut))) {
      assertBad(VaultMethod.ROOT_MOVE, move);
    }
    assertBad(VaultMethod.PACK_DROP, Cbor.encode(new VaultMessages.PackDrop(drive, more)));
    assertBad(VaultMethod.PACK_DROP, Cbor.encode(new VaultMessages.PackDrop(drive, cut)));
    assertBad(VaultMethod.PACK_ASK, Cbor.encode(new VaultMessages.PackAsk(drive, more)));
    assertBad(VaultMethod.PACK_ASK, Cbor.encode(new VaultMessages.PackAsk(drive, cut)));
  }

  private byte[] root(long number, DeviceId device) {
    Digest previous = number == 0 ? RootHeader.NOTHING : Digest.sha256(NONE);
    return Arrays.copyOf(
        new RootHeader(0, number, account, device, previous).encode(), RootHeader.ROOT);
  }

  private byte[] rootAfter(byte[] before) {
    return Arrays.copyOf(
        new RootHeader(0, 1, account, DEVICE, Digest.sha256(before)).encode(), RootHeader.ROOT);
  }

  @Test
  @Tag("S4.1")
  void aRootThatDoesNotFollowTheNewestIsRefused() throws Exception {
    byte[] first = root(0, DEVICE);
    ask(VaultMethod.ROOT_MOVE, move(0, first, NONE, NONE));

    for (byte[] after : List.of(new byte[] {1}, new byte[0])) {
      assertThat(
              VaultClient.refusal(
                  () -> ask(VaultMethod.ROOT_MOVE, move(1, rootAfter(after), NONE, NONE))))
          .isEqualTo(ErrorCode.CONFLICT);
    }
    ask(VaultMethod.ROOT_MOVE, move(1, rootAfter(first), NONE, NONE));
  }

  @Test
  void aDriveIsNotMadeOfNonsense() throws Exception {
    DriveId id = DriveId.random();
    Roster first = TestRosters.first(id, account, DEVICE);
    byte[] whole = TestRosters.whole(first);
    byte[] grant = new byte[VaultMessages.GRANT];
    byte[] second = TestRosters.whole(TestRosters.after(whole).roster(DEVICE));
    byte[] anothers = TestRosters.whole(TestRosters.first(id, AccountId.random(), DEVICE));
    byte[] ofAnotherDevice = TestRosters.whole(TestRosters.first(id, account, DeviceId.random()));
    for (VaultMessages.DriveCreate create :
        List.of(
            new VaultMessages.DriveCreate(NONE, grant),
            new VaultMessages.DriveCreate(Arrays.copyOf(whole, whole.length - 1), grant),
            new VaultMessages.DriveCreate(Arrays.copyOf(whole, whole.length + 1), grant),
            new VaultMessages.DriveCreate(new byte[whole.length], grant),
            new VaultMessages.DriveCreate(second, grant),
            new VaultMessages.DriveCreate(anothers, grant),
            new VaultMessages.DriveCreate(ofAnotherDevice, grant),
            new VaultMessages.DriveCreate(whole, NONE),
            new VaultMessages.DriveCreate(whole, new byte[VaultMessages.GRANT + 1]))) {
      assertBad(VaultMethod.DRIVE_CREATE, Cbor.encode(create));
    }
    for (int length : new int[] {1, 15, 17}) {
      byte[] noId = new byte[length];
      assertBad(VaultMethod.DRIVE_LIST, Cbor.encode(new VaultMessages.DriveList(noId)));
      assertBad(VaultMethod.PACK_LIST, Cbor.encode(new VaultMessages.PackList(noId, NONE)));
      assertBad(VaultMethod.USAGE, Cbor.encode(new VaultMessages.UsageGet(noId)));
    }
  }

  @Test
  void aRosterWithOtherGrantsThanItNeedsIsRefused() throws Exception {
    AccountId more = AccountId.random();
    Roster next = client.after().with(more, Right.READ).roster(DEVICE);
    Roster renewed = client.after().renewed().roster(DEVICE);

    for (byte[] grants :
        List.of(
            NONE,
            grants(List.of(account)),
            grants(List.of(more, more)),
            grants(next.members().stream().map(Member::account).toList()),
            Arrays.copyOf(grants(List.of(more)), Grants.ENCODED - 1))) {
      assertBadRoster(next, grants);
    }
    assertBadRoster(renewed, NONE);
    assertBadRoster(renewed, grants(List.of(account, more)));
    client.put(next, grants(List.of(more)));
  }

  private void assertBadRoster(Roster roster, byte[] grants) throws IOException {
    assertBad(
        VaultMethod.ROSTER_PUT,
        Cbor.encode(new VaultMessages.RosterPut(drive, TestRosters.whole(roster), grants)));
  }

  @Test
  void nothingIsTakenForTheNameOfAPack() throws IOException {
    // Questions whose names are null, or empty.
    assertBad(VaultMethod.ROOT_MOVE, without("live", move(0, root(0, DEVICE), NONE, NONE)));
    assertBad(VaultMethod.ROOT_MOVE, without("dropped", move(0, root(0, DEVICE), NONE, NONE)));
    assertBad(VaultMethod.PACK_PUT, put(""));
    assertBad(VaultMethod.PACK_PUT, without("name", put("")));
  }

  private byte[] put(String name) {
    return Cbor.encode(new VaultMessages.PackPut(drive, name, MIN_PACK, false));
  }

  /** The question with null for a field that is an empty string of text or bytes. */
  private static byte[] without(String field, byte[] question) {
    HexFormat hex = HexFormat.of();
    String name = hex.formatHex(field.getBytes(StandardCharsets.US_ASCII));
    String before = hex.formatHex(question);
    String after = before.replaceFirst(name + "(40|60)", name + "f6");
    assertThat(after).isNotEqualTo(before);
    return hex.parseHex(after);
  }

  @Test
  void whateverIsAskedTheServerAnswersAndForgets() throws Exception {
    long seed = new Random().nextLong();
    System.out.println("seed " + seed);
    Random random = new Random(seed);
    Map<VaultMethod, byte[]> honest =
        Map.ofEntries(
            entry(VaultMethod.DRIVE_LIST, new VaultMessages.DriveList(NONE)),
            entry(
                VaultMethod.DRIVE_CREATE,
                new VaultMessages.DriveCreate(
                    client.newestRoster(), new byte[VaultMessages.GRANT])),
            // Of another drive, or there would soon be none left to ask about.
            entry(
                VaultMethod.DRIVE_DELETE, new VaultMessages.DriveDelete(DriveId.random().bytes())),
            entry(VaultMethod.ROSTER_GET, new VaultMessages.RosterGet(drive, 0)),
            entry(
                VaultMethod.ROSTER_PUT,
                new VaultMessages.RosterPut(
                    drive, TestRosters.whole(client.after().roster(DEVICE)), NONE)),
            entry(VaultMethod.GRANT_GET, new VaultMessages.GrantGet(drive, VaultMessages.NEWEST)),
            entry(VaultMethod.ROOT_GET, new VaultMessages.RootGet(drive, 0)),
            Map.entry(VaultMethod.ROOT_MOVE, move(0, root(0, DEVICE), new byte[34], NONE)),
            entry(
                VaultMethod.PACK_PUT,
                new VaultMessages.PackPut(drive, A_NAME, 2 * MIN_PACK, false)),
            entry(VaultMethod.PACK_GET, new VaultMessages.PackGet(drive, A_NAME, 0, MIN_PACK)),
            entry(VaultMethod.PACK_DROP, new VaultMessages.PackDrop(drive, new byte[34])),
            entry(VaultMethod.PACK_LIST, new VaultMessages.PackList(drive, NONE)),
            entry(VaultMethod.PACK_ASK, new VaultMessages.PackAsk(drive, new byte[34])),
            entry(VaultMethod.USAGE, new VaultMessages.UsageGet(drive)));
    List<VaultMethod> methods = List.of(VaultMethod.values());
    List<ErrorCode> codes = new ArrayList<>();
    for (int i = 0; i < 20_000; i++) {
      VaultMethod method = methods.get(random.nextInt(methods.size()));
      byte[] body = bent(honest.get(method), random);
      try {
        ask(method, body);
      } catch (Refused e) {
        codes.add(e.code());
      } catch (RuntimeException e) {
        throw new AssertionError(method + " " + HexFormat.of().formatHex(body), e);
      }
    }
    assertThat(codes).isNotEmpty().isSubsetOf(HARMLESS);
  }

  private static Map.Entry<VaultMethod, byte[]> entry(VaultMethod method, Record question) {
    return Map.entry(method, Cbor.encode(question));
  }

  /** A copy with some bytes changed, removed or added. */
  private static byte[] bent(byte[] honest, Random random) {
    byte[] body = honest.clone();
    for (int changes = random.nextInt(4); changes >= 0 && body.length > 0; changes--) {
      body[random.nextInt(body.length)] = (byte) random.nextInt(256);
    }
    return switch (random.nextInt(4)) {
      case 0 -> Arrays.copyOf(body, random.nextInt(body.length + 1));
      case 1 -> Arrays.copyOf(body, body.length + random.nextInt(20));
      default -> body;
    };
  }
}
