package org.anonymouscloud.client.agent.feature;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;
import org.anonymouscloud.core.account.client.LocalAccount;
import org.anonymouscloud.core.crypto.RandomBytes;
import org.anonymouscloud.core.plugin.EventLog;
import org.anonymouscloud.core.plugin.RecordStore;
import org.anonymouscloud.core.plugin.RecordsRolledBack;
import org.anonymouscloud.core.session.Link;

/**
 * What has changed in an account as this device sees it, feature by feature: the newest {@value
 * #KEPT} events, sealed among the device's records (docs/formats/account.md). If an old copy of
 * those was put back, a new log begins, which has another name. Thread-safe.
 */
public final class AccountEvents {
  /** Events that are kept. */
  static final int KEPT = 5_000;

  /** Events in one answer. */
  public static final int MOST = 500;

  /** The owner of the records of events; no feature has this name. */
  private static final String RECORDS = "events";

  private static final String LOG = "log";
  private static final int NAME = 16;

  /** Levels of data within each other; whoever reads it has a limit too. */
  private static final int DEPTH = 16;

  private static final Pattern TYPE =
      Pattern.compile("[a-z][a-z0-9-]{0," + (EventLog.LONGEST_TYPE - 1) + "}");
  private static final ObjectMapper JSON = new ObjectMapper();

  private final RecordStore records;
  private final Clock clock;

  /** Which log it is, and the numbers of its first and last event; equal to zero at first. */
  private record Bounds(byte[] name, long oldest, long newest) {
    static Bounds of(Optional<byte[]> record) {
      if (record.isEmpty()) {
        return new Bounds(RandomBytes.next(NAME), 1, 0);
      }
      ByteBuffer in = ByteBuffer.wrap(record.get());
      byte[] name = new byte[NAME];
      in.get(name);
      return new Bounds(name, in.getLong(), in.getLong());
    }

    byte[] encode() {
      return ByteBuffer.allocate(NAME + 2 * Long.BYTES)
          .put(name)
          .putLong(oldest)
          .putLong(newest)
          .array();
    }

    Bounds next() {
      return new Bounds(name, Math.max(oldest, newest + 2 - KEPT), newest + 1);
    }
  }

  /**
   * One event.
   *
   * @param number from 1
   * @param feature that has published it, by its name; {@code account} for the account itself
   */
  public record Event(long number, Instant time, String feature, String type, ObjectNode data) {}

  /**
   * A part of the log.
   *
   * @param log name of the log: numbers of another one say nothing about this one
   * @param oldest number of the first event that is kept, also if there is none yet
   * @param newest number of the last one; 0 if there is none yet
   */
  public record Page(String log, long oldest, long newest, List<Event> events) {}

  AccountEvents(RecordStore records, Clock clock) {
    this.records = records;
    this.clock = clock;
  }

  /**
   * Those of an account.
   *
   * @param link on which this device is, or will be, logged in
   */
  static AccountEvents of(LocalAccount local, Link link) {
    return new AccountEvents(local.records(RECORDS, link), Clock.systemUTC());
  }

  /** The log as a feature sees it. */
  EventLog of(String feature) {
    return (type, data) -> publish(feature, type, data);
  }

  private long publish(String feature, String type, ObjectNode data) throws IOException {
    // A plugin's compiler need not have looked at what may be null.
    if (Objects.isNull(type)
        || Objects.isNull(data)
        || !TYPE.matcher(type).matches()
        || !isShallow(data, DEPTH)
        || JSON.writeValueAsBytes(data).length > EventLog.LONGEST_DATA) {
      throw new IllegalArgumentException(
          "An event has a type of 1 to 64 of a-z, 0-9 and hyphens, and data of at most 4,096 bytes"
              + " and 16 levels.");
    }
    ObjectNode event = JsonNodeFactory.instance.objectNode();
    event.put("time", clock.instant().truncatedTo(ChronoUnit.MILLIS).toString());
    event.put("feature", feature).put("type", type).set("data", data);
    byte[] encoded = JSON.writeValueAsBytes(event);
    try {
      return add(encoded);
    } catch (RecordsRolledBack e) {
      records.reset();
      return add(encoded);
    }
  }

  private static boolean isShallow(JsonNode data, int levels) {
    if (levels == 0) {
      return data.isEmpty();
    }
    for (JsonNode part : data) {
      if (!isShallow(part, levels - 1)) {
        return false;
      }
    }
    return true;
  }

  private long add(byte[] encoded) throws IOException {
    return records.<Long, IOException>change(
        all -> {
          Bounds before = Bounds.of(all.get(LOG));
          Bounds after = before.next();
          for (long number = before.oldest(); number < after.oldest(); number++) {
            var _ = all.delete(key(number));
          }
          all.put(key(after.newest()), encoded);
          all.put(LOG, after.encode());
          return after.newest();
        });
  }

  private static String key(long number) {
    return String.format(Locale.ROOT, "event/%019d", number);
  }

  /**
   * Some of the events, the oldest first.
   *
   * @param after number of the last event that is known already; 0 for none
   * @param limit how many at most, from 1 to {@value #MOST}
   */
  public Page read(long after, int limit) throws IOException {
    try {
      return readKept(after, limit);
    } catch (RecordsRolledBack e) {
      records.reset();
      return readKept(after, limit);
    }
  }

  private Page readKept(long after, int limit) throws IOException {
    // In a change, so that no event goes while others are read.
    return records.<Page, IOException>change(
        all -> {
          Optional<byte[]> kept = all.get(LOG);
          Bounds bounds = Bounds.of(kept);
          if (kept.isEmpty()) {
            all.put(LOG, bounds.encode());
          }
          List<Event> events = new ArrayList<>();
          long first = Math.max(bounds.oldest(), after + 1);
          for (long number = first; number <= bounds.newest() && events.size() < limit; number++) {
            Optional<byte[]> event = all.get(key(number));
            if (event.isPresent()) {
              events.add(decode(number, event.get()));
            }
          }
          return new Page(
              HexFormat.of().formatHex(bounds.name()), bounds.oldest(), bounds.newest(), events);
        });
  }

  private static Event decode(long number, byte[] encoded) throws IOException {
    ObjectNode event = (ObjectNode) JSON.readTree(new String(encoded, UTF_8));
    return new Event(
        number,
        Instant.parse(event.get("time").asText()),
        event.get("feature").asText(),
        event.get("type").asText(),
        (ObjectNode) event.get("data"));
  }
}
