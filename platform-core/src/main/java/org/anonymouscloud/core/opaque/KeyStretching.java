package org.anonymouscloud.core.opaque;

import org.anonymouscloud.core.crypto.Argon2id;
import org.anonymouscloud.core.crypto.Secret;

/** {@code Stretch} of RFC 9807: makes each guess at a password dear. */
@FunctionalInterface
interface KeyStretching {
  /** What this program uses: its salt is zeros, because the OPRF's output is salted by its key. */
  KeyStretching ARGON2ID = output -> Argon2id.stretch(output, new byte[16], Sizes.HASH);

  Secret stretch(Secret oprfOutput);
}
