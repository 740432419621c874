package org.anonymouscloud.core.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.anonymouscloud.core.account.AccountId;
import org.anonymouscloud.core.account.DeviceId;
import org.anonymouscloud.core.account.server.DeviceOfAccount;
import org.anonymouscloud.core.crypto.Digest;
import org.anonymouscloud.core.session.server.Network;
import org.anonymouscloud.core.session.server.ServedSession;
import org.anonymouscloud.core.worker.Seats;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class LoggedInSessionsTest {
  private final AccountId account = AccountId.random();
  private final DeviceId device = DeviceId.random();

  /** A session that keeps what it is told. */
  private static final class Told implements ServedSession {
    private final List<String> pushed = new CopyOnWriteArrayList<>();

    @Override
    public byte[] handshakeHash() {
      return new byte[32];
    }

    @Override
    public Network network() {
      return Network.of(InetAddress.getLoopbackAddress());
    }

    @Override
    public void prove(Object user, Digest by) {}

    @Override
    public void trust(Object user, Object device) {}

    @Override
    public void forget() {}

    @Override
    public void push(String topic, byte[] body) {
      pushed.add(topic);
    }

    @Override
    public void end() {
      pushed.add("end");
    }
  }

  /** As a worker has them: the answer comes after what its listener has said before it. */
  private static final class SeatsAfterNotes implements Seats {
    private final List<Runnable> notes = new ArrayList<>();
    private final List<Guest> back = new ArrayList<>();

    @Override
    public Seat take(Guest guest) {
      Thread listener = Thread.ofPlatform().start(() -> notes.forEach(Runnable::run));
      try {
        listener.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return Seat.SERVER_FULL;
      }
      return Seat.TAKEN;
    }

    @Override
    public void giveBack(Guest guest) {
      back.add(guest);
    }
  }

  @Test
  void whatComesBeforeASeatDoesNotWaitForIt() {
    SeatsAfterNotes seats = new SeatsAfterNotes();
    LoggedInSessions sessions = new LoggedInSessions(seats);
    Told first = new Told();
    Told second = new Told();
    assertThat(sessions.enter(account, device, first)).isEqualTo(Seats.Seat.TAKEN);
    seats.notes.add(() -> sessions.push(account, one -> true, "account/changed", new byte[0]));
    seats.notes.add(() -> assertThat(sessions.devices()).hasSize(1));
    seats.notes.add(() -> sessions.end(new DeviceOfAccount(account, DeviceId.random())));

    assertThat(sessions.enter(account, device, second)).isEqualTo(Seats.Seat.TAKEN);

    assertThat(first.pushed).containsExactly("account/changed");
    sessions.push(account, one -> true, "account/changed", new byte[0]);
    assertThat(second.pushed).containsExactly("account/changed");
  }

  @Test
  void whoLeavesGivesTheSeatBackOnce() {
    SeatsAfterNotes seats = new SeatsAfterNotes();
    LoggedInSessions sessions = new LoggedInSessions(seats);
    Told session = new Told();
    assertThat(sessions.enter(account, device, session)).isEqualTo(Seats.Seat.TAKEN);

    sessions.leave(account, session);
    sessions.leave(account, session);
    sessions.leave(AccountId.random(), session);

    assertThat(seats.back).hasSize(1);
    assertThat(sessions.devices()).isEmpty();
  }
}
