package org.anonymouscloud.core.release;

import java.util.List;
import java.util.stream.Stream;

/**
 * The plugins of one place.
 *
 * @param vouched those that may be loaded, in the order in which they are
 * @param refused those that nobody vouches for
 */
public record Plugins(List<TrustedPlugin> vouched, List<SwitchedOff> refused) {
  public Plugins {
    vouched = List.copyOf(vouched);
    refused = List.copyOf(refused);
  }

  /** No plugins. */
  public static Plugins none() {
    return new Plugins(List.of(), List.of());
  }

  /** These and then those of another place. */
  public Plugins and(Plugins others) {
    return new Plugins(
        Stream.concat(vouched.stream(), others.vouched.stream()).toList(),
        Stream.concat(refused.stream(), others.refused.stream()).toList());
  }
}
