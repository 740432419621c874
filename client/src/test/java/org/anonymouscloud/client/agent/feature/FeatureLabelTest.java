package org.anonymouscloud.client.agent.feature;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.junit.jupiter.api.Test;

final class FeatureLabelTest {
  @Test
  void thoseOfTheProgramsOwnFeaturesAreAsTheirDocumentsSay() {
    assertThat(FeatureLabel.of("anonymouscloud/vault/v1/root", "vault", "vault"))
        .isEqualTo("anonymouscloud/vault/v1/root");
  }

  @Test
  void noOtherPublishersPluginOfTheNameHasThem() {
    String first = "notes-" + "0a".repeat(32);
    String second = "notes-" + "0b".repeat(32);

    assertThat(FeatureLabel.of("anonymouscloud/notes/note", "notes", first))
        .isEqualTo("anonymouscloud/notes/note-" + "0a".repeat(32))
        .isNotEqualTo(FeatureLabel.of("anonymouscloud/notes/note", "notes", second));
  }

  @Test
  void anotherFeaturesAreRefused() {
    for (String label : List.of("anonymouscloud/vault/x", "notes/x", "anonymouscloud/notes", "")) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> FeatureLabel.of(label, "notes", "notes"));
    }
  }
}
