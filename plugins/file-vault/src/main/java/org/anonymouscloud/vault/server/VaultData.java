package org.anonymouscloud.vault.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
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
    try (Stream<Path> all = Files.walk(packs)) {
      List<Path> some = new ArrayList<>();
      Iterator<Path> files = all.filter(file -> !Files.isDirectory(file)).iterator();
      while (files.hasNext()) {
        some.add(folder.relativize(files.next()));
        if (some.size() == AT_ONCE || !files.hasNext()) {
          foreign.addAll(foreign(rows, some));
          some.clear();
        }
      }
    } catch (UncheckedIOException e) {
      throw e.getCause();
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
  public Map<AccountId, Long> held(Handle rows) {
    return DriveSpace.held(rows);
  }

  @Override
  public Hold hold(Path folder) throws IOException {
    return new BlobFolder(folder).lockDeletions()::close;
  }
}
