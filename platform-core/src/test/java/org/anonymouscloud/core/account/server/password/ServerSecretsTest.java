package org.anonymouscloud.core.account.server.password;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServerSecretsTest {
  @TempDir private Path folder;
  private Path file = Path.of("");

  @BeforeEach
  void name() {
    file = folder.resolve("server.secrets");
  }

  @Test
  void theyAreTheSameEachTimeAndForTheOwnerAlone() throws Exception {
    String id = newest();

    assertThat(newest()).isEqualTo(id);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    try (var left = Files.list(folder)) {
      assertThat(left).containsExactly(file);
    }
  }

  @Test
  void ofManyThatMakeTheFileTogetherAllGetOne() throws Exception {
    List<Future<String>> ids = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 8; i++) {
        ids.add(threads.submit(this::newest));
      }
    }
    for (Future<String> id : ids) {
      assertThat(id.get()).isEqualTo(newest());
    }
  }

  @Test
  void whatACrashLeftBesideThemIsNotRead() throws Exception {
    Files.write(folder.resolve(".server.secrets.0011223344556677"), new byte[7]);
    String id = newest();
    Files.write(folder.resolve(".server.secrets.8899aabbccddeeff"), new byte[7]);

    ServerSecrets.rotate(file, Set.of(id));

    try (ServerSecrets secrets = ServerSecrets.open(file)) {
      assertThat(secrets.generation(id)).isPresent();
      assertThat(secrets.newest().id()).isNotEqualTo(id);
    }
  }

  @Test
  @Tag("A63")
  void aFileThatOthersCanReadIsRefusedUntilTheOwnerHasLooked() throws Exception {
    String id = newest();
    for (String mode : List.of("rw-r-----", "rw----r--", "rw--w----")) {
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
      assertThatThrownBy(this::newest)
          .isInstanceOf(IOException.class)
          .hasMessageContaining("chmod 600 " + file);
      assertThatThrownBy(() -> ServerSecrets.rotate(file, Set.of()))
          .isInstanceOf(IOException.class);
    }
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    assertThat(newest()).isEqualTo(id);
  }

  @Test
  void aDamagedFileIsNamedAndLeftAlone() throws Exception {
    newest();
    byte[] whole = Files.readAllBytes(file);
    byte[] otherMagic = whole.clone();
    otherMagic[0] ^= 1;
    byte[] noScalar = whole.clone();
    Arrays.fill(noScalar, whole.length - 32, whole.length, (byte) 0);
    for (byte[] damaged :
        List.of(
            new byte[0],
            Arrays.copyOf(whole, whole.length - 64),
            Arrays.copyOf(whole, whole.length - 1),
            Arrays.copyOf(whole, whole.length + 1),
            otherMagic,
            noScalar)) {
      Files.write(file, damaged);
      assertThatThrownBy(this::newest)
          .isInstanceOf(IOException.class)
          .hasMessageContaining("are damaged");
      assertThat(Files.readAllBytes(file)).isEqualTo(damaged);
    }
  }

  @Test
  void thereMustBeSomethingToRotate() {
    assertThatThrownBy(() -> ServerSecrets.rotate(file, Set.of()))
        .isInstanceOf(NoSuchFileException.class);
    assertThat(file).doesNotExist();
  }

  private String newest() throws IOException {
    try (ServerSecrets secrets = ServerSecrets.open(file)) {
      return secrets.newest().id();
    }
  }
}
