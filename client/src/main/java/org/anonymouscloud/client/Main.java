package org.anonymouscloud.client;

import org.anonymouscloud.client.cli.Commands;

/** The program {@code anoncloud}. */
public final class Main {
  private Main() {}

  /** Runs one command and ends with its exit code. */
  public static void main(String[] args) {
    System.exit(new Commands(System.getenv()).run(args));
  }
}
