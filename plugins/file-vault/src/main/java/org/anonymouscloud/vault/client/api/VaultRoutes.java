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
    return Stream.of(
            new FileRoutes(drive, clock).routes(),
            new FolderRoutes(drive, clock).routes(),
            new FoundRoutes(drive).routes(),
            new RelocationRoutes(drive).routes(),
            new TrashRoutes(drive).routes(),
            new TreeRoutes(drive).routes(),
            new HistoryRoutes(drive).routes())
        .flatMap(List::stream)
        .toList();
  }
}
