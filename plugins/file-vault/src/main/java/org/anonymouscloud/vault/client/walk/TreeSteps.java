package org.anonymouscloud.vault.client.walk;

import java.io.IOException;
import java.util.Optional;
import org.anonymouscloud.vault.client.content.Step;
import org.anonymouscloud.vault.client.format.Entry;
import org.anonymouscloud.vault.client.remote.Untrusted;
import org.anonymouscloud.vault.client.tree.Cursor;
import org.anonymouscloud.vault.client.tree.Nodes;
import org.anonymouscloud.vault.client.tree.VaultPath;
import org.anonymouscloud.vault.protocol.DriveId;
import org.jspecify.annotations.Nullable;

/**
 * Everything at and below a path: each thing, followed by its segments. After a file whose segments
 * cannot be told, which is an exception, it goes on with what comes next. Not thread-safe.
 */
public final class TreeSteps implements Cursor<Step> {
  private final Nodes nodes;
  private final DriveId drive;
  private final Cursor<Step.Begin> below;
  private @Nullable Entry first;
  private Cursor<Step> segments = () -> null;

  /**
   * @param first the thing itself; none for the topmost folder
   * @param below what is below it
   */
  public TreeSteps(Nodes nodes, DriveId drive, Optional<Entry> first, Cursor<Step.Begin> below) {
    this.nodes = nodes;
    this.drive = drive;
    this.first = first.orElse(null);
    this.below = below;
  }

  @Override
  public @Nullable Step next() throws IOException {
    Step segment;
    try {
      segment = segments.next();
    } catch (Untrusted e) {
      segments = () -> null;
      throw e;
    }
    if (segment != null) {
      return segment;
    }
    Step.Begin begin = begin();
    segments =
        begin != null && begin.entry() instanceof Entry.File file
            ? new FileSteps(nodes, drive, file, 0, file.content().length())
            : () -> null;
    return begin;
  }

  private Step.@Nullable Begin begin() throws IOException {
    Entry entry = first;
    if (entry != null) {
      first = null;
      return new Step.Begin(VaultPath.TOP, entry);
    }
    return below.next();
  }
}
