package org.anonymouscloud.vault.server;

import static org.anonymouscloud.vault.protocol.VaultMessages.MIN_PACK;
import static org.anonymouscloud.vault.server.VaultClient.DEVICE;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.sql.ResultSetMetaData;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.zip.CRC32C;
import org.anonymouscloud.core.account.AccountId;
import org.anonymouscloud.core.blob.BlobName;
import org.anonymouscloud.core.crypto.RandomBytes;
import org.anonymouscloud.core.wire.Cbor;
import org.anonymouscloud.core.wire.Refused;
import org.anonymouscloud.vault.protocol.Member;
import org.anonymouscloud.vault.protocol.PackName;
import org.anonymouscloud.vault.protocol.Right;
import org.anonymouscloud.vault.protocol.RootHeader;
import org.anonymouscloud.vault.protocol.Roster;
import org.anonymouscloud.vault.protocol.VaultMessages;
import org.anonymouscloud.vault.protocol.VaultMethod;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a server keeps of two accounts that share a drive, as docs/what-the-server-sees.md says. */
final class SharedRowsTest {
  private static final HexFormat HEX = HexFormat.of();

  @TempDir Path folder;
  private final AccountId alice = AccountId.random();
  private final AccountId bob = AccountId.random();
  private final PackName live = PackName.random();
  private final PackName dropped = PackName.random();
  private final byte[] roster = new byte[Roster.encodedLength(2)];
  private final List<byte[]> roots = new ArrayList<>();
  private final Set<String> checksums = new HashSet<>();
  private ServerHalf server;
  private VaultClient owner;

  @BeforeEach
  void shareADrive() throws Exception {
    server = ServerHalf.start(folder);
    owner = VaultClient.create(server, alice);
    VaultClient writer = owner.as(server, bob);
    share();
    put(owner, live);
    put(writer, dropped);
    move(owner, List.of(live, dropped), List.of());
    move(writer, List.of(), List.of(dropped));
    server.sweep();
  }

  private void put(VaultClient client, PackName name) throws Refused, IOException {
    byte[] pack = RandomBytes.next(MIN_PACK);
    client.put(name, pack);
    CRC32C checksum = new CRC32C();
    checksum.update(pack);
    checksums.add("" + checksum.getValue());
  }

  /** With bytes that are different each time where a seal and a signature are. */
  private void share() throws Refused, IOException {
    TestRosters.Next next = owner.after().with(bob, Right.WRITE).limit(1 << 20);
    ByteBuffer.wrap(roster)
        .put(next.roster(DEVICE).encode())
        .put(RandomBytes.next(Roster.SEALED + Roster.SIGNATURE));
    owner
        .link()
        .ask(
            VaultMethod.ROSTER_PUT.toString(),
            Cbor.encode(
                new VaultMessages.RosterPut(
                    owner.drive().bytes(),
                    roster,
                    TestRosters.grants(next.before(), next.roster(DEVICE)))));
  }

