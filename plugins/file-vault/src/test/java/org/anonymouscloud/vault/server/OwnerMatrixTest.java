package org.anonymouscloud.vault.server;

import static org.anonymouscloud.vault.protocol.VaultMessages.MIN_PACK;
import static org.anonymouscloud.vault.server.VaultClient.mark;
import static org.anonymouscloud.vault.server.VaultClient.refusal;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.anonymouscloud.core.account.AccountId;
import org.anonymouscloud.core.wire.ErrorCode;
import org.anonymouscloud.core.wire.Refused;
import org.anonymouscloud.vault.protocol.PackName;
import org.anonymouscloud.vault.protocol.RootHeader;
import org.anonymouscloud.vault.protocol.VaultMessages;
import org.anonymouscloud.vault.protocol.VaultMethod;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Every method, asked by the owner and by another account that knows all names. A method without an
 * entry here does not compile.
 */
@Tag("A37")
final class OwnerMatrixTest {
  private static final byte[] ROOT = {1, 2, 3};

  @TempDir Path folder;
  private final PackName name = PackName.random();
  private final byte[] pack = filled(1);
  private ServerHalf server;
  private VaultClient owner;
  private VaultClient other;

  @BeforeEach
  void start() throws Exception {
    server = ServerHalf.start(folder);
    owner = new VaultClient(server.link(AccountId.random()));
    other = new VaultClient(server.link(AccountId.random()));
    owner.put(name, pack);
    owner.move(0, ROOT, List.of(name));
  }

  @AfterEach
  void stop() throws IOException {
    server.sweep();
    new Stored(server.database(), server.folder()).checkSums();
    server.close();
  }

  private static byte[] filled(int value) {
    byte[] bytes = new byte[MIN_PACK];
    Arrays.fill(bytes, (byte) value);
    return bytes;
  }

  @ParameterizedTest
  @EnumSource
  void theOwnerMay(VaultMethod method) throws Exception {
    switch (method) {
      case ROOT_GET -> assertThat(mark(owner.root(VaultMessages.NEWEST))).isEqualTo(ROOT);
      case ROOT_MOVE -> {
        owner.move(1, new byte[] {7}, List.of());
        assertThat(mark(owner.root(VaultMessages.NEWEST))).isEqualTo(new byte[] {7});
      }
      case PACK_PUT -> owner.put(PackName.random(), pack);
      case PACK_GET -> assertThat(owner.get(name, MIN_PACK)).isEqualTo(pack);
      case USAGE -> assertThat(owner.usage().used()).isEqualTo(MIN_PACK + RootHeader.ROOT);
    }
  }

  @ParameterizedTest
  @EnumSource
  void anotherNeitherSeesNorTouchesIt(VaultMethod method) throws Exception {
    switch (method) {
      case ROOT_GET -> {
        assertThat(refusal(() -> other.root(VaultMessages.NEWEST))).isEqualTo(ErrorCode.NOT_FOUND);
        assertThat(refusal(() -> other.root(0))).isEqualTo(ErrorCode.NOT_FOUND);
      }
      case ROOT_MOVE -> {
        assertThat(refusal(() -> other.move(1, ROOT, List.of()))).isEqualTo(ErrorCode.CONFLICT);
        assertThat(refusal(() -> other.move(0, ROOT, List.of(name))))
            .isEqualTo(ErrorCode.NOT_FOUND);
        other.move(0, new byte[] {9}, List.of());
      }
      case PACK_PUT -> {
        other.put(name, filled(2));
        assertThat(other.get(name, MIN_PACK)).isEqualTo(filled(2));
        assertThat(other.usage().used()).isEqualTo(MIN_PACK);
      }
      case PACK_GET ->
          assertThat(refusal(() -> other.get(name, MIN_PACK)))
              .isEqualTo(refusal(() -> other.get(PackName.random(), MIN_PACK)))
              .isEqualTo(ErrorCode.NOT_FOUND);
      case USAGE ->
          assertThat(other.usage()).isEqualTo(new VaultMessages.Usage(0, Long.MAX_VALUE, 0));
    }

    server.sweep();
    assertNothingOfTheOwnersHasChanged();
  }

  private void assertNothingOfTheOwnersHasChanged() throws Refused, IOException {
    assertThat(owner.root(VaultMessages.NEWEST).number()).isZero();
    assertThat(mark(owner.root(VaultMessages.NEWEST))).isEqualTo(ROOT);
    assertThat(owner.get(name, MIN_PACK)).isEqualTo(pack);
    assertThat(owner.usage())
        .isEqualTo(new VaultMessages.Usage(MIN_PACK + RootHeader.ROOT, Long.MAX_VALUE, 1));
  }
}
