package org.anonymouscloud.vault.client.members;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;
import org.anonymouscloud.core.crypto.Digest;
import org.anonymouscloud.core.plugin.StateStore;
import org.anonymouscloud.core.wire.Malformed;
import org.anonymouscloud.vault.protocol.DriveId;
import org.anonymouscloud.vault.protocol.Roster;
import org.anonymouscloud.vault.protocol.RosterHead;

/** The newest roster of a drive that this device has believed, kept durably. Not thread-safe. */
final class RosterMemory {
  private static final byte VERSION = 1;
  private static final int ENCODED = 1 + 8 + Digest.LENGTH;

  private final Optional<StateStore> state;
  private final String name;
  private Optional<RosterHead> seen = Optional.empty();
  private boolean loaded;

  RosterMemory(StateStore state, DriveId drive) {
    this.state = Optional.of(state);
    this.name = "roster." + drive;
  }

  private RosterMemory() {
    this.state = Optional.empty();
    this.name = "";
  }

  /** One that remembers nothing, nor keeps anything on the disk. */
  static RosterMemory blank() {
    return new RosterMemory();
  }

  /**
   * None if this device has seen none.
   *
   * @throws Malformed if what is kept is damaged: without it an old list could be shown as new
   */
  Optional<RosterHead> seen() throws IOException {
    if (!loaded) {
      Optional<byte[]> kept = state.isEmpty() ? Optional.empty() : state.get().get(name);
      seen = kept.isEmpty() ? Optional.empty() : decode(kept.get());
      loaded = true;
    }
    return seen;
  }

  private static Optional<RosterHead> decode(byte[] kept) throws Malformed {
    if (kept.length != ENCODED || kept[0] != VERSION) {
      throw new Malformed("What this device remembers of a drive's members is damaged.");
    }
    Digest hash = Digest.of(Arrays.copyOfRange(kept, ENCODED - Digest.LENGTH, ENCODED));
    return Optional.of(new RosterHead(ByteBuffer.wrap(kept).getLong(1), hash))
        .filter(head -> head.number() >= 0);
  }

  /** It is durable when this returns. */
  void remember(RosterHead newest) throws IOException {
    if (!Optional.of(newest).equals(seen)) {
      keep(newest.number(), newest.hash());
      seen = Optional.of(newest);
    }
  }

  /** A person has said that what the server shows counts. */
  void forget() throws IOException {
    keep(-1, Roster.NOTHING);
    seen = Optional.empty();
  }

  private void keep(long number, Digest hash) throws IOException {
    if (state.isPresent()) {
      byte[] kept =
          ByteBuffer.allocate(ENCODED).put(VERSION).putLong(number).put(hash.bytes()).array();
      state.get().put(name, kept);
    }
  }
}
