package org.anonymouscloud.client.home;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.anonymouscloud.core.crypto.Secret;
import org.anonymouscloud.core.plugin.Scope;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("A62")
final class ApiTokenTest {
  private final Secret whole = Secret.of("0123456789abcdef".repeat(4).getBytes(US_ASCII));

  @Test
  void aTokenAllowsWhatItWasMadeForAndTheAgentsOwnEverything() {
    assertThat(ApiToken.allowed(whole, whole.copy())).containsExactly(Scope.values());
    for (Set<Scope> scopes :
        List.of(
            EnumSet.of(Scope.READ),
            EnumSet.of(Scope.CHAT, Scope.READ),
            EnumSet.allOf(Scope.class))) {
      assertThat(ApiToken.allowed(whole, ApiToken.limited(whole, scopes))).isEqualTo(scopes);
    }
  }

  @Test
  void aTokenThatWasChangedOrIsAnotherAgentsAllowsNothing() {
    String read = text(ApiToken.limited(whole, EnumSet.of(Scope.READ)));
    assertThat(read).matches("read\\.[0-9a-f]{64}");
    String code = read.substring("read.".length());
    for (String forged :
        List.of(
            "",
            ".",
            code,
            "." + code,
            "read." + "0".repeat(64),
            "READ." + code,
            "admin." + code,
            "read-admin." + code,
            "read-read." + code,
            "read-." + code,
            read + "0",
            read.substring(0, read.length() - 1),
            text(whole) + "." + code)) {
      assertThat(ApiToken.allowed(whole, Secret.of(forged.getBytes(US_ASCII))))
          .as(forged)
          .isEmpty();
    }
    Secret other = Secret.of("f".repeat(64).getBytes(US_ASCII));
    assertThat(ApiToken.allowed(other, ApiToken.limited(whole, EnumSet.of(Scope.READ)))).isEmpty();
  }

  private static String text(Secret token) {
    return new String(token.bytes(), US_ASCII);
  }
}
