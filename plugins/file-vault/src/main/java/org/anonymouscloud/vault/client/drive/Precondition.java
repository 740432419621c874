package org.anonymouscloud.vault.client.drive;

import java.util.List;
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

  /** One of these states must be there. */
  record OneOf(List<EntryTag> tags) implements Precondition {
    public OneOf {
      tags = List.copyOf(tags);
    }
  }

  /** Whether what is there will do. */
  default boolean holds(Optional<Entry> there) {
    return switch (this) {
      case Anything _ -> true;
      case Absent _ -> there.isEmpty();
      case Present _ -> there.isPresent();
      case OneOf(List<EntryTag> tags) ->
          there.isPresent() && tags.contains(EntryTag.of(there.get()));
    };
  }

  /** Whether the change must fail rather than keep two files. */
  default boolean isStrict() {
    return !(this instanceof Anything);
  }
}
