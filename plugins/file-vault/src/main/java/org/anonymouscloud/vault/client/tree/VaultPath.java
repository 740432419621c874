package org.anonymouscloud.vault.client.tree;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.anonymouscloud.vault.client.format.Name;

/**
 * A place in a drive, like {@code /photos/2026/a.jpg}.
 *
 * @param names from the topmost folder down; empty for that folder itself
 */
public record VaultPath(List<Name> names) implements Comparable<VaultPath> {
  /** The topmost folder. */
  public static final VaultPath TOP = new VaultPath(List.of());

  /** So deep may folders lie, as deep as a path of Linux can name. */
  public static final int MAX_DEPTH = 2048;

  public VaultPath {
    names = List.copyOf(names);
  }

  /**
   * Reads a path whose names are separated by slashes, and composes them; it may begin and end with
   * one.
   *
   * @throws IllegalArgumentException if a part of it is no name
   */
  public static VaultPath of(String text) {
    return of(text, Name::of);
  }

  /** As {@link #of}, with the names just as they are given. */
  public static VaultPath exact(String text) {
    return of(text, Name::new);
  }

  /** As {@link #of}, with characters as {@link #visible} shows them. */
  public static VaultPath typed(String text) {
    return of(text, Name::typed);
  }

  private static VaultPath of(String text, Function<String, Name> toName) {
    List<Name> names = new ArrayList<>();
    for (String part : text.split("/")) {
      if (!part.isEmpty()) {
        names.add(toName.apply(part));
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

  /** The order in which a walk through a tree meets them: a folder, then what is in it. */
  @Override
  public int compareTo(VaultPath other) {
    for (int i = 0; i < Math.min(names.size(), other.names.size()); i++) {
      int order = names.get(i).compareTo(other.names.get(i));
      if (order != 0) {
        return order;
      }
    }
    return names.size() - other.names.size();
  }

  /** The path without its first names. */
  public VaultPath below(int depth) {
    return new VaultPath(names.subList(depth, names.size()));
  }

  /** Whether this is the other path, or below it. */
  public boolean isAtOrBelow(VaultPath other) {
    return names.size() >= other.names.size()
        && names.subList(0, other.names.size()).equals(other.names);
  }

  /** The place that {@code below} is, seen from here. */
  public VaultPath join(VaultPath below) {
    List<Name> longer = new ArrayList<>(names);
    longer.addAll(below.names);
    return new VaultPath(longer);
  }

  /** The path for a person's eyes, to be typed again. */
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
