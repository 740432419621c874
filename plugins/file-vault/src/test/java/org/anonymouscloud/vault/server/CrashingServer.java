package org.anonymouscloud.vault.server;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.anonymouscloud.core.account.AccountId;
import org.anonymouscloud.core.blob.FaultyDisk;
import org.anonymouscloud.vault.protocol.DriveId;
import org.anonymouscloud.vault.protocol.PackName;

/**
 * A server process that is gone at its n-th step on the disk or the database, without a word to
 * anyone. Says on its standard output what it has acknowledged before.
 */
final class CrashingServer {
  static final AccountId ACCOUNT = AccountId.of(new byte[AccountId.LENGTH]);
  static final DriveId DRIVE = DriveId.of(new byte[DriveId.LENGTH]);
  static final int CRASHED = 9;

  /** Named by no root; its time is over after the second one. */
  static final PackName OLD = new PackName("aaaaaaaaaaaaaaaaaaaaaaaaaa.jpg");

  /** Live at both roots. */
  static final PackName KEPT = new PackName("baaaaaaaaaaaaaaaaaaaaaaaaa.png");

  /** Put after the crash was set, and needed by the second root. */
  static final PackName NEW = new PackName("caaaaaaaaaaaaaaaaaaaaaaaaa.mp4");

  /**
   * Live at the first root, and given up by the second; its time is over as that of the old one.
   */
  static final PackName DROPPED = new PackName("eaaaaaaaaaaaaaaaaaaaaaaaaa.pdf");

  private CrashingServer() {}

  /**
   * @param arguments the folder and the step
   */
  public static void main(String[] arguments) throws Exception {
    AtomicInteger steps = new AtomicInteger(Integer.MAX_VALUE);
    Runnable step =
        () -> {
          if (steps.decrementAndGet() == 0) {
            // As kill -9: no hook runs, no stream is closed, no lock is given back in order.
            Runtime.getRuntime().halt(CRASHED);
          }
        };
    Path folder = Path.of(arguments[0]);
    FaultyDisk disk = new FaultyDisk();
    FaultyDatabase database = new FaultyDatabase(ServerHalf.sqlite(folder));
    try (ServerHalf server = ServerHalf.start(folder, database, disk)) {
      VaultClient client = VaultClient.of(server, ACCOUNT, DRIVE);
      client.create();
      client.put(OLD, pack(OLD));
      client.put(KEPT, pack(KEPT));
      client.put(DROPPED, pack(DROPPED));
      client.move(0, new byte[] {0}, List.of(KEPT, DROPPED));
      server.sweep();
      disk.setFault(
          at -> {
            step.run();
            return Optional.empty();
          });
      database.setFault(done -> step.run());
      steps.set(Integer.parseInt(arguments[1]));

      client.put(NEW, pack(NEW));
      System.out.println("put");
      client.move(1, new byte[] {1}, List.of(NEW), List.of(DROPPED), false);
      System.out.println("moved");
      server.expire(DRIVE, List.of(OLD, DROPPED));
      server.sweep();
      System.out.println("swept");
      // What is left is the orderly end.
      steps.set(Integer.MAX_VALUE);
    }
  }

  static byte[] pack(PackName name) {
    byte[] pack = new byte[1 << 18];
    new Random(name.text().charAt(0)).nextBytes(pack);
    return pack;
  }
}
