package org.anonymouscloud.core.noise;

/**
 * What a finished handshake leaves this side with. Whoever holds it closes it.
 *
 * @param send seals what this side says; closed if the pattern lets this side say nothing
 * @param receive opens what the other side says; closed if the pattern lets it say nothing
 */
public record Transport(CipherState send, CipherState receive) implements AutoCloseable {
  @Override
  public void close() {
    send.close();
    receive.close();
  }
}
