package org.anonymouscloud.vault.client.members;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.anonymouscloud.core.account.AccountId;
import org.anonymouscloud.vault.protocol.Member;
import org.anonymouscloud.vault.protocol.Right;
import org.anonymouscloud.vault.protocol.Roster;

/** One generation of a drive's keys: who has had them, by all its rosters. Not thread-safe. */
final class Generation {
  private final Map<AccountId, Member> members = new HashMap<>();
  private final Roster first;
  private final SignedRoster.Sealed beginning;
  private final List<SignedRoster.Sealed> byOwners = new ArrayList<>();

  Generation(SignedRoster first) {
    this.first = first.list();
    this.beginning = first.sealed();
    add(first);
  }

  /** Its next roster. */
  void add(SignedRoster roster) {
    Roster list = roster.list();
    if (list.allows(list.maker(), Right.OWN)) {
      byOwners.add(roster.sealed());
    }
    for (Member member : list.members()) {
      members.merge(
          member.account(),
          member,
          (was, is) -> is.right().includes(was.right()) ? was.with(is.right()) : was);
    }
  }

  /** The roster that began it. */
  Roster first() {
    return first;
  }

  /**
   * What owners have sealed in it, the newest first: they alone give a drive its name. Whoever
   * leaves is none of them any more.
   */
  List<SignedRoster.Sealed> byOwners() {
    return byOwners.reversed();
  }

  /**
   * What may open the generations before: all that {@link #byOwners} has, and what was sealed by
   * who began this one. A leaver has nothing to say of keys.
   */
  List<SignedRoster.Sealed> opening() {
    List<SignedRoster.Sealed> opening = new ArrayList<>(byOwners());
    opening.add(beginning);
    return opening;
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
