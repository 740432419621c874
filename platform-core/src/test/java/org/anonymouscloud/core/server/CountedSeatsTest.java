package org.anonymouscloud.core.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.anonymouscloud.core.account.AccountId;
import org.anonymouscloud.core.account.DeviceId;
import org.anonymouscloud.core.account.server.Lineage;
import org.anonymouscloud.core.worker.Seats.Guest;
import org.anonymouscloud.core.worker.Seats.Seat;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("S4.6")
class CountedSeatsTest {
  private static final int ALL = CountedSeats.SESSIONS_OF_AN_ACCOUNT;

  private final Map<DeviceId, Long> came = new HashMap<>();
  private final Map<DeviceId, DeviceId> broughtBy = new HashMap<>();
  private final CountedSeats seats = new CountedSeats(2, account -> new Lineage(came, broughtBy));
  private final AccountId account = AccountId.random();
  private final DeviceId stolen = DeviceId.random();
  private final List<Guest> gone = new ArrayList<>();

  /** A session that takes part in {@link #gone}. */
  private Guest guest(DeviceId device) {
    Guest[] self = new Guest[1];
    self[0] = new Guest(account, device, () -> gone.add(self[0]));
    return self[0];
  }

  private List<Guest> fill(DeviceId device, int sessions) {
    List<Guest> guests = new ArrayList<>();
    for (int i = 0; i < sessions; i++) {
      guests.add(guest(device));
      assertThat(seats.take(guests.getLast())).isEqualTo(Seat.TAKEN);
    }
    return guests;
  }

  @Test
  void whoHasAllSessionsGivesTheOldestToADeviceThatHasNone() {
    List<Guest> all = fill(stolen, ALL);

    assertThat(seats.take(guest(DeviceId.random()))).isEqualTo(Seat.TAKEN);

    assertThat(gone).containsExactly(all.getFirst());
  }

  @Test
  void whoHasTheMostGetsNoMore() {
    fill(stolen, ALL - 1);
    fill(DeviceId.random(), 1);

    assertThat(seats.take(guest(stolen))).isEqualTo(Seat.TOO_MANY_SESSIONS);

    assertThat(gone).isEmpty();
  }

  @Test
  void twoDevicesThatWantAllComeToHaveTheSame() {
    DeviceId other = DeviceId.random();
    fill(stolen, ALL);
    fill(other, ALL / 2);

    assertThat(seats.take(guest(other))).isEqualTo(Seat.TOO_MANY_SESSIONS);
    assertThat(seats.take(guest(stolen))).isEqualTo(Seat.TOO_MANY_SESSIONS);

    assertThat(gone).hasSize(ALL / 2).allMatch(guest -> guest.device().equals(stolen));
  }

  private DeviceId arrived() {
    DeviceId device = DeviceId.random();
    came.put(device, (long) came.size());
    return device;
  }

  private DeviceId broughtInBy(DeviceId device) {
    DeviceId other = arrived();
    broughtBy.put(other, device);
    return other;
  }

  /** A thief may let one device come after another, each of which has no session yet. */
  private void churn(DeviceId thief) {
    for (int i = 0; i < 3 * ALL; i++) {
      var _ = seats.take(guest(broughtInBy(i % 3 == 0 ? broughtInBy(thief) : thief)));
    }
  }

  @Test
  @Tag("S4.3")
  void whoBringsInDeviceAfterDeviceEndsNoSessionOfTheOthers() {
    DeviceId first = arrived();
    DeviceId thief = broughtInBy(first);
    churn(thief);
    DeviceId paired = broughtInBy(first);
    DeviceId byPassword = arrived();

    for (DeviceId owners : List.of(byPassword, paired, first)) {
      fill(owners, 1);
    }
    churn(thief);

    assertThat(gone).extracting(Guest::device).doesNotContain(byPassword, paired, first);
    assertThat(gone).isNotEmpty();
  }

  @Test
  @Tag("S4.3")
  void whoHasStolenTheFirstDeviceEndsNoSessionOfThoseThatItBroughtInBefore() {
    DeviceId thief = arrived();
    DeviceId paired = broughtInBy(thief);
    churn(thief);
    DeviceId byPassword = arrived();

    fill(paired, 1);
    fill(byPassword, 1);
    churn(thief);

    assertThat(gone).extracting(Guest::device).doesNotContain(paired, byPassword);
  }

  @Test
  @Tag("S4.3")
  void whoHasSetAPasswordOfTheirOwnEndsNoSessionOfDevicesThatWereThereBefore() {
    DeviceId owners = arrived();
    fill(owners, 1);

    for (int i = 0; i < 3 * ALL; i++) {
      var _ = seats.take(guest(arrived()));
    }

    assertThat(gone).isEmpty();
  }

  @Test
  void aSeatThatWasLostIsNotGivenBackForAnother() {
    List<Guest> all = fill(stolen, ALL);
    DeviceId owner = DeviceId.random();
    fill(owner, 1);

    gone.forEach(seats::giveBack);
    assertThat(seats.take(guest(stolen))).isEqualTo(Seat.TOO_MANY_SESSIONS);

    seats.giveBack(all.getLast());
    assertThat(seats.take(guest(stolen))).isEqualTo(Seat.TAKEN);
    assertThat(gone).hasSize(1);
  }

  @Test
  void anAccountIsOneUserUntilItsLastSessionHasGone() {
    Guest first = guest(stolen);
    Guest second = guest(stolen);
    Guest third = new Guest(AccountId.random(), stolen, () -> {});
    Guest fourth = new Guest(AccountId.random(), stolen, () -> {});
    for (Guest guest : List.of(first, second, third)) {
      assertThat(seats.take(guest)).isEqualTo(Seat.TAKEN);
    }
    assertThat(seats.take(fourth)).isEqualTo(Seat.SERVER_FULL);

    seats.giveBack(first);
    assertThat(seats.take(fourth)).isEqualTo(Seat.SERVER_FULL);
    seats.giveBack(second);
    assertThat(seats.take(fourth)).isEqualTo(Seat.TAKEN);
    assertThat(seats.count()).isEqualTo(2);
  }
}
