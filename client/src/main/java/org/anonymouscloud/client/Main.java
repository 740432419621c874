package org.anonymouscloud.client;

import org.anonymouscloud.client.cli.Commands;
import org.anonymouscloud.client.cli.terminal.StandardError;
import org.anonymouscloud.client.cli.terminal.StandardOutput;

/** The program {@code anoncloud}. */
public final class Main {
  private Main() {}

  /** Runs one command and ends with its exit code. */
  public static void main(String[] args) {
    StandardOutput output = new StandardOutput();
    System.setOut(output.lines());
    System.setErr(StandardError.lines());
    System.exit(output.exitCode(new Commands(System.getenv(), output).run(args)));
  }
}
