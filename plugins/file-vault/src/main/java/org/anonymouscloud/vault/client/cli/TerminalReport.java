package org.anonymouscloud.vault.client.cli;

import org.anonymouscloud.core.plugin.Problem;
import org.anonymouscloud.core.plugin.Terminal;
import org.anonymouscloud.vault.client.local.Report;

/** Tells a person how a copy goes. */
record TerminalReport(Outcome outcome, Terminal.Progress progress) implements Report {
  @Override
  public void step(long bytes) {
    progress.step(bytes);
  }

  @Override
  public void fail(Problem.Kind kind, String message) {
    outcome.fail(kind, message);
  }
}
