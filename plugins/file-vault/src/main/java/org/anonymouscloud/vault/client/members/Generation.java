package org.anonymouscloud.vault.client.members;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.anonymouscloud.core.account.AccountId;
import org.anonymouscloud.vault.protocol.Member;
import org.anonymouscloud.vault.protocol.Right;
import org.anonymouscloud.vault.protocol.Roster;

/** One generation of a drive's keys: who has had them, by all its rosters. Not thread-safe. */
final class Generation {
  private final Map<AccountId, Member> members = new HashMap<>();
  private SignedRoster first;
  private SignedRoster last;

  Generation(SignedRoster first) {
    this.first = first;
    this.last = first;
    add(first);
  }

  /** Its next roster. */
  void add(SignedRoster roster) {
    last = roster;
    for (Member member : roster.list().members()) {
      members.merge(
          member.account(),
          member,
          (was, is) -> is.right().includes(was.right()) ? was.with(is.right()) : was);
    }
  }

  /** The roster that began it. */
  Roster first() {
    return first.list();
  }

  /** The newest of its rosters. */
  SignedRoster last() {
    return last;
  }

  /** A member as it came into it, with the most that it might do in it. */
  Optional<Member> member(AccountId account) {
    return Optional.ofNullable(members.get(account));
  }

  /** A member that might write in it. */
  Optional<Member> writer(AccountId account) {
    return member(account).filter(member -> member.right().includes(Right.WRITE));
  }

  /** Whether somebody has its keys who is no member any more. */
  boolean hasLost(Roster newest) {
    return members.keySet().stream().anyMatch(account -> newest.member(account).isEmpty());
  }
}
