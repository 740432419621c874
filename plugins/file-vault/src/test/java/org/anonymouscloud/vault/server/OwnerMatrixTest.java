package org.anonymouscloud.vault.server;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.anonymouscloud.vault.protocol.VaultMessages.MIN_PACK;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.anonymouscloud.core.account.AccountId;
import org.anonymouscloud.core.crypto.Digest;
import org.anonymouscloud.core.wire.ErrorCode;
import org.anonymouscloud.core.wire.Refused;
import org.anonymouscloud.vault.protocol.DriveId;
import org.anonymouscloud.vault.protocol.PackName;
import org.anonymouscloud.vault.protocol.Right;
import org.anonymouscloud.vault.protocol.VaultMessages;
import org.anonymouscloud.vault.protocol.VaultMethod;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every method, asked of one drive by everybody who may have to do with it. A method without an
 * entry here does not compile.
 */
@Tag("A37")
final class OwnerMatrixTest {
  private static final byte[] ROOT = {1, 2, 3};

  @TempDir Path folder;
  private final PackName live = PackName.random();
  private final PackName loose = PackName.random();
  private final byte[] pack = new byte[MIN_PACK];
  private ServerHalf server;
  private VaultClient owner;

  /** Who asks. All know all ids and names. */
  enum Role {
    STRANGER,
    REMOVED,
    READER,
    WRITER,
    OWNER;

    /** An id of its own. */
    AccountId account() {
      return AccountId.of(
          Arrays.copyOf(Digest.sha256(name().getBytes(US_ASCII)).bytes(), AccountId.LENGTH));
    }

    /** None for who is no member. */
    Optional<Right> right() {
      return switch (this) {
        case STRANGER, REMOVED -> Optional.empty();
        case READER -> Optional.of(Right.READ);
        case WRITER -> Optional.of(Right.WRITE);
        case OWNER -> Optional.of(Right.OWN);
      };
    }
  }

  @BeforeEach
  void start() throws Exception {
    server = ServerHalf.start(folder);
    owner = VaultClient.create(server, Role.OWNER.account());
    owner.put(
        owner
            .after()
            .with(Role.READER.account(), Right.READ)
            .with(Role.WRITER.account(), Right.WRITE)
            .with(Role.REMOVED.account(), Right.OWN));
    owner.put(owner.after().without(Role.REMOVED.account()).renewed());
    owner.put(live, pack);
    owner.put(loose, pack);
    owner.move(0, ROOT, List.of(live));
  }

  @AfterEach
  void stop() throws IOException {
    server.sweep();
    new Stored(server.database(), server.folder()).checkSums();
    server.close();
  }

  /** The least right with which the method is answered; none if it names no drive. */
  private static Optional<Right> needed(VaultMethod method) {
    return switch (method) {
      case DRIVE_LIST, DRIVE_CREATE -> Optional.empty();
      case ROOT_GET, PACK_GET, ROSTER_GET, GRANT_GET, PACK_LIST, PACK_ASK, USAGE ->
          Optional.of(Right.READ);
      case ROOT_MOVE, PACK_PUT, PACK_DROP -> Optional.of(Right.WRITE);
      // To add somebody.
      case ROSTER_PUT, DRIVE_DELETE -> Optional.of(Right.OWN);
    };
  }

  private void ask(VaultMethod method, VaultClient client) throws Refused, IOException {
    switch (method) {
      case DRIVE_LIST -> assertThat(client.list(new byte[0]).more()).isFalse();
      case DRIVE_CREATE -> VaultClient.of(server, client.account(), DriveId.random()).create();
      case DRIVE_DELETE -> client.delete();
      case ROSTER_GET -> assertThat(client.rosters(0).rosters()).hasSize(3);
      case ROSTER_PUT ->
          client.put(
              TestRosters.after(owner.newestRoster())
                  .of(client.drive())
                  .by(client.account())
                  .with(AccountId.random(), Right.READ));
      case GRANT_GET ->
          assertThat(client.grant().grant()).isEqualTo(TestRosters.grant(client.account(), 1));
      case ROOT_GET -> assertThat(client.root(VaultMessages.NEWEST).number()).isZero();
      case ROOT_MOVE ->
          client.move(client.root(1, 1, owner.hash(0), ROOT), 1, List.of(), List.of(live), false);
      case PACK_PUT -> client.put(PackName.random(), pack);
      case PACK_GET -> assertThat(client.get(live, MIN_PACK)).isEqualTo(pack);
      case PACK_DROP -> client.drop(List.of(loose));
      case PACK_LIST -> assertThat(client.live()).containsExactly(Map.entry(live, MIN_PACK));
      case PACK_ASK -> {
        PackName none = PackName.random();
        assertThat(client.missing(List.of(live, loose, none))).containsExactly(none);
      }
      case USAGE -> assertThat(client.usage().packs()).isEqualTo(2);
    }
  }

