package org.anonymouscloud.core.release;

/** A plugin cannot be used; the message is a clause that says why. */
public final class PluginRefused extends Exception {
  private static final long serialVersionUID = 1;

  private final boolean untrusted;

  /** For one that is broken or does not fit. */
  public PluginRefused(String reason) {
    this(reason, false);
  }

  /** For one that is broken or does not fit. */
  public PluginRefused(String reason, Throwable cause) {
    super(reason, cause);
    this.untrusted = false;
  }

  private PluginRefused(String reason, boolean untrusted) {
    super(reason);
    this.untrusted = untrusted;
  }

  /** For one that nobody who is trusted vouches for. */
  static PluginRefused untrusted(String reason) {
    return new PluginRefused(reason, true);
  }

  /** Whether this is a matter of trust and not of a fault. */
  public boolean isUntrusted() {
    return untrusted;
  }

  /** The clause. */
  public String reason() {
    return String.valueOf(getMessage());
  }
}
