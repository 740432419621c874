package org.anonymouscloud.vault.client.api;

import io.javalin.http.Context;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.anonymouscloud.core.plugin.Problem;
import org.anonymouscloud.core.wire.ForeignText;
import org.anonymouscloud.vault.client.drive.Attributes;
import org.anonymouscloud.vault.client.drive.Precondition;
import org.anonymouscloud.vault.client.format.ItemId;
import org.anonymouscloud.vault.client.format.Times;
import org.anonymouscloud.vault.client.store.AsOf;
import org.anonymouscloud.vault.client.tree.VaultPath;
import org.jspecify.annotations.Nullable;

/** Reads what a request asks for. */
final class RequestArguments {
  private static final Pattern STATE = Pattern.compile("0|[1-9][0-9]{0,18}");

  private RequestArguments() {}

  /** The vault path in the URL, as it is given: which names are meant, the drive says. */
  static VaultPath path(Context context) throws Problem {
    return path(context.pathParamMap().getOrDefault("path", ""));
  }

  /** A path just as it is given. */
  static VaultPath path(String text) throws Problem {
    return path(text, VaultPath::exact);
  }

  /** The path of something new, composed. */
  static VaultPath newPath(String text) throws Problem {
    return path(text, VaultPath::of);
  }

  private static VaultPath path(String text, Function<String, VaultPath> reading) throws Problem {
    try {
      return reading.apply(text);
    } catch (IllegalArgumentException e) {
      throw new Problem(Problem.Kind.BAD_INPUT, "This is not a vault path: " + e.getMessage(), e);
    }
  }

  /** A path that something new may get: names that no program can show or keep are refused. */
  static VaultPath writable(VaultPath path) throws Problem {
    for (var name : path.names()) {
      if (!name.isPlain()) {
        throw new Problem(
            Problem.Kind.BAD_INPUT,
            "A name contains control or bidirectional characters: " + name.visible() + ".");
      }
    }
    return path;
  }

  /**
   * What stands before the paths of the request's drive, so that they can be typed again; empty for
   * the home. For a person's eyes.
   */
  static String place(Context context) {
    String drive = context.pathParamMap().get("drive");
    return drive == null ? "" : ForeignText.visible(drive) + ":";
  }

  /** The number of a state. */
  static long state(String text) throws Problem {
    try {
      if (STATE.matcher(text).matches()) {
        return Long.parseLong(text);
      }
    } catch (NumberFormatException e) {
      // Too long: the same answer.
    }
    throw bad("The number of a state is 0 or more.");
  }

  /** Which state of the drive is meant: a number, or a time. */
  static AsOf asOf(String text) throws Problem {
    if (!text.isEmpty()
        && text.chars().allMatch(character -> character >= '0' && character <= '9')) {
      return new AsOf.Number(state(text));
    }
    try {
      return new AsOf.Time(Instant.parse(text));
    } catch (DateTimeException e) {
      throw bad("at is a time like 2026-11-03T08:30:00Z, or the number of a state.");
    }
  }

  /** Which file or folder is meant, if that was said. */
  static Optional<ItemId> id(Context context) throws Problem {
    String text = context.queryParam("id");
    if (text == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(ItemId.parse(text));
    } catch (IllegalArgumentException e) {
      throw bad("id is that of a file or folder, of 32 digits as answers have it.");
    }
  }

  static boolean flag(Context context, String name) throws Problem {
    String value = context.queryParam(name);
    return switch (value) {
      case null -> false;
      case "true", "" -> true;
      case "false" -> false;
      default -> throw bad(name + " is true or false, not '" + value + "'.");
    };
  }

  static int number(Context context, String name, int usual, int most) throws Problem {
    return number(context, name, usual, 1, most);
  }

  /** A number that may be 0. */
  static int count(Context context, String name, int usual, int most) throws Problem {
    return number(context, name, usual, 0, most);
  }

  private static int number(Context context, String name, int usual, int least, int most)
      throws Problem {
    String value = context.queryParam(name);
    if (value == null) {
      return usual;
    }
    try {
      int number = Integer.parseInt(value);
      if (number >= least && number <= most) {
        return number;
      }
    } catch (NumberFormatException e) {
      // Falls through to the same answer.
    }
    throw bad(name + " is a number from " + least + " to " + most + ".");
  }

  /** What is to be kept of a file that is written. */
  static Attributes attributes(Context context, Clock clock) throws Problem {
    return new Attributes(
        time(context.queryParam("modified"), clock),
        flag(context, "executable"),
        flag(context, "sparse"));
  }

  private static Instant time(@Nullable String text, Clock clock) throws Problem {
    if (text == null) {
      return clock.instant();
    }
    Instant time;
    try {
      time = Instant.parse(text);
    } catch (DateTimeException e) {
      throw bad("modified is a time like 2026-11-03T08:30:00Z.");
    }
    if (!Times.isKept(time)) {
      throw bad("modified is a time from " + Times.EARLIEST + " to " + Times.LATEST + ".");
    }
    return time;
  }

  /** If-Match and If-None-Match. */
  static Precondition precondition(Context context) throws Problem {
    String match = context.header("If-Match");
    String noneMatch = context.header("If-None-Match");
    if (match != null && noneMatch != null) {
      throw bad("Give If-Match or If-None-Match, not both.");
    }
    if (noneMatch != null) {
      if (!noneMatch.strip().equals("*")) {
        throw bad("A change knows If-None-Match only with *.");
      }
      return new Precondition.Absent();
    }
    if (match == null) {
      return new Precondition.Anything();
    }
    EntityTags tags = EntityTags.of(match);
    return tags.any() ? new Precondition.Present() : new Precondition.OneOf(tags.strong());
  }

  static Problem bad(String message) {
    return new Problem(Problem.Kind.BAD_INPUT, message);
  }
}
