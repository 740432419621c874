package org.anonymouscloud.vault.client.api;

import io.javalin.http.Context;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.anonymouscloud.core.plugin.Problem;
import org.anonymouscloud.vault.client.format.Entry;
import org.anonymouscloud.vault.client.tree.Glob;

/** What is looked for. */
final class Wanted {
  static final String[] QUERY = {"name", "type", "larger", "smaller", "newer", "older"};

  private static final Pattern BYTES = Pattern.compile("0|[1-9][0-9]{0,17}");

  private final Predicate<Entry> all;

  private Wanted(Predicate<Entry> all) {
    this.all = all;
  }

  /** Reads a request's query. */
  static Wanted of(Context context) throws Problem {
    Predicate<Entry> all = _ -> true;
    String name = context.queryParam("name");
    if (name != null) {
      Glob glob = glob(name);
      all = all.and(entry -> glob.fits(entry.name().text()));
    }
    all = all.and(type(context));
    Optional<Long> larger = bytes(context, "larger");
    if (larger.isPresent()) {
      long bound = larger.get();
      all = all.and(entry -> entry instanceof Entry.File file && file.content().length() > bound);
    }
    Optional<Long> smaller = bytes(context, "smaller");
    if (smaller.isPresent()) {
      long bound = smaller.get();
      all = all.and(entry -> entry instanceof Entry.File file && file.content().length() < bound);
    }
    Optional<Instant> newer = time(context, "newer");
    if (newer.isPresent()) {
      Instant bound = newer.get();
      all = all.and(entry -> entry.modified().isAfter(bound));
    }
    Optional<Instant> older = time(context, "older");
    if (older.isPresent()) {
      Instant bound = older.get();
      all = all.and(entry -> entry.modified().isBefore(bound));
    }
    return new Wanted(all);
  }

  boolean is(Entry entry) {
    return all.test(entry);
  }

  private static Glob glob(String text) throws Problem {
    try {
      return Glob.of(text);
    } catch (IllegalArgumentException e) {
      throw RequestArguments.bad("name is a pattern like *.jpg: " + e.getMessage());
    }
  }

  private static Predicate<Entry> type(Context context) throws Problem {
    String type = context.queryParam("type");
    return switch (type) {
      case null -> _ -> true;
      case "file" -> entry -> entry instanceof Entry.File;
      case "folder" -> entry -> entry instanceof Entry.Folder;
      case "link" -> entry -> entry instanceof Entry.Link;
      default -> throw RequestArguments.bad("type is file, folder or link.");
    };
  }

  private static Optional<Long> bytes(Context context, String name) throws Problem {
    String text = context.queryParam(name);
    if (text == null) {
      return Optional.empty();
    }
    if (!BYTES.matcher(text).matches()) {
      throw RequestArguments.bad(name + " is a number of bytes.");
    }
    return Optional.of(Long.parseLong(text));
  }

  private static Optional<Instant> time(Context context, String name) throws Problem {
    String text = context.queryParam(name);
    if (text == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(Instant.parse(text));
    } catch (DateTimeException e) {
      throw RequestArguments.bad(name + " is a time like 2026-11-03T08:30:00Z.");
    }
  }
}
