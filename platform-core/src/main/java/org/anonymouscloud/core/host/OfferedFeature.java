package org.anonymouscloud.core.host;

import java.util.Optional;
import org.anonymouscloud.core.crypto.VerifyKey;
import org.anonymouscloud.core.plugin.ClientFeature;

/**
 * The client half of a feature that a plugin offers.
 *
 * @param feature what the plugin made
 * @param fullName by which the feature's keys and what it keeps on this machine are its own: no
 *     other publisher's plugin that takes the same name reaches them
 * @param own whether it is a part of the program
 */
public record OfferedFeature(ClientFeature feature, String fullName, boolean own) {
  /** One of the program's own. */
  public static OfferedFeature own(ClientFeature feature) {
    return new OfferedFeature(feature, feature.name(), true);
  }

  /**
   * One of another publisher.
   *
   * @param signedBy none if nobody has signed the plugin, as it is only tried
   */
  public static OfferedFeature of(ClientFeature feature, Optional<VerifyKey> signedBy) {
    return new OfferedFeature(
        feature,
        feature.name() + "-" + signedBy.map(VerifyKey::toString).orElse("unsigned"),
        false);
  }

  /** Its name in methods, routes, labels and heads. */
  public String name() {
    return feature.name();
  }
}
