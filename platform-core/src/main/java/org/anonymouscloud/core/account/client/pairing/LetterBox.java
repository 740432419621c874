package org.anonymouscloud.core.account.client.pairing;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import org.anonymouscloud.core.account.client.remote.AccountQuestions;
import org.anonymouscloud.core.account.protocol.AccountMessages;
import org.anonymouscloud.core.account.protocol.AccountMethod;
import org.anonymouscloud.core.wire.ErrorCode;
import org.anonymouscloud.core.wire.Refused;

/**
 * One side of a letter box on the server. Letters are numbered from 1; the new device writes the
 * odd ones.
 */
public record LetterBox(AccountQuestions server, byte[] relay) {
  private static final Duration LOOK_EVERY = Duration.ofMillis(300);
  private static final Duration LIFE = Duration.ofMinutes(10);

  void put(int step, byte[] letter) throws Refused, IOException {
    server.tell(AccountMethod.PAIR_PUT, new AccountMessages.PairPut(relay, step, letter));
  }

  /** Waits for the other side's letter. */
  byte[] take(int step) throws Refused, IOException {
    long deadline = System.nanoTime() + LIFE.toNanos();
    while (System.nanoTime() < deadline) {
      byte[] letter =
          server
              .ask(
                  AccountMethod.PAIR_GET,
                  new AccountMessages.PairGet(relay, step),
                  AccountMessages.PairGot.class)
              .message();
      if (letter.length > 0) {
        return letter;
      }
      try {
        Thread.sleep(LOOK_EVERY);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new InterruptedIOException("The pairing was given up.");
      }
    }
    throw new Refused(ErrorCode.NOT_FOUND, "The other device did not answer in time.");
  }
}
