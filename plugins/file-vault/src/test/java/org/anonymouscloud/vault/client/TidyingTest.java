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
import org.anonymouscloud.vault.client.api.OpenDrive;
import org.anonymouscloud.vault.client.drive.Drive;
import org.anonymouscloud.vault.client.fixture.MovedClock;
import org.anonymouscloud.vault.client.fixture.TestServer;
import org.anonymouscloud.vault.client.space.Sweep;
import org.anonymouscloud.vault.protocol.VaultMethod;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
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

  private long held() throws IOException {
    return other.usage().held();
  }

  @Test
  void whatIsNotNeededGoesOnceADayWhenNobodyUsesTheVault() throws Exception {
    clock.move(Duration.ofDays(2));
    tidying.watching(context -> {}).handle(context());
    tidying.round();
    assertThat(held()).as("somebody has just used it").isZero();

    clock.move(Tidying.IDLE.plusSeconds(1));
    tidying.round();
    long first = held();
    assertThat(first).isGreaterThan(MIB);

    litter();
    clock.move(Duration.ofHours(2));
    tidying.round();
    assertThat(held()).as("within a day").isEqualTo(first);

    clock.move(Duration.ofHours(23));
    tidying.round();
    assertThat(held()).isGreaterThan(first + MIB);
  }

  @Test
  void whatAnotherDeviceHasDoneIsNotDoneAgain() throws Exception {
    clock.move(Duration.ofDays(2));
    other.sweep(Sweep.Wish.BY_ITSELF, () -> {});
    litter();
    long number = other.counts().number();

    clock.move(Duration.ofHours(3));
    tidying.round();

    assertThat(other.counts().number()).isEqualTo(number);
  }

  @Test
  void aRequestCutsItShort() throws Exception {
    clock.move(Duration.ofDays(2));
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

    clock.move(Tidying.IDLE.plusSeconds(1));
    tidying.round();
    assertThat(held()).as("it goes on when nobody asks for anything").isGreaterThan(MIB);
  }

  @Test
  void nothingIsDoneForAnAccountThatIsClosed() throws Exception {
    clock.move(Duration.ofDays(2));
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
