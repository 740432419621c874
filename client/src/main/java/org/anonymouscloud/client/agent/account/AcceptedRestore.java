package org.anonymouscloud.client.agent.account;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.anonymouscloud.client.agent.feature.ClientFeatures;
import org.anonymouscloud.client.agent.feature.LoggedInAccount;
import org.anonymouscloud.core.account.client.LocalAccount;
import org.anonymouscloud.core.account.client.OwnContacts;
import org.anonymouscloud.core.account.client.RestoredChain;
import org.anonymouscloud.core.plugin.NotLoggedIn;
import org.anonymouscloud.core.plugin.Problem;
import org.anonymouscloud.core.session.Connection;
import org.anonymouscloud.core.wire.Refused;

/** The way on for a device whose server was restored from a backup. Thread-safe. */
public final class AcceptedRestore {
  private final CurrentAccount current;
  private final ClientFeatures features;
  private final Outside outside;

  public AcceptedRestore(CurrentAccount current, ClientFeatures features, Outside outside) {
    this.current = current;
    this.features = features;
    this.outside = outside;
  }

  /**
   * What a server that was restored from a backup lacks of what this device has seen. Changes
   * nothing.
   */
  public Restored look() throws NotLoggedIn, Refused, IOException {
    LoggedInAccount here = current.account();
    try (Connection connection = outside.dial(here.local().server())) {
      return compare(
          here.local(), RestoredChain.read(here.local(), features, connection), connection);
    }
  }

  private Restored compare(LocalAccount local, RestoredChain chain, Connection connection)
      throws Refused, IOException {
    return new Restored(
        chain,
        features.divergences(local, chain, connection),
        OwnContacts.book(local, chain, connection).rollback());
  }

  /**
   * Goes on from what the server has.
   *
   * @param shown {@link Restored#state} of what a person has seen and agreed to
   * @return what the person should know or do
   */
  public List<String> accept(String shown) throws Problem, NotLoggedIn, Refused, IOException {
    return current.<List<String>, NotLoggedIn>change(() -> acceptAsShown(shown));
  }

  private List<String> acceptAsShown(String shown)
      throws Problem, NotLoggedIn, Refused, IOException {
    LoggedInAccount here = current.account();
    LoggedInAccount again = here;
    Restored restored;
    try (Connection connection = outside.dial(here.local().server())) {
      RestoredChain chain = RestoredChain.read(here.local(), features, connection);
      restored = compare(here.local(), chain, connection);
      if (!restored.state().equals(shown)) {
        throw new Problem(
            Problem.Kind.CONFLICT,
            "Nothing was done: the server has something else by now than what was shown. Look"
                + " once more.");
      }
      chain.accept();
      features.acceptRestored(restored.features(), here.local(), chain, connection);
      if (restored.contacts().isPresent()) {
        OwnContacts.book(here.local(), chain, connection).restart(restored.contacts().get());
      }
      chain.removeAgain();
    } finally {
      // Whatever has begun with other keys and another state ends here.
      again = current.reopen(here);
    }
    List<String> notes = new ArrayList<>(restored.whatToDo());
    if (!restored.back().isEmpty()) {
      notes.add("The devices that had been removed since the backup were removed again.");
    }
    notes.addAll(features.beginGeneration(again));
    notes.addAll(Restored.contactsToRenew(again.online().contacts()));
    return notes;
  }
}
