package org.anonymouscloud.vault.client;

import java.io.IOException;
import java.time.Clock;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.anonymouscloud.core.account.AccountId;
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
import org.anonymouscloud.vault.client.drives.Drives;
import org.anonymouscloud.vault.client.format.Name;
import org.anonymouscloud.vault.client.members.Home;
import org.anonymouscloud.vault.client.members.Members;
import org.anonymouscloud.vault.client.remote.DriveGone;
import org.anonymouscloud.vault.protocol.Roster;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The vault in a running agent. Thread-safe. */
final class RunningVault implements RunningClient {
  private static final Logger LOG = LoggerFactory.getLogger(RunningVault.class);
  private static final DateTimeFormatter MINUTES =
      DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm", Locale.ROOT).withZone(ZoneOffset.UTC);

  private final Clock clock;
  private final OpenDrive drive;
  private final Tidying tidying;

  RunningVault(ClientContext context, Clock clock) {
    this.clock = clock;
    this.drive = new OpenDrive(context, clock);
    this.tidying = new Tidying(drive, clock);
  }

  @Override
  public List<Route> routes() {
    return VaultRoutes.of(drive, clock).stream()
        .map(route -> route.handledBy(tidying.watching(route.handler())))
        .toList();
  }

  @Override
  public OpenAccount open(AccountSession account) {
    drive.open(account);
    return drive::close;
  }

  @Override
  public List<Head> heads(AccountSession account, Set<DeviceId> leaving) throws IOException {
    return on(
        account,
        drives -> {
          List<Head> heads = new ArrayList<>();
          for (Drive drive : drives.usable()) {
            head(drives, drive, leaving).ifPresent(heads::add);
          }
          return heads;
        });
  }

  /**
   * What is wrong with one drive costs the others nothing. A drive that others have made, or whose
   * members they are, keeps no device in the account; of the home the account says how far it is.
   */
  private static Optional<Head> head(Drives drives, Drive drive, Set<DeviceId> leaving)
      throws IOException {
    try {
      return drive.head(leaving);
    } catch (IOException e) {
      if (drives.isHome(drive)) {
        throw e;
      }
      LOG.warn("The link does not say how far the drive {} is: {}", drive.id(), e.toString());
    } catch (RuntimeException e) {
      LOG.error("The link does not say how far the drive {} is.", drive.id(), e);
    }
    return Optional.empty();
  }

  @Override
  public List<String> beginGeneration(AccountSession account) throws IOException {
    return on(account, RunningVault::beginGeneration);
  }

  /** Each is tried, also if one before it fails. */
  private static List<String> beginGeneration(Drives drives) throws IOException {
    List<String> notes = new ArrayList<>();
    IOException failed = null;
    RuntimeException fault = null;
    for (Drive drive : drives.usable()) {
      try {
        notes.addAll(drive.beginGeneration());
      } catch (DriveGone e) {
        LOG.warn("There are no new keys of a drive: {}", e.getMessage());
      } catch (IOException e) {
        failed = e;
      } catch (RuntimeException e) {
        fault = e;
      }
    }
    if (fault != null) {
      throw fault;
    }
    if (failed != null) {
      throw failed;
    }
    return notes;
  }

  @Override
  public List<String> takenOnTrust(AccountSession account) throws IOException {
    return on(account, drives -> drives.home().newestChange()).stream()
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
  public List<String> endsForOthers(AccountSession account) throws IOException {
    return on(
        account,
        drives -> {
          List<String> ends = new ArrayList<>();
          for (Drive drive : drives.usable()) {
            try {
              int others = othersWithout(drive);
              if (others > 0) {
                ends.add(end(called(drives, drive), others));
              }
            } catch (IOException e) {
              LOG.warn("Who uses the drive {} is not known: {}", drive.id(), e.toString());
            }
          }
          return ends;
        });
  }

  /** How many other members lose a drive with this account, which pays for it; else 0. */
  private static int othersWithout(Drive drive) throws IOException {
    Optional<AccountId> payer = drive.members().map(Roster::payer);
    List<Members.Person> people = drive.people();
    boolean paid =
        people.stream()
            .filter(Members.Person::isOwn)
            .anyMatch(person -> payer.equals(Optional.of(person.member().account())));
    return paid ? people.size() - 1 : 0;
  }

  private static String end(String name, int others) {
    return "The drive '"
        + name
        + "' ends for its "
        + (others == 1 ? "other member" : others + " other members")
        + " too, as you pay for it. To keep it, another owner of it first takes over paying:"
        + " 'anoncloud drive quota DRIVE --pay'.";
  }

  @Override
  public Optional<Divergence> divergence(AccountSession account) throws IOException {
    return on(
        account,
        drives -> {
          IOException failed = null;
          for (Drive drive : drives.usable()) {
            try {
              Optional<Divergence> divergence = divergence(drives, drive);
              if (divergence.isPresent()) {
                return divergence;
              }
            } catch (IOException e) {
              failed = e;
            }
          }
          if (failed != null) {
            throw failed;
          }
          return Optional.empty();
        });
  }

  private static Optional<Divergence> divergence(Drives drives, Drive drive) throws IOException {
    return drive.divergence().map(found -> found.of("drive " + called(drives, drive)));
  }

  /** As {@code drive list} does, by its id if the name cannot be read from what the server has. */
  private static String called(Drives drives, Drive drive) {
    if (drives.isHome(drive)) {
      return Home.NAME.visible();
    }
    return drive.name().map(Name::visible).orElse(drive.id().toString());
  }

  @Override
  public void acceptRestored(AccountSession account, Divergence agreed) throws IOException {
    on(
        account,
        drives -> {
          for (Drive drive : drives.usable()) {
            if (isThatOf(drives, drive, agreed)) {
              drive.acceptRestored(agreed);
              if (isGone(drive)) {
                // It was made after the backup, for one.
                drives.forget(drive.id());
              }
              return drive;
            }
          }
          throw new IOException(
              "Nothing was done: the server has another state of the drives by now than what was"
                  + " shown.");
        });
  }

  private static boolean isGone(Drive drive) throws IOException {
    try {
      var _ = drive.members();
      return false;
    } catch (DriveGone e) {
      return true;
    }
  }

  private static boolean isThatOf(Drives drives, Drive drive, Divergence agreed) {
    try {
      return divergence(drives, drive).equals(Optional.of(agreed));
    } catch (IOException e) {
      LOG.info("The drive {} cannot be compared: {}", drive.id(), e.toString());
      return false;
    }
  }

  @FunctionalInterface
  private interface Work<T> {
    T on(Drives drives) throws IOException;
  }

  /** The drives that are in use, as there must be one of each; own ones for who is to come in. */
  private <T> T on(AccountSession account, Work<T> work) throws IOException {
    Optional<Drives> shared = drive.of(account);
    if (shared.isPresent()) {
      return work.on(shared.get());
    }
    try (Drives own = new Drives(account, clock)) {
      return work.on(own);
    }
  }

  @Override
  public void close() {
    tidying.close();
  }
}
