package org.anonymouscloud.vault.client.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.anonymouscloud.vault.client.drive.EntryTag;
import org.anonymouscloud.vault.client.format.Entry;
import org.anonymouscloud.vault.client.tree.VaultPath;
import org.jspecify.annotations.Nullable;

/**
 * A file, a folder or a symbolic link as the local API tells of it.
 *
 * @param path from the topmost folder
 * @param type {@code file}, {@code folder} or {@code link}
 * @param size bytes of a file
 * @param modified when it was last changed where it came from, ISO 8601
 * @param executable whether a file's owner may run it
 * @param id stays when the thing is renamed
 * @param version of a file, counted from 1
 * @param target where a link leads: a path of the machine that it came from
 * @param etag names this state, for If-Match
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record EntryView(
    String path,
    @Nullable String name,
    String type,
    @Nullable Long size,
    @Nullable String modified,
    @Nullable Boolean executable,
    @Nullable String id,
    @Nullable Long version,
    @Nullable String target,
    @Nullable String etag) {
  static EntryView of(VaultPath path, Entry entry) {
    String tag = EntryTag.of(entry).text();
    return switch (entry) {
      case Entry.File file ->
          new EntryView(
              path.toString(),
              file.name().text(),
              "file",
              file.content().length(),
              file.modified().toString(),
              file.executable(),
              file.id().toString(),
              file.version(),
              null,
              tag);
      case Entry.Folder folder ->
          new EntryView(
              path.toString(),
              folder.name().text(),
              "folder",
              null,
              folder.modified().toString(),
              null,
              folder.id().toString(),
              null,
              null,
              tag);
      case Entry.Link link ->
          new EntryView(
              path.toString(),
              link.name().text(),
              "link",
              null,
              link.modified().toString(),
              null,
              link.id().toString(),
              null,
              link.target().text(),
              tag);
    };
  }

  /** The topmost folder, which has no name, no time and no state of its own. */
  static EntryView top() {
    return new EntryView("/", null, "folder", null, null, null, null, null, null, null);
  }
}