  static Stream<Arguments> everyMethodByEverybody() {
    return Stream.of(VaultMethod.values())
        .flatMap(method -> Stream.of(Role.values()).map(role -> Arguments.of(method, role)));
  }

  @ParameterizedTest
  @MethodSource("everyMethodByEverybody")
  void eachDoesWhatItsRightSaysAndNothingElse(VaultMethod method, Role role) throws Exception {
    VaultClient client = owner.as(server, role.account());
    Optional<Right> needed = needed(method);
    boolean may =
        needed.isEmpty() || role.right().filter(right -> right.includes(needed.get())).isPresent();
    if (may && method != VaultMethod.DRIVE_DELETE) {
      ask(method, client);
      return;
    }
    List<Object> before = all();

    assertThat(VaultClient.refusal(() -> ask(method, client)))
        .isEqualTo(role.right().isPresent() ? ErrorCode.NOT_ALLOWED : ErrorCode.NOT_FOUND);

    server.sweep();
    assertThat(all()).usingRecursiveComparison().isEqualTo(before);
  }

  /** All that a refused question could have changed. */
  private List<Object> all() throws Refused, IOException {
    return List.of(
        owner.root(VaultMessages.NEWEST),
        owner.get(live, MIN_PACK),
        owner.get(loose, MIN_PACK),
        owner.usage(),
        owner.newestRoster(),
        owner.list(new byte[0]));
  }

  static Stream<VaultMethod> thoseThatNameADrive() {
    return Stream.of(VaultMethod.values()).filter(method -> needed(method).isPresent());
  }

  @ParameterizedTest
  @MethodSource("thoseThatNameADrive")
  void aDriveOfOthersLooksLikeOneThatIsNotThere(VaultMethod method) throws Exception {
    String there = refused(method, owner.as(server, Role.STRANGER.account()));
    String wasThere = refused(method, owner.as(server, Role.REMOVED.account()));

    String notThere = refused(method, nowhere());

    assertThat(there).isEqualTo(notThere);
    assertThat(wasThere).isEqualTo(notThere);
  }

  private VaultClient nowhere() {
    return VaultClient.of(server, Role.STRANGER.account(), DriveId.random());
  }

  private String refused(VaultMethod method, VaultClient client) throws IOException {
    try {
      ask(method, client);
    } catch (Refused e) {
      return e.code() + " " + e.getMessage() + e.retryable();
    }
    throw new AssertionError("This was answered.");
  }

  @Test
  void whoIsNoMemberIsNotToldOfTheDrive() throws Exception {
    for (Role role : Role.values()) {
      assertThat(owner.as(server, role.account()).list(new byte[0]).drives().length > 0)
          .as("%s", role)
          .isEqualTo(role.right().isPresent());
    }
  }

  @Test
  void theOnlyMemberDeletesTheDrive() throws Exception {
    owner.put(
        owner.after().without(Role.READER.account()).without(Role.WRITER.account()).renewed());

    owner.delete();

    assertThat(VaultClient.refusal(() -> owner.usage())).isEqualTo(ErrorCode.NOT_FOUND);
  }

  @Test
  void whoHasOnlyProvenTheAccountReadsWhatADeviceNeedsToComeIn() {
    Set<VaultMethod> open =
        EnumSet.of(
            VaultMethod.DRIVE_LIST,
            VaultMethod.ROSTER_GET,
            VaultMethod.GRANT_GET,
            VaultMethod.ROOT_GET);

    assertThat(server.service().openToProven())
        .isEqualTo(open.stream().map(VaultMethod::verb).collect(Collectors.toSet()));
  }

  @Test
  void theSameNameInTwoDrivesIsTwoPacks() throws Exception {
    VaultClient other = VaultClient.create(server, Role.STRANGER.account());
    byte[] another = new byte[MIN_PACK];
    another[7] = 7;

    other.put(live, another);

    assertThat(other.get(live, MIN_PACK)).isEqualTo(another);
    assertThat(owner.get(live, MIN_PACK)).isEqualTo(pack);
  }
}
