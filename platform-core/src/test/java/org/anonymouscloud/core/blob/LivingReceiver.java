package org.anonymouscloud.core.blob;

import java.nio.file.Path;

/** A process that has a folder for what it receives, until someone kills it. */
final class LivingReceiver {
  static final String READY = "ready";

  private LivingReceiver() {}

  public static void main(String[] arguments) throws Exception {
    try (IncomingFolder folder = IncomingFolder.open(Path.of(arguments[0]))) {
      System.out.println(READY);
      System.in.read();
      System.out.println(folder.process());
    }
  }
}
