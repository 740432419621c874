package org.anonymouscloud.core.account.chain;

import static org.anonymouscloud.core.account.chain.Author.ACCOUNT;
import static org.anonymouscloud.core.account.chain.Author.IDENTITY;
import static org.anonymouscloud.core.account.chain.Author.PASSWORD;
import static org.anonymouscloud.core.account.chain.Author.RECOVERY;
import static org.anonymouscloud.core.account.chain.Author.add;
import static org.anonymouscloud.core.account.chain.Author.created;
import static org.anonymouscloud.core.account.chain.Author.device;
import static org.anonymouscloud.core.account.chain.Author.id;
import static org.anonymouscloud.core.account.chain.Author.key;
import static org.anonymouscloud.core.account.chain.Author.link;
import static org.anonymouscloud.core.account.chain.Author.newDevice;
import static org.anonymouscloud.core.account.chain.Author.placed;
import static org.anonymouscloud.core.account.chain.Author.recover;
import static org.anonymouscloud.core.account.chain.Author.recoverKeys;
import static org.anonymouscloud.core.account.chain.Author.revoke;
import static org.anonymouscloud.core.account.chain.Author.root;
import static org.anonymouscloud.core.account.chain.Author.slot;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.anonymouscloud.core.account.AccountId;
import org.anonymouscloud.core.account.chain.ChainRefused.Reason;
import org.anonymouscloud.core.crypto.SigningKey;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * {@code chains-v1.json}: chains, good and bad, and what is wrong with the bad ones. The file is
 * for other implementations too; {@code -Dcorpus.write=FILE} writes it anew.
 */
final class ChainCorpusTest {
  private static final String GOOD = "";

  private final ChainLink create = created();
  private final ChainLink second = add(create, device(10), key(10), 11);
  private final ChainLink byPassword = add(create, new SlotId.Password(), PASSWORD, 12);
  private final ChainLink gone = revoke(second, 10, 1, 11);
  private final ChainLink changed =
      link(create, device(10), key(10), new LinkBody.ChangePassword(slot(key(7), 7)), key(7));
  private final ChainLink recovered =
      link(
          second,
          new SlotId.Recovery(),
          RECOVERY,
          recover(false, 1, 13),
          recoverKeys(13).toArray(SigningKey[]::new));

  private final ChainLink stolen =
      link(second, device(11), key(11), new LinkBody.ChangePassword(slot(key(7), 7)), key(7));
  private final ChainLink ended = revoke(stolen, 10, 1, 11);
  private final ChainLink again =
      link(ended, device(10), key(10), new LinkBody.ChangePassword(slot(key(8), 8)), key(8));
  private final ChainLink mended =
      link(stolen, device(10), key(10), new LinkBody.ChangePassword(slot(key(8), 8)), key(8));
  private final ChainLink byWords =
      link(
          ended,
          new SlotId.Recovery(),
          RECOVERY,
          recover(true, 2, 13),
          recoverKeys(13).toArray(SigningKey[]::new));

  private record Case(String name, String refused, List<ChainLink> links) {}

  private Case good(String name, ChainLink... links) {
    return new Case(name, GOOD, List.of(links));
  }

  private Case bad(String name, Reason reason, ChainLink... links) {
    return new Case(name, reason.name(), List.of(links));
  }

