package org.anonymouscloud.core.server;

import java.io.IOException;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.anonymouscloud.core.account.AccountId;
import org.anonymouscloud.core.account.DeviceId;
import org.anonymouscloud.core.account.protocol.AccountMethod;
import org.anonymouscloud.core.account.server.AccountPeer;
import org.anonymouscloud.core.account.server.PresenceRecords;
import org.anonymouscloud.core.database.DatabaseUnavailable;
import org.anonymouscloud.core.database.Outage;
import org.anonymouscloud.core.metrics.RequestTimes;
import org.anonymouscloud.core.plugin.AccountHandler;
import org.anonymouscloud.core.plugin.AccountPush;
import org.anonymouscloud.core.plugin.Caller;
import org.anonymouscloud.core.session.Request;
import org.anonymouscloud.core.session.server.ServedSession;
import org.anonymouscloud.core.session.server.SessionHandler;
import org.anonymouscloud.core.wire.ErrorCode;
import org.anonymouscloud.core.wire.Refused;
import org.anonymouscloud.core.worker.Seats;
import org.jspecify.annotations.Nullable;

/**
 * Answers the requests of one session: those about the account itself, and those of a logged-in
 * account to the features. Thread-safe.
 */
final class SessionRequests implements SessionHandler {
  private static final AtomicLong SESSIONS = new AtomicLong();

  private final ServedSession session;
  private final AccountPeer peer;
  private final Features features;
  private final LoggedInSessions loggedIn;
  private final PresenceRecords presence;
  private final AccountPush push;
  private final RequestTimes times;
  private final Outage outage;

  private final long number = SESSIONS.incrementAndGet();

  /** The caller that has entered. Features use this and not the peer, which enters first. */
  private volatile @Nullable Caller present;

  private volatile PresenceRecords.@Nullable Visit visit;

  SessionRequests(
      ServedSession session,
      AccountPeer peer,
      Features features,
      LoggedInSessions loggedIn,
      PresenceRecords presence,
      AccountPush push,
      RequestTimes times,
      Outage outage) {
    this.session = session;
    this.peer = peer;
    this.features = features;
    this.loggedIn = loggedIn;
    this.presence = presence;
    this.push = push;
    this.times = times;
    this.outage = outage;
  }

  @Override
  public byte[] handle(Request request) throws Refused, IOException {
    PresenceRecords.Visit here = visit;
    if (here != null) {
      here.request();
    }
    long start = System.nanoTime();
    String result = "failed";
    try {
      byte[] answer = answered(request);
      result = "done";
      return answer;
    } catch (Refused e) {
      result = e.code().name().toLowerCase(Locale.ROOT);
      throw e;
    } finally {
      times.answered(feature(request.method()), result, System.nanoTime() - start);
    }
  }

  /** By these a device is removed, so no other device's transfers keep them out. */
  @Override
  public boolean isUrgent(String method) {
    return method.startsWith(AccountMethod.PREFIX);
  }

  /** What a client asks for becomes no label unless it is there. */
  private String feature(String method) {
    boolean known = AccountMethod.of(method).isPresent() || features.handler(method).isPresent();
    return known ? method.substring(0, method.indexOf('/')) : "unknown";
  }

  private byte[] answered(Request request) throws Refused, IOException {
    try {
      return request.method().startsWith(AccountMethod.PREFIX)
          ? answer(request)
          : forFeature(request);
    } catch (DatabaseUnavailable e) {
      outage.failed(e);
      throw e.forClient();
    }
  }

  private byte[] forFeature(Request request) throws Refused, IOException {
    Caller caller = present;
    if (caller == null && features.isOpenToProven(request.method())) {
      caller =
          peer.provenAccount()
              .map(account -> new Caller(account, Optional.empty(), number))
              .orElse(null);
    }
    if (caller == null) {
      throw new Refused(ErrorCode.NOT_LOGGED_IN, "Log in first.");
    }
    AccountHandler handler =
        features
            .handler(request.method())
            .orElseThrow(
                () ->
                    new Refused(
                        ErrorCode.UNKNOWN_METHOD, "No feature of this server answers to that."));
    try {
      return handler.handle(caller, request);
    } catch (Refused e) {
      throw isGone(e)
          ? new Refused(ErrorCode.NOT_LOGGED_IN, "This device is not logged in any more.")
          : e;
    }
  }

