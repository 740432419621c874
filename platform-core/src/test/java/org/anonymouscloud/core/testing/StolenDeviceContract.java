package org.anonymouscloud.core.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.anonymouscloud.core.account.DeviceId;
import org.anonymouscloud.core.account.chain.ChainLink;
import org.anonymouscloud.core.account.chain.SlotId;
import org.anonymouscloud.core.account.protocol.AccountMessages;
import org.anonymouscloud.core.account.protocol.AccountMethod;
import org.anonymouscloud.core.account.server.AccountPeer;
import org.anonymouscloud.core.account.server.AccountService;
import org.anonymouscloud.core.account.server.DeviceOfAccount;
import org.anonymouscloud.core.account.server.Lineage;
import org.anonymouscloud.core.crypto.RandomBytes;
import org.anonymouscloud.core.wire.Cbor;
import org.anonymouscloud.core.wire.ErrorCode;
import org.anonymouscloud.core.wire.Malformed;
import org.anonymouscloud.core.wire.Refused;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * An honest server and a stolen device, which does all that a device may to keep its owner from the
 * ways out: the removal by another device, a login by password, and the recovery words.
 */
public abstract class StolenDeviceContract extends AccountServiceFixture {
  private final BareAccount alice = new BareAccount(ALICE);
  private DeviceId stolen = alice.device;

  /** All devices there are, in the order in which they came. */
  private final List<DeviceId> devices = new ArrayList<>(List.of(alice.device));

  /** The device that set the password last; none at first and after a recovery. */
  private Set<DeviceId> passwordSetBy = Set.of();

  private int generation;

  @BeforeEach
  void lose() throws Exception {
    register(alice);
    stolen = bringIn(alice.device);
  }

  // What is counted

  @Test
  @Tag("S4.3")
  void whateverAStolenDeviceAndItsAccomplicesUseUpAnyOtherDeviceRemovesThemAll() throws Exception {
    DeviceId other = bringIn(alice.device);
    List<DeviceId> thieves = new ArrayList<>(List.of(stolen));
    for (int i = 0; i < 5; i++) {
      thieves.add(bringIn(stolen));
    }
    int changes = 0;
    for (DeviceId thief : thieves) {
      changes += changePasswordUntilRefused(thief);
    }
    assertThat(changes).as("the account's, and what each has for itself").isEqualTo(60 + 6 * 3);

    remove(other, thieves);

    assertThat(loggedIn(alice, other).device()).contains(other);
    Set<DeviceOfAccount> gone =
        thieves.stream()
            .map(thief -> new DeviceOfAccount(alice.id, thief))
            .collect(Collectors.toSet());
    assertThat(service().refused(gone)).isEqualTo(gone);
  }

  @Test
  @Tag("S4.3")
  void whatWasUsedUpBeforeARecoveryIsThereAgainAfterIt() throws Exception {
    for (int i = 0; i < 20; i++) {
      put(alice.addDeviceByPassword());
    }
    refuses(
        ErrorCode.RATE_LIMITED,
        loggedIn(alice, stolen),
        AccountMethod.CHAIN_APPEND,
        BareAccount.append(alice.addDeviceByPassword()));

    recover();

    put(alice.addDeviceByPassword());
  }

  @Test
  @Tag("S4.3")
  void aDeviceBringsInAndRenamesHalfOfWhatTheAccountMayAndRemovesAllTheSame() throws Exception {
    DeviceId other = bringIn(alice.device);
    int links = 0;
    for (boolean passes = true; passes; links += passes ? 1 : 0) {
      passes = rename(stolen);
    }
    assertThat(links).isEqualTo(30);

    assertThat(rename(other)).isTrue();
    bringIn(other);
    put(alice.addDeviceByPassword());
    remove(stolen, List.of(other));
  }

  @Test
  @Tag("S4.8")
  void aDeviceThatLooksUpNamesAndChainsLeavesOthersAsMuch() throws Exception {
    Map<AccountMethod, Object> questions =
        Map.of(
            AccountMethod.CONTACT_FIND,
            new AccountMessages.ContactFind(ALICE.text()),
            AccountMethod.CONTACT_CHAIN,
            new AccountMessages.ContactChain(alice.id.bytes(), 0, false));
    for (Map.Entry<AccountMethod, Object> question : questions.entrySet()) {
      AccountPeer thief = loggedIn(alice, stolen);
      String method = question.getKey().toString();
      int half = question.getKey() == AccountMethod.CONTACT_FIND ? 30 : 300;
      for (int i = 0; i < half; i++) {
        send(thief, method, Cbor.encode(question.getValue()));
      }
      refuses(ErrorCode.RATE_LIMITED, thief, question.getKey(), question.getValue());

      assertThat(send(loggedIn(alice), method, Cbor.encode(question.getValue()))).isNotEmpty();
    }
  }

