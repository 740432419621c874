package org.anonymouscloud.vault.client.tree;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.anonymouscloud.core.crypto.ChunkedEncryption;
import org.anonymouscloud.core.crypto.Digest;
import org.anonymouscloud.core.crypto.NotAuthentic;
import org.anonymouscloud.core.wire.Malformed;
import org.anonymouscloud.vault.client.format.Entry;
import org.anonymouscloud.vault.client.format.Extent;
import org.anonymouscloud.vault.client.format.ItemId;
import org.anonymouscloud.vault.client.format.Name;
import org.anonymouscloud.vault.client.format.Page;
import org.anonymouscloud.vault.client.format.Pages;
import org.anonymouscloud.vault.client.format.Place;
import org.anonymouscloud.vault.client.format.Place.Kind;
import org.anonymouscloud.vault.client.format.Ref;
import org.anonymouscloud.vault.client.format.Sealing;
import org.anonymouscloud.vault.client.format.SegmentList;
import org.anonymouscloud.vault.client.remote.Untrusted;
import org.anonymouscloud.vault.client.remote.Untrusted.DataNotAuthentic;
import org.anonymouscloud.vault.client.remote.Untrusted.TreeDamaged;
import org.anonymouscloud.vault.client.store.PackReader;
import org.anonymouscloud.vault.client.store.PackWriter;
import org.anonymouscloud.vault.protocol.DriveId;
import org.jspecify.annotations.Nullable;

/** Reads and writes pages and lists; what is read is verified before it is parsed. Thread-safe. */
public final class Nodes {
  private static final int KEPT_PAGES = 1024;

  private final DriveId drive;
  private final Sealing sealing;
  private final PackReader packs;
  private final Stride stride = new Stride();

