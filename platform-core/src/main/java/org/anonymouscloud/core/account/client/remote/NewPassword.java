package org.anonymouscloud.core.account.client.remote;

import java.io.IOException;
import java.util.Optional;
import org.anonymouscloud.core.account.InviteCode;
import org.anonymouscloud.core.account.PasswordRule;
import org.anonymouscloud.core.account.UserName;
import org.anonymouscloud.core.account.protocol.AccountMessages;
import org.anonymouscloud.core.account.protocol.AccountMethod;
import org.anonymouscloud.core.crypto.Secret;
import org.anonymouscloud.core.opaque.Identities;
import org.anonymouscloud.core.opaque.OpaqueClient;
import org.anonymouscloud.core.opaque.RegistrationRecord;
import org.anonymouscloud.core.opaque.RegistrationResponse;
import org.anonymouscloud.core.wire.ErrorCode;
import org.anonymouscloud.core.wire.Refused;

/**
 * What OPAQUE makes of a password that the server does not know yet. The record is worth nothing
 * before the server has it together with the password slot.
 */
public record NewPassword(Secret exportKey, RegistrationRecord record) implements AutoCloseable {

  /** For an account that is still to be made. */
  public static NewPassword register(
      AccountQuestions server, UserName user, Secret password, Optional<InviteCode> invite)
      throws Refused, IOException {
    OpaqueClient.Registration opaque = begin(password);
    return finish(
        opaque,
        server.ask(
            AccountMethod.REGISTER_START,
            new AccountMessages.RegisterStart(
                user.text(), opaque.request().encode(), AccountMessages.invite(invite)),
            AccountMessages.RegisterStarted.class),
        user);
  }

  /** For the account of a session that may change it. */
  public static NewPassword change(AccountQuestions server, UserName user, Secret password)
      throws Refused, IOException {
    OpaqueClient.Registration opaque = begin(password);
    return finish(
        opaque,
        server.ask(
            AccountMethod.PASSWORD_START,
            new AccountMessages.PasswordStart(opaque.request().encode()),
            AccountMessages.RegisterStarted.class),
        user);
  }

  private static OpaqueClient.Registration begin(Secret password) throws Refused {
    Optional<String> objection = PasswordRule.objection(password, "password");
    if (objection.isPresent()) {
      throw new Refused(ErrorCode.BAD_REQUEST, objection.get());
    }
    return new OpaqueClient().register(password);
  }

  private static NewPassword finish(
      OpaqueClient.Registration opaque, AccountMessages.RegisterStarted started, UserName user)
      throws IOException {
    OpaqueClient.Registered registered =
        opaque.finish(
            RegistrationResponse.decode(started.response()), Identities.ofClient(user.bytes()));
    return new NewPassword(registered.exportKey(), registered.record());
  }

  @Override
  public void close() {
    exportKey.close();
  }

  @Override
  public String toString() {
    return "NewPassword";
  }
}
