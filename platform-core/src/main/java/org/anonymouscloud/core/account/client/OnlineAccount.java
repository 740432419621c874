package org.anonymouscloud.core.account.client;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.anonymouscloud.core.account.chain.Chain;
import org.anonymouscloud.core.account.chain.LinkBody;
import org.anonymouscloud.core.account.chain.SlotId;
import org.anonymouscloud.core.account.client.contacts.Contacts;
import org.anonymouscloud.core.account.client.keys.RootSecret;
import org.anonymouscloud.core.account.client.keys.SlotSecret;
import org.anonymouscloud.core.account.client.local.LocalState;
import org.anonymouscloud.core.account.client.remote.AccountQuestions;
import org.anonymouscloud.core.account.client.remote.AccountTampered;
import org.anonymouscloud.core.account.client.remote.ChainWriter;
import org.anonymouscloud.core.account.client.remote.DeviceRefused;
import org.anonymouscloud.core.account.client.remote.KnownChain;
import org.anonymouscloud.core.account.client.remote.NewPassword;
import org.anonymouscloud.core.account.client.remote.NewestNotOpened;
import org.anonymouscloud.core.account.client.remote.OpenedAccount;
import org.anonymouscloud.core.account.client.sheet.AccountKey;
import org.anonymouscloud.core.account.client.sheet.RecoveryWords;
import org.anonymouscloud.core.account.protocol.AccountMessages;
import org.anonymouscloud.core.account.protocol.AccountMethod;
import org.anonymouscloud.core.crypto.Secret;
import org.anonymouscloud.core.crypto.SigningKey;
import org.anonymouscloud.core.session.Connection;
import org.anonymouscloud.core.wire.ErrorCode;
import org.anonymouscloud.core.wire.Refused;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A device's account with a link to its server. Each session it opens is logged in and has shown
 * the account's chain before it is used. Thread-safe.
 */
