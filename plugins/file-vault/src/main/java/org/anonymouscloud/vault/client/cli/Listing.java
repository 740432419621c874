package org.anonymouscloud.vault.client.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.anonymouscloud.core.plugin.CommandContext;
import org.anonymouscloud.core.plugin.Problem;
import org.anonymouscloud.vault.client.format.ItemId;
import org.anonymouscloud.vault.client.remote.Untrusted.TreeDamaged;
import org.anonymouscloud.vault.client.tree.MetFolders;

/** The entries of a folder, asked for some thousand at a time. */
final class Listing {
  private static final int AT_ONCE = 5_000;

  /** Characters beyond the basic plane as themselves, as in every other document. */
  private static final ObjectMapper JSON =
      new ObjectMapper(
          JsonFactory.builder()
              .enable(JsonWriteFeature.COMBINE_UNICODE_SURROGATES_IN_UTF8)
              .build());

  private Listing() {}

  /** Something that is there, as the agent tells of it. */
  record Listed(VaultUrl url, JsonNode entry) {
    boolean isFolder() {
      return Listing.isFolder(entry);
    }
  }

  /** Is given one entry after another. */
  @FunctionalInterface
  interface Receiver {
    void take(JsonNode entry) throws IOException;
  }

  /**
   * Goes through a folder. What of it cannot be read is said, and the rest goes on.
   *
   * @param recursive whether also through all that is below it, a folder before what is in it
   */
  static void each(
      CommandContext context,
      VaultUrl folder,
      boolean recursive,
      Outcome outcome,
      Receiver receiver)
      throws Problem, IOException {
    String url = VaultUrl.asking(folder.files(), "limit=" + AT_ONCE + "&recursive=" + recursive);
    MetFolders met = new MetFolders();
    Set<String> told = new HashSet<>();
    String after = "";
    boolean past = false;
    do {
      JsonNode page =
          context.agent().get(url + "&past=" + past + "&after=" + VaultUrl.encoded(after));
      after = page.path("next").asText("");
      past = false;
      page.path("unreadable").forEach(part -> tell(folder, part, told, outcome));
      for (JsonNode entry : page.path("entries")) {
        receiver.take(entry);
        String path = entry.path("path").asText();
        if (recursive
            && isFolder(entry)
            && !met.add(ItemId.parse(entry.path("id").asText()))
            && !told.contains(path)) {
          // The agent has not met it in this part of the listing, so what is below it comes next.
          tell(folder, damaged(path), told, outcome);
          after = path.substring(page.path("path").asText().length());
          past = true;
          break;
        }
      }
    } while (!after.isEmpty());
  }

  private static JsonNode damaged(String path) {
    return JsonNodeFactory.instance
        .objectNode()
        .put("path", path)
        .put("detail", new TreeDamaged().getMessage());
  }

  private static void tell(VaultUrl folder, JsonNode part, Set<String> told, Outcome outcome) {
    String path = part.path("path").asText();
    if (told.add(path)) {
      outcome.failUnread(
          part,
          "Cannot read " + folder.shown(path) + ", or not wholly: " + part.path("detail").asText());
    }
  }

  /** Prints a folder as a document, written as it comes: it may have a million entries. */
  static void printJson(CommandContext context, VaultUrl folder, boolean recursive, Outcome outcome)
      throws IOException {
    JsonGenerator generator = begun(context);
    writeFolder(generator, context, folder, recursive, outcome);
    end(generator, outcome);
  }

  /** The same for several things, in one document. */
  static void printJson(
      CommandContext context, List<Listed> all, boolean recursive, Outcome outcome)
      throws IOException {
    JsonGenerator generator = begun(context);
    generator.writeArrayFieldStart("listed");
    for (Listed one : all) {
      if (one.isFolder()) {
        generator.writeStartObject();
        writeFolder(generator, context, one.url, recursive, outcome);
        generator.writeEndObject();
      } else {
        generator.writeTree(one.url.told(one.entry));
      }
    }
    generator.writeEndArray();
    end(generator, outcome);
  }

  private static JsonGenerator begun(CommandContext context) throws IOException {
    JsonGenerator generator = JSON.createGenerator(context.terminal().output());
    generator.writeStartObject();
    return generator;
  }

  private static void writeFolder(
      JsonGenerator generator,
      CommandContext context,
      VaultUrl folder,
      boolean recursive,
      Outcome outcome)
      throws IOException {
    generator.writeStringField("path", folder.typedAgain(folder.path().toString()));
    generator.writeStringField("type", "folder");
    generator.writeArrayFieldStart("entries");
    try {
      each(context, folder, recursive, outcome, entry -> generator.writeTree(folder.told(entry)));
    } catch (Problem e) {
      // The document has begun, so it has to end as one.
      outcome.fail(e.kind(), String.valueOf(e.getMessage()));
    }
    generator.writeEndArray();
  }

  private static void end(JsonGenerator generator, Outcome outcome) throws IOException {
    generator.writeArrayFieldStart("failed");
    for (String failure : outcome.failures()) {
      generator.writeString(failure);
    }
    generator.writeEndArray();
    generator.writeEndObject();
    generator.writeRaw('\n');
    generator.flush();
  }

  static boolean isFolder(JsonNode entry) {
    return entry.path("type").asText().equals("folder");
  }

  static boolean isFile(JsonNode entry) {
    return entry.path("type").asText().equals("file");
  }

  static boolean isLink(JsonNode entry) {
    return entry.path("type").asText().equals("link");
  }

  /** Behind a name: where a link leads, a slash for a folder. */
  static String suffix(JsonNode entry) {
    return isLink(entry)
        ? " -> " + TerminalText.text(entry.path("target").asText())
        : isFolder(entry) ? "/" : "";
  }
}