  private List<Case> cases() {
    return List.of(
        good("a new account", create),
        good("a device by another device", create, second),
        good("a device by password", create, byPassword),
        good("a device removed", create, second, gone),
        good("a password changed", create, changed),
        good("a device by the new password", create, changed, added(changed, key(7))),
        good("a removal of the device that set the password", create, second, stolen, ended),
        good(
            "a device by the password that is set after that",
            create,
            second,
            stolen,
            ended,
            again,
            added(again, key(8))),
        good(
            "a device by the password that a recovery set after that",
            create,
            second,
            stolen,
            ended,
            byWords,
            added(byWords, key(5))),
        good(
            "a device by the password that one that stays has set meanwhile",
            create,
            second,
            stolen,
            mended,
            revoke(mended, 10, 1, 11),
            added(revoke(mended, 10, 1, 11), key(8))),
        bad(
            "a device by the password of a removed device",
            Reason.REVOKED_SIGNER,
            create,
            second,
            stolen,
            ended,
            added(ended, key(7))),
        good("a recovery", create, second, recovered),
        good("a recovery that keeps devices", create, second, kept()),
        good("a device renamed", create, renamed(create, 10, 10)),
        bad("a fork", Reason.FORK, create, second, byPassword(second, create)),
        bad("a gap", Reason.GAP, create, add(second, device(10), key(10), 12)),
        bad("a number of the past", Reason.GAP, create, second, placed(1, second, ACCOUNT)),
        bad("a number of the future", Reason.GAP, create, placed(7, create, ACCOUNT)),
        bad("another owner's link", Reason.WRONG_ACCOUNT, create, placed(1, create, other())),
        bad("a second beginning", Reason.WRONG_TYPE, create, again()),
        bad("a beginning that is none", Reason.WRONG_TYPE, second),
        bad("a beginning by another device", Reason.WRONG_SIGNER, beginning(11)),
        bad(
            "the identity key alone",
            Reason.WRONG_SIGNATURE,
            create,
            add(create, device(10), IDENTITY, 11)),
        bad(
            "a new device that does not sign",
            Reason.WRONG_SIGNATURE,
            create,
            link(create, device(10), key(10), new LinkBody.AddDevice(newDevice(11)), key(10))),
        bad(
            "a new password slot that does not sign",
            Reason.WRONG_SIGNATURE,
            create,
            link(
                create,
                device(10),
                key(10),
                new LinkBody.ChangePassword(slot(key(7), 7)),
                PASSWORD)),
        bad("a signer that nobody knows", Reason.UNKNOWN_SIGNER, create, unknown()),
        bad(
            "a removed device adds one",
            Reason.REVOKED_SIGNER,
            create,
            second,
            gone,
            add(gone, device(11), key(11), 12)),
        bad(
            "a removed device removes another",
            Reason.REVOKED_SIGNER,
            create,
            second,
            gone,
            revoke(gone, 11, 2, 10)),
        bad(
            "a device from before a recovery",
            Reason.REVOKED_SIGNER,
            create,
            second,
            recovered,
            add(recovered, device(10), key(10), 14)),
        bad(
            "the old password after a change",
            Reason.WRONG_SIGNATURE,
            create,
            changed,
            added(changed, PASSWORD)),
        bad(
            "the old words after a recovery",
            Reason.WRONG_SIGNATURE,
            create,
            second,
            recovered,
            link(
                recovered,
                new SlotId.Recovery(),
                RECOVERY,
                recover(false, 2, 14),
                recoverKeys(14).toArray(SigningKey[]::new))),
        bad(
            "the password removes a device",
            Reason.WRONG_SIGNER,
            create,
            second,
            link(
                second,
                new SlotId.Password(),
                PASSWORD,
                new LinkBody.Revoke(root(1), List.of(id(11))))),
        bad(
            "the words add a device and no more",
            Reason.WRONG_SIGNER,
            create,
            add(create, new SlotId.Recovery(), RECOVERY, 11)),
        bad("a device recovers", Reason.WRONG_SIGNER, create, recoveredBy(10)),
        bad("a device removes itself", Reason.WRONG_SIGNER, create, revoke(create, 10, 1, 10)),
        bad("a generation left out", Reason.WRONG_GENERATION, create, second, late()),
        good(
            "a recovery past a generation that the words did not open",
            create,
            second,
            gone,
            past()),
        bad(
            "a removal that has an older root sealed than the newest",
            Reason.WRONG_GENERATION,
            create,
            second,
            gone,
            add(gone, device(10), key(10), 12),
            link(
                add(gone, device(10), key(10), 12),
                device(10),
                key(10),
                new LinkBody.Revoke(root(2, 0), List.of(id(12))))),
        bad(
            "a generation twice",
            Reason.WRONG_GENERATION,
            create,
            second,
            byPassword(second),
            revoke(byPassword(second), 10, 1, 11),
            revoke(revoke(byPassword(second), 10, 1, 11), 10, 1, 12)),
        bad("a stranger removed", Reason.UNKNOWN_DEVICE, create, revoke(create, 10, 1, 11)),
        bad("a stranger renamed", Reason.UNKNOWN_DEVICE, create, renamed(create, 10, 11)),
        bad(
            "a device removed twice",
            Reason.UNKNOWN_DEVICE,
            create,
            second,
            gone,
            revoke(gone, 10, 2, 11)),
        bad("a device twice", Reason.REPEATED_DEVICE, create, add(create, device(10), key(10), 10)),
        bad(
            "a removed device comes back",
            Reason.REPEATED_DEVICE,
            create,
            second,
            gone,
            add(gone, device(10), key(10), 11)));
  }

