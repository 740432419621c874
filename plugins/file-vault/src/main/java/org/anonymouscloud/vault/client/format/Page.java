package org.anonymouscloud.vault.client.format;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.anonymouscloud.core.wire.Malformed;

/** One page of a folder: entries, or references to the pages below; in order, no name twice. */
public sealed interface Page {
  /** The most bytes in an encoded page: it is one chunk when sealed. */
  int MAX_ENCODED = 16_383;

  /**
   * The most bytes that writers put into a page, unless its only entry has more. Who changes one
   * entry writes a page of each height anew: smaller pages cost less then, and larger ones save
   * little, as pages that are read one after another lie side by side.
   */
  int FULL = 4_095;

  /** Bytes before the first entry or child. */
  int HEADER = 1 + 1 + 2;

  int VERSION = 1;

  /** A page of entries. Its height is 1. */
  record Leaf(List<Entry> entries) implements Page {
    public Leaf {
      entries = List.copyOf(entries);
    }
  }

  /**
   * A page above others.
   *
   * @param height at least 2
   * @param children pages of the height below
   */
  record Inner(int height, List<Child> children) implements Page {
    public Inner {
      children = List.copyOf(children);
    }
  }

  /**
   * One page seen from the page above it.
   *
   * @param first the first name at or below the page
   */
  record Child(Name first, Ref page) {
    static final int MIN_ENCODED = 1 + 1 + Ref.ENCODED;

    /** Bytes that it takes in its page. */
    public int encodedLength() {
      return 1 + first.encode().length + Ref.ENCODED;
    }
  }

  /** The first name in or below it. */
  default Name first() {
    return switch (this) {
      case Leaf(List<Entry> entries) -> entries.getFirst().name();
      case Inner(int _, List<Child> children) -> children.getFirst().first();
    };
  }

  /** The last name in it; below it there may be later ones. */
  default Name last() {
    return switch (this) {
      case Leaf(List<Entry> entries) -> entries.getLast().name();
      case Inner(int _, List<Child> children) -> children.getLast().first();
    };
  }

  /** The bytes to seal. */
  default byte[] encode() {
    ByteBuffer out = ByteBuffer.allocate(MAX_ENCODED);
    out.put((byte) VERSION);
    switch (this) {
      case Leaf(List<Entry> entries) -> {
        out.put((byte) 1).putShort((short) entries.size());
        entries.forEach(entry -> entry.encode(out));
      }
      case Inner(int height, List<Child> children) -> {
        out.put((byte) height).putShort((short) children.size());
        for (Child child : children) {
          byte[] name = child.first.encode();
          out.put((byte) name.length).put(name);
          child.page.encode(out);
        }
      }
    }
    byte[] encoded = new byte[out.position()];
    out.flip().get(encoded);
    return encoded;
  }

  /**
   * Reads the bytes of an opened page.
   *
   * @param height that the reference's place says
   */
  static Page decode(byte[] encoded, int height) throws Malformed {
    Fields in = new Fields(encoded);
    in.version(VERSION);
    if (encoded.length > MAX_ENCODED || in.u8() != height) {
      throw new Malformed("A page is too long or stands at another height.");
    }
    int count = in.count(height == 1 ? Entry.MIN_ENCODED : Child.MIN_ENCODED);
    if (count == 0) {
      throw new Malformed("A page is empty.");
    }
    if (height == 1) {
      List<Entry> entries = new ArrayList<>(count);
      for (int i = 0; i < count; i++) {
        Entry entry = Entry.decode(in);
        inOrder(i == 0 ? null : entries.getLast().name(), entry.name());
        entries.add(entry);
      }
      in.end();
      return new Leaf(entries);
    }
    List<Child> children = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      Child child = new Child(Name.decode(in.bytes(in.u8())), Ref.decode(in));
      inOrder(i == 0 ? null : children.getLast().first(), child.first());
      children.add(child);
    }
    in.end();
    return new Inner(height, children);
  }

  private static void inOrder(@org.jspecify.annotations.Nullable Name before, Name name)
      throws Malformed {
    if (before != null && before.compareTo(name) >= 0) {
      throw new Malformed("The names of a page are not in order.");
    }
  }
}
