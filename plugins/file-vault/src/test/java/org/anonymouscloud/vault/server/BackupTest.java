package org.anonymouscloud.vault.server;

import static org.anonymouscloud.vault.server.CrashingServer.ACCOUNT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.anonymouscloud.core.account.AccountId;
import org.anonymouscloud.core.account.server.AccountService;
import org.anonymouscloud.core.account.server.password.ServerSecrets;
import org.anonymouscloud.core.backup.Backup;
import org.anonymouscloud.core.backup.BackupDamaged;
import org.anonymouscloud.core.backup.BackupPlace;
import org.anonymouscloud.core.backup.BackupVerification;
import org.anonymouscloud.core.backup.Belongings;
import org.anonymouscloud.core.backup.Holdings;
import org.anonymouscloud.core.backup.KeysRefused;
import org.anonymouscloud.core.backup.LeftBehind;
import org.anonymouscloud.core.backup.Restore;
import org.anonymouscloud.core.backup.ServerKeys;
import org.anonymouscloud.core.backup.ServerVerification;
import org.anonymouscloud.core.blob.BlobName;
import org.anonymouscloud.core.blob.Checksum;
import org.anonymouscloud.core.crypto.Digest;
import org.anonymouscloud.core.crypto.SigningKey;
import org.anonymouscloud.core.database.DatabaseState;
import org.anonymouscloud.core.database.DatabaseState.Standing;
import org.anonymouscloud.core.database.DatabaseUnavailable;
import org.anonymouscloud.core.database.Migrations;
import org.anonymouscloud.core.database.OpenDatabase;
import org.anonymouscloud.core.database.OrderNumbers;
import org.anonymouscloud.core.disk.PrivateFile;
import org.anonymouscloud.core.plugin.FeatureData;
import org.anonymouscloud.core.plugin.RunningFeature;
import org.anonymouscloud.core.plugin.ServerContext;
import org.anonymouscloud.core.plugin.ServerFeature;
import org.anonymouscloud.core.plugin.Terminal;
import org.anonymouscloud.core.release.PluginFolder;
import org.anonymouscloud.core.session.Fingerprint;
import org.anonymouscloud.core.session.server.ServerKey;
import org.anonymouscloud.core.testing.PostgresForTests;
import org.anonymouscloud.core.testing.PostgresServer;
import org.anonymouscloud.vault.protocol.PackName;
import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A backup holds one moment of a server that goes on working, and comes back as it was. */
@ExtendWith(PostgresForTests.class)
final class BackupTest {
  private static final int PACKS = 12;
  private static final Instant NOW = Instant.parse("2026-11-28T10:37:02.5Z");
  private static final Restore.LeftOut NOTHING = new Restore.LeftOut(Set.of(), false);

  private final PostgresServer postgres;
  @TempDir private Path folder;
  private Path data = Path.of("");
  private Path place = Path.of("");

  /** The newest of the place. */
  private Path backup = Path.of("");

  private Fingerprint fingerprint;
  private ServerHalf server;
  private VaultClient client;
  private final List<PackName> packs = new ArrayList<>();

  BackupTest(PostgresServer postgres) {
    this.postgres = postgres;
  }

