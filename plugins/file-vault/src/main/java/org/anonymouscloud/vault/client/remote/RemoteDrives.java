package org.anonymouscloud.vault.client.remote;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.anonymouscloud.core.plugin.RetryPolicy;
import org.anonymouscloud.core.session.Link;
import org.anonymouscloud.core.wire.Cbor;
import org.anonymouscloud.core.wire.ErrorCode;
import org.anonymouscloud.core.wire.Malformed;
import org.anonymouscloud.core.wire.Refused;
import org.anonymouscloud.vault.client.remote.Untrusted.DataNotAuthentic;
import org.anonymouscloud.vault.protocol.DriveId;
import org.anonymouscloud.vault.protocol.VaultMessages;
import org.anonymouscloud.vault.protocol.VaultMethod;

/** Which drives the server shows to an account. Thread-safe. */
public final class RemoteDrives {
  /** Of a server that names more, the rest is not asked for (A36). */
  private static final int MOST = 10_000;

  private static final int LISTED = DriveId.LENGTH + Long.BYTES;

  private final Link link;
  private final RetryPolicy patience;

  public RemoteDrives(Link link, RetryPolicy patience) {
    this.link = link;
    this.patience = patience;
  }

  /** Their ids, at most 10,000 of them. */
  public List<DriveId> list() throws IOException {
    List<DriveId> drives = new ArrayList<>();
    boolean more = true;
    while (more && drives.size() < MOST) {
      byte[] after = drives.isEmpty() ? new byte[0] : drives.getLast().bytes();
      VaultMessages.DriveListed listed = ask(new VaultMessages.DriveList(after));
      ByteBuffer in = ByteBuffer.wrap(listed.drives());
      while (in.remaining() >= LISTED) {
        byte[] id = new byte[DriveId.LENGTH];
        in.get(id);
        in.getLong();
        drives.add(DriveId.of(id));
      }
      more = listed.more() && listed.drives().length >= LISTED;
    }
    return drives;
  }

  private VaultMessages.DriveListed ask(VaultMessages.DriveList question) throws IOException {
    byte[] body = Cbor.encode(question);
    try {
      return Cbor.decode(
          patience.untilBegun(() -> link.ask(VaultMethod.DRIVE_LIST.toString(), body)),
          VaultMessages.DriveListed.class);
    } catch (Refused e) {
      if (e.code() == ErrorCode.UNKNOWN_METHOD) {
        return new VaultMessages.DriveListed(new byte[0], false);
      }
      throw new ServerRefused(e);
    } catch (Malformed e) {
      throw new DataNotAuthentic();
    }
  }
}
