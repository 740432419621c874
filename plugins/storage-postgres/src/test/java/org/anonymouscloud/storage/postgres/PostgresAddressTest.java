package org.anonymouscloud.storage.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Optional;
import org.anonymouscloud.core.database.DatabaseUnavailable;
import org.anonymouscloud.storage.postgres.PostgresAddress.TlsMode;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.postgresql.ds.PGSimpleDataSource;

class PostgresAddressTest {
  @Test
  void eachPartIsReadAndUnescaped() {
    assertThat(
            PostgresAddress.parse(
                "postgresql://al%40ice:p%2F%3A%23+%25@db.example.org:6000/my%20cloud"))
        .isEqualTo(
            new PostgresAddress(
                "al@ice",
                Optional.of("p/:#+%"),
                "db.example.org",
                6000,
                "my cloud",
                TlsMode.VERIFY_FULL,
                Optional.empty()));
  }

  @Test
  void whatIsLeftOutHasADefault() {
    PostgresAddress address = PostgresAddress.parse("postgres://alice@[::1]/cloud");

    assertThat(address.port()).isEqualTo(5432);
    assertThat(address.password()).isEmpty();
    assertThat(address.tls()).isEqualTo(TlsMode.PREFER);
  }

  @Test
  @Tag("A14")
  void anotherMachineMustProveItselfUnlessTheOwnerSaysOtherwise() {
    for (String here : List.of("localhost", "127.0.0.1", "127.8.9.1", "[::1]")) {
      assertThat(PostgresAddress.parse("postgresql://a:b@" + here + "/c").source().getSslMode())
          .as(here)
          .isEqualTo("prefer");
    }
    for (String elsewhere : List.of("db", "10.0.0.1", "localhost.example.org", "[fd00::1]")) {
      PGSimpleDataSource source =
          PostgresAddress.parse("postgresql://a:b@" + elsewhere + "/c").source();
      assertThat(source.getSslMode()).as(elsewhere).isEqualTo("verify-full");
      assertThat(source.getChannelBinding()).as(elsewhere).isEqualTo("require");
    }
    PGSimpleDataSource plain =
        PostgresAddress.parse("postgresql://a:b@db/c?sslmode=disable").source();
    assertThat(plain.getSslMode()).isEqualTo("disable");
    assertThat(plain.getChannelBinding()).isEqualTo("prefer");
    assertThat(plain.getRequireAuth()).isEqualTo("scram-sha-256");
    PGSimpleDataSource own =
        PostgresAddress.parse("postgresql://a:b@db/c?sslmode=verify-ca&sslrootcert=/etc/ca.pem")
            .source();
    assertThat(own.getChannelBinding()).isEqualTo("require");
    assertThat(own.getSslRootCert()).isEqualTo("/etc/ca.pem");
  }

  @Test
  void whatIsNotSuchAnAddressIsRefusedWithoutShowingIt() {
    for (String text :
        List.of(
            "",
            "hunter2",
            "postgresql:hunter2",
            "mysql://alice:hunter2@db/cloud",
            "jdbc:postgresql://alice:hunter2@db/cloud",
            "postgresql://db/cloud?user=alice&password=hunter2",
            "postgresql://alice:hunter2@db",
            "postgresql://alice:hunter2@db/",
            "postgresql://alice:hunter2@db/cloud/more",
            "postgresql://alice:hunter2@db/cloud#more",
            "postgresql://alice:hunter2#@db/cloud",
            "postgresql://alice:hunter2/@db/cloud",
            "postgresql://alice:hunter2%zz@db/cloud",
            "postgresql://alice:hunter2 @db/cloud",
            "postgresql://alice:hunter2@db:port/cloud",
            "postgresql://alice:hunter2@db,other/cloud",
            "postgresql://alice:hunter2@db/cloud?sslmode=hunter2",
            "postgresql://alice:hunter2@db/cloud?sslmode",
            "postgresql://alice:hunter2@db/cloud?socketFactory=com.example.Hunter2",
            "postgresql://alice:hunter2@db/cloud?sslmode=disable&sslfactory=x")) {
      assertThatThrownBy(() -> PostgresAddress.parse(text))
          .as(text)
          .isInstanceOf(DatabaseUnavailable.class)
          .hasMessageContaining("--database-url")
          .satisfies(e -> assertThat(e.toString()).doesNotContainIgnoringCase("hunter2"))
          .hasNoCause();
    }
  }

  @Test
  void anAddressIsPrintedWithoutCredentials() {
    assertThat(PostgresAddress.parse("postgresql://alice:hunter2@db/cloud"))
        .hasToString("db:5432/cloud");
  }

  @Test
  void aServerThatIsTooOldIsNamed() {
    PostgresFailures failures =
        new PostgresFailures(PostgresAddress.parse("postgresql://alice:hunter2@db/cloud"));

    assertThatThrownBy(() -> failures.checkVersion(130_018))
        .isInstanceOf(DatabaseUnavailable.class)
        .hasMessageContaining("version 13")
        .hasMessageContaining("14 or newer");
    failures.checkVersion(140_000);
  }
}
