package org.anonymouscloud.client.agent;

/** The labels of one feature's signatures and seals: nobody is talked into those of another. */
final class FeatureLabel {
  private FeatureLabel() {}

  /**
   * Checks a label.
   *
   * @throws IllegalArgumentException if it is not the feature's
   */
  static void check(String label, String feature) {
    if (!label.startsWith("anonymouscloud/" + feature + "/")) {
      throw new IllegalArgumentException("This label does not belong to " + feature + ".");
    }
  }
}
