package org.anonymouscloud.vault.client.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.net.URLEncoder;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.anonymouscloud.core.plugin.Problem;
import org.anonymouscloud.vault.client.cli.typed.TypedDrive;
import org.anonymouscloud.vault.client.format.Name;
import org.anonymouscloud.vault.client.tree.VaultPath;
import org.jspecify.annotations.Nullable;

/**
 * What a command names in a drive, and where the local API has it.
 *
 * @param driveName of the drive, or its id; null for the home
 * @param path in the drive
 * @param at as the drive was then, as the API asks for it; null for what it is
 */
public record VaultUrl(@Nullable String driveName, VaultPath path, @Nullable String at) {
  /** Where an answer of the agent has a path, or a removal with or without a path in it. */
  private static final Set<String> PLACES =
      Set.of("path", "from", "to", "removal", "conflicts", "deleted");

  /**
   * What someone typed: {@code /a/b} in their home, or {@code NAME:/a/b} in another drive, whose
   * top is {@code NAME:} as well.
   */
  public static VaultUrl typed(String typed) throws Problem {
    boolean isWhole = typed.length() > 1 && typed.endsWith(":") && typed.indexOf('/') < 0;
    int start = isWhole ? typed.length() - 1 : typed.indexOf(":/");
    boolean named = isWhole || (start > 0 && typed.indexOf('/') == start + 1);
    String path = isWhole ? "/" : named ? typed.substring(start + 1) : typed;
    if (!path.startsWith("/")) {
      throw new Problem(
          Problem.Kind.BAD_INPUT,
          "Paths in the vault begin with a slash, like /photos/a.jpg, or with the name of a drive,"
              + " like team:/a.jpg; '"
              + typed
              + "' does not.");
    }
    try {
      return new VaultUrl(named ? typed.substring(0, start) : null, VaultPath.typed(path), null);
    } catch (IllegalArgumentException e) {
      throw new Problem(
          Problem.Kind.BAD_INPUT, "'" + typed + "' is not a path: " + e.getMessage(), e);
    }
  }

  /** All of a drive, by its name or id as it was typed; of the home for null. */
  public static VaultUrl top(@Nullable String drive) throws Problem {
    return new VaultUrl(drive == null ? null : TypedDrive.name(drive), VaultPath.TOP, null);
  }

  /** Some paths that must lie in one drive, as what is done with them happens at once. */
  public static List<VaultUrl> together(List<String> typed) throws Problem {
    List<VaultUrl> all = new ArrayList<>();
    for (String one : typed) {
      all.add(typed(one));
    }
    requireTogether(all);
    return all;
  }

  /** As {@link #together}, of what is brought from one place to another. */
  public static void requireTogether(List<VaultUrl> all) throws Problem {
    requireTogether(all, "'anoncloud get' from the one and 'anoncloud put' to the other");
  }

  /**
   * As {@link #together}, of what something is done with where it is.
   *
   * @param command to be given once for each drive
   */
  public static void requireAlike(List<VaultUrl> all, String command) throws Problem {
    requireTogether(all, "give one 'anoncloud " + command + "' for each drive");
  }

  private static void requireTogether(List<VaultUrl> all, String way) throws Problem {
    if (all.stream().map(VaultUrl::drive).distinct().count() > 1) {
      throw new Problem(
          Problem.Kind.BAD_INPUT,
          "These paths are in different drives, whose keys are different too: " + way + ".");
    }
  }

  /** Where the local API has what is in the drive that someone typed, or in the home for null. */
  public static String drive(@Nullable String typed) throws Problem {
    return top(typed).drive();
  }

  /** Where the local API has what is in the drive. */
  public String drive() {
    return driveName == null ? "/vault" : "/vault/drives/" + encoded(driveName);
  }

  @Override
  public String toString() {
    return visible();
  }

  /** For a person's eyes, to be typed again. */
  String visible() {
    return (driveName == null ? "" : TerminalText.text(driveName) + ":") + path.visible();
  }

  /** A path of the same drive, as the agent says it, to be typed again. */
  public String typedAgain(String inDrive) {
    return (driveName == null ? "" : driveName + ":") + inDrive;
  }

  /** The same, for a person's eyes. */
  public String shown(String inDrive) {
    return (driveName == null ? "" : TerminalText.text(driveName) + ":")
        + TerminalText.vault(inDrive);
  }

  /** What the agent says of the same drive, with paths and removals that can be typed again. */
  public JsonNode told(JsonNode answer) {
    return driveName == null ? answer : told("", answer);
  }

  private JsonNode told(String field, JsonNode value) {
    return switch (value) {
      case ObjectNode document -> {
        ObjectNode told = document.objectNode();
        document
            .properties()
            .forEach(one -> told.set(one.getKey(), told(one.getKey(), one.getValue())));
        yield told;
      }
      case ArrayNode list -> {
        ArrayNode told = list.arrayNode();
        list.forEach(one -> told.add(told(field, one)));
        yield told;
      }
      case TextNode text when PLACES.contains(field) -> TextNode.valueOf(typedAgain(text.asText()));
      default -> value;
    };
  }

  /** What is in this folder under a name. */
  VaultUrl child(Name name) {
    return new VaultUrl(driveName, path.child(name), at);
  }

  /** The folder that this is in. */
  VaultUrl parent() {
    return new VaultUrl(driveName, path.parent(), at);
  }

  public boolean isTop() {
    return path.isTop();
  }

  /**
   * The same path as the drive was.
   *
   * @param then as the API asks for it; null for what it is
   */
  public VaultUrl asOf(@Nullable String then) {
    return new VaultUrl(driveName, path, then);
  }

  /** One of these URLs with another question, which may be empty. */
  static String asking(String url, String question) {
    return question.isEmpty() ? url : url + (url.indexOf('?') < 0 ? '?' : '&') + question;
  }

  private String query() {
    return at == null ? "" : "?at=" + encoded(at);
  }

  /** Of a file or a folder, with its content. */
  public String files() {
    return drive() + "/files" + encoded(path) + query();
  }

  String folders() {
    return drive() + "/folders" + encoded(path);
  }

  /** Of what describes one thing. */
  public String stat() {
    return drive() + "/stat" + encoded(path) + query();
  }

  /** Of the versions of a file. */
  public String versions() {
    return drive() + "/versions" + encoded(path);
  }

  String found() {
    return drive() + "/found" + encoded(path) + query();
  }

  /** To check what is in it. */
  public String verify() {
    return drive() + "/verify" + encoded(path);
  }

  String trees() {
    return drive() + "/trees" + encoded(path) + query();
  }

  String localUploads() {
    return drive() + "/local-uploads" + encoded(path);
  }

  String localDownloads() {
    return drive() + "/local-downloads" + encoded(path) + query();
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
