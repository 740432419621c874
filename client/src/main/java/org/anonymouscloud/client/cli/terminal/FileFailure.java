package org.anonymouscloud.client.cli.terminal;

import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;

/** Sentences for failures whose message is only the name of a file. Stateless. */
public final class FileFailure {
  private FileFailure() {}

  /** What went wrong, with the kind of failure where the message is only a file's name. */
  public static String text(Exception failure) {
    return switch (failure) {
      case NoSuchFileException missing -> "There is no file " + missing.getFile() + ".";
      case AccessDeniedException denied -> "Permission denied: " + denied.getFile() + ".";
      case FileAlreadyExistsException there -> there.getFile() + " is already there.";
      default -> failure.getMessage() == null ? failure.toString() : failure.getMessage();
    };
  }
}
