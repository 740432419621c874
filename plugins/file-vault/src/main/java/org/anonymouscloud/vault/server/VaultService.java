package org.anonymouscloud.vault.server;

import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.anonymouscloud.core.account.AccountId;
import org.anonymouscloud.core.blob.BlobName;
import org.anonymouscloud.core.blob.BlobStore;
import org.anonymouscloud.core.database.DatabaseUnavailable;
import org.anonymouscloud.core.plugin.AccountHandler;
import org.anonymouscloud.core.plugin.AccountPush;
import org.anonymouscloud.core.plugin.Caller;
import org.anonymouscloud.core.plugin.RunningFeature;
import org.anonymouscloud.core.session.Request;
import org.anonymouscloud.core.wire.Cbor;
import org.anonymouscloud.core.wire.ErrorCode;
import org.anonymouscloud.core.wire.Malformed;
import org.anonymouscloud.core.wire.Refused;
import org.anonymouscloud.vault.protocol.PackName;
import org.anonymouscloud.vault.protocol.RootHeader;
import org.anonymouscloud.vault.protocol.VaultMessages;
import org.anonymouscloud.vault.protocol.VaultMethod;
import org.anonymouscloud.vault.server.VaultTables.Pack;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers the vault's methods. Whose pack or root is meant is the asker's account and nothing in
 * the question, so that nobody can even name another's (A37). Thread-safe.
 */
final class VaultService implements RunningFeature {
  private static final Logger LOG = LoggerFactory.getLogger(VaultService.class);

  /** A question without lists; more than it needs, so that a newer client may say more. */
  private static final int MAX_QUESTION = 1024;

  private static final int MAX_NAMES = PackName.LENGTH * VaultMessages.MAX_PACKS_IN_MOVE;

  private static final int MAX_MOVE = MAX_QUESTION + RootHeader.ROOT + MAX_NAMES;

  private static final byte[] NOTHING = Cbor.encode(new VaultMessages.Empty());

  private final Ledger ledger;
  private final BlobStore store;
  private final AccountPush push;
  private final Set<BlobName> receiving = ConcurrentHashMap.newKeySet();
  private final Sweeper sweeper;

  /** Takes the store over, and closes it. */
  VaultService(Ledger ledger, BlobStore store, AccountPush push) {
    this.ledger = ledger;
    this.store = store;
    this.push = push;
    this.sweeper = new Sweeper(ledger, store, receiving);
  }

  @Override
  public Map<String, AccountHandler> methods() {
    Map<String, AccountHandler> methods = new HashMap<>();
    for (VaultMethod method : VaultMethod.values()) {
      methods.put(method.verb(), answering(method));
    }
    return methods;
  }

  /** A device that is about to come in reads how far the drive has come, for its link to say it. */
  @Override
  public Set<String> openToProven() {
    return Set.of(VaultMethod.ROOT_GET.verb());
  }

  @Override
  public Optional<String> trouble() {
    return store.trouble(VaultMessages.MAX_PACK);
  }

  private AccountHandler answering(VaultMethod method) {
    return switch (method) {
      case ROOT_GET -> this::rootGet;
      case ROOT_MOVE -> this::rootMove;
      case PACK_PUT -> this::packPut;
      case PACK_GET -> this::packGet;
      case USAGE -> this::usage;
    };
  }

  private byte[] rootGet(Caller caller, Request request) throws Refused {
    VaultMessages.RootGet question = question(request, VaultMessages.RootGet.class, MAX_QUESTION);
    return Cbor.encode(
        ledger
            .root(caller.account(), question.number())
            .orElseThrow(() -> new Refused(ErrorCode.NOT_FOUND, "There is no such root.")));
  }

  private byte[] rootMove(Caller caller, Request request) throws Refused {
    AccountId account = caller.account();
    VaultMessages.RootMove move = question(request, VaultMessages.RootMove.class, MAX_MOVE);
    RootHeader header = header(move, caller);
    if (move.live().length > MAX_NAMES) {
      throw bad("A root brings in at most " + VaultMessages.MAX_PACKS_IN_MOVE + " packs.");
    }
    checkNames(move);
    ledger.moveRoot(account, move, header.previous());
    try {
      push.push(account, VaultMethod.ROOT_MOVED, new byte[0]);
    } catch (RuntimeException e) {
      // The root has moved, and a push is only a hint.
      LOG.warn("Nobody was told that a root has moved.", e);
    }
    return NOTHING;
  }

  /** Whoever may write all the same writes in its own name: so what it spoils goes with it. */
  private static RootHeader header(VaultMessages.RootMove move, Caller caller) throws Refused {
    RootHeader header;
    try {
      header = RootHeader.decode(move.root());
    } catch (Malformed e) {
      throw bad(e.getMessage());
    }
    if (header.number() != move.number()) {
      throw bad("The root has another number.");
    }
    if (!Optional.of(header.device()).equals(caller.device())) {
      throw bad("A device writes roots in its own name.");
    }
    return header;
  }

