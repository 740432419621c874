package org.anonymouscloud.core.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;

/**
 * A folder with programs that behave as {@code secret-tool} (libsecret 0.20.5 with GNOME Keyring)
 * and macOS's {@code security} do, on entries that are files, and note with what they were called.
 */
public final class FakeKeyring {
  private static final String NOTE =
      """
      #!/bin/sh
      cd '@FOLDER@' || exit 9
      { echo "$*"; env; } >>calls
      while [ -e hangs ]; do sleep 0.05; done
      """;

  private static final String SECRET_TOOL =
      """
      for entry; do :; done
      case $1 in
        store)
          if [ -e locked ]; then
            echo 'secret-tool: Cannot create an item in a locked collection' >&2
            exit 1
          fi
          cat >"entry.$entry" ;;
        lookup) [ ! -e locked ] && cat "entry.$entry" 2>/dev/null ;;
        clear) [ ! -e locked ] && rm "entry.$entry" 2>/dev/null ;;
        search)
          if [ -e "entry.$entry" ]; then
            echo '[/1]'
            [ -e locked ] && echo 'secret-tool: Cannot get secret of a locked object' >&2
          fi
          exit 0 ;;
        *) exit 2 ;;
      esac
      """;

  private static final String SECURITY =
      """
      if [ "$1" = -i ]; then
        read -r command _ _ service _ entry _ secret
        [ "$command" = add-generic-password ] && [ "$service" = anoncloud ] || exit 2
        [ ! -e locked ] && printf '%s' "$secret" >"entry.$entry"
        exit 0
      fi
      entry=$5
      if [ -e locked ]; then
        echo 'security: SecKeychainSearchCopyNext: User interaction is not allowed.' >&2
        exit 36
      fi
      if [ ! -e "entry.$entry" ]; then
        echo 'The specified item could not be found in the keychain.' >&2
        exit 44
      fi
      case $1 in
        find-generic-password) cat "entry.$entry"; echo ;;
        delete-generic-password) rm "entry.$entry" ;;
        *) exit 2 ;;
      esac
      """;

  private final Path folder;

  /**
   * @param folder made
   */
  public FakeKeyring(Path folder) throws IOException {
    this.folder = Files.createDirectories(folder);
    write("secret-tool", SECRET_TOOL);
    write("security", SECURITY);
  }

  private void write(String name, String script) throws IOException {
    Path program = folder.resolve(name);
    Files.writeString(program, (NOTE + script).replace("@FOLDER@", folder.toString()));
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));
  }

  /** The folder, for a PATH. */
  public Path folder() {
    return folder;
  }

  public Path program(String name) {
    return folder.resolve(name);
  }

  public FakeKeyring lock() throws IOException {
    Files.createFile(folder.resolve("locked"));
    return this;
  }

  public void unlock() throws IOException {
    Files.delete(folder.resolve("locked"));
  }

  /** Leaves each question unanswered, until {@link #answer}. */
  public FakeKeyring hang() throws IOException {
    Files.createFile(folder.resolve("hangs"));
    return this;
  }

  public void answer() throws IOException {
    Files.delete(folder.resolve("hangs"));
  }

  /** Arguments and environment of all calls so far. */
  public String calls() throws IOException {
    try {
      return Files.readString(folder.resolve("calls"), UTF_8);
    } catch (NoSuchFileException e) {
      return "";
    }
  }

  /** The files of the entries, each with a secret as it was given. */
  public List<Path> entries() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(file -> file.getFileName().toString().startsWith("entry.")).toList();
    }
  }
}
