package org.anonymouscloud.vault.server;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.anonymouscloud.core.account.AccountId;
import org.anonymouscloud.core.blob.BlobFolder;
import org.anonymouscloud.core.blob.BlobName;
import org.anonymouscloud.core.blob.BlobStore;
import org.anonymouscloud.core.database.Migrations;
import org.anonymouscloud.core.plugin.FeatureData;
import org.anonymouscloud.vault.protocol.VaultMethod;
import org.jdbi.v3.core.Handle;

/** What the vault keeps: its tables and the packs that they name. Stateless. */
final class VaultData implements FeatureData {
  /** Files that are looked up at a time. */
  private static final int AT_ONCE = 500;

  private static final String SCRIPTS = "org/anonymouscloud/vault/db";

  @Override
  public Migrations tables() {
    return Migrations.of(VaultMethod.FEATURE, VaultData.class, SCRIPTS);
  }

  @Override
  public void files(Handle rows, Consumer<StoredFile> each) {
    new PackTables(rows)
        .eachPack(
            (pack, checksum) ->
                each.accept(
                    new StoredFile(BlobStore.pathOf(pack.file()), pack.length(), checksum)));
  }

  @Override
  public List<String> foreign(Handle rows, Path folder) throws IOException {
    Path packs = folder.resolve(BlobStore.BLOBS);
    if (!Files.isDirectory(packs)) {
      return List.of();
    }
    List<String> foreign = new ArrayList<>();
    List<Path> some = new ArrayList<>();
    Files.walkFileTree(
        packs,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            if (!Files.isDirectory(file)) {
              some.add(folder.relativize(file));
            }
            if (some.size() == AT_ONCE) {
              foreign.addAll(foreign(rows, some));
              some.clear();
            }
            return FileVisitResult.CONTINUE;
          }

          // Packs in a folder that cannot be read are told of as such; of the rest none is meant.
          @Override
          public FileVisitResult visitFileFailed(Path closed, IOException why) {
            return FileVisitResult.CONTINUE;
          }
        });
    if (!some.isEmpty()) {
      foreign.addAll(foreign(rows, some));
    }
    return foreign;
  }

  private static List<String> foreign(Handle rows, List<Path> files) {
    Set<String> known = new HashSet<>();
    List<String> names = files.stream().map(file -> file.getFileName().toString()).toList();
    for (BlobName file : new PackTables(rows).files(names)) {
      known.add(BlobStore.pathOf(file));
    }
    return files.stream().map(Path::toString).filter(file -> !known.contains(file)).toList();
  }

  @Override
  public boolean forget(Handle rows, AccountId account) {
    return Ending.ofAccount(rows, account);
  }

  @Override
  public boolean needsChain(Handle rows, AccountId account) {
    return new DriveTables(rows).anyEverOf(account);
  }

  @Override
  public List<String> endsForOthers(Handle rows, AccountId account) {
    DriveTables.Shared shared = new DriveTables(rows).sharedAndPaidBy(account);
    if (shared.drives() == 0) {
      return List.of();
    }
    return List.of(
        "It pays for "
            + (shared.drives() == 1 ? "a drive" : shared.drives() + " drives")
            + " that "
            + (shared.others() == 1 ? "1 other account uses" : shared.others() + " others use")
            + ": with the account "
            + (shared.drives() == 1 ? "it ends" : "they end")
            + " for them too, and what is in there is gone. To keep such a drive, another owner of"
            + " it first takes over paying: 'anoncloud drive quota DRIVE --pay'.");
  }

  @Override
  public Map<AccountId, Long> held(Handle rows) {
    return DriveSpace.held(rows);
  }

  @Override
  public Hold hold(Path folder) throws IOException {
    return new BlobFolder(folder).lockDeletions()::close;
  }
}
