package org.anonymouscloud.storage.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Optional;
import org.anonymouscloud.core.database.DatabaseSettings;
import org.anonymouscloud.core.database.DatabaseUnavailable;
import org.anonymouscloud.core.database.OpenDatabase;
import org.anonymouscloud.core.database.Outage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class OutageTest {
  @TempDir private Path folder;
  private final Outage outage = new Outage();

  private OpenDatabase open() {
    return new SqliteDatabase().open(new DatabaseSettings(folder, Optional.empty()));
  }

  @Test
  void whatFailedIsCountedUntilTheDatabaseAnswersAgain() {
    OpenDatabase away = open();
    away.close();
    outage.failed(new DatabaseUnavailable("It is away."));
    outage.failed(new DatabaseUnavailable("It is away."));
    assertThatThrownBy(() -> outage.look(away)).isInstanceOf(DatabaseUnavailable.class);
    outage.failed(new DatabaseUnavailable("It is away."));

    try (OpenDatabase back = open()) {
      assertThat(outage.look(back)).isEqualTo(3);
      assertThat(outage.look(back)).as("it is over").isZero();
    }
  }

  @Test
  void damageIsNoOutageThatEnds() {
    outage.failed(DatabaseUnavailable.damaged("It is damaged.", null));

    try (OpenDatabase database = open()) {
      assertThat(outage.look(database)).isZero();
    }
  }

  @Test
  void aDatabaseThatHasNotFailedIsNotAsked() {
    OpenDatabase closed = open();
    closed.close();

    assertThat(outage.look(closed)).isZero();
  }
}
