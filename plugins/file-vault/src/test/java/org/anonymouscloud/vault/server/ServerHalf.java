package org.anonymouscloud.vault.server;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.anonymouscloud.core.account.AccountChains;
import org.anonymouscloud.core.account.AccountId;
import org.anonymouscloud.core.account.ChainFloor;
import org.anonymouscloud.core.account.DeviceId;
import org.anonymouscloud.core.account.server.AccountService;
import org.anonymouscloud.core.account.server.StoredSpace;
import org.anonymouscloud.core.blob.BlobFolder;
import org.anonymouscloud.core.blob.FaultyDisk;
import org.anonymouscloud.core.database.DatabaseSettings;
import org.anonymouscloud.core.database.DatabaseUnavailable;
import org.anonymouscloud.core.database.OpenDatabase;
import org.anonymouscloud.core.plugin.AccountHandler;
import org.anonymouscloud.core.plugin.AccountPush;
import org.anonymouscloud.core.plugin.Caller;
import org.anonymouscloud.core.plugin.ServerContext;
import org.anonymouscloud.core.session.Call;
import org.anonymouscloud.core.session.Link;
import org.anonymouscloud.core.session.Request;
import org.anonymouscloud.core.testing.TestClock;
import org.anonymouscloud.core.wire.Cbor;
import org.anonymouscloud.core.wire.ErrorCode;
import org.anonymouscloud.core.wire.Malformed;
import org.anonymouscloud.core.wire.Refused;
import org.anonymouscloud.storage.sqlite.SqliteDatabase;
import org.anonymouscloud.vault.protocol.DriveId;
import org.anonymouscloud.vault.protocol.PackName;
import org.anonymouscloud.vault.protocol.RootHeader;
import org.anonymouscloud.vault.protocol.Roster;
import org.anonymouscloud.vault.protocol.VaultMessages;
import org.anonymouscloud.vault.protocol.VaultMethod;
import org.jdbi.v3.core.Handle;

/**
 * The vault's real server half on a real database, in this process: what a client gets through a
 * session, without the session. Accounts are whoever asks; there is no login. Thread-safe.
 */
public final class ServerHalf implements AutoCloseable {
  private final Path folder;
  private final BlobFolder blobs;
  private final OpenDatabase database;
  private final List<Listener> listeners = new CopyOnWriteArrayList<>();
  private final TestClock clock = new TestClock(Instant.parse("2026-11-01T12:34:56Z"));
  private final Map<AccountId, Long> quotas = new ConcurrentHashMap<>();
  private final Map<AccountId, Chain> chains = new ConcurrentHashMap<>();
  private final Set<AccountId> gone = ConcurrentHashMap.newKeySet();
  private volatile long quota = Long.MAX_VALUE;
  private volatile VaultService service;

  private record Listener(AccountId account, String topic, Consumer<byte[]> receiver) {}

  private ServerHalf(Path folder, OpenDatabase database, BlobFolder blobs) throws IOException {
    this.folder = Files.createDirectories(folder);
    this.database = database;
    AccountService.migrate(database);
    database.migrate(new VaultData().tables());
    this.blobs = blobs;
    this.service = serve();
  }

  /** Starts on SQLite, with all its files below {@code folder}. */
  public static ServerHalf start(Path folder) throws IOException {
    return start(folder, sqlite(folder));
  }

  /** An SQLite database in a folder. */
  public static OpenDatabase sqlite(Path folder) {
    return new SqliteDatabase().open(new DatabaseSettings(folder, Optional.empty()));
  }

  /** Takes the database over, and closes it. */
  public static ServerHalf start(Path folder, OpenDatabase database) throws IOException {
    Path own = folder.resolve("vault");
    return new ServerHalf(own, database, new BlobFolder(own));
  }

  /** Takes the database over, and closes it; the packs are on a disk that may fail. */
  public static ServerHalf start(Path folder, OpenDatabase database, FaultyDisk disk)
      throws IOException {
    Path own = folder.resolve("vault");
    return new ServerHalf(own, database, disk.blobs(own));
  }

  private VaultService serve() throws IOException {
    return new VaultServerFeature()
        .serve(
            new ServerContext(
                database,
                folder,
                blobs,
                new StoredSpace("vault", (rows, account) -> quotas.getOrDefault(account, quota)),
                new Chains(),
                new Pushing(),
                clock));
  }

  /** What the server knows of one account's chain. */
  @FunctionalInterface
  public interface Chain {
    boolean has(ChainFloor link, int generation);
  }

  private final class Chains implements AccountChains {
    @Override
    public boolean have(Handle rows, AccountId account, ChainFloor link, int generation) {
      return !gone.contains(account) && had(rows, account, link, generation);
    }

    @Override
    public boolean had(Handle rows, AccountId account, ChainFloor link, int generation) {
      return chains.getOrDefault(account, (_, _) -> true).has(link, generation);
    }
  }

  /** Which device a link belongs to is not known here. */
  private final class Pushing implements AccountPush {
    @Override
    public void push(AccountId account, String topic, byte[] body) {
      for (Listener listener : listeners) {
        if (listener.account.equals(account) && listener.topic.equals(topic)) {
          listener.receiver.accept(body.clone());
        }
      }
    }

    @Override
    public void push(AccountId account, DeviceId device, String topic, byte[] body) {
      push(account, topic, body);
    }
  }

  /** How an account's device talks to this server. Links of one account are its sessions. */
  public Link link(AccountId account) {
    return new InProcessLink(account);
  }

  /**
   * The chain of an account. Without one the server believes whatever is said of the account, as
   * one does that lies together with a member.
   */
  public void knows(AccountId account, Chain chain) {
    chains.put(account, chain);
  }

