package org.anonymouscloud.client.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.anonymouscloud.client.cli.terminal.StandardOutput;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a script reads that asked for a document and gets a failure. */
final class FailedDocumentTest {
  @TempDir private Path folder;

  private String out(String... line) {
    PrintStream out = System.out;
    PrintStream err = System.err;
    ByteArrayOutputStream written = new ByteArrayOutputStream();
    try {
      System.setOut(new PrintStream(written, true, UTF_8));
      System.setErr(new PrintStream(new ByteArrayOutputStream(), true, UTF_8));
      Map<String, String> environment = Map.of("ANONCLOUD_HOME", folder.toString());
      assertThat(new Commands(environment, new StandardOutput()).run(line)).isEqualTo(2);
      return written.toString(UTF_8);
    } finally {
      System.setOut(out);
      System.setErr(err);
    }
  }

  @Test
  void aFailureIsADocumentForWhoAskedForOne() throws Exception {
    JsonNode document = new ObjectMapper().readTree(out("contact", "show", "--json", "No name"));
    assertThat(document.path("failed")).hasSize(1);
    assertThat(document.path("failed").path(0).asText()).contains("The user name contains");
    assertThat(out("contact", "show", "No name")).isEmpty();
  }

  @Test
  void soIsALineThatCannotBeRead() throws Exception {
    for (String[] line :
        new String[][] {
          {"contact", "show", "--json", "--nosuch", "bob"},
          {"contact", "show", "--nosuch", "--json", "bob"},
          {"contact", "show", "--json", "bob", "one too many"},
          {"contact", "show", "--json"}
        }) {
      JsonNode document = new ObjectMapper().readTree(out(line));
      assertThat(document.path("failed")).as("%s", List.of(line)).hasSize(1);
    }
    assertThat(out("contact", "show", "--nosuch", "--", "--json")).isEmpty();
  }
}
