package org.anonymouscloud.vault.client;

import static org.anonymouscloud.vault.client.fixture.DriveFiles.noise;
import static org.anonymouscloud.vault.client.fixture.DriveFiles.remove;
import static org.anonymouscloud.vault.client.fixture.DriveFiles.write;
import static org.assertj.core.api.Assertions.assertThat;

import io.javalin.http.Context;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.anonymouscloud.core.account.UserName;
import org.anonymouscloud.vault.client.api.OpenDrive;
import org.anonymouscloud.vault.client.drive.Drive;
import org.anonymouscloud.vault.client.fixture.MovedClock;
import org.anonymouscloud.vault.client.fixture.TestAccount;
import org.anonymouscloud.vault.client.fixture.TestServer;
import org.anonymouscloud.vault.client.format.Name;
import org.anonymouscloud.vault.client.space.Sweep;
import org.anonymouscloud.vault.protocol.Right;
import org.anonymouscloud.vault.protocol.VaultMessages;
import org.anonymouscloud.vault.protocol.VaultMethod;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Space comes back by itself, once a day, while nobody uses the vault. */
final class TidyingTest {
  private static final int MIB = 1 << 20;

  private final MovedClock clock = new MovedClock();

  @TempDir private Path folder;
  private TestServer server;
  private OpenDrive open;
  private Tidying tidying;
  private Drive other;

  @BeforeEach
  void start() throws IOException {
    server = TestServer.start(folder);
    server.half().setTime(clock.instant());
    open = new OpenDrive(server::account, clock);
    open.open(server.account());
    tidying = new Tidying(open, clock);
    other = Drive.home(server.account().device(2, server.newLine()), clock);
    other.retain(0, 0);
    litter();
  }

  @AfterEach
  void stop() {
    tidying.close();
    open.close();
    other.close();
    server.close();
  }

  private void litter() throws IOException {
    write(other, "/f", noise(MIB, 1));
    remove(other, "/f");
  }

  private void pass(Duration time) {
    clock.move(time);
    server.half().pass(time);
  }

  private long held() throws IOException {
    return other.usage().held();
  }

  @Test
  void whatIsNotNeededGoesOnceADayWhenNobodyUsesTheVault() throws Exception {
    pass(Duration.ofDays(2));
    tidying.watching(context -> {}).handle(context());
    tidying.round();
    assertThat(held()).as("somebody has just used it").isZero();

    pass(Tidying.IDLE.plusSeconds(1));
    tidying.round();
    long first = held();
    assertThat(first).isGreaterThan(MIB);

    litter();
    pass(Duration.ofHours(2));
    tidying.round();
    assertThat(held()).as("within a day").isEqualTo(first);

    pass(Duration.ofHours(23));
    tidying.round();
    assertThat(held()).isGreaterThan(first + MIB);
  }

  /** As what another member has written may make one. */
  @Test
  @Tag("A36")
  void aFaultOverOneDriveKeepsNoOtherFromBeingTidied() throws Exception {
    TestAccount bob = TestAccount.of(2, server.newLine(2));
    TestAccount alice = server.account().device(3, server.newLine());
    alice.befriend("bob", bob);
    try (Drive home = Drive.home(alice, clock)) {
      home.share(alice.contact(new UserName("bob")), Right.READ);
    }
    Drive team = open.opened().orElseThrow().create(new Name("team"));
    team.retain(0, 0);
    write(team, "/f", noise(MIB, 1));
    remove(team, "/f");
    server.account().chokesOn(bob);
    pass(Duration.ofDays(2));

    tidying.round();

    assertThat(team.usage().held()).isGreaterThan(MIB);
  }

  @Test
  void whoseClockIsFarAheadOfTheServersThrowsNothingAway() throws Exception {
    clock.move(Duration.ofDays(730));
    tidying.round();
    assertThat(held()).isZero();

    server.half().pass(Duration.ofDays(730));
    pass(Duration.ofHours(25));
    tidying.round();
    assertThat(held()).isGreaterThan(MIB);
  }

  @Test
  void whatAWrongClockHasDoneDoesNotKeepOthersFromIt() throws Exception {
    MovedClock wrong = new MovedClock();
    wrong.move(Duration.ofDays(730));
    try (Drive far = Drive.home(server.account().device(3, server.newLine()), wrong)) {
      far.sweep(Sweep.Wish.BY_ITSELF, () -> {});
    }
    long before = held();
    litter();
    pass(Duration.ofDays(2));

    tidying.round();

    assertThat(held()).isGreaterThan(before);
  }

  @Test
  @Tag("A36")
  void aServerThatCallsPacksLongerThanTheyAreDoesNotHaveThemSentWithoutAnEnd() throws Exception {
    write(other, "/g", noise(9 * MIB, 7));
    pass(Duration.ofDays(2));
    long before = server.line().received();
    server
        .line()
        .showLists(
            listed -> {
              byte[] packs = listed.packs().clone();
              for (int i = VaultMessages.LISTED_PACK - 1;
                  i < packs.length;
                  i += VaultMessages.LISTED_PACK) {
                packs[i] = 24;
              }
              return new VaultMessages.PackListed(packs, listed.more());
            });

    tidying.round();

    assertThat(server.line().received() - before).isLessThan(30L * MIB);
  }

  @Test
  void whatAnotherDeviceHasDoneIsNotDoneAgain() throws Exception {
    pass(Duration.ofDays(2));
    other.sweep(Sweep.Wish.BY_ITSELF, () -> {});
    litter();
    long number = other.counts().number();

    pass(Duration.ofHours(3));
    tidying.round();

    assertThat(other.counts().number()).isEqualTo(number);
  }

  @Test
  void aRequestCutsItShort() throws Exception {
    pass(Duration.ofDays(2));
    AtomicBoolean cut = new AtomicBoolean();
    server
        .line()
        .setLine(
            method -> {
              if (method == VaultMethod.PACK_LIST && cut.compareAndSet(false, true)) {
                try {
                  tidying.watching(context -> {}).handle(context());
                } catch (Exception e) {
                  throw new AssertionError(e);
                }
              }
            });
    tidying.round();
    assertThat(cut).isTrue();
    assertThat(held()).isZero();

    pass(Tidying.IDLE.plusSeconds(1));
    tidying.round();
    assertThat(held()).as("it goes on when nobody asks for anything").isGreaterThan(MIB);
  }

  @Test
  void nothingIsDoneForAnAccountThatIsClosed() throws Exception {
    pass(Duration.ofDays(2));
    open.close();
    int asked = server.line().asked().size();

    tidying.round();

    assertThat(server.line().asked()).hasSize(asked);
  }

  private static Context context() {
    return (Context)
        Proxy.newProxyInstance(
            Context.class.getClassLoader(),
            new Class<?>[] {Context.class},
            (proxy, method, arguments) -> {
              throw new AssertionError("Nothing is asked of it.");
            });
  }
}
