package org.anonymouscloud.core.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Provider;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;

/** Each case with a class of its own, as it is in a new process. */
final class BulkProviderTest {
  private static final String LIBRARY = "AmazonCorrettoCryptoProvider";

  private String chosen = System.getProperty(BulkProvider.CHOICE, "auto");

  @BeforeEach
  void remember() {
    chosen = System.getProperty(BulkProvider.CHOICE, "auto");
  }

  @AfterEach
  void restore() {
    System.setProperty(BulkProvider.CHOICE, chosen);
  }

  @Test
  void withoutTheLibraryTheJdkComputes() throws Exception {
    try (Alone alone = new Alone("auto", false)) {
      assertThat(alone.current().getName()).isEqualTo("SunJCE");
      assertThat(alone.isJdkForGood()).isFalse();

      alone.prepare();

      while (!alone.isJdkForGood()) {
        Thread.onSpinWait();
      }
      assertThat(alone.current().getName()).isEqualTo("SunJCE");
    }
  }

  @Test
  void whoCountedOnTheLibraryDoesNotDoSoAgainWhenItDoesNotLoad(@TempDir Path folder)
      throws Exception {
    Path found = Files.createFile(folder.resolve("native-ciphers"));
    System.setProperty(BulkProvider.FOUND, found.toString());
    try (Alone alone = new Alone("auto", false)) {
      alone.prepare();

      while (Files.exists(found)) {
        Thread.onSpinWait();
      }
    } finally {
      System.clearProperty(BulkProvider.FOUND);
    }
  }

  @Test
  void whoWantsTheLibraryAloneIsNotGivenAnother() throws Exception {
    try (Alone alone = new Alone("native", false)) {
      assertThatThrownBy(alone::current)
          .isInstanceOf(ExceptionInInitializerError.class)
          .cause()
          .hasMessageContaining("no native library");
    }
  }

  @Test
  void whereTheLibraryIsItTakesOverAndAgrees() throws Exception {
    assumeTrue(isLibraryThere());
    try (Alone alone = new Alone("auto", true)) {
      assertThat(alone.current().getName()).isEqualTo("SunJCE");

      alone.prepare();

      while (alone.current().getName().equals("SunJCE")) {
        assertThat(alone.isJdkForGood()).isFalse();
        Thread.onSpinWait();
      }
      assertThat(alone.current().getName()).isEqualTo(LIBRARY);
    }
  }

  @Test
  void whoWantsTheJdkAloneNeverLoadsTheLibrary() throws Exception {
    try (Alone alone = new Alone("jdk", true)) {
      alone.prepare();

      assertThat(alone.isJdkForGood()).isTrue();
      assertThat(alone.current().getName()).isEqualTo("SunJCE");
    }
  }

  private static boolean isLibraryThere() {
    return System.getProperty("java.class.path").contains(LIBRARY);
  }

  /** The class, loaded anew. */
  private static final class Alone implements AutoCloseable {
    private final URLClassLoader loader;
    private final Class<?> type;

    Alone(String choice, boolean withLibrary) throws ReflectiveOperationException {
      System.setProperty(BulkProvider.CHOICE, choice);
      URL own = location(BulkProvider.class);
      URL log = location(Logger.class);
      URL[] urls = {own, log};
      if (withLibrary && isLibraryThere()) {
        Class<?> library = Class.forName("com.amazon.corretto.crypto.provider." + LIBRARY);
        urls = new URL[] {own, log, location(library)};
      }
      this.loader = new URLClassLoader(urls, ClassLoader.getPlatformClassLoader());
      this.type = Class.forName(BulkProvider.class.getName(), false, loader);
    }

    private static URL location(Class<?> type) {
      return type.getProtectionDomain().getCodeSource().getLocation();
    }

    void prepare() throws ReflectiveOperationException {
      type.getMethod("prepare").invoke(null);
    }

    Provider current() throws ReflectiveOperationException {
      return (Provider) type.getMethod("current").invoke(null);
    }

    boolean isJdkForGood() throws ReflectiveOperationException {
      return (boolean) type.getMethod("isJdkForGood").invoke(null);
    }

    @Override
    public void close() throws IOException {
      loader.close();
    }
  }
}
