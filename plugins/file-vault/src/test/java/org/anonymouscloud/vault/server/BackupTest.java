package org.anonymouscloud.vault.server;

import static org.anonymouscloud.vault.server.CrashingServer.ACCOUNT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.anonymouscloud.core.account.AccountId;
import org.anonymouscloud.core.account.server.AccountService;
import org.anonymouscloud.core.backup.Backup;
import org.anonymouscloud.core.backup.BackupDamaged;
import org.anonymouscloud.core.backup.Holdings;
import org.anonymouscloud.core.backup.Restore;
import org.anonymouscloud.core.backup.Verification;
import org.anonymouscloud.core.crypto.Digest;
import org.anonymouscloud.core.database.DatabaseState;
import org.anonymouscloud.core.database.DatabaseState.Standing;
import org.anonymouscloud.core.database.DatabaseUnavailable;
import org.anonymouscloud.core.database.Migrations;
import org.anonymouscloud.core.database.OpenDatabase;
import org.anonymouscloud.core.plugin.FeatureData;
import org.anonymouscloud.core.plugin.RunningFeature;
import org.anonymouscloud.core.plugin.ServerContext;
import org.anonymouscloud.core.plugin.ServerFeature;
import org.anonymouscloud.core.testing.PostgresForTests;
import org.anonymouscloud.core.testing.PostgresServer;
import org.anonymouscloud.vault.protocol.PackName;
import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A backup holds one moment of a server that goes on working, and comes back as it was. */
@ExtendWith(PostgresForTests.class)
final class BackupTest {
  private static final int PACKS = 12;

  private final PostgresServer postgres;
  @TempDir private Path folder;
  private Path data = Path.of("");
  private Path backup = Path.of("");
  private ServerHalf server;
  private VaultClient client;
  private final List<PackName> packs = new ArrayList<>();

  BackupTest(PostgresServer postgres) {
    this.postgres = postgres;
  }

