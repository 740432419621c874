package org.anonymouscloud.core.release;

/**
 * A plugin that is not used.
 *
 * @param plugin its id, or the name of its file where that is all that is known
 * @param reason a clause for the owner of the machine
 */
public record SwitchedOff(String plugin, String reason) {
  /** The one line that names it. */
  @Override
  public String toString() {
    return "The plugin " + plugin + " is switched off: " + reason + ".";
  }
}