  /** An account is deleted, and its chain stays. */
  void bury(AccountId account) {
    gone.add(account);
  }

  /** What each account may use. */
  public void setQuota(long bytes) {
    quota = bytes;
  }

  /** What one account may use, whatever the others may. */
  void setQuota(AccountId account, long bytes) {
    quotas.put(account, bytes);
  }

  /** Sets the server's clock. */
  public void setTime(Instant time) {
    clock.set(time);
  }

  /** Moves the server's clock on. */
  public void pass(Duration time) {
    clock.pass(time);
  }

  /** Packs as if no root had ever named them, and their day were over. */
  void expire(DriveId drive, List<PackName> packs) {
    database.<Void, RuntimeException>write(
        handle -> {
          for (PackName pack : packs) {
            handle.execute(
                "UPDATE vault_packs SET expires = 0 WHERE drive = ? AND name = ?",
                drive.bytes(),
                pack.text());
          }
          return null;
        });
  }

  /** Clears away what nobody needs at this time, and returns when that is done. */
  public void sweep() {
    service.sweep();
  }

  /** Where the vault keeps its files on disk. */
  public Path folder() {
    return folder;
  }

  OpenDatabase database() {
    return database;
  }

  /** Bytes of a drive's packs, roots, rosters and grants. */
  long usedBytes(DriveId drive) {
    return database.<Long, RuntimeException>read(handle -> DriveSpace.of(handle, drive).used());
  }

  VaultService service() {
    return service;
  }

  /** Ends the feature and starts it again on the same database and folder. */
  public void restart() throws IOException {
    service.close();
    service = serve();
  }

  @Override
  public void close() {
    service.close();
    database.close();
  }

  private byte[] handle(AccountId account, Request request) throws Refused, IOException {
    Map<String, AccountHandler> methods = service.methods();
    String prefix = VaultMethod.FEATURE + "/";
    String verb =
        request.method().startsWith(prefix) ? request.method().substring(prefix.length()) : "";
    AccountHandler handler = methods.get(verb);
    if (handler == null) {
      throw new Refused(ErrorCode.UNKNOWN_METHOD, "There is no such method.");
    }
    try {
      return handler.handle(new Caller(account, writer(request), 0), request);
    } catch (DatabaseUnavailable e) {
      // As the server answers for all its features.
      throw e.forClient();
    }
  }

  /**
   * Links are of accounts, not of devices: whoever writes a root or a roster is the device that it
   * names.
   */
  private static Optional<DeviceId> writer(Request request) {
    String method = request.method();
    byte[] body = request.body();
    try {
      if (method.equals(VaultMethod.ROOT_MOVE.toString())) {
        return Optional.of(
            RootHeader.decode(Cbor.decode(body, VaultMessages.RootMove.class).root()).device());
      } else if (method.equals(VaultMethod.ROSTER_PUT.toString())) {
        return Optional.of(
            Roster.decode(Cbor.decode(body, VaultMessages.RosterPut.class).roster()).device());
      } else if (method.equals(VaultMethod.DRIVE_CREATE.toString())) {
        return Optional.of(
            Roster.decode(Cbor.decode(body, VaultMessages.DriveCreate.class).roster()).device());
      }
    } catch (Malformed e) {
      // Then nobody writes it.
    }
    return Optional.empty();
  }

  private final class InProcessLink implements Link {
    private final AccountId account;

    InProcessLink(AccountId account) {
      this.account = account;
    }

    @Override
    public byte[] ask(String method, byte[] body) throws Refused, IOException {
      return handle(
          account,
          new Request(
              method,
              body.clone(),
              InputStream.nullInputStream(),
              OutputStream.nullOutputStream()));
    }

    @Override
    public Call open(String method, byte[] body) {
      return new InProcessCall(account, method, body.clone());
    }

    @Override
    public Subscription subscribe(String topic, Consumer<byte[]> receiver) {
      Listener listener = new Listener(account, topic, receiver);
      listeners.add(listener);
      return () -> listeners.remove(listener);
    }
  }

  private final class InProcessCall implements Call {
    private final Pipe upload = new Pipe();
    private final Pipe download = new Pipe();
    private final OutputStream toServer = upload.in();
    private final InputStream fromServer = download.out();
    private final Thread server;
    private byte[] body = {};
    private Throwable failure = new IOException("The request was never answered.");
    private boolean answered;

    InProcessCall(AccountId account, String method, byte[] question) {
      Request request = new Request(method, question, upload.out(), download.in());
      this.server = Thread.ofVirtual().start(() -> serve(account, request));
    }

    private void serve(AccountId account, Request request) {
      try {
        body = handle(account, request);
        answered = true;
        download.end();
      } catch (Refused | IOException e) {
        failure = e;
        download.cut();
      } catch (RuntimeException e) {
        // As a server answers whose feature fails in a way that it should not.
        Refused internal = new Refused(ErrorCode.INTERNAL, "The server failed.");
        internal.initCause(e);
        failure = internal;
        download.cut();
      } finally {
        upload.ignore();
      }
    }

    @Override
    public OutputStream upload() {
      return toServer;
    }

    @Override
    public InputStream download() {
      return fromServer;
    }

    @Override
    public byte[] answer() throws Refused, IOException {
      try {
        server.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new InterruptedIOException();
      }
      if (answered) {
        return body;
      }
      if (failure instanceof Refused refused) {
        throw refused;
      }
      throw new IOException(failure);
    }

    @Override
    public void close() {
      upload.cut();
      download.cut();
    }
  }
}
