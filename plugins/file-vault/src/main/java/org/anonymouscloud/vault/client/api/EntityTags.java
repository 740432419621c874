package org.anonymouscloud.vault.client.api;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.anonymouscloud.core.plugin.Problem;
import org.anonymouscloud.vault.client.drive.EntryTag;

/**
 * What If-Match and If-None-Match say (RFC 9110, section 13.1): any state, or one of some.
 *
 * @param any whether it is the star, so any state will do
 * @param tags as they were given
 */
record EntityTags(boolean any, List<Tag> tags) {
  /** RFC 9110, section 8.8.3; a tag without quotes is taken too, as people type it. */
  private static final Pattern TAG =
      Pattern.compile(
          "\\G[ \\t,]*(W/)?(?:\"([\\x21\\x23-\\x7e\\x80-\\xff]*)\"|([0-9a-f]+))[ \\t]*(?=,|$)");

  /**
   * One tag.
   *
   * @param weak whether it names a state only roughly
   */
  record Tag(boolean weak, String text) {}

  static EntityTags of(String header) throws Problem {
    if (header.strip().equals("*")) {
      return new EntityTags(true, List.of());
    }
    List<Tag> tags = new ArrayList<>();
    Matcher matcher = TAG.matcher(header);
    int end = 0;
    while (matcher.find()) {
      String quoted = matcher.group(2);
      tags.add(new Tag(matcher.group(1) != null, quoted == null ? matcher.group(3) : quoted));
      end = matcher.end();
    }
    if (tags.isEmpty() || !header.substring(end).isBlank()) {
      throw new Problem(
          Problem.Kind.BAD_INPUT,
          "Entity tags stand in quotes, with commas between them, like \"0123abcd\".");
    }
    return new EntityTags(false, tags);
  }

  /** The tags that can name exactly one state: a weak one never does (section 8.8.3.2). */
  List<EntryTag> strong() {
    return tags.stream().filter(tag -> !tag.weak).map(tag -> new EntryTag(tag.text)).toList();
  }

  /** Whether exactly this state is among them, as If-Match compares (section 13.1.1). */
  boolean nameExactly(EntryTag state) {
    return any || strong().contains(state);
  }

  /** Whether a state is among them, compared weakly as If-None-Match does (section 13.1.2). */
  boolean name(EntryTag state) {
    return any || tags.stream().anyMatch(tag -> tag.text.equals(state.text()));
  }
}