  private ChainLink added(ChainLink after, SigningKey passwordKey) {
    return add(after, new SlotId.Password(), passwordKey, 12);
  }

  private ChainLink byPassword(ChainLink after) {
    return added(after, PASSWORD);
  }

  /** In the place after one link, and after the hash of another. */
  private ChainLink byPassword(ChainLink place, ChainLink hash) {
    return placed(place.content().seq() + 1, hash, ACCOUNT);
  }

  private ChainLink kept() {
    return link(
        second,
        new SlotId.Recovery(),
        RECOVERY,
        recover(true, 1, 13),
        recoverKeys(13).toArray(SigningKey[]::new));
  }

  private ChainLink recoveredBy(int device) {
    return link(
        create,
        device(device),
        key(device),
        recover(false, 1, 13),
        recoverKeys(13).toArray(SigningKey[]::new));
  }

  private static ChainLink renamed(ChainLink after, int by, int device) {
    byte[] name = Author.bytes(ChainLink.SEALED_NAME, 99);
    return link(after, device(by), key(by), new LinkBody.Rename(id(device), name));
  }

  private ChainLink again() {
    return link(create, device(10), key(10), Author.creation(), IDENTITY, PASSWORD, RECOVERY);
  }

  private static ChainLink beginning(int by) {
    ChainLink.Content right = created().content();
    return ChainLink.sign(
        new ChainLink.Content(
            ACCOUNT,
            0,
            ChainLink.NOTHING,
            right.time(),
            device(by),
            right.body(),
            ChainLink.NO_HEADS),
        key(by),
        List.of(IDENTITY, PASSWORD, RECOVERY));
  }

  private ChainLink unknown() {
    return add(create, device(77), key(77), 11);
  }

  private ChainLink past() {
    return link(
        gone,
        new SlotId.Recovery(),
        RECOVERY,
        recover(false, root(2, 0), 13),
        recoverKeys(13).toArray(SigningKey[]::new));
  }

  private ChainLink late() {
    return revoke(second, 10, 2, 11);
  }

  private static AccountId other() {
    return AccountId.of(Author.bytes(AccountId.LENGTH, 9));
  }

  @Test
  @Tag("A5")
  @Tag("A16")
  void eachChainIsTakenOrRefusedForItsReason() throws Exception {
    JsonNode corpus;
    try (InputStream in = ChainCorpusTest.class.getResourceAsStream("chains-v1.json")) {
      corpus = new ObjectMapper().readTree(in);
    }
    assertThat(corpus.path("chains")).hasSize(cases().size());
    for (JsonNode chain : corpus.path("chains")) {
      List<byte[]> links = new ArrayList<>();
      chain
          .path("links")
          .forEach(
              name ->
                  links.add(
                      HexFormat.of().parseHex(corpus.path("links").path(name.asText()).asText())));
      String refused;
      try {
        ChainReader.replay(links);
        refused = GOOD;
      } catch (ChainRefused e) {
        refused = e.reason().name();
      }
      assertThat(refused).as(chain.path("name").asText()).isEqualTo(chain.path("refused").asText());
    }
  }

  /** Each part of the corpus is what the program makes, so none can rot unseen. */
  @Test
  void theCorpusIsTheOneThatThisMakes() throws Exception {
    Map<String, String> links = new LinkedHashMap<>();
    List<Map<String, Object>> chains = new ArrayList<>();
    for (Case one : cases()) {
      List<String> names = new ArrayList<>();
      for (ChainLink link : one.links()) {
        String name = link.hash().toString().substring(0, 8);
        links.put(name, HexFormat.of().formatHex(link.encode()));
        names.add(name);
      }
      Map<String, Object> chain = new LinkedHashMap<>();
      chain.put("name", one.name());
      chain.put("links", names);
      chain.put("refused", one.refused());
      chains.add(chain);
    }
    Map<String, Object> corpus = new LinkedHashMap<>();
    corpus.put("about", "docs/formats/account.md, version 1: chains and why they are refused.");
    corpus.put("links", links);
    corpus.put("chains", chains);
    ObjectMapper json = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
    String file = System.getProperty("corpus.write");
    if (file != null) {
      Files.writeString(Path.of(file), json.writeValueAsString(corpus) + "\n");
    }
    try (InputStream in = ChainCorpusTest.class.getResourceAsStream("chains-v1.json")) {
      assertThat(json.readTree(in)).isEqualTo(json.valueToTree(corpus));
    }
  }
}
