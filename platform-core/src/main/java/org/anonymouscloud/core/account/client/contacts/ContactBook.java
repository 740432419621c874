package org.anonymouscloud.core.account.client.contacts;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.anonymouscloud.core.account.AccountId;
import org.anonymouscloud.core.account.ChainFloor;
import org.anonymouscloud.core.account.UserName;
import org.anonymouscloud.core.crypto.Digest;
import org.anonymouscloud.core.wire.Malformed;

/**
 * All contacts of an account, and the names of removed ones (docs/formats/account.md). Immutable.
 *
 * @param entries by name
 */
record ContactBook(SortedMap<UserName, KnownContact> entries) {
  /** Contacts that an account may have. */
  static final int MAX_CONTACTS = 1_000;

  /** Names of removed contacts that are kept; of more, those that were removed least often go. */
  static final int MAX_REMOVED = 500;

  /** Removals of one name between two looks at it. */
  private static final int MAX_STEP = 1_000;

  static final ContactBook EMPTY = new ContactBook(new TreeMap<>(byText()));

  private static final int FIXED =
      Short.BYTES
          + AccountId.LENGTH
          + Digest.LENGTH
          + Long.BYTES
          + Digest.LENGTH
          + 1
          + Integer.BYTES;

  ContactBook {
    SortedMap<UserName, KnownContact> sorted = new TreeMap<>(byText());
    sorted.putAll(entries);
    entries = Collections.unmodifiableSortedMap(sorted);
  }

  private static Comparator<UserName> byText() {
    return Comparator.comparing(UserName::text);
  }

  /** Those that are pinned, by name. */
  List<KnownContact> contacts() {
    return entries.values().stream().filter(contact -> !contact.isRemoved()).toList();
  }

  Optional<KnownContact> find(UserName name) {
    return Optional.ofNullable(entries.get(name)).filter(contact -> !contact.isRemoved());
  }

  /** With one entry in the place of what its name stood for. */
  ContactBook with(KnownContact contact) {
    SortedMap<UserName, KnownContact> all = new TreeMap<>(entries);
    KnownContact before = entries.get(contact.name());
    all.put(contact.name(), before == null ? contact : contact.after(before));
    return bounded(all);
  }

  /** What both know. */
  ContactBook merge(ContactBook other) {
    SortedMap<UserName, KnownContact> all = new TreeMap<>(entries);
    other.entries.forEach((name, contact) -> all.merge(name, contact, KnownContact::merge));
    return bounded(all);
  }

  /** Whether it has more contacts than an account may have. */
  boolean isTooLarge() {
    return contacts().size() > MAX_CONTACTS;
  }

  /**
   * Whether it may have come from a book by what people do. A thief could else use up all revisions
   * of a name.
   */
  boolean mayFollow(ContactBook known) {
    return entries.values().stream()
        .allMatch(
            contact -> {
              KnownContact before = known.entries.get(contact.name());
              int revision = before == null ? 0 : before.revision();
              return contact.revision() <= (long) revision + MAX_STEP;
            });
  }

  private static ContactBook bounded(SortedMap<UserName, KnownContact> all) {
    List<KnownContact> removed =
        all.values().stream()
            .filter(KnownContact::isRemoved)
            .sorted(
                Comparator.comparingInt(KnownContact::revision)
                    .thenComparing(contact -> contact.name().text()))
            .toList();
    removed.stream()
        .limit(Math.max(0, removed.size() - MAX_REMOVED))
        .forEach(contact -> all.remove(contact.name()));
    return new ContactBook(all);
  }

  /** Bytes in the encoded book. */
  int length() {
    return Integer.BYTES
        + entries.keySet().stream().mapToInt(name -> name.bytes().length + FIXED).sum();
  }

  void encode(ByteBuffer out) {
    out.putInt(entries.size());
    for (KnownContact contact : entries.values()) {
      byte[] name = contact.name().bytes();
      out.putShort((short) name.length).put(name);
      out.put(contact.account().bytes()).put(contact.genesis().bytes());
      out.putLong(contact.floor().seq()).put(contact.floor().hash().bytes());
      out.put(contact.trust().code()).putInt(contact.revision());
    }
  }

  /**
   * Reads a book from where the buffer stands.
   *
   * @throws Malformed if there is none, or one of more entries than there may be
   */
  static ContactBook decode(ByteBuffer in) throws Malformed {
    try {
      int count = in.getInt();
      if (count < 0 || count > MAX_CONTACTS + MAX_REMOVED) {
        throw new Malformed("There are too many contacts.");
      }
      SortedMap<UserName, KnownContact> all = new TreeMap<>(byText());
      for (int left = count; left > 0; left--) {
        KnownContact contact = read(in);
        if (all.put(contact.name(), contact) != null) {
          throw new Malformed("A contact is there twice.");
        }
      }
      ContactBook book = new ContactBook(all);
      if (book.isTooLarge()) {
        throw new Malformed("There are too many contacts.");
      }
      return book;
    } catch (BufferUnderflowException | IllegalArgumentException e) {
      throw new Malformed("These are no contacts.");
    }
  }

  private static KnownContact read(ByteBuffer in) throws Malformed {
    UserName name = new UserName(new String(take(in, in.getShort() & 0xffff), UTF_8));
    AccountId account = AccountId.of(take(in, AccountId.LENGTH));
    Digest genesis = Digest.of(take(in, Digest.LENGTH));
    ChainFloor floor = new ChainFloor(in.getLong(), Digest.of(take(in, Digest.LENGTH)));
    Optional<Trust> trust = Trust.of(in.get());
    int revision = in.getInt();
    if (trust.isEmpty() || revision < 0) {
      throw new Malformed("A contact is damaged.");
    }
    return new KnownContact(name, account, genesis, floor, trust.get(), revision);
  }

  private static byte[] take(ByteBuffer in, int length) {
    if (length > in.remaining()) {
      throw new BufferUnderflowException();
    }
    byte[] field = new byte[length];
    in.get(field);
    return field;
  }
}
