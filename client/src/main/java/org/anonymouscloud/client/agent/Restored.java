package org.anonymouscloud.client.agent;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.anonymouscloud.core.account.ChainFloor;
import org.anonymouscloud.core.account.DeviceId;
import org.anonymouscloud.core.account.chain.ChainState;
import org.anonymouscloud.core.account.client.LostLink;
import org.anonymouscloud.core.account.client.RestoredChain;
import org.anonymouscloud.core.account.client.contacts.ContactRefused;
import org.anonymouscloud.core.account.client.contacts.Contacts;
import org.anonymouscloud.core.account.client.contacts.KnownContact;
import org.anonymouscloud.core.crypto.Digest;
import org.anonymouscloud.core.plugin.Lost;
import org.anonymouscloud.core.wire.Refused;

/**
 * What a server that was restored from a backup lacks of what this device has seen.
 *
 * @param head the last link that the server has
 * @param account whether the account itself has gone back
 * @param links of the account's chain
 * @param states of what features keep, by feature
 */
record Restored(
    ChainFloor head, boolean account, List<LostLink> links, Map<String, List<State>> states) {
  /**
   * @param time none if it was only named
   * @param by the device that wrote it
   */
  record State(long number, Optional<Instant> time, String by) {}

  static Restored of(RestoredChain chain, Map<String, List<Lost>> lost) {
    Map<String, List<State>> states = new TreeMap<>();
    lost.forEach(
        (feature, all) ->
            states.put(
                feature,
                all.stream()
                    .map(
                        one ->
                            new State(
                                one.number(),
                                one.time(),
                                one.device().map(chain::name).orElse("a device that was removed")))
                    .toList()));
    return new Restored(chain.head(), chain.isOlder(), chain.lost(), states);
  }

  /** Whether the server lacks nothing. */
  boolean isNothing() {
    return !account && states.isEmpty();
  }

  /** Names exactly this, so that nothing else is accepted than what was seen. */
  String state() {
    return Digest.sha256((head + "|" + links + "|" + states).getBytes(UTF_8)).toString();
  }

  /** What is for a person to do about what cannot be repeated. */
  List<String> whatToDo() {
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
    if (account || !states.isEmpty()) {
      told.add("Put again what is missing, from where it came or from a device that has a copy.");
    }
    return told;
  }

  private boolean has(LostLink.What what) {
    return links.stream().anyMatch(link -> link.what() == what);
  }

  /** The devices that the lost links removed and that are the account's again. */
  List<DeviceId> removedOnce(ChainState now) {
    return links.stream()
        .flatMap(link -> link.removed().stream())
        .distinct()
        .filter(device -> now.device(device).isPresent())
        .toList();
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