  // The room of the chain

  @Test
  @Tag("S4.3")
  void inAChainThatIsFullEachStillHasItsOwnWayOut() throws Exception {
    DeviceId accomplice = bringIn(stolen);
    fill(2_000);
    Refused full =
        refuses(
            ErrorCode.QUOTA_EXCEEDED,
            loggedIn(alice),
            AccountMethod.CHAIN_APPEND,
            BareAccount.append(alice.addDevice()));
    assertThat(full).hasMessageContaining("Devices can still be removed");
    assertThat(rename(alice.device)).isFalse();
    for (DeviceId thief : List.of(stolen, accomplice)) {
      assertThat(changePasswordUntilRefused(thief)).isEqualTo(3);
    }
    DeviceId arrived = put(alice.addDeviceByPassword());
    DeviceId next = put(alice.addDeviceByPassword());

    remove(arrived, List.of(stolen, accomplice));
    refuses(
        ErrorCode.BAD_REQUEST,
        loggedIn(alice),
        AccountMethod.CHAIN_APPEND,
        appendOf(alice.addDeviceByPassword()));
    remove(alice.device, List.of(arrived));
    // The thief's password has ended; the owner's next one is in force.
    assertThat(changePasswordUntilRefused(alice.device)).isEqualTo(2);
    for (int i = 2; i < 10; i++) {
      put(alice.addDeviceByPassword());
    }
    refuses(
        ErrorCode.QUOTA_EXCEEDED,
        loggedIn(alice),
        AccountMethod.CHAIN_APPEND,
        BareAccount.append(alice.addDeviceByPassword()));
    assertThat(changePasswordUntilRefused(next)).isEqualTo(3);

    DeviceId recovered = recover();
    assertThat(loggedIn(alice, recovered).device()).contains(recovered);
    put(alice.addDeviceByPassword());
  }

  @Test
  @Tag("S4.3")
  void howeverManyDevicesAThiefBringsInOneMoreComesByThePassword() throws Exception {
    while (devices.size() < 192) {
      calendar.pass(Duration.ofMinutes(20));
      bringIn(stolen);
    }
    calendar.pass(Duration.ofMinutes(20));
    Refused full =
        refuses(
            ErrorCode.QUOTA_EXCEEDED,
            loggedIn(alice, stolen),
            AccountMethod.CHAIN_APPEND,
            BareAccount.append(alice.addDevice()));
    assertThat(full).hasMessageContaining("takes no more devices");

    DeviceId owners = put(alice.addDeviceByPassword());

    remove(owners, devices.subList(1, 192));
    assertThat(loggedIn(alice, owners).device()).contains(owners);
  }

  // What there is a number of at once

  @Test
  @Tag("S4.18")
  void aThiefWhoseDevicesAllPairKeepsNoOtherFromIt() throws Exception {
    DeviceId other = bringIn(alice.device);
    AccountPeer peer = loggedIn(alice, other);
    byte[] own = pairOpen(peer);
    List<byte[]> theirs = new ArrayList<>();
    for (int i = 0; i < 7; i++) {
      theirs.add(pairOpen(loggedIn(alice, bringIn(stolen))));
    }
    refuses(
        ErrorCode.RATE_LIMITED,
        loggedIn(alice, bringIn(stolen)),
        AccountMethod.PAIR_OPEN,
        new AccountMessages.Empty());

    tell(stranger(), AccountMethod.PAIR_PUT, letter(own));
    byte[] relay = pairOpen(loggedIn(alice));
    tell(stranger(), AccountMethod.PAIR_PUT, letter(relay));

    long open = theirs.stream().filter(this::isOpen).count();
    assertThat(open).as("eight of an account at once").isEqualTo(6);
  }

  @Test
  @Tag("S4.6")
  void whoBroughtInWhomIsKnownAlsoOfThoseWhoWereRemoved() throws Exception {
    DeviceId middle = bringIn(stolen);
    DeviceId first = bringIn(middle);
    DeviceId second = bringIn(middle);
    DeviceId byPassword = put(alice.addDeviceByPassword());
    remove(alice.device, List.of(middle));

    Lineage lineage = AccountService.lineage(database(), alice.id);

    assertThat(lineage.whoGivesWay(Map.of(byPassword, 2L, first, 2L, second, 1L))).isEqualTo(first);
    assertThat(lineage.whoGivesWay(Map.of(byPassword, 1L, stolen, 1L))).isEqualTo(byPassword);
    assertThat(lineage.whoGivesWay(Map.of(alice.device, 1L, first, 1L, second, 1L)))
        .isEqualTo(second);
  }

  private boolean isOpen(byte[] relay) {
    try {
      tell(stranger(), AccountMethod.PAIR_PUT, letter(relay));
      return true;
    } catch (Refused | Malformed e) {
      return false;
    }
  }

