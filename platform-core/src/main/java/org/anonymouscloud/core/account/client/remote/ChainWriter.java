package org.anonymouscloud.core.account.client.remote;

import java.io.IOException;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.anonymouscloud.core.account.DeviceId;
import org.anonymouscloud.core.account.chain.Chain;
import org.anonymouscloud.core.account.chain.ChainLink;
import org.anonymouscloud.core.account.chain.ChainRefused;
import org.anonymouscloud.core.account.chain.ChainState;
import org.anonymouscloud.core.account.chain.LinkBody;
import org.anonymouscloud.core.account.chain.SealedSlot;
import org.anonymouscloud.core.account.chain.SlotId;
import org.anonymouscloud.core.account.client.keys.HeadList;
import org.anonymouscloud.core.account.client.keys.RootSecret;
import org.anonymouscloud.core.account.client.keys.SlotSecret;
import org.anonymouscloud.core.account.protocol.AccountMessages;
import org.anonymouscloud.core.account.protocol.AccountMethod;
import org.anonymouscloud.core.crypto.Signatures;
import org.anonymouscloud.core.crypto.SigningKey;
import org.anonymouscloud.core.crypto.VerifyKey;
import org.anonymouscloud.core.opaque.RegistrationRecord;
import org.anonymouscloud.core.wire.ErrorCode;
import org.anonymouscloud.core.wire.Refused;

/**
 * Adds links to an account's chain in one signer's name, after whatever other devices add
 * meanwhile.
 *
 * @param server on which the signer has proven itself
 * @param key of the signer; stays the caller's
 * @param heads that a link carries
 */
public record ChainWriter(
    AccountQuestions server, Clock clock, SlotId signer, SigningKey key, Heads heads) {
  /** Other devices that may be quicker before this one gives up. */
  private static final int RACES = 5;

  private static final byte[] NONE = {};

  /** What goes to the server with a link that changes the password. */
  public record Password(RegistrationRecord record, VerifyKey loginKey) {}

  /**
   * What a link shall say.
   *
   * @param newKeys sign what the link brings in
   * @param root the newest after the link, sealed to the slots that do not have it
   * @param record OPAQUE's, if the password changes; else empty
   * @param loginKey as well
   */
  public record Draft(
      LinkBody body, NewKeys newKeys, RootSecret root, byte[] record, byte[] loginKey) {
    public Draft(LinkBody body, NewKeys newKeys, RootSecret root) {
      this(body, newKeys, root, NONE, NONE);
    }

    public Draft(LinkBody body, NewKeys newKeys, RootSecret root, Password fresh) {
      this(body, newKeys, root, fresh.record().encode(), fresh.loginKey().bytes());
    }
  }

  /** The keys of {@link LinkBody#introduces}, one of which may be on another device. */
  @FunctionalInterface
  public interface NewKeys {
    /** Signatures with {@link ChainLink#NEW_KEY_LABEL} over a link's content. */
    List<byte[]> sign(byte[] content) throws Refused, IOException;

    /** Keys that are here; they stay the caller's. */
    static NewKeys of(SigningKey... keys) {
      return content ->
          Arrays.stream(keys)
              .map(key -> Signatures.sign(key, ChainLink.NEW_KEY_LABEL, content))
              .toList();
    }
  }

  /** Drafts a link for a chain, which another device may have changed since it was last asked. */
  @FunctionalInterface
  public interface Drafting {
    Draft on(ChainState chain) throws Refused, IOException;
  }

  /** Where the chain is, again and again. */
  @FunctionalInterface
  public interface Look {
    Chain again() throws Refused, IOException;
  }

  /** How far all has come that the account's features keep, for the link after a chain. */
  @FunctionalInterface
  public interface Heads {
    /**
     * @param leaving the devices that the link removes
     */
    HeadList after(Chain chain, Set<DeviceId> leaving) throws IOException;
  }

  /**
   * Adds a link.
   *
   * @param chain as it is known
   * @param look called when it has changed
   * @return the chain's state with the link
   */
  public ChainState append(Chain chain, Look look, Drafting drafting) throws Refused, IOException {
    Chain before = chain;
    for (int race = 0; ; race++) {
      ChainState state = before.state();
      Draft draft = drafting.on(state);
      ChainLink link = link(state, draft, heads.after(before, leaving(state, draft.body())));
      ChainState after;
      try {
        after = state.append(link);
      } catch (ChainRefused e) {
        throw new Refused(ErrorCode.BAD_REQUEST, e.getMessage());
      }
      List<byte[]> slots =
          after.sealedWith(draft.body()).stream()
              .map(slot -> seal(after, slot, draft.root()).encode())
              .toList();
      try {
        server.tell(
            AccountMethod.CHAIN_APPEND,
            new AccountMessages.ChainAppend(
                link.encode(), slots, draft.record(), draft.loginKey()));
        return after;
      } catch (Refused e) {
        if (e.code() != ErrorCode.CONFLICT || race == RACES) {
          throw e;
        }
        before = look.again();
      }
    }
  }

  private static Set<DeviceId> leaving(ChainState before, LinkBody body) {
    return switch (body) {
      case LinkBody.Revoke revoke -> Set.copyOf(revoke.devices());
      case LinkBody.Recover recover when !recover.keepsDevices() ->
          Set.copyOf(before.devices().keySet());
      default -> Set.of();
    };
  }

  /**
   * Whoever joins has the root secrets up to the one it read, and cannot hand on a newer one.
   *
   * @throws Refused if there is a newer one meanwhile; the whole is to be begun once more
   */
  public static void requireSameRoot(ChainState read, ChainState now) throws Refused {
    if (now.generation() != read.generation()) {
      throw new Refused(
          ErrorCode.CONFLICT,
          "Another device changed the account meanwhile. Begin once more.",
          true);
    }
  }

  private ChainLink link(ChainState before, Draft draft, HeadList list)
      throws Refused, IOException {
    byte[] sealedHeads;
    try {
      sealedHeads = list.seal(draft.root(), before.account(), before.head().seq() + 1);
    } catch (IllegalArgumentException e) {
      throw new Refused(ErrorCode.BAD_REQUEST, e.getMessage());
    }
    ChainLink.Content content =
        ChainLink.Content.after(
            before.head(),
            before.account(),
            clock.instant().truncatedTo(ChronoUnit.MILLIS),
            signer,
            draft.body(),
            sealedHeads);
    byte[] bytes = content.encode();
    List<byte[]> signatures = new ArrayList<>();
    signatures.add(Signatures.sign(key, ChainLink.SIGNER_LABEL, bytes));
    signatures.addAll(draft.newKeys().sign(bytes));
    try {
      return ChainLink.of(content, signatures);
    } catch (IllegalArgumentException e) {
      throw new Refused(ErrorCode.BAD_REQUEST, "A new key did not sign as it must.");
    }
  }

  private static SealedSlot seal(ChainState chain, SlotId slot, RootSecret root) {
    return SlotSecret.seal(
        chain.account(), slot, chain.sealingKey(slot).orElseThrow(), root, chain.generation());
  }

  @Override
  public String toString() {
    return "ChainWriter";
  }
}
