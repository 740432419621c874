package org.anonymouscloud.core.crypto;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Provider;
import java.security.Security;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who computes AES-GCM and HMAC for all that is sealed and opened: a native library (Amazon
 * Corretto Crypto Provider) where there is one for this machine, else the JDK. Both give the same
 * bytes. The JDK's AES-GCM runs at 0.1 GB/s until the optimizing compiler has seen it called some
 * thousand times; the library's at more than 1.5 from its first call. It takes a fifth of a second
 * to load, so it is loaded beside the work by processes that will have much to do, and used from
 * then on. Thread-safe.
 *
 * <p>The system property {@value #CHOICE} chooses: {@code auto}, which is usual; {@code jdk}, never
 * the library; {@code native}, the library from the first call on, or none at all.
 */
public final class BulkProvider {
  /** Name of the system property. */
  public static final String CHOICE = "anoncloud.crypto";

  /** Names the file by which the launcher knows that the library works, if it counts on that. */
  static final String FOUND = "anoncloud.crypto.found";

  private static final Logger LOG = LoggerFactory.getLogger(BulkProvider.class);
  private static final String LIBRARY =
      "com.amazon.corretto.crypto.provider.AmazonCorrettoCryptoProvider";

  private static final AtomicBoolean BEGUN = new AtomicBoolean();
  private static volatile Provider current = first();
  private static volatile boolean jdkForGood = choice().equals("jdk");

  private BulkProvider() {}

  /** Loads the library on a thread of its own, once; returns at once. */
  public static void prepare() {
    if (!BEGUN.get() && choice().equals("auto") && BEGUN.compareAndSet(false, true)) {
      Thread.ofPlatform().daemon().name("native-crypto").start(BulkProvider::loadIfThere);
    }
  }

  /** Whose algorithms to ask for now; it may be another one later. */
  public static Provider current() {
    return current;
  }

  /** Whether the library works on this machine: loads it, for nothing else. */
  public static boolean isLibraryHere() {
    try {
      var _ = load();
      return true;
    } catch (IllegalStateException e) {
      return false;
    }
  }

  /** Whether it is the JDK and stays so. */
  public static boolean isJdkForGood() {
    return jdkForGood;
  }

  private static String choice() {
    return System.getProperty(CHOICE, "auto");
  }

  private static Provider first() {
    return choice().equals("native") ? load() : jdk();
  }

  private static Provider jdk() {
    return Security.getProvider("SunJCE");
  }

  private static void loadIfThere() {
    try {
      current = load();
    } catch (IllegalStateException e) {
      LOG.debug("Ciphers are the JDK's.", e);
      jdkForGood = true;
      takeBack();
    }
  }

  /** Has the launcher count on the optimizing compiler again, without which the JDK's are slow. */
  private static void takeBack() {
    String found = System.getProperty(FOUND, "");
    if (!found.isEmpty()) {
      LOG.warn(
          "The native library for ciphers, which worked before, does not load now: transfers are"
              + " many times slower until this process is started again ('anoncloud agent stop').");
      try {
        Files.deleteIfExists(Path.of(found));
      } catch (IOException e) {
        LOG.warn("Remove {}, else it will be the same then.", found, e);
      }
    }
  }

  /**
   * The library's provider, after it has computed what is known.
   *
   * @throws IllegalStateException if there is none for this machine
   */
  private static Provider load() {
    try {
      Provider library =
          Class.forName(LIBRARY).asSubclass(Provider.class).getDeclaredConstructor().newInstance();
      requireKnown(library);
      return library;
    } catch (ReflectiveOperationException | GeneralSecurityException | LinkageError e) {
      throw new IllegalStateException("There is no native library for ciphers here.", e);
    }
  }

  /** Test case 14 of the GCM specification of McGrew and Viega, and case 2 of RFC 4231. */
  private static void requireKnown(Provider library) throws GeneralSecurityException {
    HexFormat hex = HexFormat.of();
    Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding", library);
    cipher.init(
        Cipher.ENCRYPT_MODE,
        new SecretKeySpec(new byte[32], "AES"),
        new GCMParameterSpec(128, new byte[12]));
    byte[] sealed = cipher.doFinal(new byte[16]);
    Mac mac = Mac.getInstance("HmacSHA256", library);
    mac.init(new SecretKeySpec(hex.parseHex("4a656665"), "HmacSHA256"));
    byte[] code =
        mac.doFinal(hex.parseHex("7768617420646f2079612077616e7420666f72206e6f7468696e673f"));
    if (!Arrays.equals(
            sealed,
            hex.parseHex("cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919"))
        || !Arrays.equals(
            code,
            hex.parseHex("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"))) {
      throw new GeneralSecurityException("The native library computes something else.");
    }
  }
}
