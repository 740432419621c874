package org.anonymouscloud.core.database;

import java.nio.file.Path;
import java.util.Optional;

/**
 * Where a database is.
 *
 * @param folder the server's data folder, for databases that live in files
 * @param url address with credentials for databases that live elsewhere ({@code
 *     postgresql://user:password@host:port/name}); never logged
 */
public record DatabaseSettings(Path folder, Optional<String> url) {
  @Override
  public String toString() {
    return "DatabaseSettings[folder="
        + folder
        + ", url "
        + (url.isPresent() ? "given" : "absent")
        + "]";
  }
}
