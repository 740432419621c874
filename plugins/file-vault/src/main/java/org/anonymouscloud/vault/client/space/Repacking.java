package org.anonymouscloud.vault.client.space;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.anonymouscloud.core.crypto.NotAuthentic;
import org.anonymouscloud.vault.client.content.FileWriter;
import org.anonymouscloud.vault.client.format.Content;
import org.anonymouscloud.vault.client.format.Entry;
import org.anonymouscloud.vault.client.format.Extent;
import org.anonymouscloud.vault.client.format.Hole;
import org.anonymouscloud.vault.client.format.ItemId;
import org.anonymouscloud.vault.client.format.Place;
import org.anonymouscloud.vault.client.format.Place.Kind;
import org.anonymouscloud.vault.client.format.Ref;
import org.anonymouscloud.vault.client.format.SegmentList;
import org.anonymouscloud.vault.client.format.Trees;
import org.anonymouscloud.vault.client.remote.Untrusted;
import org.anonymouscloud.vault.client.remote.Untrusted.DataNotAuthentic;
import org.anonymouscloud.vault.client.store.PackReader;
import org.anonymouscloud.vault.client.store.PackWriter;
import org.anonymouscloud.vault.client.store.Padme;
import org.anonymouscloud.vault.client.tree.PageMover;
import org.anonymouscloud.vault.protocol.PackName;

/**
 * Moves what is still needed out of some packs, so that these can go. Content stays sealed as it
 * is, as no seal names a pack; pages and lists that refer to it are written anew. Each segment is
 * opened before it moves: else a lie of the server would become what the drive has. Not
 * thread-safe.
 */
final class Repacking implements PageMover.Moves {
  /** Packs of which less than two thirds are needed are worth it whatever the others are like. */
  private static final int WORTH_OF = 3;

  private static final int WORTH = 2;

  /** If it is to be tight, so much in a hundred may be waste. */
  private static final int TIGHT = 4;

  /** What moves makes new packs, of which as little as this in a hundred is lost. */
  private static final int LOST = 4;

  /** New pages and the rounding of the last pack. */
  private static final long OVERHEAD = 64L << 10;

  /** The old packs that go are named by one root, with others. */
  private static final int MAX_PACKS = 1_000;

  private final SpaceParts drive;
  private final Marks marks;
  private final Set<PackName> leaving;
  private final PackWriter writer;
  private final FileWriter.Checkpoint step;
  private final Map<Ref, Ref> moved = new HashMap<>();

  /** A pack out of which something that is needed does not move, as it does not open. */
  static final class Stuck extends IOException {
    private static final long serialVersionUID = 1;

    private final transient PackName pack;

    Stuck(PackName pack, Untrusted why) {
      super("A pack cannot be emptied.", why);
      this.pack = pack;
    }

    PackName pack() {
      return pack;
    }
  }

  /**
   * A pack that only the newest state refers to.
   *
   * @param length of the pack
   * @param live bytes of what is needed of it
   * @param segments how many of those are of full segments
   */
  record Loose(PackName name, int length, int live, int segments) {}

  Repacking(
      SpaceParts drive,
      Marks marks,
      Set<PackName> leaving,
      PackWriter writer,
      FileWriter.Checkpoint step) {
    this.drive = drive;
    this.marks = marks;
    this.leaving = leaving;
    this.writer = writer;
    this.step = step;
  }

  /**
   * The packs that are worth it, those first of which least is needed.
   *
   * @param tight whether all is worth it that leaves more than a little waste
   * @param budget how many bytes may move
   */
  static List<Loose> choose(List<Loose> packs, boolean tight, long budget) {
    List<Loose> sorted = new ArrayList<>(packs);
    sorted.sort(Comparator.comparingDouble(pack -> (double) pack.live / pack.length));
    long needed = packs.stream().mapToLong(Loose::live).sum();
    long waste = packs.stream().mapToLong(Loose::length).sum() - needed;
    List<Loose> chosen = new ArrayList<>();
    long length = 0;
    long moving = 0;
    for (Loose pack : sorted) {
      boolean worth = (long) pack.live * WORTH_OF < (long) pack.length * WORTH;
      if (!(worth || (tight && waste * 100 > needed * TIGHT))
          || moving + pack.live > budget
          || chosen.size() == MAX_PACKS) {
        break;
      }
      chosen.add(pack);
      length += pack.length;
      moving += pack.live;
      waste -= pack.length - pack.live;
    }
    long after = moving + moving * LOST / 100 + Padme.step(moving + 1) + OVERHEAD;
    return length - after > needed / 64 ? chosen : List.of();
  }

