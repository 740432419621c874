package org.anonymouscloud.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.anonymouscloud.core.account.ChainFloor;
import org.anonymouscloud.core.account.DeviceId;
import org.anonymouscloud.core.account.client.AccountFeatures;
import org.anonymouscloud.core.account.client.LocalAccount;
import org.anonymouscloud.core.account.client.OnlineAccount;
import org.anonymouscloud.core.account.protocol.AccountMethod;
import org.anonymouscloud.core.crypto.Digest;
import org.anonymouscloud.core.crypto.RandomBytes;
import org.anonymouscloud.core.session.Call;
import org.anonymouscloud.core.session.ConnectionString;
import org.anonymouscloud.core.session.Link;
import org.anonymouscloud.core.session.Message;
import org.anonymouscloud.core.wire.Cbor;
import org.anonymouscloud.core.wire.Refused;

/** One hostile account beside honest ones on a running server. */
final class Hostile {
  private static final int HONEST = 50;
  private static final int SESSIONS = 16;

  /** Requests that a hostile session has open at once. */
  private static final int OPEN = 32;

  private static final Duration PAUSE = Duration.ofMillis(200);
  private static final int REPORTS = 10;
  private static final int PACK = 1 << 16;

  /** Bytes in a root. */
  private static final int ROOT = 534;

  /** Bytes in a roster with one member, and in a grant (docs/formats/drive.md). */
  private static final int ROSTER = 199 + 61 + 174 + 64;

  private static final int GRANT = 1_168;

  private static final int MAX_NAMES = 2_000;
  private static final int NAME_BYTES = 17;
  private static final String NAME = "a".repeat(26) + ".jpg";
  private static final double MILLI = 1e6;

  /** All that an account may ask but what ends its sessions. */
  private static final List<String> METHODS =
      Stream.concat(
              Stream.of(AccountMethod.values())
                  .filter(method -> method != AccountMethod.LOGOUT)
                  .map(AccountMethod::toString),
              Stream.of(
                  "vault/drive-list",
                  "vault/drive-create",
                  "vault/roster-get",
                  "vault/roster-put",
                  "vault/grant-get",
                  "vault/root-get",
                  "vault/root-move",
                  "vault/pack-put",
                  "vault/pack-get",
                  "vault/pack-list",
                  "vault/pack-drop",
                  "vault/usage",
                  "nothing/at-all"))
          .toList();

  private final AtomicBoolean enough = new AtomicBoolean();
  private final ConcurrentLinkedQueue<Long> taken = new ConcurrentLinkedQueue<>();
  private final AtomicInteger refusedToHonest = new AtomicInteger();
  private final AtomicLong hostileRequests = new AtomicLong();

  private Hostile() {}

  private record DriveCreate(byte[] roster, byte[] grant) {}

  private record UsageGet(byte[] drive) {}

  private record RootMove(
      byte[] drive, long number, byte[] root, byte[] live, byte[] dropped, boolean frees) {}

  private record PackPut(byte[] drive, String name, int length, boolean frees) {}

  private record PackGet(byte[] drive, String name, int offset, int length) {}

  /**
   * Prints what the honest ones waited and the server's memory, and fails if the server ends or
   * gives somebody wrong bytes.
   *
   * @param arguments the server's connection string, a new folder, the server's process id, the
   *     name that the hostile account gets, minutes; then it waits for a line on its input before
   *     it begins, so that the account can be given its quota
   */
  public static void main(String[] arguments) throws Exception {
    Accounts accounts = new Accounts(ConnectionString.parse(arguments[0]));
    Path folder = Path.of(arguments[1]);
    long pid = Long.parseLong(arguments[2]);
    LocalAccount hostile = accounts.register(folder.resolve("hostile"), arguments[3]);
    try (OnlineAccount session =
        new OnlineAccount(hostile, AccountFeatures.NONE, accounts::connect)) {
      makeDrive(session);
    }
    List<LocalAccount> honest = new ArrayList<>();
    for (int i = 0; i < HONEST; i++) {
      honest.add(accounts.register(folder.resolve("honest" + i), "honest" + i));
    }
    System.out.println("registered");
    var _ = System.in.read();
    new Hostile()
        .run(accounts, hostile, honest, pid, Duration.ofMinutes(Long.parseLong(arguments[4])));
  }

