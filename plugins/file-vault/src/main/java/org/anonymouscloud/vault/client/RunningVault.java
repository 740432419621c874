package org.anonymouscloud.vault.client;

import java.io.IOException;
import java.time.Clock;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.anonymouscloud.core.account.DeviceId;
import org.anonymouscloud.core.account.Head;
import org.anonymouscloud.core.plugin.AccountSession;
import org.anonymouscloud.core.plugin.ClientContext;
import org.anonymouscloud.core.plugin.Divergence;
import org.anonymouscloud.core.plugin.OpenAccount;
import org.anonymouscloud.core.plugin.Route;
import org.anonymouscloud.core.plugin.RunningClient;
import org.anonymouscloud.vault.client.api.OpenDrive;
import org.anonymouscloud.vault.client.api.VaultRoutes;
import org.anonymouscloud.vault.client.drive.Drive;

/** The vault in a running agent. Thread-safe. */
final class RunningVault implements RunningClient {
  private static final DateTimeFormatter MINUTES =
      DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm", Locale.ROOT).withZone(ZoneOffset.UTC);

  private final Clock clock;
  private final OpenDrive drive;

  RunningVault(ClientContext context, Clock clock) {
    this.clock = clock;
    this.drive = new OpenDrive(context, clock);
  }

  @Override
  public List<Route> routes() {
    return VaultRoutes.of(drive, clock);
  }

  @Override
  public OpenAccount open(AccountSession account) {
    drive.open(account);
    return drive::close;
  }

  @Override
  public List<Head> heads(AccountSession account, Set<DeviceId> leaving) throws IOException {
    return on(account, open -> open.head(leaving)).stream().toList();
  }

  @Override
  public List<String> beginGeneration(AccountSession account) throws IOException {
    return on(account, Drive::beginGeneration);
  }

  @Override
  public List<String> takenOnTrust(AccountSession account) throws IOException {
    return on(account, Drive::newestChange).stream()
        .map(
            newest ->
                "The newest change of the drive that the server shows is of "
                    + MINUTES.format(newest.time())
                    + " UTC (number "
                    + newest.number()
                    + "). If you or another device changed something later, the server holds it"
                    + " back.")
        .toList();
  }

  @Override
  public Optional<Divergence> divergence(AccountSession account) throws IOException {
    return on(account, Drive::divergence);
  }

  @Override
  public void acceptRestored(AccountSession account, Divergence agreed) throws IOException {
    on(
        account,
        open -> {
          open.acceptRestored(agreed);
          return open;
        });
  }

  @FunctionalInterface
  private interface Work<T> {
    T on(Drive drive) throws IOException;
  }

  /** The drive that is in use, as there must be one alone; one of its own for who is to come in. */
  private <T> T on(AccountSession account, Work<T> work) throws IOException {
    Optional<Drive> shared = drive.of(account);
    if (shared.isPresent()) {
      return work.on(shared.get());
    }
    try (Drive own = new Drive(account, clock)) {
      return work.on(own);
    }
  }
}
