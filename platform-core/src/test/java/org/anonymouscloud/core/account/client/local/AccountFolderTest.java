package org.anonymouscloud.core.account.client.local;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.anonymouscloud.core.account.ChainFloor;
import org.anonymouscloud.core.account.client.keys.RootSecret;
import org.anonymouscloud.core.crypto.Digest;
import org.anonymouscloud.core.crypto.Secret;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class AccountFolderTest {
  private static final byte[] VALUE = "a canary that nobody may read".getBytes(UTF_8);

  @TempDir private Path home;
  private final Secret deviceSecret = Secret.random(32);
  private final RootSecret root = RootSecret.random();
  private final LocalState state = SomeState.of(false, root, RootSecret.random());
  private Path folder = Path.of("account");

  @BeforeEach
  void chooseFolder() {
    folder = home.resolve("account");
  }

  @Test
  void whatIsKeptIsReadBack() throws Exception {
    assertThat(new AccountFolder(folder).read()).isEmpty();
    new AccountFolder(folder).create(deviceSecret.copy(), state).confirm();

    LocalState read = new AccountFolder(folder).read().orElseThrow().state();

    assertThat(read.confirmed()).isTrue();
    assertThat(read.server()).isEqualTo(state.server());
    assertThat(read.user()).isEqualTo(state.user());
    assertThat(read.account()).isEqualTo(state.account());
    assertThat(read.device()).isEqualTo(state.device());
    assertThat(read.floor()).isEqualTo(state.floor());
    assertThat(read.accountKey().sameAs(state.accountKey())).isTrue();
    assertThat(read.deviceKey().verifyKey()).isEqualTo(state.deviceKey().verifyKey());
    assertThat(read.keyBag().encode().sameAs(state.keyBag().encode())).isTrue();
    assertThat(read.roots()).hasSize(2);
    assertThat(read.roots().getFirst().secret().sameAs(root.secret())).isTrue();
  }

  @Test
  @Tag("A23")
  void theFloorOnlyRises() throws Exception {
    AccountFolder.Kept kept = new AccountFolder(folder).create(deviceSecret, state);
    ChainFloor higher = new ChainFloor(4, Digest.sha256(new byte[] {1}));

    kept.raise(higher);
    kept.raise(state.floor());

    assertThat(kept.state().floor()).isEqualTo(higher);
    assertThat(new AccountFolder(folder).read().orElseThrow().state().floor()).isEqualTo(higher);
    assertThatThrownBy(() -> kept.state().raise(state.floor()))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void allOfItIsForItsOwnerAloneAndSealed() throws Exception {
    AccountFolder.Kept kept = new AccountFolder(folder).create(deviceSecret, state);
    kept.feature("file-vault").put("root", VALUE);

    assertThat(permissions(folder)).isEqualTo("rwx------");
    for (Path file : files()) {
      assertThat(permissions(file)).as(file.toString()).isEqualTo("rw-------");
      String content = new String(Files.readAllBytes(file), ISO_8859_1);
      assertThat(content)
          .doesNotContain("canary")
          .doesNotContain("alice")
          .doesNotContain("cloud.example")
          .doesNotContain(new String(state.accountKey().bytes(), ISO_8859_1))
          .doesNotContain(new String(root.secret().bytes(), ISO_8859_1));
    }
    assertThat(files())
        .extracting(file -> file.getFileName().toString())
        .containsExactlyInAnyOrder("account", "device-secret", "file-vault.root");
  }

  @Test
  void valuesLastUntilTheyAreReplaced() throws Exception {
    FeatureState values =
        new AccountFolder(folder).create(deviceSecret, state).feature("file-vault");
    assertThat(values.get("root")).isEmpty();
    values.put("root", VALUE);
    values.put("root", new byte[0]);

    FeatureState later = new AccountFolder(folder).read().orElseThrow().feature("file-vault");

    assertThat(later.get("root")).hasValue(new byte[0]);
    for (String name : List.of("", "../account", "Root", ".root", "a/b", "a".repeat(65))) {
      assertThatThrownBy(() -> values.put(name, VALUE))
          .as(name)
          .isInstanceOf(IllegalArgumentException.class);
    }
    AccountFolder.Kept kept = new AccountFolder(folder).read().orElseThrow();
    assertThatThrownBy(() -> kept.feature("../x")).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  @Tag("A1")
  void everyFlippedByteIsNoticed() throws Exception {
    AccountFolder.Kept kept = new AccountFolder(folder).create(deviceSecret, state);
    kept.feature("file-vault").put("root", VALUE);
    for (Path file : List.of(folder.resolve("account"), folder.resolve("device-secret"))) {
      byte[] good = Files.readAllBytes(file);
      for (int i = 0; i < good.length; i++) {
        overwrite(file, flipped(good, i));
        assertThatThrownBy(() -> new AccountFolder(folder).read())
            .as("%s, byte %d", file.getFileName(), i)
            .isInstanceOf(StateDamaged.class);
      }
      overwrite(file, good);
    }
    Path value = folder.resolve("file-vault.root");
    byte[] good = Files.readAllBytes(value);
    for (int i = 0; i < good.length; i++) {
      overwrite(value, flipped(good, i));
      assertThatThrownBy(() -> kept.feature("file-vault").get("root"))
          .isInstanceOf(StateDamaged.class);
    }
    overwrite(value, good);
    assertThat(kept.feature("file-vault").get("root")).hasValue(VALUE);
  }

  @Test
  @Tag("A2")
  void noFileStandsInForAnother() throws Exception {
    AccountFolder.Kept kept = new AccountFolder(folder).create(deviceSecret, state);
    kept.feature("file-vault").put("root", VALUE);
    kept.feature("file-vault").put("other", VALUE);
    kept.feature("chat").put("root", VALUE);
    byte[] root = Files.readAllBytes(folder.resolve("file-vault.root"));

    overwrite(folder.resolve("file-vault.other"), root);
    overwrite(folder.resolve("chat.root"), root);
    assertThatThrownBy(() -> kept.feature("file-vault").get("other"))
        .isInstanceOf(StateDamaged.class);
    assertThatThrownBy(() -> kept.feature("chat").get("root")).isInstanceOf(StateDamaged.class);
    overwrite(folder.resolve("account"), root);
    assertThatThrownBy(() -> new AccountFolder(folder).read()).isInstanceOf(StateDamaged.class);
  }

  @Test
  void aNewAccountLeavesNothingOfTheOldOne() throws Exception {
    AccountFolder.Kept old = new AccountFolder(folder).create(deviceSecret.copy(), state);
    old.feature("file-vault").put("root", VALUE);

    AccountFolder.Kept fresh = new AccountFolder(folder).create(Secret.random(32), state);

    assertThat(fresh.feature("file-vault").get("root")).isEmpty();
  }

  @Test
  void whatIsBeingWrittenHoldsNoRemovalUp() throws Exception {
    new AccountFolder(folder).create(deviceSecret, state).close();
    CountDownLatch begun = new CountDownLatch(1);
    Thread writer =
        Thread.ofPlatform()
            .start(
                () -> {
                  try {
                    for (int i = 0; i < 100_000; i++) {
                      Path file = Files.writeString(folder.resolve(".account.chain." + i), "x");
                      Files.move(
                          file,
                          folder.resolve("account.chain"),
                          StandardCopyOption.REPLACE_EXISTING);
                      begun.countDown();
                    }
                  } catch (IOException e) {
                    // The folder is gone.
                  }
                });
    begun.await();

    boolean was = new AccountFolder(folder).remove();

    writer.join();
    assertThat(was).isTrue();
    assertThat(folder).doesNotExist();
  }

  @Test
  void aRemovalThatWasCutShortLeavesNoAccount() throws Exception {
    new AccountFolder(folder).create(deviceSecret, state);
    Files.delete(folder.resolve("device-secret"));

    assertThat(new AccountFolder(folder).read()).isEmpty();
    new AccountFolder(folder).remove();
    assertThat(folder).doesNotExist();
    new AccountFolder(folder).remove();
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.toList();
    }
  }

  private static void overwrite(Path file, byte[] content) throws IOException {
    Files.write(file, content);
  }

  private static byte[] flipped(byte[] good, int at) {
    byte[] flipped = good.clone();
    flipped[at] ^= 1;
    return flipped;
  }

  private static String permissions(Path file) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
  }
}
