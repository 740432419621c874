package org.anonymouscloud.vault.client.tree;

import java.util.ArrayList;
import java.util.List;
import org.anonymouscloud.vault.client.format.Name;

/**
 * A place in a drive, like {@code /photos/2026/a.jpg}.
 *
 * @param names from the topmost folder down; empty for that folder itself
 */
public record VaultPath(List<Name> names) {
  /** The topmost folder. */
  public static final VaultPath TOP = new VaultPath(List.of());

  /** So deep may folders lie, as deep as a path of Linux can name. */
  public static final int MAX_DEPTH = 2048;

  public VaultPath {
    names = List.copyOf(names);
  }

  /**
   * Reads a path whose names are separated by slashes; it may begin and end with one.
   *
   * @throws IllegalArgumentException if a part of it is no name
   */
  public static VaultPath of(String text) {
    List<Name> names = new ArrayList<>();
    for (String part : text.split("/")) {
      if (!part.isEmpty()) {
        names.add(Name.of(part));
      }
    }
    if (names.size() > MAX_DEPTH) {
      throw new IllegalArgumentException("A path is deeper than " + MAX_DEPTH + " folders.");
    }
    return new VaultPath(names);
  }

  public boolean isTop() {
    return names.isEmpty();
  }

  /** The last name of a path that is not the top. */
  public Name name() {
    return names.getLast();
  }

  /** The folder in which a path lies that is not the top. */
  public VaultPath parent() {
    return new VaultPath(names.subList(0, names.size() - 1));
  }

  public VaultPath child(Name name) {
    List<Name> longer = new ArrayList<>(names);
    longer.add(name);
    return new VaultPath(longer);
  }

  /** The place that {@code below} is, seen from here. */
  public VaultPath join(VaultPath below) {
    List<Name> longer = new ArrayList<>(names);
    longer.addAll(below.names);
    return new VaultPath(longer);
  }

  /** The path for a person's eyes: what in its names is not plain is shown by its number. */
  public String visible() {
    StringBuilder text = new StringBuilder();
    names.forEach(name -> text.append('/').append(name.visible()));
    return text.isEmpty() ? "/" : text.toString();
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    names.forEach(name -> text.append('/').append(name.text()));
    return text.isEmpty() ? "/" : text.toString();
  }
}
