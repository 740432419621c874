package org.anonymouscloud.core.blob;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.util.Objects;

/** The server's disk did not do its work; not to be confused with a connection that broke. */
public final class DiskFailed extends IOException {
  private static final long serialVersionUID = 1;

  /** The message names no file, so that it may be logged. */
  DiskFailed(IOException cause) {
    super(reason(cause), cause);
  }

  private static String reason(IOException cause) {
    if (cause instanceof AccessDeniedException) {
      return "permission denied; all in the feature's folder must belong to the server's user";
    }
    String reason = cause instanceof FileSystemException e ? e.getReason() : cause.getMessage();
    return cause.getClass().getSimpleName()
        + ": "
        + Objects.requireNonNullElse(reason, "no reason");
  }
}
