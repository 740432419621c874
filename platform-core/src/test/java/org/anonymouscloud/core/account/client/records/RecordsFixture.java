package org.anonymouscloud.core.account.client.records;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.anonymouscloud.core.crypto.Secret;
import org.anonymouscloud.core.plugin.RecordStore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;

/** The records of a device in a folder that is copied and put back. */
abstract class RecordsFixture {
  static final String CHAT = "chat";

  @TempDir Path home;
  final KeptMark server = new KeptMark();
  private final List<DeviceRecords> opened = new ArrayList<>();

  @AfterEach
  void closeAll() {
    opened.forEach(DeviceRecords::close);
  }

  Path folder() {
    return home.resolve("account");
  }

  Path file() {
    return folder().resolve("records.db");
  }

  static Secret deviceSecret() {
    byte[] secret = new byte[32];
    Arrays.fill(secret, (byte) 7);
    return Secret.of(secret);
  }

  /** As a process has them that has just begun. */
  DeviceRecords open() {
    return open(folder());
  }

  DeviceRecords open(Path folder) {
    try (Secret secret = deviceSecret()) {
      DeviceRecords records = new DeviceRecords(folder, secret);
      opened.add(records);
      return records;
    }
  }

  RecordStore chat(DeviceRecords device) {
    return new FeatureRecords(device, CHAT, server);
  }

  static void put(RecordStore store, String key, String value) throws IOException {
    put(store, key, value.getBytes(UTF_8));
  }

  static void put(RecordStore store, String key, byte[] value) throws IOException {
    store.change(
        records -> {
          records.put(key, value);
          return key;
        });
  }

  static boolean delete(RecordStore store, String key) throws IOException {
    return store.change(records -> records.delete(key));
  }

  static String text(RecordStore store, String key) throws IOException {
    return new String(store.get(key).orElseThrow(), UTF_8);
  }

  Path copy(String name) throws IOException {
    return copy(folder(), home.resolve(name));
  }

  /** Puts a copy in the place of the folder. */
  void putBack(Path copy) throws IOException {
    for (Path one : files(folder())) {
      Files.delete(one);
    }
    copy(copy, folder());
  }

  private static Path copy(Path from, Path to) throws IOException {
    Files.createDirectories(to);
    for (Path one : files(from)) {
      Files.copy(one, to.resolve(one.getFileName()), StandardCopyOption.REPLACE_EXISTING);
    }
    return to;
  }

  static List<Path> files(Path folder) throws IOException {
    try (Stream<Path> all = Files.list(folder)) {
      return all.toList();
    }
  }
}
