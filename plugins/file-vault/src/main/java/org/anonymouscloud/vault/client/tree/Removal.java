package org.anonymouscloud.vault.client.tree;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import org.anonymouscloud.core.crypto.RandomBytes;
import org.anonymouscloud.vault.client.format.ItemId;
import org.anonymouscloud.vault.client.format.Name;
import org.anonymouscloud.vault.client.format.Times;

/**
 * A folder in the trash for what was removed at once: each thing lies in it under its whole old
 * path. The folders that were made for such a path are known by their ids, so that what was removed
 * is told from what only leads to it.
 *
 * @param name of the folder: the time in UTC and a random number
 * @param id of the folder
 * @param time of the removal
 */
public record Removal(Name name, ItemId id, Instant time) {
  /** The folder of the hidden tree in which all removals are. */
  public static final Name TRASH = Name.of("trash");

  private static final DateTimeFormatter NAME =
      DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss.SSS'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);
  private static final int RANDOM = 4;

  /** A new one. */
  public static Removal at(Instant time) {
    Instant kept = Times.nearest(time);
    String random = HexFormat.of().formatHex(RandomBytes.next(RANDOM));
    return new Removal(Name.of(NAME.format(kept) + "-" + random), ItemId.random(), kept);
  }

  /** Where the removal of this name is in the hidden tree. */
  public static VaultPath place(Name removal) {
    return new VaultPath(List.of(TRASH, removal));
  }

  /** The id of the folder that is made in this one for a path that is not the top. */
  ItemId holder(VaultPath path) {
    ItemId above = id;
    for (Name part : path.names()) {
      above = above.holding(part);
    }
    return above;
  }
}
