package org.anonymouscloud.vault.client.archive;

import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/** A tree, one thing after another. */
public interface TreeSource {
  /**
   * The next thing, a folder before what is in it; null after the last. An entry that takes a file
   * back is the next after that file.
   */
  @Nullable ArchiveEntry next() throws IOException;

  /**
   * The bytes of the file that came last. If they cannot be had to the end, a read throws {@link
   * Missing}, and others can follow.
   */
  InputStream content();

  /** A file's content is not to be had whole. */
  class Missing extends IOException {
    private static final long serialVersionUID = 1;

    private final boolean forNow;

    /**
     * @param cause says why, in a sentence
     * @param forNow whether it may be had later: no check has failed
     */
    public Missing(IOException cause, boolean forNow) {
      super(cause.getMessage(), cause);
      this.forNow = forNow;
    }

    /** Whether it may be had later. */
    public boolean isForNow() {
      return forNow;
    }
  }
}
