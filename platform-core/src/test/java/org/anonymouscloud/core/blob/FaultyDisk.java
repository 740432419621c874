package org.anonymouscloud.core.blob;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Optional;

/** A real disk, except that something happens at each step. Thread-safe. */
public final class FaultyDisk extends Disk {
  /** What the store asks a disk for. */
  public enum Step {
    SPACE,
    CREATE,
    WRITE,
    SYNC,
    RENAME,
    SYNC_FOLDER,
    DELETE
  }

  /** Called before each step; what it gives is the step's failure. */
  public interface Fault {
    Optional<IOException> at(Step step);
  }

  private volatile Fault fault = step -> Optional.empty();
  private volatile long space = Long.MAX_VALUE;

  /** Where a feature keeps blobs, on this disk. */
  public BlobFolder blobs(Path folder) {
    return new BlobFolder(folder, this);
  }

  /** Fails as it says from now on. */
  public void setFault(Fault fault) {
    this.fault = fault;
  }

  /** Fails at one step, each time. */
  public void failAt(Step failing, String reason) {
    setFault(step -> step == failing ? Optional.of(new IOException(reason)) : Optional.empty());
  }

  /** Fails no more. */
  public void heal() {
    setFault(step -> Optional.empty());
    space = Long.MAX_VALUE;
  }

  /** Says that so much is left. */
  public void setSpace(long bytes) {
    space = bytes;
  }

  private void before(Step step) throws DiskFailed {
    Optional<IOException> failure = fault.at(step);
    if (failure.isPresent()) {
      throw new DiskFailed(failure.get());
    }
  }

  @Override
  long usableSpace(Path folder) throws DiskFailed {
    before(Step.SPACE);
    return Math.min(space, super.usableSpace(folder));
  }

  @Override
  FileChannel create(Path file) throws DiskFailed {
    before(Step.CREATE);
    return super.create(file);
  }

  @Override
  void write(FileChannel file, byte[] bytes, int length) throws DiskFailed {
    before(Step.WRITE);
    super.write(file, bytes, length);
  }

  @Override
  void sync(FileChannel file) throws DiskFailed {
    before(Step.SYNC);
    super.sync(file);
  }

  @Override
  void rename(Path from, Path to) throws DiskFailed {
    before(Step.RENAME);
    super.rename(from, to);
  }

  @Override
  void syncFolder(Path folder) throws DiskFailed {
    before(Step.SYNC_FOLDER);
    super.syncFolder(folder);
  }

  @Override
  void delete(Path file) throws DiskFailed {
    before(Step.DELETE);
    super.delete(file);
  }
}
