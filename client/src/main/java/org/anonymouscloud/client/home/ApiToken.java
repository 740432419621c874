package org.anonymouscloud.client.home;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.anonymouscloud.core.crypto.Hmac;
import org.anonymouscloud.core.crypto.Secret;
import org.anonymouscloud.core.plugin.Scope;

/**
 * What the bearer tokens of the local API allow. The agent's own allows everything. From it follow
 * tokens that allow some scopes alone, for scripts that need no more; the agent knows them again
 * without keeping them, and they end with it.
 */
public final class ApiToken {
  private static final String LABEL = "anonymouscloud/agent/v1/limited-token";
  private static final char END_OF_SCOPES = '.';
  private static final String BETWEEN_SCOPES = "-";

  private ApiToken() {}

  /**
   * A token that allows some scopes alone: their names, a dot, and 64 hex digits.
   *
   * @param whole the agent's own token; stays the caller's
   * @param scopes at least one
   * @return ASCII text that goes into the header; the caller closes it
   */
  public static Secret limited(Secret whole, Set<Scope> scopes) {
    String names =
        EnumSet.copyOf(scopes).stream()
            .map(scope -> scope.name().toLowerCase(Locale.ROOT))
            .collect(Collectors.joining(BETWEEN_SCOPES));
    byte[] message = (LABEL + '\0' + names).getBytes(US_ASCII);
    String code = Hmac.sha256(whole, message, 0, message.length).toString();
    return Secret.of((names + END_OF_SCOPES + code).getBytes(US_ASCII));
  }

  /**
   * What a token allows.
   *
   * @param whole the agent's own token; stays the caller's
   * @param offered by whoever asks; stays the caller's
   * @return nothing if it is none of this agent's
   */
  public static Set<Scope> allowed(Secret whole, Secret offered) {
    if (offered.sameAs(whole)) {
      return EnumSet.allOf(Scope.class);
    }
    Set<Scope> claimed = claimed(offered);
    if (!claimed.isEmpty()) {
      try (Secret right = limited(whole, claimed)) {
        if (offered.sameAs(right)) {
          return claimed;
        }
      }
    }
    return EnumSet.noneOf(Scope.class);
  }

  /** What a token says that it allows, which proves nothing. */
  private static Set<Scope> claimed(Secret offered) {
    String text = new String(offered.bytes(), US_ASCII);
    String names = text.substring(0, Math.max(0, text.indexOf(END_OF_SCOPES)));
    Set<String> claims = Set.copyOf(Arrays.asList(names.split(BETWEEN_SCOPES, -1)));
    return Arrays.stream(Scope.values())
        .filter(scope -> claims.contains(scope.name().toLowerCase(Locale.ROOT)))
        .collect(Collectors.toCollection(() -> EnumSet.noneOf(Scope.class)));
  }
}
