package org.anonymouscloud.core.session.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.anonymouscloud.core.session.ConnectionString;
import org.anonymouscloud.core.session.Fingerprint;
import org.anonymouscloud.core.session.KeyCheck;
import org.anonymouscloud.core.session.Session;
import org.anonymouscloud.core.session.UntrustedServer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Whom a client believes to be its server. */
@Timeout(60)
@Tag("A39")
class TrustTest {
  @Test
  void anotherKeyThanTheConnectionStringsIsAHardStop() throws Exception {
    Fingerprint expected;
    try (ServerKey other = ServerKey.random()) {
      expected = other.fingerprint();
    }
    try (EchoServer server = new EchoServer()) {
      ConnectionString address =
          new ConnectionString("127.0.0.1", server.listener.port(), Optional.of(expected));
      // Whatever the check would say, it is not asked.
      assertThatExceptionOfType(UntrustedServer.class)
          .isThrownBy(() -> Session.connect(address, seen -> true, EchoServer.PATIENCE))
          .satisfies(
              untrusted -> {
                assertThat(untrusted.seen()).isEqualTo(server.key.fingerprint());
                assertThat(untrusted.expected()).contains(expected);
              });
    }
  }

  @Test
  void withoutAFingerprintTheCheckDecides() throws Exception {
    try (EchoServer server = new EchoServer()) {
      ConnectionString address =
          new ConnectionString("127.0.0.1", server.listener.port(), Optional.empty());
      List<Fingerprint> asked = new ArrayList<>();
      assertThatExceptionOfType(UntrustedServer.class)
          .isThrownBy(
              () ->
                  Session.connect(
                      address,
                      seen -> {
                        asked.add(seen);
                        return false;
                      },
                      EchoServer.PATIENCE))
          .satisfies(untrusted -> assertThat(untrusted.expected()).isEmpty());
      assertThatExceptionOfType(UntrustedServer.class)
          .isThrownBy(() -> Session.connect(address, KeyCheck.NONE, EchoServer.PATIENCE));
      try (Session session =
          Session.connect(address, server.key.fingerprint()::equals, EchoServer.PATIENCE)) {
        assertThat(session.serverKey()).isEqualTo(server.key.fingerprint());
      }
      assertThat(asked).containsExactly(server.key.fingerprint());
    }
  }

  @Test
  void theKeyOutlivesTheServer(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("server.key");
    Fingerprint first;
    try (ServerKey key = ServerKey.open(file)) {
      first = key.fingerprint();
      assertThat(key.toString()).contains(first.text()).hasSizeLessThan(60);
    }
    try (ServerKey key = ServerKey.open(file)) {
      assertThat(key.fingerprint()).isEqualTo(first);
    }
    assertThat(Files.getPosixFilePermissions(file))
        .isEqualTo(PosixFilePermissions.fromString("rw-------"));
    assertThat(Files.size(file)).isEqualTo(55);
  }

  @Test
  void aDamagedKeyFileIsNamedAndNeverReplaced(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("server.key");
    ServerKey.open(file).close();
    byte[] whole = Files.readAllBytes(file);
    byte[] otherMagic = whole.clone();
    otherMagic[0] ^= 1;
    for (byte[] damaged :
        List.of(
            new byte[0],
            java.util.Arrays.copyOf(whole, 54),
            java.util.Arrays.copyOf(whole, 56),
            otherMagic)) {
      Files.write(file, damaged);
      assertThatExceptionOfType(IOException.class)
          .isThrownBy(() -> ServerKey.open(file))
          .withMessageContaining("server.key")
          .withMessageContaining("damaged");
      assertThat(Files.readAllBytes(file)).isEqualTo(damaged);
    }
  }
}
