package org.anonymouscloud.core.account.client.records;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.anonymouscloud.core.crypto.RandomBytes;
import org.anonymouscloud.core.crypto.Secret;
import org.anonymouscloud.core.plugin.RecordStore;
import org.anonymouscloud.core.testing.KilledJvm;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

final class DeviceRecordsTest extends RecordsFixture {
  @Test
  void whatWasChangedIsThereForTheNextProcess() throws Exception {
    DeviceRecords first = open();
    put(chat(first), "one", "first");
    put(chat(first), "two", new byte[RecordStore.LONGEST_VALUE]);
    put(chat(first), "one", "second");
    put(chat(first), "three", new byte[0]);
    assertThat(delete(chat(first), "two")).isTrue();
    assertThat(delete(chat(first), "two")).isFalse();
    first.close();

    RecordStore later = chat(open());

    assertThat(text(later, "one")).isEqualTo("second");
    assertThat(later.get("two")).isEmpty();
    assertThat(later.get("three")).hasValue(new byte[0]);
    assertThat(later.get("four")).isEmpty();
  }

  @Test
  void aChangeIsDoneWholeOrNotAtAll() throws Exception {
    DeviceRecords device = open();
    RecordStore chat = chat(device);
    put(chat, "kept", "before");

    assertThatThrownBy(
            () ->
                chat.change(
                    records -> {
                      records.put("kept", new byte[0]);
                      records.put("new", new byte[0]);
                      assertThat(records.delete("kept")).isTrue();
                      assertThat(records.get("kept")).isEmpty();
                      assertThat(records.list("")).containsExactly("new");
                      throw new InterruptedException("in the middle");
                    }))
        .isInstanceOf(InterruptedException.class);

    assertThat(text(chat, "kept")).isEqualTo("before");
    assertThat(chat.list("")).containsExactly("kept");
    put(chat, "after", "it goes on");
    device.close();
    assertThat(chat(open()).list("")).containsExactly("after", "kept");
  }

  @Test
  void aKilledProcessHasDoneAChangeWholeOrNotAtAll() throws Exception {
    int acknowledged = 0;
    for (int round = 0; round < 3; round++) {
      acknowledged =
          KilledJvm.acknowledged(30, Writer.class, folder().toString()).getLast().intValue();
      DeviceRecords device = open();
      RecordStore chat = chat(device);

      int one = Integer.parseInt(text(chat, "one").strip());
      assertThat(Integer.parseInt(text(chat, "other").strip())).isEqualTo(one);
      assertThat(one).isGreaterThanOrEqualTo(acknowledged);
      device.close();
    }
  }

  /** Counts in two records at once, and says how far, until it is killed. */
  static final class Writer {
    private Writer() {}

    public static void main(String[] args) throws IOException {
      try (Secret secret = deviceSecret()) {
        RecordStore chat =
            new FeatureRecords(new DeviceRecords(Path.of(args[0]), secret), CHAT, new KeptMark());
        String before = chat.get("one").map(value -> new String(value, UTF_8)).orElse("0").strip();
        for (int i = Integer.parseInt(before) + 1; true; i++) {
          // Of several pages, so that a kill can fall between them.
          byte[] value = Integer.toString(i).concat(" ".repeat(20_000)).getBytes(UTF_8);
          chat.change(
              records -> {
                records.put("one", value);
                records.put("other", value);
                return value;
              });
          KilledJvm.acknowledge(i);
        }
      }
    }
  }

  @Test
  void keysAreListedByTheirBeginning() throws Exception {
    RecordStore chat = chat(open());
    for (String key :
        List.of("group/2/b", "group/1/a", "group/1/ä", "grou", "groups", "Group/1/")) {
      put(chat, key, "");
    }

    assertThat(chat.list("group/1/")).containsExactly("group/1/a", "group/1/ä");
    assertThat(chat.list("")).hasSize(6).isSorted();
    assertThat(chat.list("x")).isEmpty();
  }

  @Test
  void eachFeatureHasItsOwnRecords() throws Exception {
    DeviceRecords device = open();
    put(chat(device), "key", "of the chat");
    RecordStore other = new FeatureRecords(device, "cha", server);

    assertThat(other.list("")).isEmpty();
    assertThat(other.get("key")).isEmpty();
    assertThat(delete(other, "key")).isFalse();
    put(other, "key", "another");
    other.reset();

    assertThat(text(chat(device), "key")).isEqualTo("of the chat");
  }

