package org.anonymouscloud.client.cli.server;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.anonymouscloud.core.plugin.Problem;

/**
 * A file of settings: lines {@code name = value}; empty lines and those that begin with {@code #}
 * say nothing. There are no quotes and no escapes, and no setting is given twice.
 */
public final class SettingsFile {
  private static final long MAX_BYTES = 64 * 1024;

  private static final Set<ServerSetting> PLACES =
      EnumSet.of(ServerSetting.DATA, ServerSetting.DATABASE, ServerSetting.DATABASE_URL);

  private SettingsFile() {}

  /** As {@link #read}; empty if there is no such file. */
  static Map<ServerSetting, GivenValue> readIfThere(Path file) throws Problem {
    return Files.exists(file) ? read(file, true) : Map.of();
  }

  /**
   * Reads a file that somebody has named.
   *
   * @throws Problem that names the file and the line
   */
  static Map<ServerSetting, GivenValue> read(Path file) throws Problem {
    return read(file, false);
  }

  /**
   * What of a file holds wherever its server is: not where the data and the database are, for a
   * restored server must not use those of another one.
   *
   * @throws Problem as {@link #read}
   */
  public static String portable(Path file) throws Problem {
    StringBuilder text = new StringBuilder();
    List<String> lines = lines(file);
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i).strip();
      boolean says = !line.isEmpty() && !line.startsWith("#");
      if (!says || !PLACES.contains(setting(line, file + ", line " + (i + 1)))) {
        text.append(line).append('\n');
      }
    }
    return text.toString();
  }

  private static Map<ServerSetting, GivenValue> read(Path file, boolean inDataFolder)
      throws Problem {
    Map<ServerSetting, GivenValue> values = new EnumMap<>(ServerSetting.class);
    List<String> lines = lines(file);
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i).strip();
      if (line.isEmpty() || line.startsWith("#")) {
        continue;
      }
      String where = file + ", line " + (i + 1);
      ServerSetting setting = setting(line, where);
      if (inDataFolder && setting == ServerSetting.DATA) {
        throw wrong(where + ": a file in the data folder cannot say where the data folder is.");
      }
      String text = line.substring(line.indexOf('=') + 1).strip();
      if (values.put(setting, new GivenValue(text, where)) != null) {
        throw wrong(where + ": " + setting.key() + " is given twice.");
      }
    }
    if (values.containsKey(ServerSetting.DATABASE_URL)) {
      requirePrivate(file);
    }
    return values;
  }

  private static List<String> lines(Path file) throws Problem {
    try {
      if (Files.size(file) > MAX_BYTES) {
        throw wrong("The settings file " + file + " is longer than 64 KiB.");
      }
      return Files.readAllLines(file, UTF_8);
    } catch (AccessDeniedException e) {
      throw new Problem(
          Problem.Kind.BAD_INPUT,
          "The settings file "
              + file
              + " is not for this user to read: permission denied. Run the command as the user whom"
              + " the server runs as, or, as root, give the file to that user (chown).",
          e);
    } catch (IOException e) {
      throw new Problem(
          Problem.Kind.BAD_INPUT,
          "The settings file " + file + " cannot be read. It must be there, and be UTF-8 text.",
          e);
    }
  }

  private static ServerSetting setting(String line, String where) throws Problem {
    int end = line.indexOf('=');
    if (end < 0) {
      throw wrong(where + ": a setting is written 'name = value'.");
    }
    String key = line.substring(0, end).strip();
    return ServerSetting.named(key)
        .orElseThrow(
            () ->
                wrong(
                    where
                        + ": there is no setting '"
                        + key
                        + "'. There are "
                        + Arrays.stream(ServerSetting.values())
                            .map(ServerSetting::key)
                            .collect(Collectors.joining(", "))
                        + "."));
  }

  /** The database's address holds a password (A63). */
  private static void requirePrivate(Path file) throws Problem {
    try {
      if (Files.getPosixFilePermissions(file).contains(PosixFilePermission.OTHERS_READ)) {
        throw new Problem(
            Problem.Kind.BAD_INPUT,
            "The settings file "
                + file
                + " holds the database's address, and every user of this machine can read it. Take"
                + " that right away: chmod o-r "
                + file);
      }
    } catch (IOException e) {
      throw new Problem(
          Problem.Kind.BAD_INPUT, "The rights of the settings file " + file + " are not known.", e);
    }
  }

  private static Problem wrong(String message) {
    return new Problem(Problem.Kind.BAD_INPUT, message);
  }
}
