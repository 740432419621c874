package org.anonymouscloud.core.session;

import java.io.IOException;
import java.util.Optional;
import org.anonymouscloud.core.wire.FinalFailure;
import org.jspecify.annotations.Nullable;

/**
 * The server's key is not the expected one, or nobody has confirmed it. Nothing was sent to it
 * (A39).
 */
public final class UntrustedServer extends IOException implements FinalFailure {
  private static final long serialVersionUID = 1;

  private final Fingerprint seen;
  private final transient @Nullable Fingerprint expected;

  /**
   * @param seen the key that the server has
   * @param expected the key it should have; empty if no key was known
   */
  public UntrustedServer(Fingerprint seen, Optional<Fingerprint> expected) {
    super(
        expected
            .map(
                key ->
                    "The server has the key "
                        + seen
                        + " and not the expected "
                        + key
                        + ": it is another server, or someone is in between.")
            .orElse("The server's key " + seen + " has not been confirmed."));
    this.seen = seen;
    this.expected = expected.orElse(null);
  }

  /** The key that the server has. */
  public Fingerprint seen() {
    return seen;
  }

  /** The key it should have; empty if no key was known. */
  public Optional<Fingerprint> expected() {
    return Optional.ofNullable(expected);
  }

  @Override
  public boolean isFinal() {
    return true;
  }
}
