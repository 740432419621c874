package org.anonymouscloud.vault.client.space;

import java.io.IOException;
import org.anonymouscloud.vault.client.content.FileWriter;
import org.anonymouscloud.vault.client.format.ItemId;
import org.anonymouscloud.vault.client.format.Pages;
import org.anonymouscloud.vault.client.format.Trees;
import org.anonymouscloud.vault.client.tree.PageWalk;
import org.anonymouscloud.vault.client.tree.VaultPath;
import org.anonymouscloud.vault.protocol.PackName;

/**
 * What a drive takes on the server, and for what. It goes through each page and list once, of all
 * states, so it costs what the drive and its past have of them. What several need counts once, for
 * the first of: what is there now, the trash, earlier states. Used once; not thread-safe.
 */
public final class Breakdown {
  private final SpaceParts drive;
  private final FileWriter.Checkpoint step;
  private final Marks marks = new Marks();
  private long counted;
  private long now;
  private long trash;
  private long unread;

  /**
   * What was found, in sealed bytes.
   *
   * @param now what is there now
   * @param trash what only the trash needs besides, and the list of states that stay
   * @param earlier what only earlier states need besides
   * @param packing what packs hold that are needed for something else in them, and their padding
   * @param unneeded packs of which nothing is needed; 'compact' gives them back
   * @param other what uploads have sent that are under way or were cut, and the list of roots
   * @param unread folders and files that could not be read, so that what they need is not counted
   */
  public record Found(
      long now, long trash, long earlier, long packing, long unneeded, long other, long unread) {}

  /** Of a drive to which nothing was written. */
  public static final Found NOTHING = new Found(0, 0, 0, 0, 0, 0, 0);

  /**
   * @param step passed all the time; what it throws ends the work
   */
  public Breakdown(SpaceParts drive, FileWriter.Checkpoint step) {
    this.drive = drive;
    this.step = step;
    marks.beginNewest();
  }

  /** The newest state, before any earlier one. */
  public void newest(Trees trees) throws IOException {
    walk(ItemId.top(drive.id()), trees.top());
    now = added();
    walk(ItemId.aside(drive.id()), trees.aside());
    trash = added();
  }

  /** An earlier state that stays. */
  public void earlier(Trees trees) throws IOException {
    walk(ItemId.top(drive.id()), trees.top());
    walk(ItemId.aside(drive.id()), trees.aside());
  }

  /** Compares with what the server lists, and says what was found in all. */
  public Found end() throws IOException {
    long earlier = added();
    long[] lengths = new long[2];
    drive
        .remote()
        .list(
            (name, length, lost) -> {
              step.pass();
              lengths[marks.isNeeded(name) ? 0 : 1] += length;
            });
    long other = drive.remote().usage().drive() - lengths[0] - lengths[1];
    return new Found(
        now,
        trash,
        earlier,
        Math.max(0, lengths[0] - counted),
        lengths[1],
        Math.max(0, other),
        unread);
  }

  private void walk(ItemId folder, Pages pages) throws IOException {
    Marking.Damage damage = (path, why) -> unread++;
    Marking marking = new Marking(drive.nodes(), drive.id(), marks, damage, step);
    new PageWalk(drive.nodes(), marking).walk(VaultPath.TOP, folder, pages);
  }

  /** Bytes that were marked since this was asked last. */
  private long added() {
    long all = 0;
    for (PackName pack : marks.packs()) {
      all += marks.of(pack).live();
    }
    long added = all - counted;
    counted = all;
    return added;
  }
}
