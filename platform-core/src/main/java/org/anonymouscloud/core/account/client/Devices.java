package org.anonymouscloud.core.account.client;

import java.io.IOException;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.anonymouscloud.core.account.DeviceId;
import org.anonymouscloud.core.account.chain.ChainState;
import org.anonymouscloud.core.account.chain.LinkBody;
import org.anonymouscloud.core.account.chain.ListedDevice;
import org.anonymouscloud.core.account.client.keys.DeviceName;
import org.anonymouscloud.core.account.client.keys.RootSecret;
import org.anonymouscloud.core.account.client.local.LocalState;
import org.anonymouscloud.core.account.client.remote.ChainWriter;
import org.anonymouscloud.core.crypto.NotAuthentic;
import org.anonymouscloud.core.wire.ErrorCode;
import org.anonymouscloud.core.wire.Refused;

/** The devices of an account. Each call asks the server for the newest chain. Thread-safe. */
public final class Devices {
  private static final String NO_NAME = "(a name that cannot be read)";

  private final OnlineAccount account;

  public Devices(OnlineAccount account) {
    this.account = account;
  }

  /** Those that may act for the account, in the order in which they came. */
  public List<KnownDevice> list() throws IOException {
    return list(account.refreshed().state());
  }

  private List<KnownDevice> list(ChainState chain) {
    LocalState local = account.local().state();
    return chain.devices().values().stream()
        .map(
            device ->
                new KnownDevice(
                    device.id(),
                    name(device, local),
                    device.added(),
                    device.id().equals(local.device())))
        .toList();
  }

  private static String name(ListedDevice device, LocalState local) {
    try {
      RootSecret root = local.roots().get(device.nameGeneration());
      return DeviceName.open(device.sealedName(), local.account(), device.id(), root).text();
    } catch (NotAuthentic e) {
      // Only a device of the account can have written it; it names itself badly and no more.
      return NO_NAME;
    }
  }

  /**
   * Calls a device by another name.
   *
   * @throws Refused with {@link ErrorCode#NOT_FOUND} if there is no such device
   */
  public void rename(DeviceId device, DeviceName name) throws Refused, IOException {
    account.append(
        chain -> {
          require(chain, device);
          RootSecret root = account.local().state().roots().get(chain.generation());
          byte[] sealed = name.seal(chain.account(), device, root);
          return new ChainWriter.Draft(
              new LinkBody.Rename(device, sealed), ChainWriter.NewKeys.of(), root);
        });
  }

  /**
   * Lets the account's other devices know that nobody is logged in on this one any more. It stays
   * in the list until one of them removes it, which alone keeps from it what is written later.
   */
  public void markLoggedOut() throws Refused, IOException {
    LocalState local = account.local().state();
    Optional<ListedDevice> here = account.refreshed().state().device(local.device());
    if (here.isPresent()) {
      String name = name(here.get(), local);
      String marked = KnownDevice.LOGGED_OUT + (name.equals(NO_NAME) ? "" : " " + name);
      rename(local.device(), DeviceName.from(marked));
    }
  }

  /**
   * What a removal leaves a person to do.
   *
   * @param passwordEnded whether the password counts no more, for one of the removed had set it
   * @param broughtIn devices that stay, but for this one, and came in by what the removed had set
   */
  public record Removal(boolean passwordEnded, List<KnownDevice> broughtIn) {
    public Removal {
      broughtIn = List.copyOf(broughtIn);
    }
  }

  /**
   * Takes devices out of the account for good. They log in no more, and what is written from here
   * on is sealed with a root secret that they do not get (A16). If one of them had set the
   * password, that opens nothing any more until {@link OnlineAccount#changePassword}.
   *
   * @param gone at least one, not this device
   * @return what the person should know of it
   * @throws Refused with {@link ErrorCode#NOT_FOUND} if one of them is no device of the account,
   *     with {@link ErrorCode#BAD_REQUEST} if one is this device
   */
  public Removal revoke(Collection<DeviceId> gone) throws Refused, IOException {
    if (gone.contains(account.local().device())) {
      throw new Refused(
          ErrorCode.BAD_REQUEST,
          "A device cannot remove itself; use 'anoncloud logout' here, and remove it elsewhere.");
    }
    try (RootSecret fresh = RootSecret.random()) {
      account.append(chain -> revoking(chain, account.local(), fresh, gone));
    }
    ChainState after = account.refreshed().state();
    return new Removal(
        after.passwordHasEnded(),
        list(after).stream()
            .filter(device -> !device.here() && after.cameInBy(device.id(), gone))
            .toList());
  }

  /** A link that removes devices. */
  static ChainWriter.Draft revoking(
      ChainState chain, LocalAccount local, RootSecret fresh, Collection<DeviceId> gone)
      throws Refused {
    List<DeviceId> ordered =
        gone.stream()
            .distinct()
            .sorted((one, other) -> Arrays.compareUnsigned(one.bytes(), other.bytes()))
            .toList();
    for (DeviceId device : ordered) {
      require(chain, device);
    }
    RootSecret newest = local.state().roots().get(chain.generation());
    LinkBody body = new LinkBody.Revoke(fresh.succeed(chain, chain.generation(), newest), ordered);
    return new ChainWriter.Draft(body, ChainWriter.NewKeys.of(), fresh);
  }

  /**
   * Opens the account to one new device that has the pairing's code.
   *
   * @return closed by the caller
   */
  public Pairing pair() throws Refused, IOException {
    return Pairing.open(account);
  }

  private static void require(ChainState chain, DeviceId device) throws Refused {
    if (chain.device(device).isEmpty()) {
      throw new Refused(ErrorCode.NOT_FOUND, "The account has no device " + device + ".");
    }
  }
}
