package org.anonymouscloud.vault.client.members;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import org.anonymouscloud.core.plugin.StateStore;
import org.anonymouscloud.vault.client.format.Name;
import org.anonymouscloud.vault.client.remote.DriveGone;
import org.anonymouscloud.vault.protocol.DriveId;

/**
 * What a drive was called and who owned it when this device last saw it, for the day on which the
 * server has it no more for this account. Kept durably. Not thread-safe.
 */
final class LastSeen {
  private static final byte VERSION = 1;
  private static final int FIXED = 1 + 8 + 4;

  private final Optional<StateStore> state;
  private final DriveId drive;

  private LastSeen(Optional<StateStore> state, DriveId drive) {
    this.state = state;
    this.drive = drive;
  }

  static LastSeen of(StateStore state, DriveId drive) {
    return new LastSeen(Optional.of(state), drive);
  }

  /** One that keeps nothing on the disk. */
  static LastSeen blank(DriveId drive) {
    return new LastSeen(Optional.empty(), drive);
  }

  /**
   * @param owners the names of those who are contacts
   * @param missed when the server was first seen without it, in milliseconds; 0 if it is there
   */
  private record Kept(String name, String owners, long missed) {
    /** None if it is damaged: it is only told. */
    static Optional<Kept> decode(byte[] encoded) {
      ByteBuffer kept = ByteBuffer.wrap(encoded);
      if (encoded.length < FIXED || kept.get() != VERSION) {
        return Optional.empty();
      }
      long missed = kept.getLong();
      int owners = kept.getInt();
      if (owners < 0 || owners > kept.remaining()) {
        return Optional.empty();
      }
      return Optional.of(
          new Kept(
              new String(encoded, FIXED + owners, encoded.length - FIXED - owners, UTF_8),
              new String(encoded, FIXED, owners, UTF_8),
              missed));
    }

    byte[] encode() {
      byte[] of = owners.getBytes(UTF_8);
      byte[] called = name.getBytes(UTF_8);
      return ByteBuffer.allocate(FIXED + of.length + called.length)
          .put(VERSION)
          .putLong(missed)
          .putInt(of.length)
          .put(of)
          .put(called)
          .array();
    }
  }

  /** It is there, under this name. */
  void called(Name name) throws IOException {
    keep(new Kept(name.text(), kept().map(Kept::owners).orElse(""), 0));
  }

  /** These of the contacts own it. */
  void ownedBy(String owners) throws IOException {
    Optional<Kept> kept = kept();
    if (kept.isPresent()) {
      keep(new Kept(kept.get().name, owners, kept.get().missed));
    }
  }

  /** The server has it no more, which is said with what is known of it. */
  DriveGone gone(Instant now) throws IOException {
    Optional<Kept> kept = kept();
    if (kept.isEmpty()) {
      return new DriveGone(drive);
    }
    Kept last = kept.get();
    if (last.missed == 0) {
      last = new Kept(last.name, last.owners, now.toEpochMilli());
      keep(last);
    }
    return new DriveGone(drive, last.name, last.owners, Instant.ofEpochMilli(last.missed));
  }

  private Optional<Kept> kept() throws IOException {
    Optional<byte[]> kept = state.isEmpty() ? Optional.empty() : state.get().get(key());
    return kept.flatMap(Kept::decode);
  }

  private void keep(Kept now) throws IOException {
    byte[] encoded = now.encode();
    if (state.isPresent()
        && !state.get().get(key()).filter(is -> Arrays.equals(is, encoded)).isPresent()) {
      state.get().put(key(), encoded);
    }
  }

  private String key() {
    return "drive-last." + drive;
  }
}
