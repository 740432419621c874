package org.anonymouscloud.core.account.client.remote;

import java.io.IOException;
import java.time.temporal.ChronoUnit;
import org.anonymouscloud.core.account.DeviceId;
import org.anonymouscloud.core.account.chain.Chain;
import org.anonymouscloud.core.wire.FinalFailure;

/**
 * The recovery words open an older state of the account than the newest. A stolen device has
 * renewed the keys and left none for the words, or the server keeps it back: a person has to agree
 * to lose what is newer.
 */
public final class NewestNotOpened extends IOException implements FinalFailure {
  private static final long serialVersionUID = 1;

  private final DeviceId by;

  /**
   * @param lost how many generations
   * @param first of them
   */
  public NewestNotOpened(int lost, Chain.Begun first) {
    super(
        "These words open your account as it was before the device "
            + first.maker()
            + " removed others, at "
            + first.time().truncatedTo(ChronoUnit.SECONDS)
            + " by its own clock, which a thief can set. Nothing that the server shows lets the"
            + " words open what came after it ("
            + lost
            + (lost == 1 ? " renewal" : " renewals")
            + " of the account's keys). A stolen device does that, or a server that keeps something"
            + " back. Nothing was changed. If another device of yours still works, use that one."
            + " Else the account comes back as it was then, without what was stored since, and with"
            + " this device alone.");
    this.by = first.maker();
  }

  /** The device that renewed the keys without the words first. */
  public DeviceId by() {
    return by;
  }

  @Override
  public boolean isFinal() {
    return true;
  }
}
