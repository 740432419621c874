package org.anonymouscloud.core.account.client.contacts;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.TreeMap;
import org.anonymouscloud.core.account.AccountId;
import org.anonymouscloud.core.account.ChainFloor;
import org.anonymouscloud.core.account.UserName;
import org.anonymouscloud.core.account.client.local.FeatureState;
import org.anonymouscloud.core.crypto.Digest;

/**
 * The pinned contacts in their one sealed file (docs/formats/account.md). Whole and durable after
 * each change; one caller at a time changes it.
 *
 * @param values of the account itself on this device
 */
record ContactList(FeatureState values) {
  private static final String NAME = "contacts";
  private static final int VERSION = 1;
  private static final int ACCEPTED = 1;
  private static final int VERIFIED = 2;

  Optional<KnownContact> find(UserName name) throws IOException {
    return Optional.ofNullable(all().get(name));
  }

  /** By their names. */
  SequencedMap<UserName, KnownContact> all() throws IOException {
    Optional<byte[]> kept = values.get(NAME);
    return kept.isPresent() ? decode(kept.get()) : none();
  }

  private static SequencedMap<UserName, KnownContact> none() {
    return new TreeMap<>(Comparator.comparing(UserName::text));
  }

  private static SequencedMap<UserName, KnownContact> decode(byte[] kept) throws IOException {
    SequencedMap<UserName, KnownContact> all = none();
    DataInputStream in = new DataInputStream(new ByteArrayInputStream(kept));
    if (in.readUnsignedByte() != VERSION) {
      throw new IOException("A newer program wrote these contacts; use that one.");
    }
    for (int left = in.readInt(); left > 0; left--) {
      KnownContact contact = read(in);
      all.put(contact.name(), contact);
    }
    return all;
  }

  /** As many as fit, those first whose safety number somebody has compared. */
  byte[] encoded(int bytes) throws IOException {
    List<KnownContact> chosen = new ArrayList<>(all().values());
    chosen.sort(Comparator.comparing(KnownContact::trust).reversed());
    byte[] encoded = encode(chosen);
    while (encoded.length > bytes) {
      chosen.removeLast();
      encoded = encode(chosen);
    }
    return encoded;
  }

  /**
   * Takes over what another device of the account has {@link #encoded}.
   *
   * @throws IOException if it is not that
   */
  void take(byte[] encoded) throws IOException {
    write(decode(encoded).values());
  }

  private static KnownContact read(DataInputStream in) throws IOException {
    return new KnownContact(
        new UserName(new String(in.readNBytes(in.readUnsignedShort()), UTF_8)),
        AccountId.of(in.readNBytes(AccountId.LENGTH)),
        Digest.of(in.readNBytes(Digest.LENGTH)),
        new ChainFloor(in.readLong(), Digest.of(in.readNBytes(Digest.LENGTH))),
        in.readUnsignedByte() == VERIFIED ? Trust.VERIFIED : Trust.ACCEPTED);
  }

  void put(KnownContact contact) throws IOException {
    SequencedMap<UserName, KnownContact> all = all();
    all.put(contact.name(), contact);
    write(all.values());
  }

  /** False if there was none. */
  boolean remove(UserName name) throws IOException {
    SequencedMap<UserName, KnownContact> all = all();
    if (all.remove(name) == null) {
      return false;
    }
    write(all.values());
    return true;
  }

  private void write(Collection<KnownContact> all) throws IOException {
    values.put(NAME, encode(all));
  }

  private static byte[] encode(Collection<KnownContact> all) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    out.writeByte(VERSION);
    out.writeInt(all.size());
    for (KnownContact contact : all) {
      byte[] name = contact.name().bytes();
      out.writeShort(name.length);
      out.write(name);
      out.write(contact.account().bytes());
      out.write(contact.genesis().bytes());
      out.writeLong(contact.floor().seq());
      out.write(contact.floor().hash().bytes());
      out.writeByte(contact.trust() == Trust.VERIFIED ? VERIFIED : ACCEPTED);
    }
    return bytes.toByteArray();
  }
}