  private static AccountMessages.PairPut letter(byte[] relay) {
    return new AccountMessages.PairPut(relay, 1, new byte[1]);
  }

  private static byte[] pairOpen(AccountPeer peer) throws Exception {
    return ask(
            peer,
            AccountMethod.PAIR_OPEN,
            new AccountMessages.Empty(),
            AccountMessages.PairOpened.class)
        .relay();
  }

  // What the devices do

  private DeviceId bringIn(DeviceId by) throws Exception {
    alice.madeBy(by);
    return put(alice.addDevice());
  }

  /** Puts a link that brings a device in. */
  private DeviceId put(ChainLink link) throws Exception {
    tell(loggedIn(alice, devices.getFirst()), AccountMethod.CHAIN_APPEND, appendOf(link));
    alice.appended(link);
    devices.add(BareAccount.added(link));
    return devices.getLast();
  }

  private AccountMessages.ChainAppend appendOf(ChainLink link) {
    return BareAccount.append(
        link, generation, new byte[0], new SlotId.Device(BareAccount.added(link)));
  }

  /** False if it was refused. */
  private boolean rename(DeviceId by) throws Exception {
    alice.madeBy(by);
    ChainLink link = alice.rename();
    return append(by, link, BareAccount.append(link, 0, new byte[0]));
  }

  private int changePasswordUntilRefused(DeviceId by) throws Exception {
    alice.madeBy(by);
    for (int changes = 0; ; changes++) {
      ChainLink link = alice.changePassword();
      AccountMessages.ChainAppend question =
          BareAccount.append(link, generation, anyRecord(), new SlotId.Password());
      if (!append(by, link, question)) {
        return changes;
      }
      passwordSetBy = Set.of(by);
    }
  }

  private boolean append(DeviceId by, ChainLink link, AccountMessages.ChainAppend question)
      throws Exception {
    AccountPeer peer = loggedIn(alice, by);
    try {
      if (question.record().length > 0) {
        passwordStart(peer, registrationRequest());
      }
      send(peer, AccountMethod.CHAIN_APPEND.toString(), Cbor.encode(question));
      alice.appended(link);
      return true;
    } catch (Refused e) {
      assertThat(e.code()).isIn(ErrorCode.RATE_LIMITED, ErrorCode.QUOTA_EXCEEDED);
      return false;
    }
  }

  private void remove(DeviceId by, List<DeviceId> gone) throws Exception {
    List<DeviceId> going =
        gone.stream()
            .sorted(Comparator.comparing(DeviceId::bytes, Arrays::compareUnsigned))
            .toList();
    devices.removeAll(going);
    generation++;
    alice.madeBy(by);
    ChainLink link = alice.revoke(generation, going.toArray(DeviceId[]::new));
    Stream<SlotId> password =
        devices.containsAll(passwordSetBy) ? Stream.of(new SlotId.Password()) : Stream.of();
    SlotId[] left =
        Stream.concat(
                Stream.concat(password, Stream.of(new SlotId.Recovery())),
                devices.stream().map(SlotId.Device::new))
            .toArray(SlotId[]::new);
    tell(
        loggedIn(alice, by),
        AccountMethod.CHAIN_APPEND,
        BareAccount.append(link, generation, new byte[0], left));
    alice.appended(link);
  }

  private DeviceId recover() throws Exception {
    byte[] hash = RandomBytes.next(HASH);
    AccountPeer owner = peer(hash);
    send(owner, AccountMethod.RECOVERY_LOGIN.toString(), Cbor.encode(alice.recoveryLogin(hash)));
    passwordStart(owner, registrationRequest());
    generation++;
    ChainLink link = alice.recover(false, generation);
    DeviceId fresh = BareAccount.added(link);
    tell(
        owner,
        AccountMethod.CHAIN_APPEND,
        BareAccount.append(
            link,
            generation,
            anyRecord(),
            new SlotId.Password(),
            new SlotId.Recovery(),
            new SlotId.Device(fresh)));
    alice.appended(link);
    devices.clear();
    devices.add(fresh);
    passwordSetBy = Set.of();
    return fresh;
  }

  /** As a thief may who has weeks. */
  private void fill(int links) {
    alice.madeBy(stolen);
    database()
        .<Void, RuntimeException>write(
            handle -> {
              long next =
                  handle
                      .createQuery("SELECT max(seq) + 1 FROM account_links WHERE account_id = ?")
                      .bind(0, alice.id.bytes())
                      .mapTo(Long.class)
                      .one();
              for (long seq = next; seq < links; seq++) {
                ChainLink rename = alice.rename();
                alice.appended(rename);
                handle.execute(
                    "INSERT INTO account_links (account_id, seq, link) VALUES (?, ?, ?)",
                    alice.id.bytes(),
                    seq,
                    rename.encode());
              }
              return null;
            });
    alice.madeBy(alice.device);
  }
}
