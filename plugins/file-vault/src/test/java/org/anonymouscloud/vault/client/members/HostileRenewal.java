package org.anonymouscloud.vault.client.members;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.UnaryOperator;
import org.anonymouscloud.core.crypto.Secret;
import org.anonymouscloud.core.plugin.KnownAccount;
import org.anonymouscloud.core.wire.Malformed;
import org.anonymouscloud.vault.client.fixture.RawDrive;
import org.anonymouscloud.vault.client.fixture.TestAccount;
import org.anonymouscloud.vault.client.format.DriveKeys;
import org.anonymouscloud.vault.client.format.Name;
import org.anonymouscloud.vault.client.remote.RemoteVault;
import org.anonymouscloud.vault.protocol.DriveId;
import org.anonymouscloud.vault.protocol.Member;
import org.anonymouscloud.vault.protocol.Roster;
import org.anonymouscloud.vault.protocol.RosterHead;

/** A member who may write, and says of members what is not so. All else of its list is sound. */
public record HostileRenewal(TestAccount device, DriveId drive, UnaryOperator<Member> said) {
  /**
   * Begins a generation.
   *
   * @throws IOException if the server refuses it
   */
  public void send() throws IOException {
    RemoteVault remote = RawDrive.of(device, drive).remote();
    SignedRoster newest = newest(remote);
    Roster before = newest.list();
    RosterHead head = newest.head();
    byte[] current = RawDrive.of(device, drive).secret(before.generation(), 0);
    try (Secret secret = Secret.random(DriveKeys.SECRET);
        DriveKeys sealing = DriveKeys.of(secret);
        SignedRoster.Inside inside =
            new SignedRoster.Inside(new Name("team"), before.generation(), Secret.of(current))) {
      Roster list =
          new Roster(
              drive,
              before.number() + 1,
              head.hash(),
              device.account(),
              device.device(),
              before.millis() + 1,
              before.generation() + 1,
              DriveKeys.commitment(secret),
              before.root(),
              before.rootHash(),
              before.payer(),
              before.limit(),
              before.members().stream().map(said).toList());
      SignedRoster made = SignedRoster.seal(list, inside, sealing, device::sign);
      if (!remote.putRoster(made.encode(), grants(list, before, secret))) {
        throw new AssertionError("Somebody else was faster.");
      }
    }
  }

  private static SignedRoster newest(RemoteVault remote) throws IOException {
    List<byte[]> rosters = remote.rosters(0).orElseThrow().rosters();
    try {
      return SignedRoster.decode(rosters.getLast());
    } catch (Malformed e) {
      throw new AssertionError(e);
    }
  }

  /** Sealed to keys that the accounts have. */
  private byte[] grants(Roster list, Roster before, Secret secret) throws IOException {
    ByteArrayOutputStream grants = new ByteArrayOutputStream();
    for (Member member : before.members()) {
      KnownAccount account = device.vouched(member.account(), member.link());
      byte[] context =
          ByteBuffer.allocate(36)
              .put(drive.bytes())
              .put(member.account().bytes())
              .putInt(list.generation())
              .array();
      grants.writeBytes(member.account().bytes());
      grants.writeBytes(account.seal("anonymouscloud/vault/v1/grant", context, secret.bytes()));
    }
    return grants.toByteArray();
  }
}