  @BeforeEach
  void fillServer() throws Exception {
    data = Files.createDirectory(folder.resolve("data"));
    place = folder.resolve("backups");
    fingerprint = makeKeys(data);
    server = ServerHalf.start(data);
    server
        .database()
        .<Void, RuntimeException>write(
            handle -> {
              AccountService.tables().apply(handle);
              return null;
            });
    client = VaultClient.create(server, ACCOUNT);
    for (int i = 0; i < PACKS; i++) {
      PackName name = PackName.random();
      client.put(name, pack(name));
      packs.add(name);
    }
    client.move(0, new byte[] {0}, packs);
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private static Fingerprint makeKeys(Path folder) throws IOException {
    ServerSecrets.open(folder.resolve("server.secrets")).close();
    try (ServerKey key = ServerKey.open(folder.resolve("server.key"))) {
      return key.fingerprint();
    }
  }

  private Belongings nothingElse() {
    return new Belongings(fingerprint, Optional.empty(), new PluginFolder(Path.of("no plugins")));
  }

  private static byte[] pack(PackName name) {
    byte[] pack = new byte[4096];
    new Random(name.text().hashCode()).nextBytes(pack);
    return pack;
  }

  private Backup.Made make() throws IOException {
    return make(ManyAccounts.HOLDINGS, bytes -> {});
  }

  private Backup.Made make(Holdings holdings, Consumer<Long> progress) throws IOException {
    return make(holdings, nothingElse(), Backup.Reuse.BY_LENGTH, progress);
  }

  private Backup.Made make(
      Holdings holdings, Belongings belongings, Backup.Reuse reuse, Consumer<Long> progress)
      throws IOException {
    try (BackupPlace open = BackupPlace.open(place)) {
      Backup.Made made =
          Backup.make(
              data, server.database(), holdings, belongings, open, reuse, NOW, progress::accept);
      backup = made.folder();
      return made;
    }
  }

  private Restore.Restored restore(Path target, OpenDatabase database) throws Exception {
    return restore(target, Optional.empty(), database);
  }

  private Restore.Restored restore(Path target, Optional<Path> keys, OpenDatabase database)
      throws Exception {
    return restore(target, keys, database, n -> {});
  }

  private Restore.Restored restore(
      Path target, Optional<Path> keys, OpenDatabase database, Consumer<Long> progress)
      throws Exception {
    return restore(target, keys, NOTHING, database, ManyAccounts.HOLDINGS, progress);
  }

  private Restore.Restored restore(
      Path target,
      Optional<Path> keys,
      Restore.LeftOut leftOut,
      OpenDatabase database,
      Holdings holdings,
      Consumer<Long> progress)
      throws Exception {
    Restore restore = Restore.of(backup, target, keys, leftOut, progress::accept);
    restore.bringPlugins();
    return restore.run("sqlite", database, holdings);
  }

  @Test
  void aBackupComesBackOnEitherKindOfDatabase() throws Exception {
    Digest before = ManyAccounts.digest(server.database());
    assertThat(make().content().files()).isEqualTo(PACKS);
    Path keys = folder.resolve("keys");
    ServerKeys.save(data, place, keys, backup);

    for (String place : List.of(folder.resolve("new").toString(), postgres.newDatabase())) {
      Path restored = Files.createDirectory(folder.resolve("on " + Mover.kind(place)));
      try (OpenDatabase database = Mover.open(place)) {
        assertThat(restore(restored, Optional.of(keys), database).content().files())
            .isEqualTo(PACKS);
        assertThat(ManyAccounts.digest(database)).isEqualTo(before);
      }
      for (String key : List.of("server.key", "server.secrets")) {
        assertThat(restored.resolve(key)).hasSameBinaryContentAs(data.resolve(key));
      }
      assertOwnersAlone(restored);
      try (ServerHalf second = ServerHalf.start(restored, Mover.open(place))) {
        VaultClient there = client.as(second, ACCOUNT);
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
    assertThat(whole(backup).files()).isEqualTo(PACKS);
    assertOwnersAlone(backup);
    // They go when the backup has ended.
    server.sweep();
    assertThat(new Stored(server.database(), server.folder()).files()).isEmpty();

    Path restored = Files.createDirectory(folder.resolve("restored"));
    try (OpenDatabase database = Mover.open(restored.toString())) {
      restore(restored, database);
    }
    try (ServerHalf second = ServerHalf.start(restored)) {
      VaultClient there = client.as(second, ACCOUNT);
      for (PackName name : packs) {
        assertThat(there.get(name, 4096)).isEqualTo(pack(name));
      }
    }
  }

  @Test
  void withoutTheHoldThatVeryBackupWouldLackFiles() throws Exception {
    assertThat(make(Holdings.of(List.of(new WithoutHold())), dropAllOnce()).lost()).isNotEmpty();
  }

  private static Backup.Content whole(Path backup) throws Exception {
    BackupVerification.Found found = BackupVerification.of(backup, n -> {});
    assertThat(found.damaged()).isEmpty();
    assertThat(found.gone()).isEmpty();
    assertThat(found.unreadable()).isEmpty();
    assertThat(found.lost()).isEmpty();
    assertThat(found.changed()).isEmpty();
    return found.content();
  }

  @Test
  void aBackupThatFailsLeavesNothingOfItself() throws Exception {
    Path first = make().folder();
    PackName late = PackName.random();
    client.put(late, pack(late));
    client.move(1, new byte[] {1}, List.of(late));

    assertThatThrownBy(
            () ->
                make(
                    ManyAccounts.HOLDINGS,
                    bytes -> {
                      throw new UncheckedIOException(new IOException("cut"));
                    }))
        .hasMessageContaining("cut");
    assertOnlyBackup(first);

    // The row of a file says more than any disk has; the place is on the server's own.
    Path large = Files.createFile(data.resolve("vault/large"));
    assertThatThrownBy(() -> make(Holdings.of(List.of(new WithLargeFile())), bytes -> {}))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("it needs 1.0 EiB on the disk of " + place + ",")
        .hasMessageContaining("the last 32.0 MiB");
    assertOnlyBackup(first);
    Files.delete(large);
    make();
  }

  private void assertOnlyBackup(Path only) throws IOException {
    try (Stream<Path> there = Files.list(place)) {
      assertThat(there).containsExactlyInAnyOrder(only, place.resolve(".lock"));
    }
  }

  @Test
  void aFolderWithoutAFinishedBackupIsNoDamagedOne() throws Exception {
    Path none = Files.createDirectory(folder.resolve("none"));
    assertThatThrownBy(() -> BackupPlace.backup(none))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("no finished backup in " + none);
    Path unfinished = Files.createDirectory(none.resolve(".part-new"));
    assertThatThrownBy(() -> BackupPlace.backup(unfinished))
        .hasMessageContaining("no finished backup");

    // One that has been finished is damaged without its list.
    Files.delete(make().folder().resolve("SHA256SUMS"));
    assertThat(BackupPlace.backup(place)).isEqualTo(backup);
    assertThat(BackupPlace.backup(backup)).isEqualTo(backup);
    assertThatThrownBy(() -> BackupVerification.of(backup, bytes -> {}))
        .isInstanceOf(BackupDamaged.class);
  }

  /** At the first file that is copied, all packs expire and the sweeper comes by. */
  private Consumer<Long> dropAllOnce() {
    return new Consumer<>() {
      private boolean done;

      @Override
      public void accept(Long bytes) {
        if (!done) {
          done = true;
          try {
            server.expire(client.drive(), packs);
          } catch (Exception e) {
            throw new IllegalStateException(e);
          }
          server.sweep();
        }
      }
    };
  }

  /** The vault, with another file that takes more than there is. */
  private static final class WithLargeFile extends WithoutHold {
    @Override
    public void files(Handle rows, Consumer<StoredFile> each) {
      super.files(rows, each);
      each.accept(new StoredFile("large", 1L << 60, new Checksum(0)));
    }
  }

  /** The vault, with files that anybody may delete. */
  private static class WithoutHold implements ServerFeature, FeatureData {
    private final VaultData vault = new VaultData();

    @Override
    public String name() {
      return "vault";
    }

    @Override
    public Optional<FeatureData> data() {
      return Optional.of(this);
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
    whole(backup);
  }

  private void refuses() throws Exception {
    try {
      BackupVerification.Found found = BackupVerification.of(backup, n -> {});
      assertThat(found.damaged().size() + found.gone().size()).isPositive();
    } catch (BackupDamaged e) {
      // Without this file nothing can be brought back.
    }
    Path target = Files.createDirectories(folder.resolve("target"));
    try (OpenDatabase database = Mover.open(target.toString())) {
      assertThatThrownBy(() -> restore(target, database)).isInstanceOf(BackupDamaged.class);
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
  @Tag("S4.12")
  void whatIsReachedByALinkIsNotInTheBackup() throws Exception {
    make();
    for (String name : List.of("vault", "rows", "count", "SHA256SUMS", "server")) {
      Path file = backup.resolve(name);
      Path outside = folder.resolve("outside");
      Files.move(file, outside);
      Files.createSymbolicLink(file, outside);
      refuses();
      Files.delete(file);
      Files.move(outside, file);
    }
    whole(backup);
  }

  @Test
  @Tag("S4.12")
  void aListWithoutEndsOfLinesAndACountWithoutEndAreRefused() throws Exception {
    make();
    for (String name : List.of("SHA256SUMS", "count")) {
      Path file = backup.resolve(name);
      byte[] whole = Files.readAllBytes(file);
      Files.write(file, new byte[1 << 20]);
      refuses();
      Files.write(file, whole);
    }
    whole(backup);
  }

  @Test
  void nothingThatIsThereIsOverwritten() throws Exception {
    make();
    Path keys = folder.resolve("keys");
    ServerKeys.save(data, place, keys, backup);

    Path target = Files.createDirectory(folder.resolve("target"));
    makeKeys(target);
    byte[] own = Files.readAllBytes(target.resolve("server.key"));
    try (OpenDatabase database = Mover.open(target.toString())) {
      assertThatThrownBy(() -> restore(target, Optional.of(keys), database))
          .isInstanceOf(FileAlreadyExistsException.class);
      assertThat(target.resolve("server.key")).hasBinaryContent(own);
      Files.delete(target.resolve("server.key"));

      ManyAccounts.fill(database, 3);
      Digest old = ManyAccounts.digest(database);
      assertThatThrownBy(() -> restore(target, database))
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
                  restore(
                      target,
                      Optional.empty(),
                      database,
                      n -> {
                        // All files are checked before the first is copied.
                        if (++steps[0] == PACKS + 8) {
                          throw new IllegalStateException("cut off");
                        }
                      }))
          .hasMessage("cut off");
      assertThat(database.read(DatabaseState::of).standing()).isEqualTo(Standing.FILLING);
      assertThatThrownBy(() -> database.migrate(AccountService.tables()))
          .isInstanceOf(DatabaseUnavailable.class)
          .hasMessageContaining("not complete");

      restore(target, database);

      assertThat(ManyAccounts.digest(database)).isEqualTo(before);
    }
  }

  @Test
  @Tag("S4.12")
  void theKeysAreNowhereBesideTheRows() throws Exception {
    make();
    try (Stream<Path> all = Files.walk(place)) {
      assertThat(all.map(path -> path.getFileName().toString()))
          .contains("rows")
          .doesNotContain("server.key", "server.secrets");
    }
    for (Path wrong : List.of(place, backup, place.resolve("keys"), folder, data)) {
      assertThatThrownBy(() -> ServerKeys.save(data, place, wrong, backup))
          .as("%s", wrong)
          .isInstanceOf(KeysRefused.class);
    }
    Path link = Files.createSymbolicLink(folder.resolve("link"), place);
    assertThatThrownBy(() -> ServerKeys.save(data, place, link.resolve("keys"), backup))
        .isInstanceOf(KeysRefused.class);
    Path open = Files.createDirectory(folder.resolve("open"));
    Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxr-x---"));
    assertThatThrownBy(() -> ServerKeys.save(data, place, open, backup))
        .isInstanceOf(KeysRefused.class)
        .hasMessageContaining("chmod 700");
    assertThat(open).isEmptyDirectory();
  }

  @Test
  @Tag("S4.12")
  void keysOfAnotherServerAreNotOverwrittenAndOlderSecretsAreKept() throws Exception {
    make();
    Path keys = folder.resolve("keys");
    ServerKeys.save(data, place, keys, backup);
    assertThat(Files.getPosixFilePermissions(keys))
        .isEqualTo(PosixFilePermissions.fromString("rwx------"));
    assertOwnersAlone(keys);
    byte[] key = Files.readAllBytes(keys.resolve("server.key"));
    byte[] secrets = Files.readAllBytes(keys.resolve("server.secrets"));
    PrivateFile.replace(data.resolve("server.secrets"), new byte[] {3});
    ServerKeys.save(data, place, keys, backup);
    assertThat(keys.resolve("server.secrets")).hasBinaryContent(new byte[] {3});
    assertThat(keys.resolve("server.secrets-before-" + backup.getFileName()))
        .hasBinaryContent(secrets);

    PrivateFile.replace(data.resolve("server.key"), new byte[] {4});
    assertThatThrownBy(() -> ServerKeys.save(data, place, keys, backup))
        .isInstanceOf(KeysRefused.class)
        .hasMessageContaining("another server");
    assertThat(keys.resolve("server.key")).hasBinaryContent(key);
  }

  @Test
  @Tag("S4.12")
  void theNextBackupCopiesOnlyWhatIsNewAndEachIsWholeByItself() throws Exception {
    Backup.Made first = make();
    assertThat(first.folder().getFileName()).hasToString("2026-11-28T10-37-02Z");
    assertThat(first.copied()).isGreaterThan(PACKS * 4096L);
    PackName more = PackName.random();
    client.put(more, pack(more));
    client.move(1, new byte[] {1}, List.of(more));
    server.expire(client.drive(), List.of(packs.getFirst()));
    server.sweep();

    Backup.Made second = make();

    // The same second, and yet another name that comes after it.
    assertThat(second.folder().getFileName()).hasToString("2026-11-28T10-37-03Z");
    assertThat(second.content().bytes() - second.copied()).isEqualTo((PACKS - 1) * 4096L);
    assertThat(BackupPlace.backup(place)).isEqualTo(second.folder());
    assertThat(whole(first.folder()).files()).isEqualTo(PACKS);
    try (BackupPlace open = BackupPlace.open(place)) {
      assertThat(open.prune(fingerprint, 1)).isEqualTo(1);
    }
    assertThat(first.folder()).doesNotExist();
    assertThat(whole(second.folder()).files()).isEqualTo(PACKS);
    Path target = Files.createDirectory(folder.resolve("target"));
    try (OpenDatabase database = Mover.open(target.toString())) {
      assertThat(restore(target, database).content().files()).isEqualTo(PACKS);
    }
  }

  @Test
  @Tag("S4.12")
  void aDamagedFileOfTheBackupBeforeIsCopiedAnew() throws Exception {
    Path pack;
    make();
    try (Stream<Path> all = Files.walk(backup.resolve("vault"))) {
      pack = all.filter(Files::isRegularFile).findFirst().orElseThrow();
    }
    Files.write(pack, new byte[17]);
    Backup.Made made = make();
    assertThat(made.damaged()).hasSize(1);
    assertThat(made.copied()).isGreaterThan(4096);
    whole(backup);

    Files.delete(backup.resolve("SHA256SUMS"));
    assertThat(make().copied()).isGreaterThan(PACKS * 4096L);
    whole(backup);
  }

  @Test
  @Tag("S4.12")
  void damageThatHasTheRightLengthIsFoundByReadingAndEndsWithTheNextBackup() throws Exception {
    make();
    String damaged = damageOne();
    make();
    assertThat(BackupVerification.of(backup, n -> {}).damaged()).containsExactly(damaged);

    Backup.Made made = make(ManyAccounts.HOLDINGS, nothingElse(), Backup.Reuse.BY_CONTENT, n -> {});

    assertThat(made.damaged()).containsExactly(damaged);
    assertThat(made.lost()).isEmpty();
    whole(backup);
  }

  /** Alters a pack of the newest backup, and of all that share it. */
  private String damageOne() throws IOException {
    try (Stream<Path> all = Files.walk(backup.resolve("vault"))) {
      Path pack = all.filter(Files::isRegularFile).findFirst().orElseThrow();
      byte[] content = Files.readAllBytes(pack);
      content[7] ^= 1;
      Files.write(pack, content);
      return backup.relativize(pack).toString();
    }
  }

  @Test
  @Tag("S4.12")
  void whatIsWholeOfADamagedBackupComesBackIfItsOwnerSaysSo() throws Exception {
    make();
    String damaged = damageOne();
    Path target = Files.createDirectory(folder.resolve("target"));
    try (OpenDatabase database = Mover.open(target.toString())) {
      assertThatThrownBy(() -> restore(target, database))
          .isInstanceOf(BackupDamaged.class)
          .hasMessageContaining(damaged)
          .hasMessageContaining("--skip-damaged");
      assertThat(target.resolve("vault")).doesNotExist();

      Restore.Restored restored =
          restore(
              target,
              Optional.empty(),
              new Restore.LeftOut(Set.of(), true),
              database,
              ManyAccounts.HOLDINGS,
              n -> {});

      assertThat(restored.missing()).containsExactly(damaged);
      assertThat(restored.content().files()).isEqualTo(PACKS - 1);
      assertThat(ManyAccounts.digest(database)).isEqualTo(ManyAccounts.digest(server.database()));
      assertThat(target.resolve(damaged)).doesNotExist();
    }
  }

  @Test
  @Tag("S4.12")
  void anotherServersBackupsAreKnownAndStay() throws Exception {
    make();
    Path others = backup;
    try (BackupPlace open = BackupPlace.open(place)) {
      assertThat(open.server()).contains(fingerprint);
    }
    Files.delete(data.resolve("server.key"));
    fingerprint = makeKeys(data);
    make();
    make();
    try (BackupPlace open = BackupPlace.open(place)) {
      assertThat(open.server()).contains(fingerprint);
      assertThat(open.prune(fingerprint, 1)).isEqualTo(1);
    }
    whole(others);
  }

  @Test
  @Tag("S4.12")
  void keysOfAnotherServerOrOtherSecretsAreNotRestored() throws Exception {
    server.database().<Void, RuntimeException>write(handle -> register(handle, "unknown keys"));
    make();
    Path keys = folder.resolve("keys");
    ServerKeys.save(data, place, keys, backup);
    Path target = Files.createDirectory(folder.resolve("target"));
    try (OpenDatabase database = Mover.open(target.toString())) {
      assertThatThrownBy(() -> restore(target, Optional.of(keys), database))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("server.secrets-before-TIME");
      assertThat(database.read(DatabaseState::of).standing()).isEqualTo(Standing.FILLING);
    }
    Path wrong = Files.createDirectory(folder.resolve("wrong"));
    makeKeys(wrong);
    Path second = Files.createDirectory(folder.resolve("second"));
    try (OpenDatabase database = Mover.open(second.toString())) {
      assertThatThrownBy(() -> restore(second, Optional.of(wrong), database))
          .isInstanceOf(KeysRefused.class)
          .hasMessageContaining(fingerprint.text());
    }
    assertThat(second.resolve("server.key")).doesNotExist();
  }

  private static Void register(Handle handle, String passwordKeys) {
    handle.execute(
        """
        INSERT INTO accounts
          (user_name, name_shape, account_id, opaque_record, credential, password_keys, login_key,
           device_set, drive_name, status, quota, created, last_seen)
        VALUES ('alice', 'alice', ?, ?, ?, ?, ?, 0, 'drive', 'active', 0, 0, 0)
        """,
        new byte[16],
        new byte[1],
        new byte[1],
        passwordKeys,
        new byte[1]);
    return null;
  }

  /** A feature whose plugin is there, or not. */
  private record Visits() implements ServerFeature, FeatureData {
    @Override
    public String name() {
      return "visits";
    }

    @Override
    public Optional<FeatureData> data() {
      return Optional.of(this);
    }

    @Override
    public RunningFeature start(ServerContext context) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Migrations tables() {
      return Migrations.of("visits", BackupTest.class, "org/anonymouscloud/vault/server/visits");
    }

    @Override
    public boolean forget(Handle rows, AccountId account) {
      return false;
    }
  }

  private void startVisits() throws IOException {
    server.database().migrate(new Visits().tables());
    server
        .database()
        .<Void, RuntimeException>write(
            handle -> {
              handle.execute("INSERT INTO visits (name, value) VALUES ('a', 7)");
              handle.execute("INSERT INTO visits_days (name, day) VALUES ('a', 1)");
              handle.execute(
                  "INSERT INTO account_space (account_id, feature, used, reserve)"
                      + " VALUES (?, 'visits', 500, 0)",
                  ACCOUNT.bytes());
              for (String feature : List.of("visits", "vault")) {
                assertThat(new OrderNumbers(feature).next(handle, ACCOUNT.bytes())).isEqualTo(1);
              }
              return null;
            });
    Path file = data.resolve("visits/deep/file.bin");
    Files.createDirectories(file.getParent());
    Files.writeString(file, "content");
    Files.writeString(file.resolveSibling(".hidden"), "not finished");
  }

  @Test
  @Tag("S4.12")
  void whatAPluginLeavesBehindIsInEachBackupAndComesBackWithItOrIsLeftOut() throws Exception {
    startVisits();

    Backup.Made made = make();

    assertThat(made.absent()).containsExactly("visits");
    assertThat(made.content().files()).isEqualTo(PACKS + 1);
    whole(backup);
    assertThat(ServerVerification.quick(data, server.database(), ManyAccounts.HOLDINGS).absent())
        .containsExactly("visits");

    Path target = Files.createDirectory(folder.resolve("target"));
    try (OpenDatabase database = Mover.open(target.toString())) {
      assertThatThrownBy(() -> restore(target, database))
          .isInstanceOf(DatabaseUnavailable.class)
          .hasMessageContaining("--leave-out visits");
      assertThat(target.resolve("vault")).doesNotExist();
      Restore.LeftOut vault = new Restore.LeftOut(Set.of("vault", "visits"), false);
      assertThatThrownBy(
              () ->
                  restore(
                      target, Optional.empty(), vault, database, ManyAccounts.HOLDINGS, n -> {}))
          .isInstanceOf(DatabaseUnavailable.class)
          .hasMessageContaining("'vault' cannot be left out");
      restore(
          target,
          Optional.empty(),
          new Restore.LeftOut(Set.of("visits"), false),
          database,
          ManyAccounts.HOLDINGS,
          n -> {});
      assertThat(LeftBehind.features(database, ManyAccounts.HOLDINGS)).isEmpty();
      assertThat(target.resolve("visits")).doesNotExist();
      assertThat(counted(database, "visits")).isZero();
      assertThat(numbered(database)).containsExactly("vault");
    }

    Path again = Files.createDirectory(folder.resolve("again"));
    Holdings all = Holdings.of(List.of(new VaultServerFeature(), new Visits()));
    for (String place : List.of(again.toString(), postgres.newDatabase())) {
      try (OpenDatabase database = Mover.open(place)) {
        Path restored = again.resolve(Mover.kind(place));
        Files.createDirectory(restored);
        restore(restored, Optional.empty(), NOTHING, database, all, n -> {});
        assertThat(ManyAccounts.digest(database)).isEqualTo(ManyAccounts.digest(server.database()));
        assertThat(restored.resolve("visits/deep/file.bin")).hasContent("content");
        // The same on a server whose plugin is gone: its rows can be deleted, and nobody's else.
        delete(database, restored);
      }
    }
  }

  /** The features that have order numbers. */
  private static List<String> numbered(OpenDatabase database) {
    return database.read(
        handle ->
            handle
                .createQuery("SELECT feature FROM order_numbers ORDER BY feature")
                .mapTo(String.class)
                .list());
  }

  /** Bytes of all accounts that a feature has. */
  private static long counted(OpenDatabase database, String feature) {
    return database.<Long, RuntimeException>read(
        handle ->
            handle
                .createQuery("SELECT COALESCE(SUM(used), 0) FROM account_space WHERE feature = ?")
                .bind(0, feature)
                .mapTo(Long.class)
                .one());
  }

  @Test
  @Tag("S4.12")
  void aFeaturesFolderMayBeOnAnotherDiskByALink() throws Exception {
    startVisits();
    Path elsewhere = folder.resolve("elsewhere");
    Files.move(data.resolve("visits"), elsewhere);
    Files.createSymbolicLink(data.resolve("visits"), elsewhere);

    assertThat(make().content().files()).isEqualTo(PACKS + 1);
    assertThat(backup.resolve("visits/deep/file.bin")).hasContent("content");
    LeftBehind.of("visits", data, server.database(), ManyAccounts.HOLDINGS).orElseThrow().delete();

    assertThat(elsewhere).isEmptyDirectory();
    assertThat(LeftBehind.features(server.database(), ManyAccounts.HOLDINGS)).isEmpty();
  }

  private static void delete(OpenDatabase database, Path data) throws IOException {
    LeftBehind left = LeftBehind.of("visits", data, database, ManyAccounts.HOLDINGS).orElseThrow();
    assertThat(left.files()).isEqualTo(new Backup.Content(2, 1, 7));
    assertThat(counted(database, "visits")).isEqualTo(500);
    assertThat(numbered(database)).containsExactly("vault", "visits");
    assertThat(LeftBehind.of("vault", data, database, ManyAccounts.HOLDINGS)).isEmpty();
    assertThat(LeftBehind.of("core", data, database, ManyAccounts.HOLDINGS)).isEmpty();

    left.delete();

    assertThat(LeftBehind.features(database, ManyAccounts.HOLDINGS)).isEmpty();
    assertThat(data.resolve("visits")).doesNotExist();
    assertThat(data.resolve("vault")).isNotEmptyDirectory();
    assertThat(counted(database, "visits")).isZero();
    assertThat(numbered(database)).containsExactly("vault");
    assertThat(counted(database, "vault")).isGreaterThanOrEqualTo(PACKS * 4096L);
    database.migrate(new Visits().tables());
  }

  @Test
  @Tag("S4.12")
  void whatIsNoBackupIsNotMixedWithBackups() throws Exception {
    make();
    try (BackupPlace _ = BackupPlace.open(place)) {
      assertThatThrownBy(this::make).isInstanceOf(Exception.class);
    }
    Files.writeString(place.resolve("mine.txt"), "a file");
    assertThatThrownBy(this::make).isInstanceOf(DirectoryNotEmptyException.class);
    assertThat(place.resolve("mine.txt")).hasContent("a file");
  }

  @Test
  @Tag("S4.12")
  void settingsAndPluginsComeBack() throws Exception {
    Path installed = Files.createDirectory(data.resolve("plugins"));
    Files.writeString(installed.resolve("known"), "");
    Files.writeString(installed.resolve("publishers"), "# nobody\n");
    Belongings belongings =
        new Belongings(
            fingerprint, Optional.of("registration = invite\n"), new PluginFolder(installed));
    assertThat(
            make(ManyAccounts.HOLDINGS, belongings, Backup.Reuse.BY_LENGTH, n -> {})
                .content()
                .files())
        .isEqualTo(PACKS + 3);
    assertThat(whole(backup).files()).isEqualTo(PACKS + 3);
    Path target = Files.createDirectory(folder.resolve("target"));
    try (OpenDatabase database = Mover.open(target.toString())) {
      Restore.Restored restored = restore(target, database);
      assertThat(restored.content().files()).isEqualTo(PACKS + 3);
      assertThat(restored.withSettings()).isTrue();
    }
    assertThat(target.resolve("anoncloud.conf"))
        .hasContent("registration = invite\ndatabase = sqlite\n");
    assertThat(target.resolve("plugins/publishers")).hasContent("# nobody\n");
    assertOwnersAlone(target);

    Path other = Files.createDirectory(folder.resolve("other"));
    Files.writeString(other.resolve("anoncloud.conf"), "registration = closed\n");
    try (OpenDatabase database = Mover.open(other.toString())) {
      assertThat(restore(other, database).otherSettings()).isTrue();
    }
    assertThat(other.resolve("anoncloud.conf")).hasContent("registration = closed\n");
  }

  @Test
  @Tag("S4.12")
  void aBackupComesBackWithoutItsSettingsAndPluginsIfTheseAreDamaged() throws Exception {
    Path installed = Files.createDirectory(data.resolve("plugins"));
    Files.writeString(installed.resolve("known"), "");
    Files.writeString(installed.resolve("publishers"), "# nobody\n");
    Belongings belongings =
        new Belongings(
            fingerprint, Optional.of("registration = invite\n"), new PluginFolder(installed));
    make(ManyAccounts.HOLDINGS, belongings, Backup.Reuse.BY_LENGTH, n -> {});
    Files.delete(backup.resolve("anoncloud.conf"));
    change(backup.resolve("plugins/publishers"));
    BackupVerification.Found found = BackupVerification.of(backup, n -> {});
    assertThat(found.gone()).containsExactly("anoncloud.conf");
    assertThat(found.damaged()).containsExactly("plugins/publishers");
    Path target = Files.createDirectory(folder.resolve("target"));

    try (OpenDatabase database = Mover.open(target.toString())) {
      assertThatThrownBy(() -> restore(target, database))
          .isInstanceOf(BackupDamaged.class)
          .hasMessageContaining("2 files")
          .hasMessageContaining("anoncloud.conf")
          .hasMessageContaining("--skip-damaged");
      Restore.Restored restored =
          restore(
              target,
              Optional.empty(),
              new Restore.LeftOut(Set.of(), true),
              database,
              ManyAccounts.HOLDINGS,
              n -> {});

      assertThat(restored.belongings()).containsExactly("anoncloud.conf", "plugins/publishers");
      assertThat(restored.withSettings()).isFalse();
      assertThat(restored.missing()).isEmpty();
      assertThat(restored.content().files()).isEqualTo(PACKS + 1);
    }
    assertThat(target.resolve("anoncloud.conf")).doesNotExist();
    assertThat(target.resolve("plugins")).isDirectoryContaining("glob:**known");
    assertThat(target.resolve("plugins/publishers")).doesNotExist();
  }

  @Test
  @Tag("S4.12")
  void whatWasDecidedOfPluginsStaysAndAnotherJarIsNotOverwritten() throws Exception {
    Path installed = Files.createDirectory(data.resolve("plugins"));
    String publisher;
    try (SigningKey key = SigningKey.generate()) {
      publisher = key.verifyKey().toString();
    }
    Files.writeString(
        installed.resolve("known"), "file-vault off - -\nnotes on 1.0.0 " + publisher + "\n");
    Files.writeString(installed.resolve("notes-1.0.0.jar"), "a jar");
    Belongings belongings =
        new Belongings(fingerprint, Optional.empty(), new PluginFolder(installed));
    make(ManyAccounts.HOLDINGS, belongings, Backup.Reuse.BY_LENGTH, n -> {});
    Path target = Files.createDirectory(folder.resolve("target"));
    Path known = Files.createDirectory(target.resolve("plugins")).resolve("known");
    Files.writeString(known, "file-vault on - -\n");

    Restore restore = Restore.of(backup, target, Optional.empty(), NOTHING, n -> {});

    restore.bringPlugins();

    assertThat(known).hasContent("file-vault on - -\n");
    Path jar = target.resolve("plugins/notes-1.0.0.jar");
    assertThat(jar).hasContent("a jar");
    Files.writeString(jar, "another jar");
    assertThatThrownBy(restore::bringPlugins).isInstanceOf(FileAlreadyExistsException.class);
    assertThat(jar).hasContent("another jar");
  }

  @Test
  void whatIsNobodysAmongTheFilesIsNamed() throws Exception {
    Path packs = server.folder().resolve("packs");
    Path pack;
    try (Stream<Path> all = Files.walk(packs)) {
      pack = all.filter(Files::isRegularFile).findFirst().orElseThrow();
    }
    List<Path> foreign =
        List.of(
            Files.writeString(packs.resolve("notes.txt"), "mine"),
            Files.copy(pack, pack.resolveSibling(BlobName.random().text())),
            Files.copy(pack, packs.resolve(pack.getFileName())));

    assertThat(ServerVerification.quick(data, server.database(), ManyAccounts.HOLDINGS).foreign())
        .containsExactlyInAnyOrderElementsOf(
            foreign.stream().map(file -> data.relativize(file).toString()).toList());
  }

  /** What its progress was told: first of how many bytes, then how many more. */
  private ServerVerification.Found reread(List<Long> told) throws IOException {
    return reread(data, server.database(), told);
  }

  private static ServerVerification.Found reread(Path data, OpenDatabase database, List<Long> told)
      throws IOException {
    return ServerVerification.rereading(
        data,
        database,
        ManyAccounts.HOLDINGS,
        all -> {
          told.add(all);
          return new Terminal.Progress() {
            @Override
            public void step(long bytes) {
              told.add(bytes);
            }

            @Override
            public void total(long bytes) {
              throw new AssertionError("It was known before.");
            }

            @Override
            public void close() {
              // Nothing is drawn.
            }
          };
        });
  }

  @Test
  void aByteThatTheDiskHasChangedIsFoundByRereading() throws Exception {
    assertThat(reread(new ArrayList<>()).damaged()).isEmpty();
    Path file;
    try (Stream<Path> all = Files.walk(server.folder().resolve("packs"))) {
      file = all.filter(Files::isRegularFile).sorted().toList().get(3);
    }
    byte[] content = Files.readAllBytes(file);
    content[4000] ^= 1;
    Files.write(file, content);

    assertThat(ServerVerification.quick(data, server.database(), ManyAccounts.HOLDINGS).missing())
        .isEmpty();
    List<Long> told = new ArrayList<>();
    ServerVerification.Found found = reread(told);

    assertThat(found.damaged()).containsExactly(data.relativize(file).toString());
    assertThat(found.missing()).isEmpty();
    assertThat(found.content().bytes()).isEqualTo(PACKS * 4096L);
    assertThat(told.getFirst()).isEqualTo(PACKS * 4096L);
    assertThat(told.subList(1, told.size()))
        .containsExactlyElementsOf(Collections.nCopies(PACKS, 4096L));

    // What to do: bring it back from a backup that was made before.
    content[4000] ^= 1;
    Files.write(file, content);
    assertThat(reread(new ArrayList<>()).damaged()).isEmpty();
  }

  @Test
  void aRestoredServerKnowsTheChecksumsOfItsFiles() throws Exception {
    make();
    for (String place : List.of(folder.resolve("again").toString(), postgres.newDatabase())) {
      Path target = Files.createDirectory(folder.resolve(Mover.kind(place) + "-target"));
      try (OpenDatabase database = Mover.open(place)) {
        restore(target, database);
        Path file = target.resolve("vault/packs");
        try (Stream<Path> all = Files.walk(file)) {
          file = all.filter(Files::isRegularFile).findFirst().orElseThrow();
        }
        Files.write(file, new byte[4096]);
        assertThat(reread(target, database, new ArrayList<>()).damaged())
            .containsExactly(target.relativize(file).toString());
      }
    }
  }

  @Test
  void aFileThatTheDiskHasChangedIsNamedUnlessTheBackupBeforeHasItWhole() throws Exception {
    List<Path> files;
    try (Stream<Path> all = Files.walk(server.folder().resolve("packs"))) {
      files = all.filter(Files::isRegularFile).sorted().toList();
    }
    change(files.get(0));
    assertThat(make().changed()).containsExactly(data.relativize(files.get(0)).toString());

    change(files.get(1));
    assertThat(make().changed()).containsExactly(data.relativize(files.get(0)).toString());
    assertThat(BackupVerification.of(backup, n -> {}).damaged()).isEmpty();
  }

  @Test
  void aFileThatWasDamagedWhenItWasBackedUpIsNamedUntilItIsRight() throws Exception {
    Path file;
    try (Stream<Path> all = Files.walk(server.folder().resolve("packs"))) {
      file = all.filter(Files::isRegularFile).findFirst().orElseThrow();
    }
    String path = data.relativize(file).toString();
    byte[] whole = Files.readAllBytes(file);
    change(file);
    Backup.Made first = make();
    assertThat(first.changed()).containsExactly(path);
    assertThat(first.content().files()).isEqualTo(PACKS);
    assertNamedByItsBackup(path);

    // No later one takes it over without a word, nor when it is read again.
    for (Backup.Reuse reuse : Backup.Reuse.values()) {
      assertThat(make(ManyAccounts.HOLDINGS, nothingElse(), reuse, n -> {}).changed())
          .containsExactly(path);
      assertNamedByItsBackup(path);
    }
    Path target = Files.createDirectory(folder.resolve("target"));
    try (OpenDatabase database = Mover.open(target.toString())) {
      Restore.Restored restored = restore(target, database);
      assertThat(restored.changed()).containsExactly(path);
      assertThat(restored.missing()).isEmpty();
    }

    // Something of it is more than nothing.
    Files.delete(file);
    Backup.Made without = make();
    assertThat(without.changed()).containsExactly(path);
    assertThat(without.onlyBefore()).containsExactly(path);
    assertThat(without.lost()).isEmpty();

    Files.write(file, whole);
    assertThat(make().changed()).isEmpty();
    assertThat(backup.resolve(path)).hasBinaryContent(whole);
    assertThat(backup.resolve("changed")).doesNotExist();
    whole(backup);
  }

  private void assertNamedByItsBackup(String path) throws Exception {
    assertThat(backup.resolve("changed")).hasContent(path + "\n");
    BackupVerification.Found found = BackupVerification.of(backup, n -> {});
    assertThat(found.changed()).containsExactly(path);
    assertThat(found.damaged()).isEmpty();
    assertThat(found.content().files()).isEqualTo(PACKS);
  }

  /** As a backup is whose row says something else than its list of digests. */
  @Test
  void rereadingComparesWithTheRowToo() throws Exception {
    make();
    Path pack;
    try (Stream<Path> all = Files.walk(backup.resolve("vault"))) {
      pack = all.filter(Files::isRegularFile).findFirst().orElseThrow();
    }
    String path = backup.relativize(pack).toString();
    Digest before = Digest.sha256(Files.readAllBytes(pack));
    change(pack);
    Path sums = backup.resolve("SHA256SUMS");
    Files.writeString(
        sums,
        Files.readString(sums)
            .replace(before.toString(), Digest.sha256(Files.readAllBytes(pack)).toString()));

    Backup.Made made = make(ManyAccounts.HOLDINGS, nothingElse(), Backup.Reuse.BY_CONTENT, n -> {});

    assertThat(made.damaged()).containsExactly(path);
    assertThat(made.changed()).isEmpty();
    assertThat(backup.resolve(path)).hasSameBinaryContentAs(data.resolve(path));
  }

  @Test
  void aFileThatIsTooLongIsDamaged() throws Exception {
    Path file;
    try (Stream<Path> all = Files.walk(server.folder().resolve("packs"))) {
      file = all.filter(Files::isRegularFile).findFirst().orElseThrow();
    }
    String path = data.relativize(file).toString();
    Files.write(file, new byte[5000]);

    ServerVerification.Found found =
        ServerVerification.quick(data, server.database(), ManyAccounts.HOLDINGS);

    assertThat(found.damaged()).containsExactly(path);
    assertThat(found.missing()).isEmpty();
    assertThat(make().changed()).containsExactly(path);
    assertThat(make().changed()).containsExactly(path);
    assertThat(BackupVerification.of(backup, n -> {}).changed()).containsExactly(path);
  }

  @Test
  void aFileThatIsTooLongIsNamedAlsoIfTheBackupBeforeHasItWhole() throws Exception {
    make();
    Path file;
    try (Stream<Path> all = Files.walk(server.folder().resolve("packs"))) {
      file = all.filter(Files::isRegularFile).findFirst().orElseThrow();
    }
    String path = data.relativize(file).toString();
    Files.write(file, new byte[] {1}, StandardOpenOption.APPEND);

    Backup.Made made = make();

    assertThat(made.onlyBefore()).containsExactly(path);
    assertThat(made.lengthened()).containsExactly(path);
    assertThat(BackupVerification.of(backup, n -> {}).changed()).isEmpty();
  }

  private static void change(Path file) throws IOException {
    byte[] content = Files.readAllBytes(file);
    content[content.length / 3] ^= 1;
    Files.write(file, content);
  }

  @Test
  void aServersLostAndShortenedFilesAreNamed() throws Exception {
    assertThat(ServerVerification.quick(data, server.database(), ManyAccounts.HOLDINGS).missing())
        .isEmpty();
    List<Path> files;
    try (Stream<Path> all = Files.walk(server.folder().resolve("packs"))) {
      files = all.filter(Files::isRegularFile).sorted().toList();
    }
    Files.delete(files.get(0));
    Files.write(files.get(1), new byte[17]);

    ServerVerification.Found found =
        ServerVerification.quick(data, server.database(), ManyAccounts.HOLDINGS);

    assertThat(found.content().files()).isEqualTo(PACKS);
    assertThat(found.missing())
        .containsExactlyInAnyOrder(
            data.relativize(files.get(0)).toString(), data.relativize(files.get(1)).toString());

    String shortened = data.relativize(files.get(1)).toString();
    assertThat(found.shortened()).containsExactly(shortened);

    // A backup without them is more than none; it says what it lacks.
    Backup.Made made = make();
    assertThat(made.lost()).containsExactlyInAnyOrderElementsOf(found.missing());
    assertThat(made.shortened()).containsExactly(shortened);
    assertThat(BackupVerification.of(backup, n -> {}).lost())
        .containsExactlyInAnyOrderElementsOf(found.missing());
    Path target = Files.createDirectory(folder.resolve("target"));
    try (OpenDatabase database = Mover.open(target.toString())) {
      assertThat(restore(target, database).missing())
          .containsExactlyInAnyOrderElementsOf(found.missing());
    }
  }

  /** A folder that leads to itself cannot be read by root either. */
  @Test
  void aFileThatCannotBeReadIsNamedAndTheRestIsLookedAtAndCopied() throws Exception {
    make();
    Path closed = onePack(server.folder().resolve("packs")).getParent();
    List<String> unreadable;
    try (Stream<Path> all = Files.list(closed)) {
      unreadable = all.map(file -> data.relativize(file).toString()).toList();
    }
    Path aside = Files.move(closed, folder.resolve("aside"));
    Files.createSymbolicLink(closed, closed.getFileName());

    ServerVerification.Found found = reread(new ArrayList<>());
    assertThat(found.unreadable()).containsExactlyInAnyOrderElementsOf(unreadable);
    assertThat(found.missing()).isEmpty();
    assertThat(found.damaged()).isEmpty();
    assertThat(found.content().files()).isEqualTo(PACKS);

    Backup.Made made = make();
    assertThat(made.onlyBefore()).containsExactlyInAnyOrderElementsOf(unreadable);
    assertThat(made.unreadable()).containsExactlyInAnyOrderElementsOf(unreadable);
    whole(backup);

    place = folder.resolve("other backups");
    Backup.Made first = make();
    assertThat(first.lost()).containsExactlyInAnyOrderElementsOf(unreadable);
    assertThat(first.unreadable()).containsExactlyInAnyOrderElementsOf(unreadable);
    assertThat(first.content().files()).isEqualTo(PACKS - unreadable.size());
    assertThat(BackupVerification.of(backup, n -> {}).lost())
        .containsExactlyInAnyOrderElementsOf(unreadable);

    Files.delete(closed);
    Files.move(aside, closed);
    assertThat(make().lost()).isEmpty();
    whole(backup);
  }

  @Test
  void aFileAndAFolderWithoutAnyRightsEndNoWalk() throws Exception {
    List<Path> packs;
    try (Stream<Path> all = Files.walk(server.folder().resolve("packs"))) {
      packs = all.filter(Files::isRegularFile).sorted().toList();
    }
    Path closed = packs.getLast().getParent();
    assumeTrue(!packs.getFirst().startsWith(closed));
    Files.setPosixFilePermissions(packs.getFirst(), Set.of());
    Files.setPosixFilePermissions(closed, Set.of());
    try {
      assumeTrue(!Files.isReadable(packs.getFirst()), "a user who may read everything");
      ServerVerification.Found found =
          ServerVerification.quick(data, server.database(), ManyAccounts.HOLDINGS);
      assertThat(found.unreadable())
          .contains(
              data.relativize(packs.getFirst()).toString(),
              data.relativize(packs.getLast()).toString());
      assertThat(found.missing()).isEmpty();
      assertThat(found.foreign()).isEmpty();
      assertThat(make().lost()).containsExactlyInAnyOrderElementsOf(found.unreadable());
    } finally {
      Files.setPosixFilePermissions(closed, PosixFilePermissions.fromString("rwx------"));
      Files.setPosixFilePermissions(packs.getFirst(), PosixFilePermissions.fromString("rw-------"));
    }
  }

  @Test
  void aFileOfABackupThatCannotBeReadIsNamedAndCopiedAnew() throws Exception {
    make();
    Path pack = onePack(backup.resolve("vault"));
    String path = backup.relativize(pack).toString();
    Files.setPosixFilePermissions(pack, Set.of());
    assumeTrue(!Files.isReadable(pack), "a user who may read everything");

    BackupVerification.Found found = BackupVerification.of(backup, n -> {});
    assertThat(found.unreadable()).containsExactly(path);
    assertThat(found.damaged()).isEmpty();
    Path target = Files.createDirectory(folder.resolve("target"));
    try (OpenDatabase database = Mover.open(target.toString())) {
      assertThatThrownBy(() -> restore(target, database))
          .isInstanceOf(BackupDamaged.class)
          .hasMessageContaining(path)
          .hasMessageContaining("--skip-damaged");
    }
    assertThat(make().damaged()).containsExactly(path);
    whole(backup);
  }

  @Test
  void aFileThatABackupHasLostIsNotCalledDamaged() throws Exception {
    make();
    Path pack = onePack(backup.resolve("vault"));
    Files.delete(pack);

    BackupVerification.Found found = BackupVerification.of(backup, n -> {});

    assertThat(found.gone()).containsExactly(backup.relativize(pack).toString());
    assertThat(found.damaged()).isEmpty();
  }

  private static Path onePack(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      return all.filter(Files::isRegularFile).findFirst().orElseThrow();
    }
  }
}
