package org.anonymouscloud.vault.client.disk;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;

/** Failures of the local disk, for people. Stateless. */
public final class LocalFailure {
  private LocalFailure() {}

  /** Whether the disk has no room for more. */
  public static boolean isDiskFull(IOException e) {
    return String.valueOf(e.getMessage()).contains("No space left on device");
  }

  /** Why the local disk did not do something, in one sentence without the path. */
  public static String reason(IOException e) {
    return switch (e) {
      case IOException full when isDiskFull(full) -> "the local disk is full";
      case AccessDeniedException _ -> "permission denied";
      case NoSuchFileException _ -> "it is not there";
      case NotDirectoryException _ -> "it is a file, not a folder";
      case FileAlreadyExistsException _ -> "something else is there";
      case FileSystemException system when system.getReason() != null -> system.getReason();
      default -> String.valueOf(e.getMessage());
    };
  }
}
