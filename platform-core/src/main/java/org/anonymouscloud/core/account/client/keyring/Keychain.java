package org.anonymouscloud.core.account.client.keyring;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.anonymouscloud.core.crypto.Secret;

/** The login keychain of macOS, by its {@code security}. */
record Keychain(KeyringProgram program) implements Keyring {
  /** The exit code for errSecItemNotFound. */
  private static final int NOT_FOUND = 44;

  @Override
  public void store(String entry, Secret secret) throws IOException {
    // A command that is typed, not an argument, which everybody on the machine may read.
    byte[] command =
        ("add-generic-password -U -s " + APPLICATION + " -a " + entry + " -w ").getBytes(US_ASCII);
    byte[] line =
        ByteBuffer.allocate(command.length + secret.length() + 1)
            .put(command)
            .put(secret.bytes())
            .put((byte) '\n')
            .array();
    try (KeyringProgram.Answer answer = program.run(line, List.of("-i"))) {
      if (!answer.succeeded()) {
        throw answer.failure();
      }
    } finally {
      Arrays.fill(line, (byte) 0);
    }
  }

  @Override
  public Optional<Secret> find(String entry) throws IOException {
    try (KeyringProgram.Answer answer =
        program.run("find-generic-password", "-s", APPLICATION, "-a", entry, "-w")) {
      if (answer.status() == NOT_FOUND) {
        return Optional.empty();
      }
      if (!answer.succeeded()) {
        throw answer.failure();
      }
      byte[] line = answer.out().bytes();
      boolean ended = line.length > 0 && line[line.length - 1] == '\n';
      return Optional.of(Secret.of(Arrays.copyOf(line, line.length - (ended ? 1 : 0))));
    }
  }

  @Override
  public void remove(String entry) throws IOException {
    try (KeyringProgram.Answer answer =
        program.run("delete-generic-password", "-s", APPLICATION, "-a", entry)) {
      if (!answer.succeeded() && answer.status() != NOT_FOUND) {
        throw answer.failure();
      }
    }
  }
}
