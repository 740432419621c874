package org.example.counter;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.anonymouscloud.client.testing.TestCloud;
import org.anonymouscloud.client.testing.TestDevice;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The counter on a real server, with real agents; on each of the databases. */
abstract class CounterContract {
  @TempDir Path folder;
  TestCloud cloud;
  TestDevice laptop;
  TestDevice phone;

  abstract TestCloud start(Path folder) throws Exception;

  @BeforeEach
  void start() throws Exception {
    cloud = start(folder);
    laptop = cloud.register("alice");
    phone = laptop.another("phone");
  }

  @AfterEach
  void stop() throws Exception {
    cloud.close();
  }

  @Test
  void devicesThatCountAtOnceLoseNoStep() throws Exception {
    List<Future<Integer>> steps = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (TestDevice device : List.of(laptop, phone)) {
        for (int i = 0; i < 10; i++) {
          steps.add(
              threads.submit(
                  () -> device.agent().post("/counter/steps", Map.of()).path("number").asInt()));
        }
      }
    }
    List<Integer> numbers = new ArrayList<>();
    for (Future<Integer> step : steps) {
      numbers.add(step.get());
    }
    List<Integer> all = new ArrayList<>();
    for (int i = 1; i <= 20; i++) {
      all.add(i);
    }
    assertThat(numbers).containsExactlyInAnyOrderElementsOf(all);
    assertCount(laptop, 20);
    assertCount(phone, 20);
  }

  @Test
  void theCountGoesOnWhenADeviceGoesAndNothingOfItsKeysIsAdded() throws Exception {
    count(phone);
    count(laptop);
    byte[] ofPhone = sealed().getFirst();

    assertThat(laptop.remove(phone)).isEmpty();
    count(laptop);

    assertCount(laptop, 3);
    // The server says that the phone's step came last.
    cloud
        .tables()
        .write(rows -> rows.execute("UPDATE counter_steps SET number = 100 WHERE number = 1"));
    assertThat(sealed().getLast()).isEqualTo(ofPhone);
    assertCount(laptop, 3);
  }

  @Test
  void aChangedStepIsRefused() throws Exception {
    count(laptop);

    byte[] changed = sealed().getFirst();
    changed[changed.length - 1] ^= 1;
    cloud.tables().write(rows -> rows.execute("UPDATE counter_steps SET sealed = ?", changed));

    assertThat(laptop.terminal().run("counter")).isEqualTo(4);
    assertThat(laptop.terminal().out()).isEmpty();
  }

  @Test
  void accountsCountEachForItself() throws Exception {
    TestDevice bob = cloud.register("bob");
    laptop.meet(bob);

    count(laptop);

    assertCount(bob, 0);
    assertThat(bob.account().contacts()).extracting(Object::toString).containsExactly("alice");
  }

  private static void count(TestDevice device) {
    assertThat(device.terminal().run("counter", "up")).isZero();
  }

  private static void assertCount(TestDevice device, int expected) {
    assertThat(device.terminal().run("counter")).isZero();
    assertThat(device.terminal().out()).isEqualTo(expected + "\n");
  }

  private List<byte[]> sealed() {
    return cloud
        .tables()
        .read(
            rows ->
                rows.createQuery("SELECT sealed FROM counter_steps ORDER BY number")
                    .map((row, context) -> row.getBytes(1))
                    .list());
  }
}