  /** The trees when all has moved. */
  Trees move(Trees trees, long root) throws IOException {
    PageMover pages = new PageMover(drive.nodes(), writer, root, this);
    // First those that were written just now and may be in no pack that was sent yet.
    var aside = pages.move(ItemId.aside(drive.id()), trees.aside());
    return new Trees(pages.move(ItemId.top(drive.id()), trees.top()), aside);
  }

  /** The packs that nothing refers to any more then. */
  static Set<PackName> names(List<Loose> packs) {
    Set<PackName> names = new HashSet<>();
    packs.forEach(pack -> names.add(pack.name));
    return names;
  }

  @Override
  public boolean enters(Ref page) {
    return !marks.isOfEarlier(page);
  }

  @Override
  public boolean leaves(Ref page) {
    return leaving.contains(page.pack());
  }

  @Override
  public Content moved(Entry.File file) throws IOException {
    step.pass();
    Content content = file.content();
    List<Extent> extents = new ArrayList<>();
    for (int i = 0; i < content.extents().size(); i++) {
      extents.add(
          switch (content.extents().get(i)) {
            case Hole hole -> hole;
            case Ref ref when content.height() == 0 -> segment(file.id(), i, ref);
            case Ref ref -> list(file.id(), content.height(), 0, ref);
          });
    }
    return extents.equals(content.extents())
        ? content
        : new Content(content.length(), content.height(), extents);
  }

  private Ref list(ItemId file, int height, long first, Ref ref) throws IOException {
    if (marks.isOfEarlier(ref)) {
      return ref;
    }
    Ref known = moved.get(ref);
    if (known != null) {
      return known;
    }
    SegmentList list = drive.nodes().list(file, height, first, ref);
    long each = SegmentList.covered(height - 1);
    List<Extent> extents = new ArrayList<>();
    for (int i = 0; i < list.extents().size(); i++) {
      long index = first + i * each;
      extents.add(
          switch (list.extents().get(i)) {
            case Hole hole -> hole;
            case Ref below when height == 1 -> segment(file, index, below);
            case Ref below -> list(file, height - 1, index, below);
          });
    }
    Ref now =
        extents.equals(list.extents()) && !leaves(ref)
            ? ref
            : drive
                .nodes()
                .write(
                    file,
                    ref.version(),
                    first,
                    new SegmentList(height, extents),
                    Optional.empty(),
                    writer);
    moved.put(ref, now);
    return now;
  }

  private Ref segment(ItemId file, long index, Ref ref) throws IOException {
    if (!leaving.contains(ref.pack())) {
      return ref;
    }
    Ref known = moved.get(ref);
    if (known != null) {
      return known;
    }
    step.pass();
    Place place = new Place(drive.id(), Kind.CONTENT, 0, file, ref.version(), index);
    byte[] sealed;
    try {
      sealed = opened(place, ref);
    } catch (Untrusted e) {
      throw new Stuck(ref.pack(), e);
    }
    PackWriter.Spot spot = writer.add(sealed, sealed.length);
    Ref now = ref.at(spot.pack(), spot.offset());
    moved.put(ref, now);
    return now;
  }

  /** The sealed bytes, which do open. */
  private byte[] opened(Place place, Ref ref) throws IOException {
    return drive
        .packs()
        .read(
            ref,
            PackReader.MAX_BLOCK,
            (bytes, offset) -> {
              try {
                drive.sealing().open(place, ref, bytes, offset, new byte[ref.length()]);
              } catch (NotAuthentic e) {
                throw new DataNotAuthentic();
              }
              return Arrays.copyOfRange(bytes, offset, offset + ref.sealedLength());
            });
  }
}
