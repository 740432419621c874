package org.anonymouscloud.core.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.anonymouscloud.core.database.DatabaseUnavailable;
import org.anonymouscloud.core.database.OpenDatabase;
import org.junit.jupiter.api.Test;

/** What a database must do besides, if several server nodes may share it. */
public abstract class SharedDatabaseContract extends DatabaseContract {
  @Test
  void signalsReachTheSubscribersOfEachNode() throws Exception {
    OpenDatabase other = open();
    BlockingQueue<String> here = new LinkedBlockingQueue<>();
    BlockingQueue<String> there = new LinkedBlockingQueue<>();
    db().signals().subscribe("news", here::add);
    other.signals().subscribe("news", there::add);

    db().signals().publish("news", "1");
    assertThat(next(here)).isEqualTo("1");
    assertThat(next(there)).isEqualTo("1");

    other.signals().publish("news", "2");
    assertThat(next(here)).isEqualTo("2");
    assertThat(next(there)).isEqualTo("2");
  }

  @Test
  void whoWantsItAloneWaitsForAllNodesAndKeepsThemOut() {
    OpenDatabase other = open();
    db().close();
    assertThatThrownBy(() -> database().openAlone(settings()).close())
        .isInstanceOf(DatabaseUnavailable.class)
        .hasMessageContaining("in use");
    other.close();

    try (OpenDatabase alone = database().openAlone(settings())) {
      assertThat(
              alone.<Integer, RuntimeException>write(
                  handle -> handle.createQuery("SELECT 1").mapTo(Integer.class).one()))
          .isOne();
      assertThatThrownBy(this::open)
          .isInstanceOf(DatabaseUnavailable.class)
          .hasMessageContaining("in use");
    }

    open();
  }

  @Test
  void aNodeThatIsClosedLeavesTheOthersAlone() throws Exception {
    OpenDatabase other = open();
    BlockingQueue<String> here = new LinkedBlockingQueue<>();
    db().signals().subscribe("news", here::add);

    other.close();
    db().signals().publish("news", "1");

    assertThat(next(here)).isEqualTo("1");
  }
}
