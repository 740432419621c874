#!/bin/sh
# HikariCP 7.1.0: a pool whose first connection breaks while it is set up may never recover, though the database is well again.
# Once in its life, on its first connection, a pool asks for the default transaction isolation. If just that question fails with an
# SQLSTATE of class 08 (connection lost: the database restarted at that moment), the failure is logged and passed over, the question
# counts as asked, and -1 stays as the isolation that later connections are to have. So PoolBase.setupConnection calls
# setTransactionIsolation(-1) on each of them, which every driver refuses: H2 with 90008, PostgreSQL's 42.7.14 with 0A000 ("not
# supported"), and each getConnection ends in a timeout until the process is started again. Expected from memory: what was not
# answered is asked again on the next connection. A pool that is told its isolation (setTransactionIsolation) is not touched.
# Seen with H2 2.4.240 in memory, OpenJDK 17: told no isolation, 1 connection is lost and 0 of 3 later ones come; told one, 3 of 3 come.
# It touches us where PostgreSQL restarts while a server starts: OpenPostgres names the isolation. Needs mvn and a JDK 17 or newer.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
for artifact in com.zaxxer:HikariCP:7.1.0 org.slf4j:slf4j-api:2.0.17 com.h2database:h2:2.4.240; do
  mvn -q -B org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy -Dartifact="$artifact" -DoutputDirectory="$folder/lib"
done
cat >"$folder/FirstLost.java" <<'JAVA'
import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcDataSource;

public class FirstLost {
  public static void main(String[] args) {
    int untold = comes(null);
    int told = comes("TRANSACTION_READ_COMMITTED");
    System.out.println("told no isolation: " + untold + " of 3 come; told one: " + told + " of 3");
    System.exit(untold == 0 && told == 3 ? 0 : 1);
  }

  private static int comes(String isolation) {
    HikariConfig config = new HikariConfig();
    config.setDataSource(losesTheFirst());
    config.setMaximumPoolSize(1);
    config.setConnectionTimeout(1_000);
    config.setInitializationFailTimeout(-1);
    if (isolation != null) {
      config.setTransactionIsolation(isolation);
    }
    int came = 0;
    try (HikariDataSource pool = new HikariDataSource(config)) {
      for (int i = 0; i < 3; i++) {
        try (Connection connection = pool.getConnection()) {
          came += connection.isValid(1) ? 1 : 0;
        } catch (SQLException e) {
          Throwable why = e.getCause() == null ? e : e.getCause();
          System.out.println(e.getSQLState() + " " + why.getMessage());
        }
      }
    }
    return came;
  }

  /** The first connection is gone when it is asked for its isolation, as when a server restarts. */
  private static DataSource losesTheFirst() {
    JdbcDataSource h2 = new JdbcDataSource();
    h2.setURL("jdbc:h2:mem:test");
    AtomicBoolean first = new AtomicBoolean(true);
    return proxy(DataSource.class, h2, (name, result) ->
        name.equals("getConnection") && first.getAndSet(false) ? proxy(Connection.class, result, (asked, answer) -> {
          if (asked.equals("getTransactionIsolation")) {
            throw new SQLException("connection lost", "08006");
          }
          return answer;
        }) : result);
  }

  private interface After {
    Object of(String method, Object result) throws SQLException;
  }

  private static <T> T proxy(Class<T> type, Object target, After after) {
    return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (self, method, args) -> {
      try {
        return after.of(method.getName(), method.invoke(target, args));
      } catch (InvocationTargetException e) {
        throw e.getCause();
      }
    }));
  }
}
JAVA
javac -cp "$folder/lib/*" -d "$folder" "$folder/FirstLost.java"
java -cp "$folder:$folder/lib/*" FirstLost 2>/dev/null
