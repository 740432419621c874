package org.anonymouscloud.core.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
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
  void aNodeThatIsClosedLeavesTheOthersAlone() throws Exception {
    OpenDatabase other = open();
    BlockingQueue<String> here = new LinkedBlockingQueue<>();
    db().signals().subscribe("news", here::add);

    other.close();
    db().signals().publish("news", "1");

    assertThat(next(here)).isEqualTo("1");
  }
}