  @BeforeEach
  void fillServer() throws Exception {
    data = Files.createDirectory(folder.resolve("data"));
    backup = folder.resolve("backup");
    Files.write(data.resolve("server.key"), new byte[] {1});
    Files.write(data.resolve("server.secrets"), new byte[] {2});
    server = ServerHalf.start(data);
    server
        .database()
        .<Void, RuntimeException>write(
            handle -> {
              AccountService.tables().apply(handle);
              return null;
            });
    client = new VaultClient(server.link(ACCOUNT));
    for (int i = 0; i < PACKS; i++) {
      PackName name = PackName.random();
      client.put(name, pack(name));
      packs.add(name);
    }
    client.move(0, new byte[] {0}, packs, List.of());
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private static byte[] pack(PackName name) {
    byte[] pack = new byte[4096];
    new Random(name.text().hashCode()).nextBytes(pack);
    return pack;
  }

  private Backup.Content make() throws IOException {
    return make(ManyAccounts.HOLDINGS, bytes -> {});
  }

  private Backup.Content make(Holdings holdings, Consumer<Long> progress) throws IOException {
    return Backup.make(data, server.database(), holdings, backup, true, progress::accept);
  }

  @Test
  void aBackupComesBackOnEitherKindOfDatabase() throws Exception {
    Digest before = ManyAccounts.digest(server.database());
    assertThat(make().files()).isEqualTo(PACKS);

    for (String place : List.of(folder.resolve("new").toString(), postgres.newDatabase())) {
      Path restored = Files.createDirectory(folder.resolve("on " + Mover.kind(place)));
      try (OpenDatabase database = Mover.open(place)) {
        assertThat(Restore.run(backup, restored, database, ManyAccounts.HOLDINGS, n -> {}))
            .extracting(Restore.Restored::withKeys)
            .isEqualTo(true);
        assertThat(ManyAccounts.digest(database)).isEqualTo(before);
      }
      assertThat(restored.resolve("server.key")).hasBinaryContent(new byte[] {1});
      assertThat(restored.resolve("server.secrets")).hasBinaryContent(new byte[] {2});
      assertOwnersAlone(restored);
      try (ServerHalf second = ServerHalf.start(restored, Mover.open(place), new Disk())) {
        VaultClient there = new VaultClient(second.link(ACCOUNT));
        for (PackName name : packs) {
          assertThat(there.get(name, 4096)).isEqualTo(pack(name));
        }
        new Stored(second.database(), second.folder()).checkSums();
      }
    }
  }

  private static void assertOwnersAlone(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path path : all.filter(path -> !path.equals(folder)).toList()) {
        String mode =
            PosixFilePermissions.toString(
                Files.getPosixFilePermissions(path, LinkOption.NOFOLLOW_LINKS));
        assertThat(mode).as("%s", path).endsWith("------");
      }
    }
  }

  @Test
  void packsThatAreDroppedWhileABackupRunsAreInIt() throws Exception {
    make(ManyAccounts.HOLDINGS, dropAllOnce());
    assertThat(Verification.ofBackup(backup, n -> {}).files()).isEqualTo(PACKS);
    assertOwnersAlone(backup);
    // They go when the backup has ended.
    server.sweep();
    assertThat(new Stored(server.database(), server.folder()).files()).isEmpty();

    Path restored = Files.createDirectory(folder.resolve("restored"));
    try (OpenDatabase database = Mover.open(restored.toString())) {
      Restore.run(backup, restored, database, ManyAccounts.HOLDINGS, n -> {});
    }
    try (ServerHalf second = ServerHalf.start(restored)) {
      VaultClient there = new VaultClient(second.link(ACCOUNT));
      for (PackName name : packs) {
        assertThat(there.get(name, 4096)).isEqualTo(pack(name));
      }
    }
  }

  @Test
  void withoutTheHoldThatVeryBackupWouldFail() {
    assertThatThrownBy(() -> make(Holdings.of(List.of(new WithoutHold())), dropAllOnce()))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("lost its file");
    assertThatThrownBy(() -> Verification.ofBackup(backup, n -> {}))
        .isInstanceOf(BackupDamaged.class)
        .hasMessageContaining("not finished");
  }

  /** At the first file that is copied, a client drops all packs and the sweeper comes by. */
  private Consumer<Long> dropAllOnce() {
    return new Consumer<>() {
      private boolean done;

      @Override
      public void accept(Long bytes) {
        if (!done) {
          done = true;
          try {
            client.move(1, new byte[] {1}, List.of(), packs);
          } catch (Exception e) {
            throw new IllegalStateException(e);
          }
          server.sweep();
        }
      }
    };
  }

  /** The vault, with files that anybody may delete. */
  private static final class WithoutHold implements ServerFeature, FeatureData {
    private final VaultData vault = new VaultData();

    @Override
    public String name() {
      return "vault";
    }

    @Override
    public java.util.Optional<FeatureData> data() {
      return java.util.Optional.of(this);
    }

    @Override
    public RunningFeature start(ServerContext context) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Migrations tables() {
      return vault.tables();
    }

    @Override
    public long usedBytes(Handle rows, AccountId account) {
      return vault.usedBytes(rows, account);
    }

    @Override
    public boolean forget(Handle rows, AccountId account) {
      return vault.forget(rows, account);
    }

    @Override
    public void files(Handle rows, Consumer<StoredFile> each) {
      vault.files(rows, each);
    }
  }

  @Test
  void eachDamageOfABackupIsNamedAndNothingIsRestoredFromIt() throws Exception {
    make();
    List<Path> files;
    try (Stream<Path> all = Files.walk(backup)) {
      files = all.filter(Files::isRegularFile).toList();
    }
    for (Path file : files) {
      byte[] whole = Files.readAllBytes(file);
      byte[] flipped = whole.clone();
      flipped[flipped.length / 2] ^= 1;
      Files.write(file, flipped);
      refuses();
      Files.delete(file);
      refuses();
      Files.write(file, whole);
    }
    Path list = backup.resolve("SHA256SUMS");
    List<String> lines = Files.readAllLines(list);
    for (int i = 0; i < lines.size(); i++) {
      List<String> fewer = new ArrayList<>(lines);
      fewer.remove(i);
      Files.write(list, fewer);
      refuses();
    }
    Files.write(list, lines);
    Verification.ofBackup(backup, n -> {});
  }

  private void refuses() throws Exception {
    assertThatThrownBy(() -> Verification.ofBackup(backup, n -> {}))
        .isInstanceOf(BackupDamaged.class);
    Path target = Files.createDirectories(folder.resolve("target"));
    try (OpenDatabase database = Mover.open(target.toString())) {
      assertThatThrownBy(
              () -> Restore.run(backup, target, database, ManyAccounts.HOLDINGS, n -> {}))
          .isInstanceOf(BackupDamaged.class);
      assertThat(database.read(DatabaseState::of)).isEqualTo(DatabaseState.READY);
    }
    assertThat(target.resolve("vault")).doesNotExist();
    assertThat(target.resolve("server.key")).doesNotExist();
  }

  @Test
  void aListThatLeadsOutOfTheBackupIsRefused() throws Exception {
    make();
    Path outside = Files.write(folder.resolve("outside"), new byte[] {1});
    Digest digest = Digest.sha256(Files.readAllBytes(outside));
    for (String path : List.of("../outside", "/etc/passwd", "vault/../../outside", "vault//x")) {
      String list = Files.readString(backup.resolve("SHA256SUMS"));
      Files.writeString(backup.resolve("SHA256SUMS"), list + digest + "  " + path + "\n");
      refuses();
      Files.writeString(backup.resolve("SHA256SUMS"), list);
    }
  }

  @Test
  void nothingThatIsThereIsOverwritten() throws Exception {
    make();
    assertThatThrownBy(this::make).isInstanceOf(IOException.class);

    Path target = Files.createDirectory(folder.resolve("target"));
    Files.write(target.resolve("server.key"), new byte[] {7});
    try (OpenDatabase database = Mover.open(target.toString())) {
      assertThatThrownBy(
              () -> Restore.run(backup, target, database, ManyAccounts.HOLDINGS, n -> {}))
          .isInstanceOf(FileAlreadyExistsException.class);
      assertThat(target.resolve("server.key")).hasBinaryContent(new byte[] {7});
      Files.delete(target.resolve("server.key"));

      ManyAccounts.fill(database, 3);
      Digest old = ManyAccounts.digest(database);
      assertThatThrownBy(
              () -> Restore.run(backup, target, database, ManyAccounts.HOLDINGS, n -> {}))
          .isInstanceOf(DatabaseUnavailable.class)
          .hasMessageContaining("has tables already");
      assertThat(ManyAccounts.digest(database)).isEqualTo(old);
    }
  }

  @Test
  void aRestoreThatWasCutOffIsNotServedAndBeginsAgain() throws Exception {
    make();
    Digest before = ManyAccounts.digest(server.database());
    Path target = Files.createDirectory(folder.resolve("target"));
    try (OpenDatabase database = Mover.open(target.toString())) {
      int[] steps = {0};
      assertThatThrownBy(
              () ->
                  Restore.run(
                      backup,
                      target,
                      database,
                      ManyAccounts.HOLDINGS,
                      n -> {
                        // All files are checked before the first is copied.
                        if (++steps[0] == PACKS + 8) {
                          throw new IllegalStateException("cut off");
                        }
                      }))
          .hasMessage("cut off");
      assertThat(database.read(DatabaseState::of).standing()).isEqualTo(Standing.FILLING);
      assertThatThrownBy(
              () -> database.migrate("core", AccountService.class, "org/anonymouscloud/core/db"))
          .isInstanceOf(DatabaseUnavailable.class)
          .hasMessageContaining("not complete");

      Restore.run(backup, target, database, ManyAccounts.HOLDINGS, n -> {});

      assertThat(ManyAccounts.digest(database)).isEqualTo(before);
    }
  }

  @Test
  void aServersLostAndShortenedFilesAreNamed() throws Exception {
    assertThat(Verification.ofServer(data, server.database(), ManyAccounts.HOLDINGS).missing())
        .isEmpty();
    List<Path> files;
    try (Stream<Path> all = Files.walk(server.folder().resolve("packs"))) {
      files = all.filter(Files::isRegularFile).sorted().toList();
    }
    Files.delete(files.get(0));
    Files.write(files.get(1), new byte[17]);

    Verification.Found found =
        Verification.ofServer(data, server.database(), ManyAccounts.HOLDINGS);

    assertThat(found.content().files()).isEqualTo(PACKS);
    assertThat(found.missing())
        .containsExactlyInAnyOrder(
            data.relativize(files.get(0)).toString(), data.relativize(files.get(1)).toString());
    assertThatThrownBy(this::make).hasMessageContaining("verify");
  }
}
