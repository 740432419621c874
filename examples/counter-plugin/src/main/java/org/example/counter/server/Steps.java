package org.example.counter.server;

import java.util.Optional;
import org.anonymouscloud.core.account.AccountId;
import org.anonymouscloud.core.database.Transactions;
import org.anonymouscloud.core.plugin.Caller;
import org.anonymouscloud.core.session.Request;
import org.anonymouscloud.core.wire.Cbor;
import org.anonymouscloud.core.wire.ErrorCode;
import org.anonymouscloud.core.wire.Malformed;
import org.anonymouscloud.core.wire.Refused;
import org.example.counter.protocol.Messages;
import org.jdbi.v3.core.Handle;

/** Keeps sealed steps in a table. Thread-safe. */
final class Steps {
  private final Transactions tables;

  Steps(Transactions tables) {
    this.tables = tables;
  }

  byte[] add(Caller caller, Request request) throws Refused {
    Messages.Add step = decode(request, Messages.Add.class);
    if (step.id().length() != Messages.ID_LENGTH || step.sealed().length > Messages.MAX_SEALED) {
      throw new Refused(ErrorCode.BAD_REQUEST, "This is not a step.");
    }
    byte[] account = caller.account().bytes();
    long number =
        tables.write(
            rows -> {
              // The number first: whoever sends the same step at once waits here.
              long next = CounterServer.NUMBERS.next(rows, account);
              Optional<Long> before = number(rows, caller.account(), step.id());
              if (before.isEmpty()) {
                rows.execute(
                    "INSERT INTO counter_steps (account_id, number, id, sealed)"
                        + " VALUES (?, ?, ?, ?)",
                    account,
                    next,
                    step.id(),
                    step.sealed());
              }
              return before.orElse(next);
            });
    return Cbor.encode(new Messages.After(number));
  }

  private static Optional<Long> number(Handle rows, AccountId account, String id) {
    return rows.createQuery("SELECT number FROM counter_steps WHERE account_id = ? AND id = ?")
        .bind(0, account.bytes())
        .bind(1, id)
        .mapTo(Long.class)
        .findOne();
  }

  byte[] list(Caller caller, Request request) throws Refused {
    Messages.After after = decode(request, Messages.After.class);
    return Cbor.encode(
        new Messages.Steps(
            tables.read(
                rows ->
                    rows.createQuery(
                            "SELECT number, id, sealed FROM counter_steps"
                                + " WHERE account_id = ? AND number > ? ORDER BY number LIMIT ?")
                        .bind(0, caller.account().bytes())
                        .bind(1, after.number())
                        .bind(2, Messages.PAGE)
                        .map(
                            (row, context) ->
                                new Messages.Step(
                                    row.getLong(1), row.getString(2), row.getBytes(3)))
                        .list())));
  }

  private static <T> T decode(Request request, Class<T> type) throws Refused {
    try {
      return Cbor.decode(request.body(), type);
    } catch (Malformed e) {
      throw new Refused(ErrorCode.BAD_REQUEST, "The request is malformed.");
    }
  }
}
