package org.anonymouscloud.client.agent.account;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicReference;
import org.anonymouscloud.core.account.client.Devices;
import org.anonymouscloud.core.account.client.Pairing;
import org.anonymouscloud.core.account.client.pairing.PairingCode;
import org.anonymouscloud.core.plugin.NotLoggedIn;
import org.anonymouscloud.core.plugin.Problem;
import org.anonymouscloud.core.wire.Refused;
import org.jspecify.annotations.Nullable;

/** The pairing by which this device lets another one into the account. Thread-safe. */
public final class OfferedPairing implements AutoCloseable {
  private final CurrentAccount current;
  private final AtomicReference<@Nullable Pairing> pairing = new AtomicReference<>();

  public OfferedPairing(CurrentAccount current) {
    this.current = current;
  }

  /** A code for one new device, in the place of the one before. */
  public PairingCode begin() throws NotLoggedIn, Refused, IOException {
    close();
    Pairing opened = new Devices(current.account().online()).pair();
    pairing.set(opened);
    return opened.code();
  }

  /** The pairing whose code was made last. */
  public Pairing open() throws Problem {
    Pairing offered = pairing.get();
    if (offered == null) {
      throw new Problem(
          Problem.Kind.NOT_FOUND, "There is no pairing, or it has ended. Begin with a new code.");
    }
    return offered;
  }

  /** Waits for the device that has the code; a pairing that fails is over. */
  public String awaitNewcomer() throws Problem, Refused, IOException {
    Pairing offered = open();
    boolean came = false;
    try {
      String name = offered.await();
      came = true;
      return name;
    } finally {
      if (!came) {
        // Not one that was begun meanwhile in its place.
        pairing.compareAndSet(offered, null);
        offered.close();
      }
    }
  }

  /** Ends it; its code brings nobody in any more. */
  @Override
  public void close() {
    Pairing offered = pairing.getAndSet(null);
    if (offered != null) {
      offered.close();
    }
  }
}
