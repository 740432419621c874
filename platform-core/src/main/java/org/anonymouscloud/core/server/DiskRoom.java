package org.anonymouscloud.core.server;

import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.anonymouscloud.core.blob.BlobStore;
import org.anonymouscloud.core.plugin.ServerFeature;
import org.anonymouscloud.core.plugin.ShownSize;

/** Whether the disks of a server's folders have room for what it needs. Stateless. */
public final class DiskRoom {
  /** So little is soon full of packs. */
  private static final long LITTLE = 1L << 30;

  private DiskRoom() {}

  /**
   * Looks at the disk of the data folder, or of where it would be made, and at those of the
   * features' folders that lie elsewhere. Makes nothing.
   *
   * @return what the owner should know of a disk that is soon full
   * @throws CannotStart if a server would take nothing, as it needs what is left for its database
   */
  public static List<String> check(Path data, List<ServerFeature> offered)
      throws CannotStart, IOException {
    Path there = data.toAbsolutePath().normalize();
    while (Files.notExists(there) && there.getParent() != null) {
      there = there.getParent();
    }
    List<Path> folders = new ArrayList<>(List.of(there));
    offered.stream()
        .map(each -> data.resolve(each.name()))
        .filter(Files::exists)
        .forEach(folders::add);
    Set<FileStore> seen = new HashSet<>();
    List<String> little = new ArrayList<>();
    for (Path folder : folders) {
      FileStore disk = Files.getFileStore(folder);
      long left = disk.getUsableSpace();
      String has =
          "The disk of "
              + folder
              + " has "
              + ShownSize.of(left)
              + " left, and a server takes no upload that would leave it less than "
              + ShownSize.of(BlobStore.SPARE_SPACE)
              + ", which it needs to go on. ";
      if (left < BlobStore.SPARE_SPACE) {
        throw new CannotStart(has + "Make room there, or use a larger disk.");
      }
      if (seen.add(disk) && left < LITTLE) {
        little.add(has + "Make room there soon.");
      }
    }
    return little;
  }
}
