package org.anonymouscloud.client.agent.account;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.anonymouscloud.core.account.DeviceId;
import org.anonymouscloud.core.account.client.LostLink;
import org.anonymouscloud.core.account.client.RestoredChain;
import org.anonymouscloud.core.account.client.contacts.ContactRefused;
import org.anonymouscloud.core.account.client.contacts.Contacts;
import org.anonymouscloud.core.account.client.contacts.KnownContact;
import org.anonymouscloud.core.account.client.contacts.SharedBook;
import org.anonymouscloud.core.crypto.Digest;
import org.anonymouscloud.core.plugin.Divergence;
import org.anonymouscloud.core.plugin.PastState;
import org.anonymouscloud.core.wire.Refused;

/**
 * What a server that was restored from a backup lacks of what this device has seen.
 *
 * @param chain of the account, as the server has it
 * @param features that refuse what the server has, by their names
 * @param contacts the account's list of contacts, if that is refused
 */
public record Restored(
    RestoredChain chain, Map<String, Divergence> features, Optional<SharedBook.Rollback> contacts) {
  /** Whether the server lacks nothing, and each feature takes what it has. */
  public boolean isNothing() {
    return !chain.isOlder() && chain.back().isEmpty() && features.isEmpty() && contacts.isEmpty();
  }

  /** Names exactly this, so that nothing else is accepted than what was seen. */
  public String state() {
    String all =
        chain.head()
            + "|"
            + chain.lost()
            + "|"
            + new TreeSet<>(back())
            + "|"
            + features
            + "|"
            + contacts;
    return Digest.sha256(all.getBytes(UTF_8)).toString();
  }

  /** The devices that were removed and are the account's again, as a person calls them. */
  public List<String> back() {
    return chain.back().stream().map(this::called).sorted().toList();
  }

  /** The device that wrote a state, as a person calls it. */
  public String writer(PastState state) {
    return state.device().map(this::called).orElse("a device that was removed");
  }

  /** A list of contacts as any other state that a person decides on. */
  public static Divergence divergence(SharedBook.Rollback contacts) {
    return new Divergence(
        "",
        List.of(new PastState(contacts.lost(), Optional.empty(), Optional.empty())),
        contacts.instead().map(instead -> new PastState(instead, Optional.empty(), contacts.by())));
  }

  private String called(DeviceId device) {
    String name = chain.name(device);
    return (chain.wasRemoved(device) ? "the removed device " : "")
        + device.toString().substring(0, 8)
        + (name.equals(device.toString()) ? "" : " '" + name + "'");
  }

  /** What is for a person to do about what cannot be repeated. */
  public List<String> whatToDo() {
    List<String> told = new ArrayList<>();
    if (has(LostLink.What.RECOVERED)) {
      told.add(
          "The recovery since the backup is undone: the sheet and the password from before it count"
              + " again. If somebody else may have them, use 'anoncloud recover' with the words of"
              + " that sheet at once.");
    }
    if (has(LostLink.What.PASSWORD_CHANGED)) {
      told.add(
          "The password from before the backup counts again. If somebody else may know it, use"
              + " 'anoncloud password change' at once.");
    }
    if (has(LostLink.What.DEVICE_CAME)) {
      told.add(
          "Devices that came after the backup are out: log out and in again there, or pair them.");
    }
    if (!chain.isComplete()) {
      told.add(
          "The server lacks more than this device has kept. If the password or the sheet was"
              + " changed in that time, those from before count again: if somebody else may have"
              + " them, use 'anoncloud recover' with the words of that sheet at once.");
    }
    if (chain.isOlder() || features.values().stream().anyMatch(one -> !one.lost().isEmpty())) {
      told.add("Put again what is missing, from where it came or from a device that has a copy.");
    }
    return told;
  }

  private boolean has(LostLink.What what) {
    return chain.lost().stream().anyMatch(link -> link.what() == what);
  }

  /** Contacts whose own accounts have gone back too, and what to do about them. */
  static List<String> contactsToRenew(Contacts contacts) throws IOException {
    List<String> told = new ArrayList<>();
    for (KnownContact contact : contacts.list()) {
      try {
        contacts.look(contact.name());
      } catch (ContactRefused | Refused e) {
        told.add(
            "The account of '"
                + contact.name()
                + "' has gone back too, or is gone. Use 'anoncloud contact remove "
                + contact.name()
                + "' and 'anoncloud contact add "
                + contact.name()
                + "', and compare the number again.");
      }
    }
    return told;
  }
}
