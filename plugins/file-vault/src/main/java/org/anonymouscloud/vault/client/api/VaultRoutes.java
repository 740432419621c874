package org.anonymouscloud.vault.client.api;

import java.time.Clock;
import java.util.List;
import java.util.stream.Stream;
import org.anonymouscloud.core.plugin.Route;

/** All routes of the vault. */
public final class VaultRoutes {
  private VaultRoutes() {}

  /** The routes, which serve whoever is logged in when a request comes. */
  public static List<Route> of(OpenDrive drive, Clock clock) {
    List<Route> inside = inside(drive, clock);
    return Stream.of(
            inside,
            inside.stream().map(VaultRoutes::inNamedDrive).toList(),
            new DriveRoutes(drive).routes())
        .flatMap(List::stream)
        .toList();
  }

  /** What a drive holds; without a name it is the home. */
  private static List<Route> inside(OpenDrive drive, Clock clock) {
    Transfers transfers = new Transfers();
    return Stream.of(
            new FileRoutes(drive, clock, transfers).routes(),
            new FolderRoutes(drive, clock).routes(),
            new FoundRoutes(drive).routes(),
            new RelocationRoutes(drive).routes(),
            new TrashRoutes(drive).routes(),
            new TreeRoutes(drive, transfers).routes(),
            new SpaceRoutes(drive, clock).routes(),
            new HistoryRoutes(drive).routes(),
            new LocalRoutes(drive).routes())
        .flatMap(List::stream)
        .toList();
  }

  /** The same in the drive that the path names. */
  private static Route inNamedDrive(Route home) {
    String path = "/vault/drives/{drive}" + home.path().substring("/vault".length());
    return new Route(
        home.method(),
        path,
        home.scope(),
        home.summary() + " In the drive of this name or id.",
        home.handler(),
        home.heeds(),
        home.asks());
  }
}
