package org.anonymouscloud.core.account.client.remote;

import java.io.IOException;
import org.anonymouscloud.core.account.client.records.MarkKeeper;
import org.anonymouscloud.core.account.protocol.AccountMessages;
import org.anonymouscloud.core.account.protocol.AccountMethod;
import org.anonymouscloud.core.wire.ErrorCode;
import org.anonymouscloud.core.wire.Refused;

/** The mark that the server keeps for the device which is logged in. Thread-safe. */
public record ServerMark(AccountQuestions questions) implements MarkKeeper {
  @Override
  public byte[] mark() throws IOException {
    try {
      return questions
          .ask(AccountMethod.MARK_GET, new AccountMessages.Empty(), AccountMessages.MarkGot.class)
          .mark();
    } catch (Refused e) {
      throw refused(e);
    }
  }

  @Override
  public boolean replace(byte[] previous, byte[] mark) throws IOException {
    try {
      questions.tell(AccountMethod.MARK_PUT, new AccountMessages.MarkPut(previous, mark));
      return true;
    } catch (Refused e) {
      if (e.code() == ErrorCode.CONFLICT) {
        return false;
      }
      throw refused(e);
    }
  }

  private static IOException refused(Refused e) {
    return new IOException(
        "The server did not take the mark for this device's records: " + e.getMessage(), e);
  }
}
