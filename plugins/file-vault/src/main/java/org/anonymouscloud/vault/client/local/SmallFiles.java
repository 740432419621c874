package org.anonymouscloud.vault.client.local;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.anonymouscloud.vault.client.disk.IncomingFile;
import org.anonymouscloud.vault.client.disk.LocalTarget;
import org.jspecify.annotations.Nullable;

/**
 * Writes small files on several threads while the caller reads on: to make a file takes the disk
 * longer than to fill it. Those of one folder are written by one thread, in order. Used by one
 * thread.
 */
final class SmallFiles implements AutoCloseable {
  /** Larger files are not held whole. */
  static final int MAX_BYTES = 64 * 1024;

  private static final int THREADS = 2;

  /** How many files of each thread may wait. */
  private static final int MAX_WAITING = 64;

  private final List<Writer> writers = new ArrayList<>();
  private final Queue<Done> done = new ConcurrentLinkedQueue<>();

  /** A file that has been written, or could not be. */
  record Done(IncomingFile file, @Nullable IOException failure) {}

  /** A file that is to be written; none says that there are no more. */
  private record Waiting(Optional<IncomingFile> file, byte[] content) {}

  private final class Writer {
    private final LocalTarget target;
    private final BlockingQueue<Waiting> waiting = new ArrayBlockingQueue<>(MAX_WAITING);

    // Not virtual: a file that is made holds its carrier.
    private final Thread thread =
        Thread.ofPlatform().daemon().name("small-files").unstarted(this::run);

    Writer(LocalTarget target) {
      this.target = target;
      thread.start();
    }

    private void run() {
      try {
        for (Waiting next = waiting.take(); next.file.isPresent(); next = waiting.take()) {
          IncomingFile file = next.file.get();
          done.add(new Done(file, write(file, next.content)));
        }
      } catch (InterruptedException e) {
        // Nobody does that.
      }
    }

    private @Nullable IOException write(IncomingFile file, byte[] content) {
      try {
        target.write(file, new ByteArrayInputStream(content), bytes -> {});
        target.keep();
        return null;
      } catch (IOException e) {
        return e;
      } catch (RuntimeException | Error e) {
        // A thread that ended would leave whoever puts into its full queue waiting for ever.
        return new IOException("A file could not be written.", e);
      }
    }
  }

  /**
   * @param target where the files go; stays the caller's
   */
  SmallFiles(LocalTarget target) throws IOException {
    for (int i = 0; i < THREADS; i++) {
      writers.add(new Writer(target.beside()));
    }
  }

  /** Has a file written, under its name. Waits while too many wait already. */
  void write(IncomingFile file, byte[] content) throws IOException {
    List<String> parent = file.names().subList(0, file.names().size() - 1);
    try {
      writers
          .get(Math.floorMod(parent.hashCode(), THREADS))
          .waiting
          .put(new Waiting(Optional.of(file), content));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("The download was interrupted.");
    }
  }

  /** A file of which it is known what became of it, each once; null if there is none just now. */
  @Nullable Done poll() {
    return done.poll();
  }

  /** Waits until all files have been written. */
  @Override
  public void close() throws IOException {
    boolean interrupted = false;
    for (Writer writer : writers) {
      boolean told = false;
      while (writer.thread.isAlive()) {
        try {
          if (!told) {
            writer.waiting.put(new Waiting(Optional.empty(), new byte[0]));
            told = true;
          }
          writer.thread.join();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    }
    for (Writer writer : writers) {
      writer.target.close();
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
