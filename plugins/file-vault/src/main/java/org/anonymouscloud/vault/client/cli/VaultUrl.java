package org.anonymouscloud.vault.client.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URLEncoder;
import org.anonymouscloud.core.plugin.Problem;
import org.anonymouscloud.vault.client.tree.VaultPath;

/** Where the local API has what a command names. */
public final class VaultUrl {
  private VaultUrl() {}

  /** The vault path that someone typed. */
  public static VaultPath path(String typed) throws Problem {
    if (!typed.startsWith("/")) {
      throw new Problem(
          Problem.Kind.BAD_INPUT,
          "Paths in the vault begin with a slash, like /photos/a.jpg; '" + typed + "' does not.");
    }
    try {
      return VaultPath.typed(typed);
    } catch (IllegalArgumentException e) {
      throw new Problem(
          Problem.Kind.BAD_INPUT, "'" + typed + "' is not a path: " + e.getMessage(), e);
    }
  }

  /** Of a file or a folder, with its content. */
  public static String files(VaultPath path) {
    return "/vault/files" + encoded(path);
  }

  static String folders(VaultPath path) {
    return "/vault/folders" + encoded(path);
  }

  static String stat(VaultPath path) {
    return "/vault/stat" + encoded(path);
  }

  static String found(VaultPath path) {
    return "/vault/found" + encoded(path);
  }

  static String trees(VaultPath path) {
    return "/vault/trees" + encoded(path);
  }

  /** A value in a URL's query or path. */
  public static String encoded(String value) {
    return URLEncoder.encode(value, UTF_8).replace("+", "%20");
  }

  private static String encoded(VaultPath path) {
    StringBuilder encoded = new StringBuilder();
    path.names().forEach(name -> encoded.append('/').append(encoded(name.text())));
    return encoded.toString();
  }
}
