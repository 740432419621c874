package org.anonymouscloud.core.account.client;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.anonymouscloud.core.account.chain.LinkBody;
import org.anonymouscloud.core.account.chain.NewDevice;
import org.anonymouscloud.core.account.client.keys.RootSecret;
import org.anonymouscloud.core.account.client.local.LocalState;
import org.anonymouscloud.core.account.client.pairing.LetterBox;
import org.anonymouscloud.core.account.client.pairing.PairingChannel;
import org.anonymouscloud.core.account.client.pairing.PairingCode;
import org.anonymouscloud.core.account.client.pairing.PairingFailed;
import org.anonymouscloud.core.account.client.pairing.PairingLetters;
import org.anonymouscloud.core.account.client.remote.AccountQuestions;
import org.anonymouscloud.core.account.client.remote.ChainWriter;
import org.anonymouscloud.core.account.protocol.AccountMessages;
import org.anonymouscloud.core.account.protocol.AccountMethod;
import org.anonymouscloud.core.session.Fingerprint;
import org.anonymouscloud.core.wire.ErrorCode;
import org.anonymouscloud.core.wire.Refused;
import org.jspecify.annotations.Nullable;

/**
 * The side of a device that brings another one into its account. Show the {@link #code}, {@link
 * #await} the other device, and {@link #accept} it if it is the right one. Whoever tries a wrong
 * code ends the pairing (A10). One caller at a time.
 */
public final class Pairing implements AutoCloseable {
  private final OnlineAccount account;
  private final AccountQuestions server;
  private final PairingCode code;
  private final byte[] relay;
  private @Nullable PairingChannel channel;
  private PairingLetters.@Nullable Introduction newcomer;
  private boolean accepted;

  private Pairing(OnlineAccount account, AccountQuestions server, PairingCode code) {
    this.account = account;
    this.server = server;
    this.code = code;
    this.relay = code.relay();
  }

  static Pairing open(OnlineAccount account) throws Refused, IOException {
    AccountQuestions server = new AccountQuestions(account.link());
    byte[] relay =
        server
            .ask(
                AccountMethod.PAIR_OPEN,
                new AccountMessages.Empty(),
                AccountMessages.PairOpened.class)
            .relay();
    if (relay.length != PairingCode.RELAY) {
      throw new PairingFailed();
    }
    return new Pairing(account, server, PairingCode.of(relay));
  }

  /** What the person types on the other device; lives as long as this. */
  public PairingCode code() {
    return code;
  }

  /**
   * Waits for the other device, ten minutes at most.
   *
   * @return what it calls itself
   * @throws PairingFailed if it does not have the code; the code is burned
   */
  public String await() throws Refused, IOException {
    Fingerprint fingerprint = account.local().server().fingerprint().orElseThrow();
    PairingChannel open =
        PairingChannel.invite(
            new LetterBox(server, code.relay()),
            code,
            fingerprint,
            account.local().account().bytes());
    channel = open;
    PairingLetters.Introduction other = PairingLetters.Introduction.decode(open.hear());
    newcomer = other;
    return other.name().text();
  }

  /**
   * Adds the other device to the account and gives it the account key.
   *
   * @throws Refused with {@link ErrorCode#CONFLICT} if the account changed meanwhile
   */
  public void accept() throws Refused, IOException {
    PairingChannel open = channel;
    PairingLetters.Introduction other = newcomer;
    if (open == null || other == null) {
      throw new IllegalStateException("No device has come.");
    }
    AtomicBoolean asked = new AtomicBoolean();
    account.append(
        chain -> {
          if (asked.getAndSet(true)) {
            // A second draft would need a second signature of the other device.
            throw new Refused(
                ErrorCode.CONFLICT, "Another device changed the account first. Pair again.", true);
          }
          RootSecret root = account.local().state().roots().get(chain.generation());
          NewDevice device =
              new NewDevice(
                  other.device(),
                  other.signingKey(),
                  other.slotKey(),
                  other.name().seal(chain.account(), other.device(), root));
          return new ChainWriter.Draft(
              new LinkBody.AddDevice(device), content -> signed(open, other, content), root);
        });
    open.say(PairingLetters.done());
    accepted = true;
  }

  private List<byte[]> signed(
      PairingChannel open, PairingLetters.Introduction other, byte[] content)
      throws Refused, IOException {
    LocalState local = account.local().state();
    byte[] context = PairingLetters.keyContext(local.account(), other.device());
    byte[] key =
        other.slotKey().seal(PairingLetters.keyInfo(), context, local.accountKey().bytes());
    open.say(new PairingLetters.Invitation(local.user(), key, content).encode());
    return List.of(open.hear());
  }

  /** Ends the pairing; the code is worth nothing any more. */
  @Override
  public void close() {
    code.close();
    if (channel != null) {
      channel.close();
    }
    if (accepted) {
      // The last letter is still to be fetched; after it the box takes none.
      return;
    }
    try {
      server.tell(AccountMethod.PAIR_CLOSE, new AccountMessages.PairClose(relay));
    } catch (Refused | IOException unreachable) {
      // It ends by itself within ten minutes.
    }
  }
}
