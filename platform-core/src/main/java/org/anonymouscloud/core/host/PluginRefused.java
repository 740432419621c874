package org.anonymouscloud.core.host;

/** A plugin cannot be used; the message is a clause that says why. */
final class PluginRefused extends Exception {
  private static final long serialVersionUID = 1;

  PluginRefused(String reason) {
    super(reason);
  }

  PluginRefused(String reason, Throwable cause) {
    super(reason, cause);
  }
}
