package org.anonymouscloud.client.agent.api;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.util.Optional;
import org.anonymouscloud.core.account.client.AlreadyLoggedIn;
import org.anonymouscloud.core.account.client.DevicesAreBack;
import org.anonymouscloud.core.account.client.contacts.BookRefused;
import org.anonymouscloud.core.account.client.contacts.ContactRefused;
import org.anonymouscloud.core.account.client.contacts.MemberNotProven;
import org.anonymouscloud.core.account.client.keyring.KeyringFailed;
import org.anonymouscloud.core.account.client.local.Locked;
import org.anonymouscloud.core.account.client.local.StateDamaged;
import org.anonymouscloud.core.account.client.local.WrongPassphrase;
import org.anonymouscloud.core.account.client.pairing.PairingFailed;
import org.anonymouscloud.core.account.client.records.MarkRefused;
import org.anonymouscloud.core.account.client.records.RecordsDamaged;
import org.anonymouscloud.core.account.client.remote.AccountTampered;
import org.anonymouscloud.core.account.client.remote.DeviceRefused;
import org.anonymouscloud.core.account.client.remote.NewestNotOpened;
import org.anonymouscloud.core.account.client.remote.WrongAccountKey;
import org.anonymouscloud.core.channel.ConnectFailed;
import org.anonymouscloud.core.channel.ConnectionLost;
import org.anonymouscloud.core.plugin.NotLoggedIn;
import org.anonymouscloud.core.plugin.Problem;
import org.anonymouscloud.core.plugin.RecordsRolledBack;
import org.anonymouscloud.core.session.UntrustedServer;
import org.anonymouscloud.core.wire.ErrorCode;
import org.anonymouscloud.core.wire.Refused;

/** What the failures of sessions and accounts are to a person: one kind and one sentence. */
public final class Failures {
  private Failures() {}

  /** The problem that an exception means; none if it is not one that is expected to happen. */
  public static Optional<Problem> problem(Throwable failure) {
    return switch (failure) {
      case Problem problem -> Optional.of(problem);
      case NotLoggedIn nobody -> problem(Problem.Kind.NOT_LOGGED_IN, nobody);
      case UntrustedServer server -> Optional.of(untrusted(server));
      case AccountTampered tampered -> problem(Problem.Kind.SECURITY, tampered);
      case DevicesAreBack back -> problem(Problem.Kind.SECURITY, back);
      case NewestNotOpened less ->
          Optional.of(
              new Problem(
                  Problem.Kind.SECURITY,
                  text(less) + " That is 'anoncloud recover --accept-loss'.",
                  less));
      case ContactRefused refused -> problem(Problem.Kind.SECURITY, refused);
      case BookRefused refused -> problem(Problem.Kind.SECURITY, refused);
      case MemberNotProven refused -> problem(Problem.Kind.SECURITY, refused);
      case PairingFailed failed -> problem(Problem.Kind.SECURITY, failed);
      case Locked locked -> problem(Problem.Kind.LOCKED, locked);
      case KeyringFailed failed ->
          Optional.of(
              new Problem(
                  Problem.Kind.UNAVAILABLE,
                  text(failed)
                      + " Nothing was changed. Without the keyring, 'anoncloud agent passphrase'"
                      + " seals the keys to a passphrase of yours.",
                  failed));
      case WrongPassphrase wrong -> problem(Problem.Kind.FORBIDDEN, wrong);
      case StateDamaged damaged -> problem(Problem.Kind.SECURITY, damaged);
      case RecordsDamaged damaged -> problem(Problem.Kind.SECURITY, damaged);
      case RecordsRolledBack old -> problem(Problem.Kind.SECURITY, old);
      case MarkRefused refused -> problem(Problem.Kind.SECURITY, refused);
      case WrongAccountKey wrong -> problem(Problem.Kind.FORBIDDEN, wrong);
      case AlreadyLoggedIn other ->
          Optional.of(
              new Problem(
                  Problem.Kind.CONFLICT,
                  other.getMessage() + " Use 'anoncloud logout' first.",
                  other));
      case DeviceRefused refused
          when refused.code() == ErrorCode.LOGIN_FAILED
              || refused.code() == ErrorCode.DEVICE_REVOKED ->
          problem(Problem.Kind.NOT_LOGGED_IN, refused);
      case DeviceRefused refused ->
          Optional.of(new Problem(kind(refused.code()), text(refused), refused));
      case Refused refused ->
          Optional.of(new Problem(kind(refused.code()), text(refused), refused));
      case ConnectFailed failed ->
          problem(
              failed.why() == ConnectFailed.Why.NOT_AUTHENTIC
                  ? Problem.Kind.SECURITY
                  : Problem.Kind.UNAVAILABLE,
              failed);
      case ConnectionLost lost ->
          problem(
              lost.why() == ConnectionLost.Why.NOT_AUTHENTIC
                  ? Problem.Kind.SECURITY
                  : Problem.Kind.UNAVAILABLE,
              lost);
      case InterruptedIOException stopped ->
          Optional.of(new Problem(Problem.Kind.UNAVAILABLE, "The work was interrupted.", stopped));
      case UncheckedIOException wrapped -> problem(wrapped.getCause());
      case IOException outer when outer.getCause() instanceof Problem inner -> Optional.of(inner);
      default -> Optional.empty();
    };
  }

  private static Optional<Problem> problem(Problem.Kind kind, Exception failure) {
    return Optional.of(new Problem(kind, text(failure), failure));
  }

  private static Problem untrusted(UntrustedServer server) {
    String text =
        server
            .expected()
            .map(
                expected ->
                    "The server's fingerprint is "
                        + server.seen()
                        + " and not "
                        + expected
                        + ": it is another server, or someone is in between. Nothing was sent.")
            .orElse(
                "The server's fingerprint is "
                    + server.seen()
                    + ", and nobody has confirmed it. Compare it with what 'anoncloud admin"
                    + " fingerprint' prints on the server and append it to the connection string,"
                    + " after a '#'.");
    return new Problem(Problem.Kind.SECURITY, text, server);
  }

  private static Problem.Kind kind(ErrorCode code) {
    return switch (code) {
      case NOT_LOGGED_IN, DEVICE_REVOKED -> Problem.Kind.NOT_LOGGED_IN;
      case LOGIN_FAILED, ACCOUNT_DISABLED, NOT_ALLOWED -> Problem.Kind.FORBIDDEN;
      case NAME_TAKEN, CONFLICT -> Problem.Kind.CONFLICT;
      case NOT_FOUND -> Problem.Kind.NOT_FOUND;
      case INVITE_NEEDED -> Problem.Kind.INVITE_NEEDED;
      case QUOTA_EXCEEDED, STORAGE_FULL -> Problem.Kind.NO_SPACE;
      case SERVER_FULL, RATE_LIMITED, UNAVAILABLE, INTERNAL -> Problem.Kind.UNAVAILABLE;
      case BAD_REQUEST, UNKNOWN_METHOD, REGISTRATION_CLOSED -> Problem.Kind.REFUSED;
    };
  }

  /** What another side has written of it is clean since it was decoded. */
  private static String text(Exception failure) {
    return String.valueOf(failure.getMessage());
  }
}
