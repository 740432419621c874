package org.anonymouscloud.storage.postgres;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Pattern;
import org.anonymouscloud.core.database.DatabaseUnavailable;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * Where the database is and who we are there: {@code
 * postgresql://USER:PASSWORD@HOST[:PORT]/NAME[?sslmode=MODE][&sslrootcert=FILE|system]}, parts
 * percent-encoded as in PostgreSQL's own tools. No other option is taken from the text, because the
 * driver has options that run code. Never printed whole.
 *
 * @param rootCertificate file of the authority that vouches for the server, or {@code system}
 */
record PostgresAddress(
    String user,
    Optional<String> password,
    String host,
    int port,
    String database,
    TlsMode tls,
    Optional<String> rootCertificate) {
  /** Each of these characters may be taken for the end of something. */
  private static final String ENCODED =
      "; in a user's name and a password / @ : # ? % are written %2F %40 %3A %23 %3F %25";

  /** What our connections are called on the server. */
  static final String APPLICATION = "anoncloud";

  private static final int DEFAULT_PORT = 5432;
  private static final Pattern LOOPBACK =
      Pattern.compile("localhost|127(\\.[0-9]{1,3}){3}|\\[?::1]?");

  private static final int CONNECT_SECONDS = 5;

  /** How the connection is encrypted and the server's certificate checked, from weak to strong. */
  enum TlsMode {
    DISABLE("disable"),
    PREFER("prefer"),
    REQUIRE("require"),
    VERIFY_CA("verify-ca"),
    VERIFY_FULL("verify-full");

    private final String text;

    TlsMode(String text) {
      this.text = text;
    }

    static TlsMode of(String text) {
      return Arrays.stream(values())
          .filter(mode -> mode.text.equals(text))
          .findFirst()
          .orElseThrow(
              () ->
                  unusable(
                      "sslmode must be one of disable, prefer, require, verify-ca, verify-full"));
    }
  }

  /**
   * Reads the text.
   *
   * @throws DatabaseUnavailable if it is not such an address; the message holds no part of it
   */
  static PostgresAddress parse(String text) {
    URI uri;
    try {
      uri = new URI(text);
    } catch (URISyntaxException e) {
      // Neither the text nor the exception, which quotes it, may reach a log.
      throw unusable("it is not a URL" + ENCODED);
    }
    if (!"postgresql".equals(uri.getScheme()) && !"postgres".equals(uri.getScheme())) {
      throw unusable("it must begin with postgresql://");
    }
    String host = uri.getHost();
    String login = uri.getRawUserInfo();
    String path = uri.getRawPath();
    if (host == null || login == null || path == null || path.length() < 2) {
      throw unusable("user, host or name of the database is missing" + ENCODED);
    }
    if (uri.getRawFragment() != null || path.indexOf('/', 1) >= 0) {
      throw unusable("something follows the name of the database" + ENCODED);
    }
    int colon = login.indexOf(':');
    String user = decode(colon < 0 ? login : login.substring(0, colon));
    Optional<String> password =
        colon < 0 ? Optional.empty() : Optional.of(decode(login.substring(colon + 1)));
    TlsMode tls = LOOPBACK.matcher(host).matches() ? TlsMode.PREFER : TlsMode.VERIFY_FULL;
    Optional<String> rootCertificate = Optional.empty();
    String query = uri.getRawQuery();
    for (String option : query == null ? new String[0] : query.split("&")) {
      int equals = option.indexOf('=');
      String value = decode(option.substring(equals + 1));
      switch (equals < 0 ? "" : option.substring(0, equals)) {
        case "sslmode" -> tls = TlsMode.of(value);
        case "sslrootcert" -> rootCertificate = Optional.of(value);
        default -> throw unusable("the only options are sslmode and sslrootcert" + ENCODED);
      }
    }
    int port = uri.getPort() < 0 ? DEFAULT_PORT : uri.getPort();
    return new PostgresAddress(
        user, password, host, port, decode(path.substring(1)), tls, rootCertificate);
  }

  private static String decode(String part) {
    try {
      return URLDecoder.decode(part.replace("+", "%2B"), UTF_8);
    } catch (IllegalArgumentException e) {
      throw unusable("a percent sign is not followed by two hexadecimal digits" + ENCODED);
    }
  }

  private static DatabaseUnavailable unusable(String why) {
    return DatabaseUnavailable.wrongSetting(
        "The --database-url cannot be used: "
            + why
            + ". It looks like postgresql://USER:PASSWORD@HOST:PORT/NAME.");
  }

  /** Opens connections, by typed settings alone. */
  PGSimpleDataSource source() {
    PGSimpleDataSource source = new PGSimpleDataSource();
    source.setServerNames(new String[] {host});
    source.setPortNumbers(new int[] {port});
    source.setDatabaseName(database);
    source.setUser(user);
    source.setPassword(password.orElse(""));
    source.setApplicationName(APPLICATION);
    source.setConnectTimeout(CONNECT_SECONDS);
    source.setTcpKeepAlive(true);
    source.setRequireAuth("scram-sha-256");
    source.setSslMode(tls.text);
    // Ties the password's proof to the certificate, so that nobody in between can pass it on (A14).
    // Without TLS there is nothing to tie it to.
    boolean encrypted = tls.compareTo(TlsMode.REQUIRE) >= 0;
    source.setChannelBinding(encrypted ? "require" : "prefer");
    rootCertificate.ifPresent(
        file -> {
          if (file.equals("system")) {
            source.setSslfactory("org.postgresql.ssl.DefaultJavaSSLFactory");
          } else {
            source.setSslRootCert(file);
          }
        });
    return source;
  }

  /** Without the credentials. */
  @Override
  public String toString() {
    return host + ":" + port + "/" + database;
  }
}