  // Guarded by itself.
  private final Map<PagePlace, Page> pages =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<PagePlace, Page> eldest) {
          return size() > KEPT_PAGES;
        }
      };

  /** Of what and where a page is: another folder's is not this one's because it was read before. */
  private record PagePlace(ItemId folder, int height, Ref ref) {}

  public Nodes(DriveId drive, Sealing sealing, PackReader packs) {
    this.drive = drive;
    this.sealing = sealing;
    this.packs = packs;
  }

  /**
   * Whether a folder can be read at all.
   *
   * @throws org.anonymouscloud.vault.client.remote.Untrusted if its topmost page does not open
   */
  public void requireOpen(ItemId folder, Pages pages) throws IOException {
    if (!pages.isEmpty()) {
      var _ = top(folder, pages);
    }
  }

  /** The topmost page of a folder that is not empty. */
  Page top(ItemId folder, Pages pages) throws IOException {
    return page(folder, pages.height(), pages.top());
  }

  /**
   * A page below another, held to what that one says of it: where its names begin, and where they
   * end.
   *
   * @param height of the page below
   * @param end the name that follows those in and below the page; null if it is not known
   */
  Page below(ItemId folder, int height, Page.Child child, @Nullable Name end) throws IOException {
    Page page = page(folder, height, child.page());
    if (!page.first().equals(child.first()) || (end != null && page.last().compareTo(end) >= 0)) {
      throw new TreeDamaged();
    }
    return page;
  }

  /** For what a page is sealed to which something refers. */
  Place place(ItemId folder, int height, Ref ref) {
    return new Place(drive, Kind.PAGE, height, folder, ref.version(), 0);
  }

  private Page page(ItemId folder, int height, Ref ref) throws IOException {
    PagePlace where = new PagePlace(folder, height, ref);
    synchronized (pages) {
      Page page = pages.get(where);
      if (page != null) {
        return page;
      }
    }
    byte[] opened = open(place(folder, height, ref), ref);
    Page page;
    try {
      page = Page.decode(opened, height);
    } catch (Malformed e) {
      throw new TreeDamaged();
    }
    synchronized (pages) {
      pages.put(where, page);
    }
    return page;
  }

  /**
   * A list of a file's segments.
   *
   * @param index number of the first segment of content that it covers
   */
  public SegmentList list(ItemId file, int height, long index, Ref ref) throws IOException {
    Place place = new Place(drive, Kind.LIST, height, file, ref.version(), index);
    byte[] opened = open(place, ref);
    try {
      SegmentList list = SegmentList.decode(opened);
      if (list.height() != height) {
        throw new TreeDamaged();
      }
      return list;
    } catch (Malformed e) {
      throw new TreeDamaged();
    }
  }

  /**
   * What tells a file's content from another: the digests of its segments, wherever they lie. Of a
   * file of more than one list it is that of the topmost, which says where they lie as well.
   */
  public List<Digest> digests(Entry.File file) throws IOException {
    List<Extent> extents = file.content().extents();
    if (file.content().height() == 1 && extents.getFirst() instanceof Ref ref) {
      extents = list(file.id(), 1, 0, ref).extents();
    }
    return extents.stream()
        .filter(Ref.class::isInstance)
        .map(extent -> ((Ref) extent).digest())
        .toList();
  }

  /**
   * Whether two entries say the same, wherever the content of a file lies: whoever gives space back
   * packs it anew, and has changed nothing.
   */
  boolean same(Entry one, Entry other) throws IOException {
    if (one.equals(other)) {
      return true;
    }
    if (!(one instanceof Entry.File file && other instanceof Entry.File second)
        || file.content().height() != second.content().height()
        || !file.equals(second.with(file.content()))
        || file.content().length() != second.content().length()) {
      return false;
    }
    try {
      return same(
          file.id(),
          file.content().height(),
          0,
          file.content().extents(),
          second.content().extents());
    } catch (Untrusted e) {
      // What cannot be compared is kept as two.
      return false;
    }
  }

  private boolean same(ItemId file, int height, long first, List<Extent> ones, List<Extent> others)
      throws IOException {
    if (ones.size() != others.size()) {
      return false;
    }
    long each = SegmentList.covered(height);
    for (int i = 0; i < ones.size(); i++) {
      long index = first + i * each;
      boolean same =
          ones.get(i).equals(others.get(i))
              || (ones.get(i) instanceof Ref one
                  && others.get(i) instanceof Ref other
                  && (height == 0
                      ? one.at(other.pack(), other.offset()).equals(other)
                      : same(
                          file,
                          height - 1,
                          index,
                          list(file, height, index, one).extents(),
                          list(file, height, index, other).extents())));
      if (!same) {
        return false;
      }
    }
    return true;
  }

  /** Seals a page for the root with this number. */
  Ref write(ItemId folder, int height, long root, Page page, PackWriter writer) throws IOException {
    Place place = new Place(drive, Kind.PAGE, height, folder, root, 0);
    Ref ref = write(place, page.encode(), writer);
    synchronized (pages) {
      pages.put(new PagePlace(folder, height, ref), page);
    }
    return ref;
  }

  /**
   * Seals a list, unless it is what it was.
   *
   * @param version of the file that is being written
   * @param before the list that stood here in the file's last version
   */
  public Ref write(
      ItemId file, long version, long index, SegmentList list, Optional<Ref> before, PackWriter to)
      throws IOException {
    byte[] encoded = list.encode();
    if (before.isPresent() && holds(before.get(), encoded)) {
      return before.get();
    }
    return write(new Place(drive, Kind.LIST, list.height(), file, version, index), encoded, to);
  }

  private boolean holds(Ref ref, byte[] encoded) throws DataNotAuthentic {
    return ref.length() == encoded.length
        && ref.generation() <= sealing.generation()
        && digest(ref.generation(), encoded).equals(ref.digest());
  }

  private byte[] open(Place place, Ref ref) throws IOException {
    byte[] plain = new byte[ref.length()];
    return packs.read(
        ref,
        stride.next(ref),
        (bytes, offset) -> {
          try {
            sealing.open(place, ref, bytes, offset, plain);
            return plain;
          } catch (NotAuthentic e) {
            throw new DataNotAuthentic();
          }
        });
  }

  private Ref write(Place place, byte[] plain, PackWriter writer) throws IOException {
    int generation = sealing.generation();
    byte[] sealed = new byte[ChunkedEncryption.sealedLength(plain.length)];
    sealing.seal(place, generation, plain, plain.length, sealed);
    Digest digest = digest(generation, plain);
    PackWriter.Spot spot = writer.add(sealed, sealed.length);
    return new Ref(spot.pack(), spot.offset(), plain.length, generation, place.version(), digest);
  }

  private Digest digest(int generation, byte[] plain) throws DataNotAuthentic {
    try {
      return sealing.digest(generation, plain, plain.length);
    } catch (NotAuthentic e) {
      throw new DataNotAuthentic();
    }
  }
}
