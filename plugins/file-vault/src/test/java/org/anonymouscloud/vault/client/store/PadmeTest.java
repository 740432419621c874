package org.anonymouscloud.vault.client.store;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.InputStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

final class PadmeTest {
  @Test
  @Tag("A31")
  void lengthsArePaddedAsTheVectorsSay() throws Exception {
    JsonNode cases;
    try (InputStream in = PadmeTest.class.getResourceAsStream("/vault-vectors/padme.json")) {
      cases = new ObjectMapper().readTree(in).path("cases");
    }

    assertThat(cases).hasSizeGreaterThan(20);
    for (JsonNode one : cases) {
      long length = one.path("length").asLong();
      assertThat(Padme.padded(length)).as("%d", length).isEqualTo(one.path("padded").asLong());
    }
  }
}
