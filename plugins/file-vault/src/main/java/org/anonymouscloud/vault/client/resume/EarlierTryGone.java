package org.anonymouscloud.vault.client.resume;

import java.io.IOException;

/** The server has given up what an earlier try had sent; nothing of that is proposed any more. */
public final class EarlierTryGone extends IOException {
  private static final long serialVersionUID = 1;

  public EarlierTryGone(IOException cause) {
    super(
        "Cannot go on from an earlier upload of this file: the server does not have its data any"
            + " more. Nothing was changed. Repeat the upload; it will send the whole file.",
        cause);
  }
}