  private void move(VaultClient client, List<PackName> named, List<PackName> given)
      throws Refused, IOException {
    byte[] root = client.root(roots.size(), RandomBytes.next(200));
    client.move(root, roots.size(), named, given, false);
    roots.add(root);
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void allRowsAreTheIdsRightsCountsAndSealedBytesThatThePageNames() throws Exception {
    String drive = HEX.formatHex(owner.drive().bytes());
    Roster first = TestRosters.first(owner.drive(), alice, DEVICE);
    Map<String, Set<String>> expected = new TreeMap<>();
    expected.put("account_space.account_id", Set.of(hex(alice)));
    expected.put("account_space.feature", Set.of("vault"));
    for (String table :
        List.of("drives", "rosters", "members", "grants", "packs", "roots", "space")) {
      expected.put("vault_" + table + ".drive", Set.of(drive));
    }
    expected.put("vault_drives.payer", Set.of(hex(alice)));
    expected.put("vault_drives.most", Set.of("" + (1 << 20)));
    expected.put("vault_drives.generation", Set.of("0"));
    expected.put("vault_drives.roster", Set.of("1"));
    expected.put("vault_drives.ended", Set.of("0"));
    expected.put("vault_rosters.number", Set.of("0", "1"));
    expected.put(
        "vault_rosters.roster",
        Set.of(HEX.formatHex(TestRosters.whole(first)), HEX.formatHex(roster)));
    expected.put("vault_members.account_id", Set.of(hex(alice), hex(bob)));
    expected.put("vault_members.permits", Set.of("2", "3"));
    expected.put("vault_grants.account_id", Set.of(hex(alice), hex(bob)));
    expected.put("vault_grants.generation", Set.of("0"));
    expected.put(
        "vault_grants.sealed",
        Set.of(
            HEX.formatHex(TestRosters.grant(alice, 0)), HEX.formatHex(TestRosters.grant(bob, 0))));
    expected.put("vault_packs.name", Set.of(live.text(), dropped.text()));
    expected.put("vault_packs.length", Set.of("" + MIN_PACK));
    expected.put("vault_packs.checksum", checksums);
    expected.put("vault_packs.held", Set.of("0", "null"));
    expected.put("vault_roots.number", Set.of("0", "1"));
    expected.put(
        "vault_roots.root",
        Set.of(HEX.formatHex(roots.getFirst()), HEX.formatHex(roots.getLast())));
    long used =
        MIN_PACK
            + 2L * RootHeader.ROOT
            + Roster.encodedLength(1)
            + roster.length
            + 2L * VaultMessages.GRANT;
    expected.put("account_space.used", Set.of("" + used));
    expected.put("account_space.reserve", Set.of("0"));
    expected.put("vault_space.used", Set.of("" + used));
    expected.put("vault_space.reserved", Set.of("0"));
    expected.put("vault_space.packs", Set.of("1"));
    expected.put("vault_space.held", Set.of("" + MIN_PACK));
    expected.put("vault_space.unpaid", Set.of("" + MIN_PACK));
    expected.put("vault_space.beyond", Set.of("0"));

    Map<String, Set<String>> rows = rows();

    // Drawn by the server, and a time to the hour.
    assertThat(rows.remove("vault_packs.file"))
        .hasSize(2)
        .allSatisfy(file -> assertThat(new BlobName(file).text()).isEqualTo(file))
        .doesNotContain(live.text(), dropped.text());
    assertThat(rows.remove("vault_packs.expires")).hasSize(2).contains("null");
    assertThat(rows).isEqualTo(expected);
  }

  @Test
  void whatARosterSaysInClearIsWhoAndWhichRightAndWhoPays() throws Exception {
    Roster clear = Roster.decode(owner.newestRoster());

    assertThat(clear.members().stream().map(Member::account)).containsExactlyInAnyOrder(alice, bob);
    assertThat(clear.encode().length + Roster.SEALED + Roster.SIGNATURE).isEqualTo(roster.length);
  }

  private static String hex(AccountId account) {
    return HEX.formatHex(account.bytes());
  }

  /** The values of each column of each table that has rows; those of the scripts left out. */
  private Map<String, Set<String>> rows() {
    return server
        .database()
        .<Map<String, Set<String>>, RuntimeException>read(
            handle -> {
              Map<String, Set<String>> rows = new TreeMap<>();
              for (String table :
                  handle
                      .createQuery(
                          "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT IN"
                              + " ('migrations', 'database_state', 'account_changes')")
                      .mapTo(String.class)
                      .list()) {
                handle
                    .createQuery("SELECT * FROM " + table)
                    .map(
                        (row, context) -> {
                          ResultSetMetaData columns = row.getMetaData();
                          for (int i = 1; i <= columns.getColumnCount(); i++) {
                            rows.computeIfAbsent(
                                    table + "." + columns.getColumnName(i), key -> new TreeSet<>())
                                .add(text(row.getObject(i)));
                          }
                          return table;
                        })
                    .list();
              }
              return rows;
            });
  }

  private static String text(@Nullable Object value) {
    return value instanceof byte[] bytes ? HEX.formatHex(bytes) : String.valueOf(value);
  }
}
