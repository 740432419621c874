package org.anonymouscloud.bench;

import java.util.concurrent.TimeUnit;
import org.anonymouscloud.core.crypto.NotAuthentic;
import org.anonymouscloud.core.crypto.Secret;
import org.anonymouscloud.core.crypto.noise.Aead;
import org.anonymouscloud.core.crypto.noise.X25519KeyPair;
import org.anonymouscloud.core.noise.CipherState;
import org.anonymouscloud.core.noise.Transport;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Records on one core. Bytes a second are the length times the operations a second. */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
public class RecordBenchmark {
  private static final byte[] NO_DATA = {};
  private static final int KEY = 32;

  /** The longest record's plaintext, and the shortest. */
  @Param({"65519", "256"})
  public int length;

  private final byte[] plain = new byte[CipherState.MAX_MESSAGE];
  private final byte[] sealed = new byte[CipherState.MAX_MESSAGE];
  private final byte[] opened = new byte[CipherState.MAX_MESSAGE];
  private CipherState sending = new Handshakes(X25519KeyPair.generate()).run().send();
  private final Aead aead = new Aead(Aead.Algorithm.AES_256_GCM, Secret.random(KEY));

  /** A fresh key for each iteration: one seals 2^32 records and no more. */
  @Setup(Level.Iteration)
  public void renew() {
    try (X25519KeyPair server = X25519KeyPair.generate()) {
      Transport transport = new Handshakes(server).run();
      sending = transport.send();
    }
  }

  /** Once: the cipher refuses to seal under one number twice. */
  @Setup
  public void sealOne() {
    var _ = aead.seal(0, NO_DATA, plain, 0, length, sealed, 0);
  }

  /** Sealing in place, as a channel does. */
  @Benchmark
  public int seal() {
    return sending.seal(plain, 0, length, plain, 0);
  }

  /** Opening from one array into another, as a channel does with long records. */
  @Benchmark
  public int open() throws NotAuthentic {
    return aead.open(0, NO_DATA, sealed, 0, length + Aead.TAG_LENGTH, opened, 0);
  }
}
