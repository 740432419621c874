package org.anonymouscloud.client.agent.feature;

/** The labels of one feature's signatures and seals: nobody is talked into those of another. */
final class FeatureLabel {
  private FeatureLabel() {}

  /**
   * Checks a label, and makes it that of the feature's publisher alone: what follows the name in
   * the full name is put at its end.
   *
   * @param label as the feature gives it
   * @throws IllegalArgumentException if it is not the feature's
   */
  static String of(String label, String feature, String fullName) {
    if (!label.startsWith("anonymouscloud/" + feature + "/")) {
      throw new IllegalArgumentException("This label does not belong to " + feature + ".");
    }
    return label + fullName.substring(feature.length());
  }
}
