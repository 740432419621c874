package org.anonymouscloud.core.account.client.local;

import java.util.List;
import java.util.Optional;
import org.anonymouscloud.core.account.AccountId;
import org.anonymouscloud.core.account.ChainFloor;
import org.anonymouscloud.core.account.DeviceId;
import org.anonymouscloud.core.account.UserName;
import org.anonymouscloud.core.account.client.keys.KeyBag;
import org.anonymouscloud.core.account.client.keys.RootSecret;
import org.anonymouscloud.core.crypto.Digest;
import org.anonymouscloud.core.crypto.Secret;
import org.anonymouscloud.core.crypto.SigningKey;
import org.anonymouscloud.core.session.ConnectionString;
import org.anonymouscloud.core.session.Fingerprint;

/** What a device may keep of an account, with keys at random. */
final class SomeState {
  private SomeState() {}

  static LocalState of(boolean confirmed, RootSecret... roots) {
    return new LocalState(
        confirmed,
        new ConnectionString("cloud.example", 7443, Optional.of(Fingerprint.of(new byte[32]))),
        new UserName("alice"),
        AccountId.random(),
        DeviceId.random(),
        new ChainFloor(3, Digest.sha256()),
        Secret.random(16),
        SigningKey.generate(),
        KeyBag.random(),
        List.of(roots));
  }
}