  @Test
  void whatIsTooLongIsRefusedAndNothingChanges() throws Exception {
    RecordStore chat = chat(open());
    put(chat, "ä".repeat(127), new byte[RecordStore.LONGEST_VALUE]);

    for (String key : List.of("", "ä".repeat(128), "a".repeat(256))) {
      assertThatThrownBy(() -> put(chat, key, ""))
          .as(key)
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> chat.get(key)).isInstanceOf(IllegalArgumentException.class);
    }
    assertThatThrownBy(() -> put(chat, "key", new byte[RecordStore.LONGEST_VALUE + 1]))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(chat.list("")).hasSize(1);
  }

  @Test
  void aChangeUsesWhatItIsGivenAndOnlyWhileItLasts() throws Exception {
    RecordStore chat = chat(open());
    List<RecordStore.Records> leaked = new ArrayList<>();
    chat.change(leaked::add);

    assertThatThrownBy(() -> leaked.getFirst().put("key", new byte[0]))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> leaked.getFirst().get("key"))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> chat.change(records -> chat.get("key")))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> chat.change(records -> delete(chat, "key")))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(
            () ->
                chat.change(
                    records -> {
                      chat.settle();
                      return records;
                    }))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(
            () ->
                chat.change(
                    records -> {
                      chat.reset();
                      return records;
                    }))
        .isInstanceOf(IllegalStateException.class);
    put(chat, "key", "still of use");
  }

  @Test
  void changesOfSeveralThreadsAllCount() throws Exception {
    RecordStore chat = chat(open());
    put(chat, "number", "0");
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<String>> all =
          IntStream.range(0, 8)
              .mapToObj(
                  thread ->
                      threads.submit(
                          () -> {
                            for (int i = 0; i < 10; i++) {
                              chat.change(
                                  records -> {
                                    byte[] now = records.get("number").orElseThrow();
                                    int next = Integer.parseInt(new String(now, UTF_8)) + 1;
                                    records.put("number", Integer.toString(next).getBytes(UTF_8));
                                    return next;
                                  });
                            }
                            return "done";
                          }))
              .toList();
      for (Future<String> one : all) {
        assertThat(one.get()).isEqualTo("done");
      }
    }

    assertThat(text(chat, "number")).isEqualTo("80");
  }

  @Test
  void theFileIsForItsOwnerAloneAndSaysNothing() throws Exception {
    RecordStore chat = chat(open());
    put(chat, "the name of a group", "a canary that nobody may read");
    put(chat, "another", new byte[100_000]);

    for (Path one : files(folder())) {
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(one)))
          .isEqualTo("rw-------");
      assertThat(new String(Files.readAllBytes(one), ISO_8859_1))
          .doesNotContain("canary")
          .doesNotContain("group")
          .doesNotContain(CHAT);
    }
  }

  @Test
  void anotherDeviceSecretOpensNothing() throws Exception {
    DeviceRecords device = open();
    put(chat(device), "key", "value");
    device.close();

    try (Secret other = Secret.random(32);
        DeviceRecords stranger = new DeviceRecords(folder(), other)) {
      assertThatThrownBy(() -> new FeatureRecords(stranger, CHAT, server).get("key"))
          .isInstanceOf(RecordsDamaged.class);
    }
  }

  @Test
  @Tag("A1")
  void aFlippedByteIsNoticedOrChangesNothing() throws Exception {
    DeviceRecords device = open();
    Random random = new Random(13);
    for (int i = 0; i < 20; i++) {
      byte[] value = new byte[random.nextInt(3_000)];
      random.nextBytes(value);
      put(chat(device), "key " + i, value);
    }
    assertThat(delete(chat(device), "key 7")).isTrue();
    List<String> before = contents(chat(device));
    device.close();
    byte[] good = Files.readAllBytes(file());
    int noticed = 0;
    int looked = 0;

    for (int i = 0; i < good.length; i += 1 + random.nextInt(60)) {
      byte[] bad = good.clone();
      bad[i] ^= (byte) (1 << random.nextInt(8));
      Files.write(file(), bad);
      looked++;
      try (DeviceRecords found = open()) {
        assertThat(contents(chat(found))).as("byte " + i).isEqualTo(before);
      } catch (IOException e) {
        noticed++;
      }
    }

    // The rest lies in pages that are free, or in fields that nobody reads.
    assertThat(noticed).isGreaterThan(looked / 3);
  }

  private static List<String> contents(RecordStore store) throws IOException {
    List<String> all = new ArrayList<>();
    for (String key : store.list("")) {
      all.add(key + new String(store.get(key).orElseThrow(), ISO_8859_1));
    }
    return all;
  }

  /** Whoever can write to the disk, but does not have the device secret. */
  private void tamper(String... statements) throws Exception {
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file());
        Statement statement = connection.createStatement()) {
      for (String one : statements) {
        statement.execute(one);
      }
    }
  }

  @Test
  @Tag("A23")
  void anOlderRowOfTheSameRecordIsNoticed() throws Exception {
    DeviceRecords device = open();
    put(chat(device), "ratchet", "key 1");
    device.close();
    tamper("CREATE TABLE old AS SELECT * FROM records");
    device = open();
    put(chat(device), "ratchet", "key 2");
    device.close();
    tamper("DELETE FROM records", "INSERT INTO records SELECT * FROM old");

    assertThatThrownBy(() -> chat(open()).get("ratchet")).isInstanceOf(RecordsDamaged.class);
  }

  @Test
  @Tag("A2")
  void rowsThatAreTakenOutPutInOrExchangedAreNoticed() throws Exception {
    DeviceRecords device = open();
    put(chat(device), "one", "1");
    put(chat(device), "two", "2");
    device.close();
    byte[] good = Files.readAllBytes(file());

    for (String attack :
        List.of(
            "DELETE FROM records WHERE place = (SELECT min(place) FROM records)",
            "DELETE FROM records",
            "DELETE FROM state",
            "INSERT INTO records SELECT owner, randomblob(32), key, value FROM records LIMIT 1",
            "UPDATE records SET value = (SELECT value FROM records LIMIT 1)",
            "UPDATE records SET owner = randomblob(32)",
            "UPDATE records SET place = randomblob(32)",
            "UPDATE records SET place = CAST('x' AS BLOB) || place",
            "DROP TABLE records")) {
      Files.write(file(), good);
      tamper(attack);
      assertThatThrownBy(() -> chat(open()).list("")).as(attack).isInstanceOf(RecordsDamaged.class);
    }
  }

  @Test
  void whatIsDeletedIsGoneFromTheDisk() throws Exception {
    DeviceRecords device = open();
    put(chat(device), "stays", "here");
    put(chat(device), "small", RandomBytes.next(300));
    put(chat(device), "large", RandomBytes.next(200_000));
    put(chat(device), "changed", RandomBytes.next(5_000));
    device.close();
    List<byte[]> rows = sealedRows("small", "large", "changed");
    for (byte[] row : rows) {
      assertThat(onDisk(row)).as("else this test looks for the wrong thing").isTrue();
    }
    device = open();

    chat(device)
        .change(
            records -> {
              records.put("changed", RandomBytes.next(5_000));
              return records.delete("small") && records.delete("large");
            });

    for (byte[] row : rows) {
      assertThat(onDisk(row)).isFalse();
    }
    device.close();
    for (byte[] row : rows) {
      assertThat(onDisk(row)).isFalse();
    }
  }

  @Test
  void aFeatureThatBeginsAnewLeavesNothingOnTheDisk() throws Exception {
    DeviceRecords device = open();
    put(chat(device), "small", RandomBytes.next(300));
    device.close();
    List<byte[]> rows = sealedRows("small");
    device = open();

    chat(device).reset();

    assertThat(onDisk(rows.getFirst())).isFalse();
    assertThat(chat(device).list("")).isEmpty();
  }

  private List<byte[]> sealedRows(String... keys) throws Exception {
    List<byte[]> rows = new ArrayList<>();
    try (Secret secret = deviceSecret();
        RecordKeys names = new RecordKeys(secret);
        Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file());
        Statement statement = connection.createStatement()) {
      for (String key : keys) {
        try (ResultSet row =
            statement.executeQuery(
                "SELECT value FROM records WHERE place = x'" + names.place(CHAT, key) + "'")) {
          assertThat(row.next()).isTrue();
          rows.add(row.getBytes(1));
        }
      }
    }
    return rows;
  }

  /** Whether any part of 24 bytes, on which a page may begin, is in any file of the folder. */
  private boolean onDisk(byte[] sealed) throws IOException {
    for (Path one : files(folder())) {
      String content = new String(Files.readAllBytes(one), ISO_8859_1);
      for (int i = 0; i + 24 <= sealed.length; i += Math.max(24, sealed.length / 200)) {
        if (content.contains(new String(sealed, i, 24, ISO_8859_1))) {
          return true;
        }
      }
    }
    return false;
  }

  @Test
  void aClosedAccountHasNoRecords() throws Exception {
    DeviceRecords device = open();
    RecordStore chat = chat(device);
    put(chat, "key", "value");
    device.close();

    assertThatThrownBy(() -> chat.get("key")).isInstanceOf(IOException.class);
    assertThatThrownBy(() -> put(chat, "key", "other")).isInstanceOf(IOException.class);
    assertThatThrownBy(chat::settle).isInstanceOf(IOException.class);
    device.close();
    assertThat(text(chat(open()), "key")).isEqualTo("value");
  }

  @Test
  void aFileThatAnotherProcessUsesIsNotTouched() throws Exception {
    put(chat(open()), "key", "value");

    assertThatThrownBy(() -> chat(open()).get("key"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("in use by another program");
  }
}
