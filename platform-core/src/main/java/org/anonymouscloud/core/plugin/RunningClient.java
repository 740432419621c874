package org.anonymouscloud.core.plugin;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.anonymouscloud.core.account.DeviceId;
import org.anonymouscloud.core.account.Head;

/** A client feature in a running agent. Thread-safe. */
public interface RunningClient extends AutoCloseable {
  /** Its part of the local API, below its own name. Read once, after the start. */
  List<Route> routes();

  /** Its part of the user interface, if it has one. Read once, after the start. */
  default Optional<Panel> panel() {
    return Optional.empty();
  }

  /**
   * The account's keys are there: somebody has logged in or unlocked the device, or the agent has
   * started with an account. What works in the background from now on ends with what this returns.
   * It must not wait for the server, which may be away.
   *
   * @param account equal to what {@link ClientContext#account} gives until it is closed
   */
  default OpenAccount open(AccountSession account) {
    return () -> {};
  }

  /**
   * How far all has come that it keeps: one head for each, also for what has no state yet. Asked
   * before each link of the account's chain, which carries it: from then on no older state counts.
   *
   * <p>A device vouches for what it has checked itself. What another one has said stays in force as
   * long as that one is of the account, and may be a thief's: so it is not repeated here.
   *
   * @param account as it was before the link. It may be that of a device about to come in, on whose
   *     link the server's halves answer what they have opened ({@link
   *     RunningFeature#openToProven}), and no more
   * @param leaving the devices that the link removes, whose word counts no more
   * @return none if it keeps nothing of this kind, or this device can vouch for none
   * @throws IOException if it cannot be said; then the link is not made
   */
  default List<Head> heads(AccountSession account, Set<DeviceId> leaving) throws IOException {
    return List.of();
  }

  /**
   * Writes the first states of a generation of the root secret that has just begun, as devices were
   * removed. Whatever a removed device has written beyond the newest of {@link
   * AccountSession#heads} is left out.
   *
   * @return what the person should know of it, in whole sentences
   * @throws IOException if it cannot be done now; then whichever device comes next does it
   */
  default List<String> beginGeneration(AccountSession account) throws IOException {
    return List.of();
  }

  /**
   * What a device has taken on the server's word alone that has just come in by password or
   * recovery words, and has seen nothing itself: in whole sentences, for the person to compare.
   */
  default List<String> takenOnTrust(AccountSession account) throws IOException {
    return List.of();
  }

  /**
   * What other people use and lose when the account is deleted, in whole sentences: what, and what
   * keeps it. Asked before somebody decides that.
   */
  default List<String> endsForOthers(AccountSession account) throws IOException {
    return List.of();
  }

  /**
   * Whether it refuses what the server has as older than what this device knows of, or as nothing
   * that any device vouches for. Changes nothing.
   *
   * @return what a person can decide; none if there is nothing to decide
   * @throws IOException if what the server shows must not be used whatever a person says, or it
   *     does not answer
   */
  default Optional<Divergence> divergence(AccountSession account) throws IOException {
    return Optional.empty();
  }

  /**
   * Goes on from what the server has, as a device does that has seen nothing yet. The account's
   * chain has gone back already, if it was older too.
   *
   * @param agreed what a person was shown and has agreed to
   * @throws IOException if the server has something else by now; then nothing has changed
   */
  default void acceptRestored(AccountSession account, Divergence agreed) throws IOException {}

  /** The agent ends; an open account is closed already. */
  @Override
  default void close() {}
}
