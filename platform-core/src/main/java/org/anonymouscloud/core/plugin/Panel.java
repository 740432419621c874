package org.anonymouscloud.core.plugin;

import java.util.regex.Pattern;

/**
 * A feature's part of the user interface: files in its jar that the agent serves below {@code
 * /ui/panels/FEATURE/} to everybody on this machine, so they hold no data. There are no inline
 * scripts or styles.
 *
 * @param title what a person sees, 1 to 40 characters
 * @param folder where the files lie, seen from the package of the feature's class: lower-case
 *     letters, digits and slashes, like {@code ui}; the script that begins is its {@code panel.js}
 */
public record Panel(String title, String folder) {
  private static final int MAX_TITLE = 40;
  private static final Pattern FOLDER = Pattern.compile("[a-z0-9]+(/[a-z0-9]+)*");

  /**
   * @throws IllegalArgumentException if a component is out of range
   */
  public Panel {
    if (title.isBlank() || title.length() > MAX_TITLE) {
      throw new IllegalArgumentException("A panel's title has 1 to " + MAX_TITLE + " characters.");
    }
    if (!FOLDER.matcher(folder).matches()) {
      throw new IllegalArgumentException(
          "A panel's folder is named by lower-case letters, digits and slashes.");
    }
  }
}