  private byte[] packPut(Caller caller, Request request) throws Refused, IOException {
    AccountId account = caller.account();
    VaultMessages.PackPut put = question(request, VaultMessages.PackPut.class, MAX_QUESTION);
    PackName name = name(put.name());
    if (Integer.bitCount(put.length()) != 1
        || put.length() < VaultMessages.MIN_PACK
        || put.length() > VaultMessages.MAX_PACK) {
      throw bad("A pack's length is a power of two from 4 KiB to 16 MiB.");
    }
    Pack file = new Pack(BlobName.random(), put.length());
    receiving.add(file.file());
    try {
      if (ledger.reserve(account, name, file, store.process(), put.frees())) {
        receive(account, name, file, request);
      }
      return NOTHING;
    } finally {
      receiving.remove(file.file());
    }
  }

  private void receive(AccountId account, PackName name, Pack file, Request request)
      throws Refused, IOException {
    try {
      store.receive(file.file(), request.upload(), file.length());
    } catch (Refused | IOException | RuntimeException e) {
      giveUp(file.file());
      throw e;
    }
    try {
      if (!ledger.settle(account, name, file)) {
        sweeper.wake();
      }
    } catch (Refused e) {
      giveUp(file.file());
      throw e;
    }
    // If the database broke, the pack may be there or not. Only the ledger knows, and the sweeper
    // will ask it; deleting the file here could lose a pack that counts as stored.
  }

  private void giveUp(BlobName file) {
    try {
      ledger.giveUp(file);
    } catch (DatabaseUnavailable e) {
      LOG.warn("A reservation waits for the database: {}", e.getMessage());
    }
    sweeper.wake();
  }

  private byte[] packGet(Caller caller, Request request) throws Refused, IOException {
    AccountId account = caller.account();
    VaultMessages.PackGet get = question(request, VaultMessages.PackGet.class, MAX_QUESTION);
    PackName name = name(get.name());
    Pack pack = ledger.pack(account, name).orElseThrow(VaultService::noSuchPack);
    if (get.offset() < 0 || get.length() < 1 || get.length() > pack.length() - get.offset()) {
      throw bad("This part does not lie within the pack.");
    }
    if (!store.send(pack.file(), get.offset(), get.length(), request.download())) {
      if (ledger.pack(account, name).isEmpty()) {
        throw noSuchPack();
      }
      LOG.error("A pack is in the database but not on the disk.");
      throw new Refused(ErrorCode.INTERNAL, "The server has lost the pack.");
    }
    return NOTHING;
  }

  private byte[] usage(Caller caller, Request request) throws Refused {
    VaultMessages.UsageGet _ = question(request, VaultMessages.UsageGet.class, MAX_QUESTION);
    return Cbor.encode(ledger.usage(caller.account()));
  }

  /** Clears away what nobody needs now, and returns when that is done. */
  void sweep() {
    sweeper.sweep();
  }

  private static <T> T question(Request request, Class<T> type, int limit) throws Refused {
    // Before anything is allocated for what the body claims to hold (A36).
    if (request.body().length > limit) {
      throw bad("The question is too long.");
    }
    try {
      return Cbor.decode(request.body(), type);
    } catch (Malformed e) {
      throw bad(e.getMessage());
    }
  }

  /** Whoever waits for the transaction holds the bytes alone and not a thousand names (A36). */
  private static void checkNames(VaultMessages.RootMove move) throws Refused {
    try {
      List<PackName> live = PackName.decodeAll(move.live());
      if (Set.copyOf(live).size() != live.size()) {
        throw bad("A root names a pack at most once.");
      }
    } catch (Malformed e) {
      throw bad(e.getMessage());
    }
  }

  /** CBOR can say null where the records cannot. */
  private static PackName name(@Nullable String text) throws Refused {
    try {
      if (text != null) {
        return new PackName(text);
      }
    } catch (IllegalArgumentException e) {
      // Falls through: the same answer for each kind of nonsense.
    }
    throw bad("This is not the name of a pack.");
  }

  private static Refused bad(String message) {
    return new Refused(ErrorCode.BAD_REQUEST, message);
  }

  private static Refused noSuchPack() {
    return new Refused(ErrorCode.NOT_FOUND, "There is no such pack.");
  }

  /** Ends the vault; puts that are still on their way fail, and nothing of them is left. */
  @Override
  public void close() {
    sweeper.close();
    try {
      ledger.giveUpAllOf(store.process());
      store.close();
    } catch (DatabaseUnavailable e) {
      // Its folder stays too, so the next process sees that this one left something.
      LOG.warn("The vault ends without its database: {}", e.getMessage());
    } catch (IOException e) {
      LOG.warn("The folder of incoming packs could not be removed.");
    }
  }
}
