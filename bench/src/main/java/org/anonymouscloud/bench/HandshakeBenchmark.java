package org.anonymouscloud.bench;

import java.util.concurrent.TimeUnit;
import org.anonymouscloud.core.crypto.NotAuthentic;
import org.anonymouscloud.core.crypto.noise.X25519KeyPair;
import org.anonymouscloud.core.noise.Transport;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** What a handshake costs on one core, without the network. */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
public class HandshakeBenchmark {
  private final Handshakes handshakes = new Handshakes(X25519KeyPair.generate());
  private final byte[] first = Handshakes.firstMessage();

  /** The server's side alone. */
  @Benchmark
  public Transport server() throws NotAuthentic {
    return handshakes.answer(first);
  }

  /** Both sides. */
  @Benchmark
  public Transport both() {
    return handshakes.run();
  }
}
