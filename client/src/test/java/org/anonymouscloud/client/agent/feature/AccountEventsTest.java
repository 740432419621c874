package org.anonymouscloud.client.agent.feature;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.anonymouscloud.core.account.client.records.DeviceRecords;
import org.anonymouscloud.core.account.client.records.FeatureRecords;
import org.anonymouscloud.core.account.client.records.MarkKeeper;
import org.anonymouscloud.core.crypto.Secret;
import org.anonymouscloud.core.plugin.EventLog;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class AccountEventsTest {
  /** A server that keeps the mark it was given last. */
  private static final class Mark implements MarkKeeper {
    private byte[] kept = {};

    @Override
    public byte[] mark() {
      return kept.clone();
    }

    @Override
    public boolean replace(byte[] previous, byte[] mark) {
      kept = mark.clone();
      return true;
    }
  }

  @TempDir private Path folder;
  private final Secret deviceSecret = Secret.random(32);
  private final Mark mark = new Mark();
  private DeviceRecords records;
  private AccountEvents events;

  @BeforeEach
  void open() {
    records = new DeviceRecords(folder, deviceSecret);
    events = new AccountEvents(new FeatureRecords(records, "events", mark), Clock.systemUTC());
  }

  @AfterEach
  void close() {
    records.close();
  }

  @Test
  void eventsHaveNumbersWithoutGapsAlsoAfterARestart() throws Exception {
    assertThat(events.read(0, 10).events()).isEmpty();
    String log = events.read(0, 10).log();
    assertThat(publish("vault", "changed", 1)).isEqualTo(1);
    assertThat(publish("chat", "message", 2)).isEqualTo(2);
    close();
    open();

    assertThat(publish("vault", "changed", 3)).isEqualTo(3);

    AccountEvents.Page page = events.read(0, 10);
    assertThat(page.log()).isEqualTo(log);
    assertThat(page.oldest()).isEqualTo(1);
    assertThat(page.newest()).isEqualTo(3);
    assertThat(page.events())
        .extracting(AccountEvents.Event::feature)
        .containsExactly("vault", "chat", "vault");
    assertThat(page.events()).extracting(AccountEvents.Event::number).containsExactly(1L, 2L, 3L);
    assertThat(page.events().getLast().data()).isEqualTo(data(3));
    assertThat(events.read(1, 1).events())
        .extracting(AccountEvents.Event::type)
        .containsExactly("message");
    assertThat(events.read(3, 10).events()).isEmpty();
  }

  @Test
  void theOldestGoAndTheNumbersGoOn() throws Exception {
    for (int i = 0; i < AccountEvents.KEPT + 3; i++) {
      long _ = publish("vault", "changed", i);
    }

    AccountEvents.Page page = events.read(0, 2);

    assertThat(page.oldest()).isEqualTo(4);
    assertThat(page.newest()).isEqualTo(AccountEvents.KEPT + 3);
    assertThat(page.events()).extracting(AccountEvents.Event::number).containsExactly(4L, 5L);
    FeatureRecords kept = new FeatureRecords(records, "events", mark);
    assertThat(kept.list("event/")).hasSize(AccountEvents.KEPT);
  }

  @Test
  void whoPublishesAtOnceGetsNumbersOfTheirOwn() throws Exception {
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Long>> numbers =
          IntStream.range(0, 50)
              .mapToObj(i -> threads.submit(() -> publish("vault", "changed", i)))
              .toList();
      List<Long> all = new java.util.ArrayList<>();
      for (Future<Long> number : numbers) {
        all.add(number.get());
      }
      assertThat(all)
          .containsExactlyInAnyOrderElementsOf(LongStream.rangeClosed(1, 50).boxed().toList());
    }
  }

  @Test
  @Tag("A21")
  void nothingOfAnEventIsReadableOnTheDisk() throws Exception {
    long _ =
        events
            .of("vault")
            .publish("changed", JsonNodeFactory.instance.objectNode().put("name", "kanarienvogel"));
    close();

    assertThat(new String(Files.readAllBytes(folder.resolve("records.db")), ISO_8859_1))
        .doesNotContain("kanarienvogel", "changed");
    open();
  }

  @Test
  void anotherLogBeginsWhenAnOldCopyOfTheRecordsWasPutBack() throws Exception {
    long _ = publish("vault", "changed", 1);
    FeatureRecords kept = new FeatureRecords(records, "events", mark);
    kept.settle();
    String log = events.read(0, 10).log();
    byte[] old = Files.readAllBytes(folder.resolve("records.db"));
    long _ = publish("vault", "changed", 2);
    kept.settle();
    close();
    Files.write(folder.resolve("records.db"), old);
    open();
    records.compare(mark);

    assertThat(publish("vault", "changed", 3)).isEqualTo(1);

    assertThat(events.read(0, 10).log()).isNotEqualTo(log);
  }

  @Test
  void whatIsNoEventIsRefused() throws Exception {
    EventLog log = events.of("vault");
    ObjectNode nothing = JsonNodeFactory.instance.objectNode();
    for (String type : List.of("", "Changed", "a b", "-a", "x".repeat(65))) {
      assertThatThrownBy(() -> log.publish(type, nothing))
          .isInstanceOf(IllegalArgumentException.class);
    }
    ObjectNode large = nothing.deepCopy().put("x", "y".repeat(EventLog.LONGEST_DATA));
    assertThatThrownBy(() -> log.publish("changed", large))
        .isInstanceOf(IllegalArgumentException.class);
    ObjectNode deep = JsonNodeFactory.instance.objectNode();
    ObjectNode inner = deep;
    for (int i = 0; i < 20; i++) {
      inner = inner.putObject("x");
    }
    assertThatThrownBy(() -> log.publish("changed", deep))
        .isInstanceOf(IllegalArgumentException.class);
    for (ObjectNode none : new ObjectNode[1]) {
      assertThatThrownBy(() -> log.publish("changed", none))
          .isInstanceOf(IllegalArgumentException.class);
    }
    assertThat(events.read(0, 10).newest()).isZero();
  }

  private long publish(String feature, String type, int number) throws IOException {
    return events.of(feature).publish(type, data(number));
  }

  private static ObjectNode data(int number) {
    return JsonNodeFactory.instance.objectNode().put("number", number);
  }
}
