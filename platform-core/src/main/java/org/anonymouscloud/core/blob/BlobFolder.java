package org.anonymouscloud.core.blob;

import java.io.IOException;
import java.nio.file.Path;

/**
 * Where a feature may keep blobs: below its own folder, where nothing is made before it opens the
 * store. Stateless.
 */
public final class BlobFolder {
  /** In it: what is being received, which no row names yet. */
  public static final String INCOMING = "incoming";

  private final Path folder;
  private final Disk disk;

  /**
   * @param folder the feature's
   */
  public BlobFolder(Path folder) {
    this(folder, new Disk());
  }

  BlobFolder(Path folder, Disk disk) {
    this.folder = folder;
    this.disk = disk;
  }

  /**
   * Opens the store, and makes it ready if it is new.
   *
   * @throws IOException if the folder cannot be used
   */
  public BlobStore open() throws IOException {
    return BlobStore.open(folder, disk);
  }

  /**
   * Waits until nobody deletes blobs, and keeps it so until the lock is closed; for {@code
   * FeatureData.hold}.
   *
   * @throws IOException if the folder cannot be used, or somebody has had the lock for a minute
   */
  public DeletionLock lockDeletions() throws IOException {
    return DeletionLock.take(folder);
  }
}