public final class OnlineAccount implements KnownChain, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(OnlineAccount.class);

  private final LocalAccount local;
  private final AccountFeatures features;
  private final Dialer dialer;
  private final AtomicReference<@Nullable Connection> first;
  private final ReconnectingLink link;
  private final Contacts contacts;
  private volatile @Nullable Chain chain;
  private volatile boolean closed;

  /**
   * An account that connects when it is first needed.
   *
   * @param local closed by the caller, after this
   * @param features told what changes, and asked for their heads before each link
   * @param dialer opens sessions with the account's server
   */
  public OnlineAccount(LocalAccount local, AccountFeatures features, Dialer dialer) {
    this(local, features, dialer, null);
  }

  /**
   * The same for an account that has just come in, whose session goes on to be used.
   *
   * @param first on which this device is logged in; no longer the caller's
   */
  public OnlineAccount(
      LocalAccount local, AccountFeatures features, Dialer dialer, @Nullable Connection first) {
    this.local = local;
    this.features = features;
    this.dialer = dialer;
    this.first = new AtomicReference<>(first);
    this.link = new ReconnectingLink(this::dial);
    this.contacts =
        new Contacts(
            link,
            local.user(),
            new OwnContacts(local, this),
            OwnContacts.book(local, this, link),
            features::contactChanged);
  }

  private Connection dial() throws IOException {
    Connection kept = first.getAndSet(null);
    if (kept != null && kept.isOpen()) {
      return begin(kept);
    }
    Connection fresh = dialer.dial();
    try {
      local.logIn(fresh);
    } catch (IOException | RuntimeException e) {
      fresh.close();
      throw e;
    }
    return begin(fresh);
  }

  private Connection begin(Connection connection) throws IOException {
    try {
      // Only as long as there is a session; nobody waits for changes with a session of its own.
      connection.subscribe(AccountMethod.CHANGED, body -> Thread.startVirtualThread(this::follow));
      connection.subscribe(
          AccountMethod.CONTACTS_CHANGED, body -> Thread.startVirtualThread(this::meet));
      keep(local.chain(connection));
      // Once the session is there for it.
      Thread.startVirtualThread(this::meet);
      local.compareRecords(connection);
      return connection;
    } catch (IOException | RuntimeException e) {
      connection.close();
      throw e;
    }
  }

  private void follow() {
    quietly(this::refreshed);
  }

  /** Takes over what the account's other devices know of contacts. */
  private void meet() {
    quietly(contacts::sync);
  }

  @FunctionalInterface
  private interface Following {
    void run() throws Refused, IOException;
  }

  private void quietly(Following following) {
    try {
      following.run();
    } catch (Refused | IOException e) {
      // Whoever asks for something next is told.
      LOG.debug("What is new of the account was not seen yet: {}", e.getMessage());
    } catch (IllegalStateException e) {
      // Closed meanwhile, and its keys are wiped.
      if (!closed) {
        throw e;
      }
    }
  }

  /** Two checks may end in another order than they began in. */
  private synchronized Chain keep(Chain checked) {
    Chain known = chain;
    if (known == null) {
      chain = checked;
      return checked;
    }
    if (known.state().head().seq() < checked.state().head().seq()) {
      chain = checked;
      features.grown(known.state(), checked.state());
      return checked;
    }
    return known;
  }

  /** The account's keys and what this device keeps of it. */
  public LocalAccount local() {
    return local;
  }

  /**
   * The link to the server, logged in. Its requests fail with {@link DeviceRefused} if the server
   * does not let this device in, with {@link AccountTampered} if it shows another chain.
   */
  public ReconnectingLink link() {
    return link;
  }

  @Override
  public Chain known() throws IOException {
    Chain known = chain;
    return known == null ? refreshed() : known;
  }

  @Override
  public List<RootSecret> roots() {
    return local.state().roots();
  }

  /** Other people's accounts. */
  public Contacts contacts() {
    return contacts;
  }

  /**
   * Gives the account another password; nothing else changes, and no file is sealed anew. Whoever
   * knows the old one can log in no more, but devices that are logged in stay.
   *
   * @param password the new one, in UTF-8, NFC; stays the caller's
   */
  public void changePassword(Secret password) throws Refused, IOException {
    AccountQuestions questions = new AccountQuestions(link);
    LocalState state = local.state();
    try (AccountKey accountKey = local.accountKey();
        NewPassword fresh = NewPassword.change(questions, state.user(), password);
        SlotSecret slot =
            SlotSecret.password(state.account(), fresh.exportKey(), accountKey.secret());
        SigningKey bySlot = slot.signingKey()) {
      append(
          now ->
              new ChainWriter.Draft(
                  new LinkBody.ChangePassword(slot.keys()),
                  ChainWriter.NewKeys.of(bySlot),
                  local.state().roots().get(now.generation()),
                  new ChainWriter.Password(fresh.record(), accountKey.loginKey())));
    }
  }

  /**
   * Has the server delete the account and all that it keeps of it, for good. The caller then logs
   * this device out.
   *
   * @param password of the account, in UTF-8, NFC, for a device alone must not; stays the caller's
   * @throws Refused with {@link ErrorCode#LOGIN_FAILED} if the password is wrong
   */
  public void delete(Secret password) throws Refused, IOException {
    try (Connection connection = dialer.dial();
        AccountKey accountKey = local.accountKey();
        var _ = new PasswordLogin(connection, local.user(), password, accountKey).prove()) {
      local.logIn(connection);
      new AccountQuestions(connection).tell(AccountMethod.DELETE, new AccountMessages.Empty());
    }
  }

  /**
   * Tries recovery words as a recovery would, and changes nothing.
   *
   * @return false if they are not the words of the account's newest sheet
   * @throws NewestNotOpened if they are, but would not bring back all that this device can open
   */
  public boolean isOpenedBy(RecoveryWords words) throws Refused, IOException {
    try (SlotSecret slot = SlotSecret.recovery(local.account(), words.secret())) {
      if (!slot.isNamedBy(refreshed().state())) {
        return false;
      }
      try (OpenedAccount opened = OpenedAccount.openByWords(new AccountQuestions(link), slot)) {
        if (opened.lost() > 0) {
          throw new NewestNotOpened(opened.lost(), opened.firstLost());
        }
      }
      return true;
    }
  }

  /** Adds a link in this device's name, and goes by the chain with it from here on. */
  void append(ChainWriter.Drafting drafting) throws Refused, IOException {
    LocalState state = local.state();
    new ChainWriter(
            new AccountQuestions(link),
            local.clock(),
            new SlotId.Device(state.device()),
            state.deviceKey(),
            (after, leaving) -> new OwnHeads(local, features).after(this, link, leaving))
        .append(refreshed(), this::refreshed, drafting);
    refreshed();
  }

  @Override
  public Chain refreshed() throws IOException {
    try {
      return keep(local.chain(link));
    } catch (AccountTampered e) {
      link.hangUp();
      throw e;
    }
  }

  /** Ends the session; the account stays logged in on this device. */
  @Override
  public void close() {
    closed = true;
    link.close();
    Connection unused = first.getAndSet(null);
    if (unused != null) {
      unused.close();
    }
  }
}