  /**
   * Whether a feature misses what went with the account, or the device's right to it, a moment
   * before the session ends for the same reason: a client could take that for a server that hides
   * something.
   */
  private boolean isGone(Refused refusal) {
    return switch (refusal.code()) {
      case NOT_FOUND, NOT_ALLOWED -> !peer.mayStayLoggedIn();
      default -> false;
    };
  }

  /** One at a time, so that who is logged in and who has entered do not part. */
  private synchronized byte[] answer(Request request) throws Refused {
    Optional<AccountId> before = peer.account().or(peer::provenAccount);
    byte[] answer = handled(request);
    if (request.method().equals(AccountMethod.CHAIN_APPEND.toString())) {
      before.ifPresent(changed -> push.push(changed, AccountMethod.CHANGED, new byte[0]));
    }
    if (request.method().equals(AccountMethod.CONTACTS_PUT.toString())) {
      before.ifPresent(changed -> push.push(changed, AccountMethod.CONTACTS_CHANGED, new byte[0]));
    }
    Optional<AccountId> account = peer.account();
    Optional<DeviceId> device = peer.device();
    if (account.isEmpty() || device.isEmpty()) {
      leave();
      peer.proof()
          .ifPresentOrElse(proof -> session.prove(proof.account(), proof.by()), session::forget);
    } else if (present == null) {
      enter(account.get(), device.get());
    }
    return answer;
  }

  /**
   * A newcomer for whom the server has no room leaves no account behind, keeps the invitation, and
   * hears it before a sheet is written down.
   */
  private byte[] handled(Request request) throws Refused {
    boolean finish = request.method().equals(AccountMethod.REGISTER_FINISH.toString());
    boolean start = request.method().equals(AccountMethod.REGISTER_START.toString());
    if (present != null || !(start || finish)) {
      return peer.handle(request);
    }
    Seats.Guest newcomer = loggedIn.reserve().orElseThrow(SessionRequests::full);
    if (start) {
      // Whoever only asks keeps no seat from others meanwhile.
      loggedIn.release(newcomer);
      return peer.handle(request);
    }
    try {
      return peer.handle(request);
    } finally {
      loggedIn.release(newcomer);
    }
  }

  private static Refused full() {
    return new Refused(
        ErrorCode.SERVER_FULL,
        "The server has as many users as its owner allows; try again later.",
        true);
  }

  private void enter(AccountId account, DeviceId device) throws Refused {
    switch (loggedIn.enter(account, device, session)) {
      case TAKEN -> {}
      case SERVER_FULL -> {
        logOut();
        throw full();
      }
      case TOO_MANY_SESSIONS -> {
        logOut();
        throw new Refused(
            ErrorCode.RATE_LIMITED,
            "This account has too many sessions at once, and this device, or those that brought it"
                + " in, the most of them. End one, or remove devices that are not yours.",
            true);
      }
    }
    present = new Caller(account, Optional.of(device), number);
    if (!peer.isStillValid()) {
      // It was removed while it logged in, and those that were there have ended already.
      leave();
      logOut();
      throw new Refused(ErrorCode.NOT_LOGGED_IN, "Log in again.", true);
    }
    visit = presence.enter(account);
    session.trust(account, device);
  }

  /** What was proven on the way in goes with it. */
  private void logOut() {
    peer.logOut();
    session.forget();
  }

  private void leave() {
    Caller caller = present;
    if (caller != null) {
      present = null;
      PresenceRecords.Visit ended = visit;
      visit = null;
      if (ended != null) {
        ended.close();
      }
      loggedIn.leave(caller.account(), session);
    }
  }

  @Override
  public synchronized void close() {
    leave();
  }
}
