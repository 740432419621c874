package org.anonymouscloud.core.account.client.local;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.anonymouscloud.core.account.AccountId;
import org.anonymouscloud.core.account.ChainFloor;
import org.anonymouscloud.core.account.DeviceId;
import org.anonymouscloud.core.account.UserName;
import org.anonymouscloud.core.account.client.keys.KeyBag;
import org.anonymouscloud.core.account.client.keys.RootSecret;
import org.anonymouscloud.core.crypto.Digest;
import org.anonymouscloud.core.crypto.NotAuthentic;
import org.anonymouscloud.core.crypto.Secret;
import org.anonymouscloud.core.crypto.SigningKey;
import org.anonymouscloud.core.session.ConnectionString;

/**
 * All that a device knows of its account.
 *
 * @param confirmed whether the server is known to have the device
 * @param server where the account is, with the server's pinned key
 * @param floor the highest link of the chain that this device has seen
 * @param accountKey 16 bytes, for bringing in further devices
 * @param deviceKey signs for this device
 * @param roots of all generations, the oldest first
 */
public record LocalState(
    boolean confirmed,
    ConnectionString server,
    UserName user,
    AccountId account,
    DeviceId device,
    ChainFloor floor,
    Secret accountKey,
    SigningKey deviceKey,
    KeyBag keyBag,
    List<RootSecret> roots)
    implements AutoCloseable {
  private static final byte VERSION = 1;
  private static final int ACCOUNT_KEY = 16;
  private static final int FIXED =
      2
          + AccountId.LENGTH
          + DeviceId.LENGTH
          + Long.BYTES
          + Digest.LENGTH
          + ACCOUNT_KEY
          + SigningKey.SEED_LENGTH
          + KeyBag.LENGTH
          + 3 * Short.BYTES;

  public LocalState {
    roots = List.copyOf(roots);
    if (server.fingerprint().isEmpty() || accountKey.length() != ACCOUNT_KEY || roots.isEmpty()) {
      throw new IllegalArgumentException("The account's state lacks something.");
    }
  }

  /** The same with the device known to the server; both share their secrets. */
  public LocalState confirm() {
    return new LocalState(
        true, server, user, account, device, floor, accountKey, deviceKey, keyBag, roots);
  }

  /**
   * The same with a higher floor; both share their secrets.
   *
   * @throws IllegalArgumentException if it is lower
   */
  public LocalState raise(ChainFloor higher) {
    if (higher.seq() < floor.seq()) {
      throw new IllegalArgumentException("The chain's floor only rises.");
    }
    return new LocalState(
        confirmed, server, user, account, device, higher, accountKey, deviceKey, keyBag, roots);
  }

  /** The same with further generations of the root secret; both share their secrets. */
  LocalState learn(List<RootSecret> newer) {
    List<RootSecret> all = new ArrayList<>(roots);
    all.addAll(newer);
    return new LocalState(
        confirmed, server, user, account, device, floor, accountKey, deviceKey, keyBag, all);
  }

  /**
   * The same, gone back to another chain: both share their secrets but the root secrets.
   *
   * @param head of that chain
   * @param known the root secrets of all its generations, the oldest first
   */
  LocalState restart(ChainFloor head, List<RootSecret> known) {
    return new LocalState(
        confirmed, server, user, account, device, head, accountKey, deviceKey, keyBag, known);
  }

  /** The bytes of the account file before they are sealed; the caller closes them. */
  Secret encode() {
    byte[] serverText = server.toString().getBytes(UTF_8);
    byte[] userText = user.bytes();
    int length = FIXED + roots.size() * RootSecret.LENGTH + serverText.length + userText.length;
    ByteBuffer out = ByteBuffer.allocate(length);
    out.put(VERSION).put((byte) (confirmed ? 1 : 0)).put(account.bytes()).put(device.bytes());
    out.putLong(floor.seq()).put(floor.hash().bytes());
    out.put(accountKey.bytes());
    try (Secret seed = deviceKey.seed();
        Secret bag = keyBag.encode()) {
      out.put(seed.bytes()).put(bag.bytes());
    }
    out.putShort((short) roots.size());
    roots.forEach(root -> out.put(root.secret().bytes()));
    out.putShort((short) serverText.length).put(serverText);
    out.putShort((short) userText.length).put(userText);
    return Secret.of(out.array());
  }

  /**
   * Reads authenticated bytes, which stay the caller's.
   *
   * @throws NotAuthentic if they are not a state of this version
   */
  static LocalState decode(Secret encoded) throws NotAuthentic {
    ByteBuffer in = ByteBuffer.wrap(encoded.bytes());
    try {
      if (in.get() != VERSION) {
        throw new NotAuthentic();
      }
      boolean confirmed = in.get() == 1;
      AccountId account = AccountId.of(take(in, AccountId.LENGTH));
      DeviceId device = DeviceId.of(take(in, DeviceId.LENGTH));
      ChainFloor floor = new ChainFloor(in.getLong(), Digest.of(take(in, Digest.LENGTH)));
      Secret accountKey = Secret.of(take(in, ACCOUNT_KEY));
      try (Secret seed = Secret.of(take(in, SigningKey.SEED_LENGTH));
          Secret bag = Secret.of(take(in, KeyBag.LENGTH))) {
        List<RootSecret> roots = new ArrayList<>();
        for (int left = in.getShort() & 0xffff; left > 0; left--) {
          roots.add(RootSecret.of(Secret.of(take(in, RootSecret.LENGTH))));
        }
        String server = new String(take(in, in.getShort() & 0xffff), UTF_8);
        String user = new String(take(in, in.getShort() & 0xffff), UTF_8);
        return new LocalState(
            confirmed,
            ConnectionString.parse(server),
            new UserName(user),
            account,
            device,
            floor,
            accountKey,
            SigningKey.fromSeed(seed),
            KeyBag.decode(bag),
            roots);
      }
    } catch (BufferUnderflowException | IllegalArgumentException e) {
      throw new NotAuthentic();
    }
  }

  private static byte[] take(ByteBuffer in, int length) {
    byte[] field = new byte[length];
    in.get(field);
    return field;
  }

  /** Wipes the secrets, also those of the states it came from. */
  @Override
  public void close() {
    accountKey.close();
    deviceKey.close();
    keyBag.close();
    roots.forEach(RootSecret::close);
  }

  @Override
  public String toString() {
    return "LocalState";
  }
}
