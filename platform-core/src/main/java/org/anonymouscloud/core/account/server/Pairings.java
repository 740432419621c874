package org.anonymouscloud.core.account.server;

import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.anonymouscloud.core.account.DeviceId;
import org.anonymouscloud.core.account.protocol.AccountMessages;
import org.anonymouscloud.core.crypto.RandomBytes;
import org.anonymouscloud.core.database.OpenDatabase;
import org.anonymouscloud.core.wire.ErrorCode;
import org.anonymouscloud.core.wire.Refused;
import org.jdbi.v3.core.Handle;

/**
 * A letter box for two devices that pair, in the database, so that they may be on different server
 * nodes. It is the device's that opened it, which writes the even letters; the new one writes the
 * odd ones. What is in them is sealed with the code that a person carries from one to the other.
 * Thread-safe.
 */
final class Pairings {
  /** Bytes in the name of a letter box, the first part of the code. */
  static final int RELAY = 5;

  private static final Duration LIFE = Duration.ofMinutes(10);
  private static final int LETTERS = 6;
  private static final int MAX_LETTER = 24 * 1024;

  /** Boxes at a time of all accounts; a flood of them ends here. */
  private static final int MAX_OPEN = 10_000;

  /** Of one account, whose devices have one each: more than anybody pairs at once. */
  private static final int MAX_OF_ACCOUNT = 8;

  private final OpenDatabase database;
  private final Clock clock;

  Pairings(OpenDatabase database, Clock clock) {
    this.database = database;
    this.clock = clock;
  }

  /**
   * A new box, in the place of the one that the device may have had. Those of the account's other
   * devices stay: a stolen one that opens box after box ends nobody's pairing but its own.
   */
  byte[] open(DeviceOfAccount by) throws Refused {
    byte[] relay = RandomBytes.next(RELAY);
    database.<Void, Refused>write(
        handle -> {
          PairingTables tables = new PairingTables(handle);
          tables.removeStartedBefore(now() - LIFE.toSeconds());
          tables.removeOf(by.account(), by.device());
          if (tables.devices(by.account()).size() >= MAX_OF_ACCOUNT && !makeRoom(handle, by)) {
            throw new Refused(
                ErrorCode.RATE_LIMITED,
                MAX_OF_ACCOUNT
                    + " devices of this account are bringing in others. Wait ten minutes, or remove"
                    + " the devices that are not yours: that ends what they have begun.",
                true);
          }
          if (tables.count() >= MAX_OPEN || !tables.insert(relay, by, now())) {
            throw new Refused(
                ErrorCode.UNAVAILABLE, "Too many devices are being paired; try again later.", true);
          }
          return null;
        });
    return relay;
  }

  /**
   * Ends the pairing of the youngest device of whoever has brought in the most, so that a stolen
   * one does not take all boxes by devices of its own.
   */
  private static boolean makeRoom(Handle handle, DeviceOfAccount asking) {
    PairingTables tables = new PairingTables(handle);
    Map<DeviceId, Long> boxes = new HashMap<>(Map.of(asking.device(), 1L));
    tables.devices(asking.account()).forEach(device -> boxes.put(device, 1L));
    DeviceId greedy = new AccountTables(handle).lineage(asking.account()).whoGivesWay(boxes);
    tables.removeOf(asking.account(), greedy);
    return !greedy.equals(asking.device());
  }

  /** Whether there is a box of this name. */
  boolean isOpen(byte[] relay) {
    return database
        .<Optional<DeviceOfAccount>, RuntimeException>read(
            handle -> new PairingTables(handle).owner(relay, now() - LIFE.toSeconds()))
        .isPresent();
  }

  /**
   * Puts a letter into a box, once. A second one in its place burns the box: somebody tries codes.
   *
   * @param by the device that is logged in; none for the new one
   */
  void put(AccountMessages.PairPut letter, Optional<DeviceOfAccount> by) throws Refused {
    if (letter.step() < 1 || letter.step() > LETTERS || letter.message().length > MAX_LETTER) {
      throw new Refused(ErrorCode.BAD_REQUEST, "This is not a letter of two devices that pair.");
    }
    Optional<Boolean> done =
        database.<Optional<Boolean>, RuntimeException>write(
            handle -> {
              PairingTables tables = new PairingTables(handle);
              if (!mayUse(tables, letter.relay(), by, letter.step() % 2 == 0)) {
                return Optional.empty();
              }
              if (tables.letters(letter.relay()) == letter.step() - 1) {
                tables.insert(letter.relay(), letter.step(), letter.message());
                return Optional.of(true);
              }
              tables.remove(letter.relay());
              return Optional.of(false);
            });
    if (!done.orElseThrow(Pairings::gone)) {
      throw gone();
    }
  }

  /** A letter of the other side; empty if it has not come yet. */
  byte[] get(AccountMessages.PairGet question, Optional<DeviceOfAccount> by) throws Refused {
    Optional<byte[]> letter =
        database.<Optional<byte[]>, RuntimeException>read(
            handle -> {
              PairingTables tables = new PairingTables(handle);
              return mayUse(tables, question.relay(), by, question.step() % 2 != 0)
                  ? Optional.of(
                      tables.letter(question.relay(), question.step()).orElseGet(() -> new byte[0]))
                  : Optional.empty();
            });
    return letter.orElseThrow(Pairings::gone);
  }

  /** Removes a box, if it is the device's: it may have opened another one meanwhile. */
  void close(byte[] relay, DeviceOfAccount by) {
    database.<Void, RuntimeException>write(
        handle -> {
          PairingTables tables = new PairingTables(handle);
          if (tables.owner(relay, 0).equals(Optional.of(by))) {
            tables.remove(relay);
          }
          return null;
        });
  }

  private boolean mayUse(
      PairingTables tables, byte[] relay, Optional<DeviceOfAccount> by, boolean asOwner) {
    Optional<DeviceOfAccount> owner = tables.owner(relay, now() - LIFE.toSeconds());
    return owner.isPresent() && (by.equals(owner) == asOwner);
  }

  private static Refused gone() {
    return new Refused(
        ErrorCode.NOT_FOUND, "There is no such pairing, or it has ended. Begin with a new code.");
  }

  private long now() {
    return clock.instant().getEpochSecond();
  }
}
