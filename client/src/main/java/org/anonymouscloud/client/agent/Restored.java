package org.anonymouscloud.client.agent;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.anonymouscloud.core.account.ChainFloor;
import org.anonymouscloud.core.account.DeviceId;
import org.anonymouscloud.core.account.chain.ChainState;
import org.anonymouscloud.core.account.client.LostLink;
import org.anonymouscloud.core.account.client.RestoredChain;
import org.anonymouscloud.core.account.client.contacts.ContactRefused;
import org.anonymouscloud.core.account.client.contacts.Contacts;
import org.anonymouscloud.core.account.client.contacts.KnownContact;
import org.anonymouscloud.core.crypto.Digest;
import org.anonymouscloud.core.plugin.Divergence;
import org.anonymouscloud.core.plugin.PastState;
import org.anonymouscloud.core.wire.Refused;

/**
 * What a server that was restored from a backup lacks of what this device has seen.
 *
 * @param head the last link that the server has
 * @param account whether the account itself has gone back
 * @param links of the account's chain
 * @param features that refuse what the server has, by their names
 */
record Restored(
    ChainFloor head,
    boolean account,
    List<LostLink> links,
    Map<String, Divergence> features,
    Function<DeviceId, String> names) {
  static Restored of(RestoredChain chain, Map<String, Divergence> features) {
    return new Restored(chain.head(), chain.isOlder(), chain.lost(), features, chain::name);
  }

  /** Whether the server lacks nothing, and each feature takes what it has. */
  boolean isNothing() {
    return !account && features.isEmpty();
  }

  /** Names exactly this, so that nothing else is accepted than what was seen. */
  String state() {
    return Digest.sha256((head + "|" + links + "|" + features).getBytes(UTF_8)).toString();
  }

  /** The device that wrote a state, as a person calls it. */
  String writer(PastState state) {
    return state.device().map(names).orElse("a device that was removed");
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
    if (account || features.values().stream().anyMatch(one -> !one.lost().isEmpty())) {
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
