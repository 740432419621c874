package org.anonymouscloud.core.account.client.local;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The newest links of the account's chain in their one sealed file (docs/formats/account.md): they
 * say what a server lacks that was restored from a backup.
 *
 * @param values of the account itself on this device
 */
public record ChainTail(FeatureState values) {
  private static final String NAME = "chain";
  private static final int VERSION = 1;

  /** Those that were kept last, the oldest first; none if nothing was kept. */
  public List<byte[]> links() throws IOException {
    Optional<byte[]> kept = values.get(NAME);
    List<byte[]> links = new ArrayList<>();
    if (kept.isPresent()) {
      DataInputStream in = new DataInputStream(new ByteArrayInputStream(kept.get()));
      if (in.readUnsignedByte() != VERSION) {
        throw new IOException("A newer program wrote this device's links; use that one.");
      }
      for (int left = in.readUnsignedByte(); left > 0; left--) {
        links.add(in.readNBytes(in.readUnsignedShort()));
      }
    }
    return links;
  }

  /** Keeps these in the place of others. */
  public void keep(List<byte[]> links) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    out.writeByte(VERSION);
    out.writeByte(links.size());
    for (byte[] link : links) {
      out.writeShort(link.length);
      out.write(link);
    }
    values.put(NAME, bytes.toByteArray());
  }
}
