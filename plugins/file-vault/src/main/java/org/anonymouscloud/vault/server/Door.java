package org.anonymouscloud.vault.server;

import java.util.Optional;
import org.anonymouscloud.core.database.Transactions;
import org.anonymouscloud.core.wire.ErrorCode;
import org.anonymouscloud.core.wire.Refused;
import org.anonymouscloud.vault.protocol.PackName;
import org.anonymouscloud.vault.protocol.Right;
import org.anonymouscloud.vault.server.DriveTables.Drive;
import org.anonymouscloud.vault.server.PackTables.Pack;
import org.anonymouscloud.vault.server.PackTables.Sought;
import org.jdbi.v3.core.Handle;

/**
 * The one way to a drive: whoever comes is let in within the transaction that does the work, so
 * that a member who is removed meanwhile is refused (A33, A37). Thread-safe.
 */
final class Door {
  private final Transactions tables;

  Door(Transactions tables) {
    this.tables = tables;
  }

  /** What is done with a drive, within one transaction. */
  @FunctionalInterface
  interface Work<T> {
    T on(Handle rows, Drive drive) throws Refused;
  }

  <T> T read(Errand errand, Work<T> work) throws Refused {
    return tables.<T, Refused>read(rows -> work.on(rows, admit(rows, errand)));
  }

  <T> T write(Errand errand, Work<T> work) throws Refused {
    return tables.<T, Refused>write(rows -> work.on(rows, admit(rows, errand)));
  }

  /**
   * A pack of the drive. With one statement for both, as a download asks for each part of a pack
   * anew.
   */
  Optional<Pack> pack(Errand errand, PackName name) throws Refused {
    return tables.<Optional<Pack>, Refused>read(
        rows -> {
          Sought sought =
              new PackTables(rows)
                  .seek(errand.drive(), errand.account(), name)
                  .orElseThrow(Door::noSuchDrive);
          require(errand, sought.right());
          return sought.pack();
        });
  }

  private static Drive admit(Handle rows, Errand errand) throws Refused {
    Drive drive =
        new DriveTables(rows)
            .drive(errand.drive(), errand.account())
            .orElseThrow(Door::noSuchDrive);
    require(errand, drive.right());
    return drive;
  }

  /** The same for a drive that is not there: nobody learns which drives others have. */
  private static Refused noSuchDrive() {
    return new Refused(ErrorCode.NOT_FOUND, "There is no such drive.");
  }

  private static void require(Errand errand, Right right) throws Refused {
    if (!right.includes(errand.needed())) {
      throw new Refused(ErrorCode.NOT_ALLOWED, "The account may not do this with the drive.");
    }
  }
}
