package org.anonymouscloud.vault.client.drive;

import static org.anonymouscloud.vault.client.fixture.DriveFiles.discard;
import static org.anonymouscloud.vault.client.fixture.DriveFiles.hash;
import static org.anonymouscloud.vault.client.fixture.DriveFiles.move;
import static org.anonymouscloud.vault.client.fixture.DriveFiles.noise;
import static org.anonymouscloud.vault.client.fixture.DriveFiles.put;
import static org.anonymouscloud.vault.client.fixture.DriveFiles.tree;
import static org.anonymouscloud.vault.client.fixture.DriveFiles.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.anonymouscloud.core.blob.FaultyDisk;
import org.anonymouscloud.core.blob.FaultyDisk.Step;
import org.anonymouscloud.core.wire.ErrorCode;
import org.anonymouscloud.vault.client.fixture.Impatience;
import org.anonymouscloud.vault.client.fixture.TestServer;
import org.anonymouscloud.vault.client.remote.ServerRefused;
import org.anonymouscloud.vault.protocol.VaultMessages;
import org.anonymouscloud.vault.server.FaultyDatabase;
import org.anonymouscloud.vault.server.ServerHalf;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Each trouble of a server in the middle of each kind of work: it is told by its code, what was
 * there stays, nothing is there by half, and the same work done again after the trouble leaves what
 * it would have left without it.
 */
final class TroubleTest {
  private static final int MIB = 1 << 20;

  /** What the server takes for each work without trouble. */
  private static final Map<Work, VaultMessages.Usage> UNTROUBLED = new TreeMap<>();

  @TempDir private Path folder;
  private final FaultyDisk disk = new FaultyDisk();
  private FaultyDatabase database;
  private TestServer server;
  private Drive drive;

  @BeforeEach
  void start() throws IOException {
    begin(folder.resolve("troubled"));
  }

  @AfterEach
  void stop() {
    drive.close();
    server.close();
  }

  private void begin(Path own) throws IOException {
    database = new FaultyDatabase(ServerHalf.sqlite(own));
    server = TestServer.start(own, database, disk);
    drive = Drive.home(server.account(), Clock.systemUTC(), Impatience.usual(), Pace.USUAL);
    write(drive, "/kept", noise(100_000, 1));
    write(drive, "/old", noise(200_000, 2));
    server.half().sweep();
  }

  /** What somebody does. */
  enum Work {
    LARGE_FILE(2) {
      @Override
      void doOn(Drive drive) throws IOException {
        write(drive, "/new", noise(18 * MIB, 3));
      }

      @Override
      void change(SortedMap<String, String> tree) {
        tree.put("/new", hash(noise(18 * MIB, 3)));
      }
    },
    SMALL_FILE(1) {
      @Override
      void doOn(Drive drive) throws IOException {
        write(drive, "/old", noise(1_000, 4));
      }

      @Override
      void change(SortedMap<String, String> tree) {
        tree.put("/old", hash(noise(1_000, 4)));
      }
    },
    MANY_FILES(2) {
      @Override
      void doOn(Drive drive) throws IOException {
        try (Batch batch = drive.batch()) {
          for (int i = 0; i < 18; i++) {
            put(batch, "/new " + i, noise(MIB, i));
          }
          batch.commit();
        }
      }

      @Override
      void change(SortedMap<String, String> tree) {
        for (int i = 0; i < 18; i++) {
          tree.put("/new " + i, hash(noise(MIB, i)));
        }
      }
    },
    MOVE(1) {
      @Override
      void doOn(Drive drive) throws IOException {
        move(drive, "/old", "/moved");
      }

      @Override
      void change(SortedMap<String, String> tree) {
        tree.put("/moved", tree.remove("/old"));
      }
    },
    REMOVAL(1) {
      @Override
      void doOn(Drive drive) throws IOException {
        discard(drive, "/old");
      }

      @Override
      void change(SortedMap<String, String> tree) {
        tree.remove("/old");
      }
    };

    /** Packs that are sent, at least. */
    private final int packs;

    Work(int packs) {
      this.packs = packs;
    }

    abstract void doOn(Drive drive) throws IOException;

    /** What it does to the tree. */
    abstract void change(SortedMap<String, String> tree);
  }

