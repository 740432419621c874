package org.anonymouscloud.vault.server;

import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.anonymouscloud.core.account.AccountId;
import org.anonymouscloud.core.wire.ErrorCode;
import org.anonymouscloud.core.wire.Refused;
import org.anonymouscloud.vault.protocol.Member;
import org.anonymouscloud.vault.protocol.Roster;
import org.anonymouscloud.vault.protocol.VaultMessages;

/** A drive secret sealed to some members, as it comes with a roster. */
record Grants(Map<AccountId, byte[]> sealed) {
  /** Bytes of one: whose, and the sealed secret. */
  static final int ENCODED = AccountId.LENGTH + VaultMessages.GRANT;

  static Grants decode(byte[] encoded) throws Refused {
    if (encoded.length % ENCODED != 0) {
      throw new Refused(ErrorCode.BAD_REQUEST, "A list of grants is cut.");
    }
    Map<AccountId, byte[]> sealed = new LinkedHashMap<>();
    ByteBuffer in = ByteBuffer.wrap(encoded);
    while (in.hasRemaining()) {
      byte[] account = new byte[AccountId.LENGTH];
      byte[] grant = new byte[VaultMessages.GRANT];
      in.get(account).get(grant);
      if (sealed.put(AccountId.of(account), grant) != null) {
        throw new Refused(ErrorCode.BAD_REQUEST, "There are two grants for one member.");
      }
    }
    return new Grants(sealed);
  }

  /**
   * Refuses them if they are not those that a roster needs, in its order: one for each member whom
   * the one before has not, and for all if it begins a generation.
   */
  void check(Roster roster, Roster before) throws Refused {
    boolean all = roster.generation() != before.generation();
    List<AccountId> needed =
        roster.members().stream()
            .map(Member::account)
            .filter(account -> all || before.member(account).isEmpty())
            .toList();
    if (!needed.equals(List.copyOf(sealed.keySet()))) {
      throw new Refused(
          ErrorCode.BAD_REQUEST,
          "The grants are not those that the list of members needs, one for each.");
    }
  }
}
