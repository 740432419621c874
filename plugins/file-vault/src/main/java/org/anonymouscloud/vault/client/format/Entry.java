package org.anonymouscloud.vault.client.format;

import java.nio.ByteBuffer;
import java.time.Instant;
import org.anonymouscloud.core.wire.Malformed;

/** What a folder says of one thing in it. Immutable. */
public sealed interface Entry {
  /** The least bytes that an encoded entry takes. */
  int MIN_ENCODED = 1 + 1 + 1 + ItemId.LENGTH + 12 + 1;

  Name name();

  ItemId id();

  /** When the thing was last changed where it came from, as its writer states it. */
  Instant stated();

  /** When the thing was last changed where it came from, or the nearest time that is kept. */
  default Instant modified() {
    return Times.nearest(stated());
  }

  /** The same thing under another name. */
  Entry named(Name other);

  /**
   * A file.
   *
   * @param executable whether its owner may run it
   * @param version counted from 1; one more with each change of the content
   */
  record File(
      Name name, ItemId id, Instant stated, boolean executable, long version, Content content)
      implements Entry {
    /**
     * No version is counted beyond this one; what comes after it is another file. Numbers of JSON
     * are exact up to here.
     */
    public static final long LAST_VERSION = (1L << 53) - 1;

    private static final int TYPE = 1;

    public File {
      if (version < 1) {
        throw new IllegalArgumentException("A file's version is counted from 1.");
      }
    }

    @Override
    public File named(Name other) {
      return new File(other, id, stated, executable, version, content);
    }

    /** The same content as another version. */
    public File in(long other) {
      return new File(name, id, stated, executable, other, content);
    }

    /** The same file with the same bytes at other places. */
    public File with(Content other) {
      return new File(name, id, stated, executable, version, other);
    }
  }

  /** A folder. */
  record Folder(Name name, ItemId id, Instant stated, Pages pages) implements Entry {
    private static final int TYPE = 2;

    @Override
    public Folder named(Name other) {
      return new Folder(other, id, stated, pages);
    }

    /** The same folder with other entries. */
    public Folder with(Pages other) {
      return new Folder(name, id, stated, other);
    }
  }

  /** A symbolic link, which is kept as it is and never followed. */
  record Link(Name name, ItemId id, Instant stated, LinkTarget target) implements Entry {
    private static final int TYPE = 3;

    @Override
    public Link named(Name other) {
      return new Link(other, id, stated, target);
    }
  }

  /** Bytes that the encoded entry takes. */
  default int encodedLength() {
    int common = 1 + name().encode().length + 1 + ItemId.LENGTH + 12;
    return switch (this) {
      case File file -> common + 1 + 8 + file.content.encodedLength();
      case Folder folder -> common + folder.pages.encodedLength();
      case Link link -> common + 2 + link.target.encode().length;
    };
  }

  /** The entry as it stands in a page. */
  default byte[] encode() {
    ByteBuffer out = ByteBuffer.allocate(encodedLength());
    encode(out);
    return out.array();
  }

  /** Writes the entry as it stands in a page. */
  default void encode(ByteBuffer out) {
    byte[] encodedName = name().encode();
    out.put((byte) encodedName.length).put(encodedName);
    out.put((byte) type()).put(id().bytes());
    Instant time = stated();
    out.putLong(time.getEpochSecond()).putInt(time.getNano());
    switch (this) {
      case File file -> {
        out.put((byte) (file.executable ? 1 : 0)).putLong(file.version);
        file.content.encode(out);
      }
      case Folder folder -> folder.pages.encode(out);
      case Link link -> {
        byte[] target = link.target.encode();
        out.putShort((short) target.length).put(target);
      }
    }
  }

  private int type() {
    return switch (this) {
      case File _ -> File.TYPE;
      case Folder _ -> Folder.TYPE;
      case Link _ -> Link.TYPE;
    };
  }

  /** Reads one entry of a page. */
  static Entry decode(Fields in) throws Malformed {
    Name name = Name.decode(in.bytes(in.u8()));
    int type = in.u8();
    ItemId id = ItemId.of(in.bytes(ItemId.LENGTH));
    Instant stated = in.time();
    return switch (type) {
      case File.TYPE -> {
        int flags = in.u8();
        long version = in.u63();
        if (flags > 1 || version < 1) {
          throw new Malformed("A file has flags or a version that there are not.");
        }
        yield new File(name, id, stated, flags == 1, version, Content.decode(in));
      }
      case Folder.TYPE -> new Folder(name, id, stated, Pages.decode(in));
      case Link.TYPE -> new Link(name, id, stated, LinkTarget.decode(in.bytes(in.u16())));
      default -> throw new Malformed("An entry has a type that there is not.");
    };
  }
}
