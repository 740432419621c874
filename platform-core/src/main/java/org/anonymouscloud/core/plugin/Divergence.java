package org.anonymouscloud.core.plugin;

import java.util.List;
import java.util.Optional;

/**
 * Why a feature refuses what the server has, and what a person can decide: to go on from there all
 * the same.
 *
 * @param of what of the feature it is about, as its commands call it, for instance {@code drive
 *     team}; fit to be printed. Empty if the feature's own name says it
 * @param lost what this device has seen, or a device that was removed has named, and the server
 *     does not have, the oldest first. If it is empty, no device says how far all had come when
 *     devices were removed
 * @param instead the newest state that the server has and that would count; none if it has none
 */
public record Divergence(String of, List<PastState> lost, Optional<PastState> instead) {
  public Divergence {
    lost = List.copyOf(lost);
  }

  /** The same, with a name. */
  public Divergence of(String what) {
    return new Divergence(what, lost, instead);
  }
}
