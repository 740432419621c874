package org.anonymouscloud.client.cli.plugin;

import org.anonymouscloud.core.plugin.Problem;
import org.anonymouscloud.core.release.PluginRefused;

/** Why a plugin was refused, for people. */
final class PluginProblem {
  private PluginProblem() {}

  /** With the exit code of a security check if it is one. */
  static Problem of(String what, PluginRefused why) {
    return new Problem(
        why.isUntrusted() ? Problem.Kind.SECURITY : Problem.Kind.REFUSED,
        what + ": " + why.reason() + ".",
        why);
  }
}
