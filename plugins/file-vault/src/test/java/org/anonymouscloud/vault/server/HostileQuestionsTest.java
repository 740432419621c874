package org.anonymouscloud.vault.server;

import static org.anonymouscloud.vault.protocol.VaultMessages.MIN_PACK;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
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
import org.anonymouscloud.vault.protocol.PackName;
import org.anonymouscloud.vault.protocol.RootHeader;
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
      Set.of(ErrorCode.BAD_REQUEST, ErrorCode.NOT_FOUND, ErrorCode.CONFLICT);

  private static final DeviceId DEVICE = DeviceId.of(new byte[DeviceId.LENGTH]);

  @TempDir Path folder;
  private final AccountId account = AccountId.random();
  private ServerHalf server;

  @BeforeEach
  void start() throws IOException {
    server = ServerHalf.start(folder);
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
            case ROOT_GET, PACK_PUT, PACK_GET, USAGE -> 1024;
            case ROOT_MOVE -> 1024 + RootHeader.ROOT + 17 * VaultMessages.MAX_PACKS_IN_MOVE;
          };
      byte[] body = new byte[limit + 1];
      Arrays.fill(body, (byte) ' ');
      System.arraycopy(new byte[] {(byte) 0xbf, (byte) 0xff}, 0, body, 0, 2);
      assertBad(method, body);
    }
  }

  @Test
  void theLargestMoveIsNotTooLongToBeRead() throws IOException {
    byte[] names =
        PackName.encodeAll(
            Stream.generate(PackName::random).limit(VaultMessages.MAX_PACKS_IN_MOVE).toList());

    byte[] body = Cbor.encode(new VaultMessages.RootMove(0, root(0, DEVICE), names, true));

    assertThat(VaultClient.refusal(() -> ask(VaultMethod.ROOT_MOVE, body)))
        .isEqualTo(ErrorCode.NOT_FOUND);
  }

  @Test
  void aMoveThatBreaksALimitIsRefused() throws IOException {
    byte[] more =
        PackName.encodeAll(
            Stream.generate(PackName::random).limit(VaultMessages.MAX_PACKS_IN_MOVE + 1).toList());
    byte[] one = PackName.encodeAll(List.of(new PackName(A_NAME)));
    byte[] twice = PackName.encodeAll(List.of(new PackName(A_NAME), new PackName(A_NAME)));
    byte[] noExtension = one.clone();
    noExtension[PackName.LENGTH - 1] = 12;
    byte[] root = root(0, DEVICE);
    byte[] another = root(0, DeviceId.random());
    byte[] later = root(1, DEVICE);
    for (VaultMessages.RootMove move :
        List.of(
            new VaultMessages.RootMove(0, new byte[0], NONE, false),
            new VaultMessages.RootMove(0, new byte[RootHeader.ROOT], NONE, false),
            new VaultMessages.RootMove(0, Arrays.copyOf(root, RootHeader.ROOT - 1), NONE, false),
            new VaultMessages.RootMove(0, Arrays.copyOf(root, RootHeader.ROOT + 1), NONE, false),
            new VaultMessages.RootMove(0, another, NONE, false),
            new VaultMessages.RootMove(0, later, NONE, false),
            new VaultMessages.RootMove(0, root, more, false),
            new VaultMessages.RootMove(0, root, twice, false),
            new VaultMessages.RootMove(0, root, noExtension, false),
            new VaultMessages.RootMove(0, root, new byte[PackName.LENGTH - 1], false))) {
      assertBad(VaultMethod.ROOT_MOVE, Cbor.encode(move));
    }
  }

  private static byte[] root(long number, DeviceId device) {
    Digest previous = number == 0 ? RootHeader.NOTHING : Digest.sha256(NONE);
    return Arrays.copyOf(new RootHeader(0, number, device, previous).encode(), RootHeader.ROOT);
  }

  @Test
  @Tag("S4.1")
  void aRootThatDoesNotFollowTheNewestIsRefused() throws Exception {
    byte[] first = root(0, DEVICE);
    ask(VaultMethod.ROOT_MOVE, Cbor.encode(new VaultMessages.RootMove(0, first, NONE, false)));

    for (byte[] after : List.of(new byte[] {1}, new byte[0])) {
      byte[] next =
          Arrays.copyOf(
              new RootHeader(0, 1, DEVICE, Digest.sha256(after)).encode(), RootHeader.ROOT);
      assertThat(
              VaultClient.refusal(
                  () ->
                      ask(
                          VaultMethod.ROOT_MOVE,
                          Cbor.encode(new VaultMessages.RootMove(1, next, NONE, false)))))
          .isEqualTo(ErrorCode.CONFLICT);
    }
    byte[] next =
        Arrays.copyOf(new RootHeader(0, 1, DEVICE, Digest.sha256(first)).encode(), RootHeader.ROOT);
    ask(VaultMethod.ROOT_MOVE, Cbor.encode(new VaultMessages.RootMove(1, next, NONE, false)));
  }

  @Test
  void nothingIsTakenForTheNameOfAPack() throws IOException {
    // {"number": 0, "root": h'01', "live": null, "frees": false}, and {"name": "", "length": 4096}
    assertBad(
        VaultMethod.ROOT_MOVE,
        HexFormat.of().parseHex("a4666e756d6265720064726f6f744101646c697665f6656672656573f4"));
    assertBad(
        VaultMethod.PACK_PUT,
        HexFormat.of().parseHex("a3646e616d6560666c656e677468191000656672656573f4"));
    assertBad(
        VaultMethod.PACK_PUT,
        HexFormat.of().parseHex("a3646e616d65f6666c656e677468191000656672656573f4"));
  }

  @Test
  void whateverIsAskedTheServerAnswersAndForgets() throws IOException {
    long seed = new Random().nextLong();
    System.out.println("seed " + seed);
    Random random = new Random(seed);
    Map<VaultMethod, byte[]> honest =
        Map.of(
            VaultMethod.ROOT_GET, Cbor.encode(new VaultMessages.RootGet(0)),
            VaultMethod.ROOT_MOVE,
                Cbor.encode(new VaultMessages.RootMove(0, root(0, DEVICE), new byte[34], false)),
            VaultMethod.PACK_PUT,
                Cbor.encode(new VaultMessages.PackPut(A_NAME, 2 * MIN_PACK, false)),
            VaultMethod.PACK_GET, Cbor.encode(new VaultMessages.PackGet(A_NAME, 0, MIN_PACK)),
            VaultMethod.USAGE, Cbor.encode(new VaultMessages.UsageGet()));
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