  private void run(
      Accounts accounts,
      LocalAccount hostile,
      List<LocalAccount> honest,
      long pid,
      Duration duration)
      throws Exception {
    long seed = System.nanoTime();
    System.out.printf(Locale.ROOT, "seed %d%n", seed);
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Void>> honestWork = new ArrayList<>();
      for (LocalAccount account : honest) {
        honestWork.add(
            threads.submit(
                () ->
                    beHonest(new OnlineAccount(account, AccountFeatures.NONE, accounts::connect))));
      }
      List<Future<Void>> hostileWork = new ArrayList<>();
      for (int i = 0; i < SESSIONS; i++) {
        OnlineAccount session = new OnlineAccount(hostile, AccountFeatures.NONE, accounts::connect);
        for (int j = 0; j < OPEN; j++) {
          Random random = new Random(seed + (long) i * OPEN + j);
          hostileWork.add(threads.submit(() -> beHostile(session, random)));
        }
      }
      List<Long> all = new ArrayList<>();
      try {
        for (int i = 0; i <= REPORTS; i++) {
          report(i, pid, all);
          if (i < REPORTS) {
            TimeUnit.NANOSECONDS.sleep(duration.toNanos() / REPORTS);
          }
        }
      } finally {
        enough.set(true);
      }
      for (Future<Void> one : honestWork) {
        one.get();
      }
      System.out.printf(
          Locale.ROOT, "in all: %s, refused %d%n", quantiles(all), refusedToHonest.get());
      // What waits for a server that is away would wait on; nobody needs its end.
      hostileWork.forEach(one -> one.cancel(true));
    }
  }

  /** What the honest ones waited since the report before; their times are added to {@code all}. */
  private void report(int tenths, long pid, List<Long> all) throws IOException {
    List<Long> since = new ArrayList<>();
    for (Long one = taken.poll(); one != null; one = taken.poll()) {
      since.add(one);
    }
    all.addAll(since);
    System.out.printf(
        Locale.ROOT,
        "%3d %%: server %d MiB; %s; hostile requests %d%n",
        tenths * 100 / REPORTS,
        IdleSessions.residentMebibytes(pid),
        quantiles(since),
        hostileRequests.get());
  }

  private static String quantiles(List<Long> waited) {
    long[] nanos = waited.stream().mapToLong(Long::longValue).sorted().toArray();
    return String.format(
        Locale.ROOT,
        "honest requests %d, p50 %.1f ms, p99 %.1f ms, longest %.1f ms",
        nanos.length,
        millis(nanos, 0.5),
        millis(nanos, 0.99),
        millis(nanos, 1));
  }

  private static double millis(long[] sorted, double share) {
    return sorted.length == 0 ? 0 : sorted[(int) Math.ceil(share * sorted.length) - 1] / MILLI;
  }

  private interface Ask {
    void run() throws Refused, IOException;
  }

  /** What the server looks at, and noise where signature and tree would be. */
  private static byte[] root(long number, byte[] account, DeviceId device, byte[] before) {
    byte[] previous = number == 0 ? new byte[Digest.LENGTH] : Digest.sha256(before).bytes();
    ByteBuffer root = ByteBuffer.allocate(ROOT).put((byte) 1).putInt(0).putLong(number);
    root.put(account).put(device.bytes()).put(previous);
    return root.put(RandomBytes.next(root.remaining())).array();
  }

  /** Reads and writes as the agent of somebody who is at work. */
  private Void beHonest(OnlineAccount session) throws Exception {
    byte[] pack = RandomBytes.next(PACK);
    try (session) {
      Link link = session.link();
      byte[] drive = session.local().account().bytes();
      makeDrive(session);
      measured(() -> put(link, drive, pack));
      byte[] before = new byte[0];
      for (long number = 0; !enough.get(); number++) {
        byte[] root = root(number, drive, session.local().device(), before);
        before = root;
        byte[] none = new byte[0];
        byte[] move = Cbor.encode(new RootMove(drive, number, root, none, none, false));
        measured(() -> link.ask("vault/root-move", move));
        for (int i = 0; i < 4 && !enough.get(); i++) {
          measured(() -> link.ask("vault/usage", Cbor.encode(new UsageGet(drive))));
          measured(() -> get(link, drive, pack));
          TimeUnit.NANOSECONDS.sleep(PAUSE.toNanos());
        }
      }
    }
    return null;
  }

  private void measured(Ask ask) throws IOException {
    long start = System.nanoTime();
    try {
      ask.run();
    } catch (Refused e) {
      refusedToHonest.incrementAndGet();
    }
    taken.add(System.nanoTime() - start);
  }

  /** A drive whose id is the account's, and whose roster nobody but the server reads. */
  private static void makeDrive(OnlineAccount session) throws Refused, IOException {
    byte[] account = session.local().account().bytes();
    ChainFloor newest = session.known().state().head();
    byte[] roster =
        ByteBuffer.allocate(ROSTER)
            .put((byte) 1)
            .put(account)
            .put(new byte[8 + Digest.LENGTH])
            .put(account)
            .put(session.local().device().bytes())
            .put(new byte[8 + 4 + Digest.LENGTH])
            .putLong(-1)
            .put(new byte[Digest.LENGTH])
            .put(account)
            .putLong(Long.MAX_VALUE)
            .putShort((short) 1)
            .put(account)
            .put((byte) 3)
            .putInt(session.generation())
            .putLong(newest.seq())
            .put(newest.hash().bytes())
            .array();
    var _ =
        session
            .link()
            .ask("vault/drive-create", Cbor.encode(new DriveCreate(roster, new byte[GRANT])));
  }

  private static void put(Link link, byte[] drive, byte[] pack) throws Refused, IOException {
    try (Call call =
        link.open("vault/pack-put", Cbor.encode(new PackPut(drive, NAME, PACK, false)))) {
      call.upload().write(pack);
      call.upload().close();
      var _ = call.answer();
    }
  }

  private static void get(Link link, byte[] drive, byte[] pack) throws Refused, IOException {
    try (Call call = link.open("vault/pack-get", Cbor.encode(new PackGet(drive, NAME, 0, PACK)))) {
      byte[] got = call.download().readAllBytes();
      var _ = call.answer();
      if (!Arrays.equals(got, pack)) {
        throw new IllegalStateException("What arrived is not what was sent.");
      }
    }
  }

  private Void beHostile(OnlineAccount session, Random random) {
    Link link = session.link();
    byte[] drive = session.local().account().bytes();
    while (!enough.get()) {
      try {
        one(link, drive, random);
      } catch (Refused | IOException e) {
        // As it should be.
      }
      hostileRequests.incrementAndGet();
    }
    return null;
  }

  private static void one(Link link, byte[] drive, Random random) throws Refused, IOException {
    String method = METHODS.get(random.nextInt(METHODS.size()));
    switch (random.nextInt(6)) {
      case 0 -> link.ask(method, bytes(random, random.nextInt(64)));
      case 1 -> link.ask(method, bytes(random, Message.MAX_BODY >> random.nextInt(11)));
      case 2 -> {
        byte[] names = bytes(random, NAME_BYTES * random.nextInt(MAX_NAMES + 1));
        for (int at = NAME_BYTES - 1; at < names.length; at += NAME_BYTES) {
          names[at] = 0;
        }
        byte[] root = bytes(random, random.nextBoolean() ? ROOT : 1 + random.nextInt(2 * ROOT));
        var _ =
            link.ask(
                "vault/root-move",
                Cbor.encode(
                    new RootMove(drive, random.nextInt(3), root, names, new byte[0], false)));
      }
      case 3 -> {
        PackPut put = new PackPut(drive, NAME, 1 << random.nextInt(10, 26), random.nextBoolean());
        try (Call call = link.open("vault/pack-put", Cbor.encode(put))) {
          call.upload().write(bytes(random, random.nextInt(PACK)));
          call.upload().close();
          var _ = call.answer();
        }
      }
      case 4 -> {
        // Bulk data for who wants none, and an end in the middle of it.
        try (Call call = link.open(method, bytes(random, random.nextInt(64)))) {
          call.upload().write(bytes(random, random.nextInt(PACK)));
        }
      }
      default -> link.ask("vault/usage", Cbor.encode(new UsageGet(drive)));
    }
  }

  private static byte[] bytes(Random random, int count) {
    byte[] bytes = new byte[count];
    random.nextBytes(bytes);
    return bytes;
  }
}
