package org.anonymouscloud.chat.client;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.anonymouscloud.core.plugin.RecordStore;
import org.anonymouscloud.core.plugin.RecordsRolledBack;

/**
 * The newest changes of an account that this device has seen, from one start of the agent to the
 * next. Of an old copy nothing is taken: some would be missing. Thread-safe.
 */
final class SeenChanges {
  private static final int KEPT = 100;
  private static final String BEGINNING = "changes/";

  private final RecordStore records;
  private volatile boolean settled;

  SeenChanges(RecordStore records) {
    this.records = records;
  }

  /**
   * Notes a change.
   *
   * @param kind what has changed, a word
   * @param which of them
   */
  void add(String kind, String which) throws IOException {
    settled = false;
    try {
      note(kind, which);
    } catch (RecordsRolledBack e) {
      records.reset();
      note(kind, which);
    }
    settled = true;
  }

  private void note(String kind, String which) throws IOException {
    records.<Long, IOException>change(
        all -> {
          List<String> keys = all.list(BEGINNING);
          long number =
              keys.isEmpty() ? 0 : Long.parseLong(keys.getLast().substring(BEGINNING.length())) + 1;
          all.put(
              String.format(Locale.ROOT, "%s%019d", BEGINNING, number),
              (kind + " " + which).getBytes(US_ASCII));
          if (keys.size() >= KEPT) {
            var _ = all.delete(keys.getFirst());
          }
          return number;
        });
    records.settle();
  }

  /** Whether an old copy of what was noted last would be noticed. */
  boolean isSettled() {
    return settled;
  }

  /** All of them, the oldest first: each as its kind and which of them. */
  List<Map<String, String>> all() throws IOException {
    try {
      List<Map<String, String>> seen = new ArrayList<>();
      for (String key : records.list(BEGINNING)) {
        records
            .get(key)
            .map(value -> new String(value, US_ASCII).split(" ", 2))
            .ifPresent(parts -> seen.add(Map.of(parts[0], parts[1])));
      }
      return seen;
    } catch (RecordsRolledBack e) {
      records.reset();
      return List.of();
    }
  }
}
