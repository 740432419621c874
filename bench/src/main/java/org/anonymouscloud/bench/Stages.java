package org.anonymouscloud.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedFrame;
import jdk.jfr.consumer.RecordingFile;

/**
 * Says from a flight recording how much processor time each stage of a transfer took: a sample of
 * {@code jdk.CPUTimeSample} counts for the stage of the topmost frame that belongs to one.
 */
public final class Stages {
  private Stages() {}

  /** What a transfer does with each byte. */
  private enum Stage {
    READ,
    WRITE,
    SYNC,
    DIGEST,
    SEAL,
    OPEN,
    PACK,
    SESSION_SEAL,
    SESSION_OPEN,
    SEND,
    RECEIVE,
    DATABASE,
    OTHER
  }

  /**
   * Prints a line for each stage: its name, a tab, milliseconds.
   *
   * @param args the recording; from when and until when samples count, in milliseconds of the
   *     epoch; how many milliseconds of processor time a sample is
   */
  public static void main(String[] args) throws IOException {
    Instant from = Instant.ofEpochMilli(Long.parseLong(args[1]));
    Instant until = Instant.ofEpochMilli(Long.parseLong(args[2]));
    long period = Long.parseLong(args[3]);
    Map<Stage, Long> samples = new EnumMap<>(Stage.class);
    Map<String, Long> others = new HashMap<>();
    try (RecordingFile recording = new RecordingFile(Path.of(args[0]))) {
      while (recording.hasMoreEvents()) {
        RecordedEvent event = recording.readEvent();
        Instant time = event.getStartTime();
        if (event.getEventType().getName().equals("jdk.CPUTimeSample")
            && time.isAfter(from)
            && time.isBefore(until)) {
          Stage stage = stage(event);
          samples.merge(stage, 1L, Long::sum);
          if (stage == Stage.OTHER) {
            others.merge(top(event), 1L, Long::sum);
          }
        }
      }
    }
    samples.forEach(
        (stage, count) ->
            System.out.println(
                stage.name().toLowerCase(Locale.ROOT).replace('_', ' ') + "\t" + count * period));
    others.entrySet().stream()
        .sorted(Map.Entry.<String, Long>comparingByValue().reversed())
        .limit(12)
        .forEach(other -> System.err.println(other.getValue() * period + "\t" + other.getKey()));
  }

  private static Stage stage(RecordedEvent event) {
    if (event.getStackTrace() == null) {
      return Stage.OTHER;
    }
    boolean opening = false;
    boolean sealing = false;
    for (RecordedFrame frame : event.getStackTrace().getFrames()) {
      String type = frame.getMethod().getType().getName();
      String method = frame.getMethod().getName();
      String name = type.substring(type.lastIndexOf('.') + 1);
      switch (name) {
        case "Hmac" -> {
          return Stage.DIGEST;
        }
        case "ChunkedEncryption" -> {
          return method.startsWith("open") ? Stage.OPEN : Stage.SEAL;
        }
        case "CipherState", "Transport" -> {
          opening |= method.startsWith("open") || method.startsWith("decrypt");
          sealing |= !opening;
        }
        case "LocalContent" -> {
          return Stage.READ;
        }
        case "LocalTarget" -> {
          return Stage.WRITE;
        }
        case "PackWriter", "Pack", "UploadLanes" -> {
          return Stage.PACK;
        }
        case "Checksum" -> {
          return Stage.DIGEST;
        }
        default -> {
          if (type.startsWith("org.sqlite") || type.startsWith("org.jdbi")) {
            return Stage.DATABASE;
          }
          if (method.startsWith("force") || method.equals("fsync")) {
            return Stage.SYNC;
          }
          if (type.startsWith("sun.nio.ch.")) {
            if (name.startsWith("FileChannelImpl") || name.startsWith("FileDispatcher")) {
              return method.contains("rite") ? Stage.WRITE : Stage.READ;
            }
            if (name.startsWith("NioSocketImpl") || name.startsWith("SocketChannelImpl")) {
              return method.contains("rite") ? Stage.SEND : Stage.RECEIVE;
            }
          }
          if (type.equals("java.io.FileInputStream") || type.equals("java.io.FileOutputStream")) {
            return method.contains("rite") ? Stage.WRITE : Stage.READ;
          }
        }
      }
    }
    return opening ? Stage.SESSION_OPEN : sealing ? Stage.SESSION_SEAL : Stage.OTHER;
  }

  private static String top(RecordedEvent event) {
    if (event.getStackTrace() == null || event.getStackTrace().getFrames().isEmpty()) {
      return "no stack";
    }
    StringBuilder text = new StringBuilder();
    for (RecordedFrame frame :
        event
            .getStackTrace()
            .getFrames()
            .subList(0, Math.min(4, event.getStackTrace().getFrames().size()))) {
      String type = frame.getMethod().getType().getName();
      text.append(type.substring(type.lastIndexOf('.') + 1))
          .append('.')
          .append(frame.getMethod().getName())
          .append(" < ");
    }
    return text.toString();
  }
}
