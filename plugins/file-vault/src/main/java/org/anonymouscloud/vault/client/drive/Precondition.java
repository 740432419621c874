package org.anonymouscloud.vault.client.drive;

import java.util.Optional;
import org.anonymouscloud.vault.client.format.Entry;

/** What must be at a path for a change to be made. */
public sealed interface Precondition {
  /** Whatever is there. What another device changes meanwhile is kept as a second file. */
  record Anything() implements Precondition {}

  /** Nothing may be there. */
  record Absent() implements Precondition {}

  /** Something must be there. */
  record Present() implements Precondition {}

  /** Exactly this state must be there. */
  record Exactly(EntryTag tag) implements Precondition {}

  /** Whether what is there will do. */
  default boolean holds(Optional<Entry> there) {
    return switch (this) {
      case Anything _ -> true;
      case Absent _ -> there.isEmpty();
      case Present _ -> there.isPresent();
      case Exactly(EntryTag tag) -> there.map(EntryTag::of).equals(Optional.of(tag));
    };
  }

  /** Whether the change must fail rather than keep two files. */
  default boolean isStrict() {
    return !(this instanceof Anything);
  }
}