  /** What goes wrong. */
  enum Trouble {
    FULL_DISK(ErrorCode.STORAGE_FULL) {
      @Override
      void begin(TroubleTest test) {
        test.disk.failAt(Step.WRITE, "No space left on device");
      }
    },
    DISK_FULL_AT_THE_SECOND_PACK(ErrorCode.STORAGE_FULL) {
      @Override
      void begin(TroubleTest test) {
        test.failAt(Step.SPACE, 2, "No space left on device");
      }

      @Override
      boolean hits(Work work) {
        return work.packs > 1;
      }
    },
    BROKEN_DISK(ErrorCode.INTERNAL) {
      @Override
      void begin(TroubleTest test) {
        test.disk.failAt(Step.WRITE, "Input/output error");
      }
    },
    FAILED_SYNC(ErrorCode.INTERNAL) {
      @Override
      void begin(TroubleTest test) {
        test.disk.failAt(Step.SYNC, "Input/output error");
      }
    },
    SECOND_SYNC_FAILED(ErrorCode.INTERNAL) {
      @Override
      void begin(TroubleTest test) {
        test.failAt(Step.SYNC, 2, "Input/output error");
      }

      @Override
      boolean hits(Work work) {
        return work.packs > 1;
      }
    },
    FAILED_SYNC_OF_THE_FOLDER(ErrorCode.INTERNAL) {
      @Override
      void begin(TroubleTest test) {
        test.disk.failAt(Step.SYNC_FOLDER, "Input/output error");
      }
    },
    QUOTA_REACHED(ErrorCode.QUOTA_EXCEEDED) {
      @Override
      void begin(TroubleTest test) throws IOException {
        test.server.half().setQuota(test.drive.usage().used());
      }

      @Override
      boolean hits(Work work) {
        return work != Work.REMOVAL;
      }
    },
    DATABASE_GONE(ErrorCode.UNAVAILABLE) {
      @Override
      void begin(TroubleTest test) {
        test.database.failAfter(0, false);
      }
    },
    DATABASE_GONE_WHEN_THE_PACK_HAS_COME(ErrorCode.UNAVAILABLE) {
      @Override
      void begin(TroubleTest test) {
        test.database.failAfter(1, false);
      }
    },
    DATABASE_GONE_AFTER_THE_PACK_WAS_TAKEN(ErrorCode.UNAVAILABLE) {
      @Override
      void begin(TroubleTest test) {
        test.database.failAfter(1, true);
      }
    },
    DATABASE_GONE_BEFORE_THE_ROOT(ErrorCode.UNAVAILABLE) {
      @Override
      void begin(TroubleTest test) {
        test.database.failAfter(2, false);
      }
    };

    private final ErrorCode code;

    Trouble(ErrorCode code) {
      this.code = code;
    }

    abstract void begin(TroubleTest test) throws IOException;

    boolean hits(Work work) {
      return true;
    }
  }

  /** The disk takes a few of these steps and then none. */
  private void failAt(Step failing, int from, String reason) {
    AtomicInteger steps = new AtomicInteger();
    disk.setFault(
        step ->
            step == failing && steps.incrementAndGet() >= from
                ? Optional.of(new IOException(reason))
                : Optional.empty());
  }

  private void heal() {
    disk.heal();
    database.heal();
    server.half().setQuota(Long.MAX_VALUE);
    server.half().sweep();
  }

  static Stream<Arguments> troubles() {
    return Arrays.stream(Trouble.values())
        .flatMap(
            trouble ->
                Arrays.stream(Work.values())
                    .filter(trouble::hits)
                    .map(work -> Arguments.of(trouble, work)));
  }

  @ParameterizedTest
  @MethodSource("troubles")
  void nothingIsLostOrHalfDoneAndTheSameWorkIsDoneAfterwards(Trouble trouble, Work work)
      throws Exception {
    SortedMap<String, String> before = tree(drive);
    SortedMap<String, String> after = new TreeMap<>(before);
    work.change(after);
    trouble.begin(this);

    assertThatThrownBy(() -> work.doOn(drive))
        .isInstanceOfSatisfying(
            ServerRefused.class, e -> assertThat(e.code()).isEqualTo(trouble.code));

    assertThat(seen()).isEqualTo(before);
    heal();
    work.doOn(drive);
    assertThat(seen()).isEqualTo(after);
    // What could not be given back while the database was away goes after a day.
    server.half().pass(Duration.ofHours(26));
    server.half().sweep();
    VaultMessages.Usage usage = drive.usage();
    assertThat(usage).usingRecursiveComparison().ignoringFields("time").isEqualTo(untroubled(work));
  }

  @Test
  void whatIsRemovedAtTheQuotaIsRemoved() throws Exception {
    SortedMap<String, String> after = tree(drive);
    Work.REMOVAL.change(after);
    Trouble.QUOTA_REACHED.begin(this);

    Work.REMOVAL.doOn(drive);

    assertThat(seen()).isEqualTo(after);
  }

  /** What another device sees. */
  private SortedMap<String, String> seen() throws IOException {
    try (Drive other =
        Drive.home(
            server.account().device(2, server.newLine()),
            Clock.systemUTC(),
            Impatience.usual(),
            Pace.USUAL)) {
      return tree(other);
    }
  }

  private VaultMessages.Usage untroubled(Work work) throws IOException {
    VaultMessages.Usage known = UNTROUBLED.get(work);
    if (known == null) {
      drive.close();
      server.close();
      begin(folder.resolve("untroubled"));
      work.doOn(drive);
      known = drive.usage();
      UNTROUBLED.put(work, known);
    }
    return known;
  }
}
