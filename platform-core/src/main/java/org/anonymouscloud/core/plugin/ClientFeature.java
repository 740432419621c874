package org.anonymouscloud.core.plugin;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.anonymouscloud.core.account.Head;
import org.pf4j.ExtensionPoint;

/**
 * The client half of a feature: routes and a panel for the agent, commands for the command line.
 */
public interface ClientFeature extends ExtensionPoint {
  /** The feature's name, the same as its server half's. */
  String name();

  /** Its part of the local API. Called once, when the agent starts; nobody may be logged in yet. */
  List<Route> routes(ClientContext context);

  /**
   * Its commands: objects annotated with picocli's {@code @Command} that implement {@code
   * Callable<Integer>}. Called once a start of the command line; the agent may be another process.
   */
  List<Object> commands(CommandContext context);

  /**
   * How far all has come that it keeps: one head for each, also for what has no state yet. Asked
   * before each link of the account's chain, which carries it: from then on no older state counts.
   *
   * @param account as it was before the link. It may be that of a device about to come in, on whose
   *     link the server's halves answer what they have opened ({@link
   *     RunningFeature#openToProven}), and no more
   * @return none if it keeps nothing of this kind
   * @throws IOException if it cannot be said; then the link is not made
   */
  default List<Head> heads(AccountSession account) throws IOException {
    return List.of();
  }

  /**
   * Writes the first states of a generation of the root secret that has just begun, as devices were
   * removed. Whatever a removed device has written beyond {@link AccountSession#head} is left out.
   *
   * @return what the person should know of it, in whole sentences
   * @throws IOException if it cannot be done now; then whichever device comes next does it
   */
  default List<String> beginGeneration(AccountSession account) throws IOException {
    return List.of();
  }

  /**
   * Nobody is logged in here any more, or the device is locked: closes what it has open of the
   * account and wipes its keys.
   */
  default void forget() {}

  /**
   * What a device has taken on the server's word alone that has just come in by password or
   * recovery words, and has seen nothing itself: in whole sentences, for the person to compare.
   */
  default List<String> takenOnTrust(AccountSession account) throws IOException {
    return List.of();
  }

  /**
   * What this device has seen and a server that was restored from a backup no longer has, the
   * oldest first, as far as this device has kept it. Changes nothing.
   */
  default List<Lost> lost(AccountSession account) throws IOException {
    return List.of();
  }

  /**
   * Goes on from what the server has, as a device does that has seen nothing yet: a person has
   * agreed to lose what is newer. The account's chain has gone back already.
   */
  default void acceptRestored(AccountSession account) throws IOException {}

  /** Its part of the user interface, if it has one. Called once, when the agent starts. */
  default Optional<Panel> panel() {
    return Optional.empty();
  }
}
