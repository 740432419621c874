"""What tools/open_account computes, against published vectors and the project's own. Run by OpenWithPythonIT, or:

    python3 tools/open_account_test.py
"""

import hashlib
import json
import re
import sys
import unittest
from pathlib import Path
from types import SimpleNamespace

REPOSITORY = Path(__file__).resolve().parents[1]
CORE = REPOSITORY / "platform-core/src/test/resources"
ACCOUNT = CORE / "org/anonymouscloud/core/account"
VAULT_VECTORS = REPOSITORY / "plugins/file-vault/src/test/resources/vault-vectors"
sys.dont_write_bytecode = True
sys.path.insert(0, str(REPOSITORY / "tools/open_account"))

from account import Account, Chain, entropy_of, read_sheet, word_list  # noqa: E402
from contacts import contacts  # noqa: E402
from drive import Drive  # noqa: E402
from drives import Drives  # noqa: E402
from members import OWN, VAULT, Accounts, Members, drive_key, is_first, may_follow, read_roster  # noqa: E402
from primitives import (  # noqa: E402
    AESGCM,
    SUITE,
    ChaCha20Poly1305,
    Ed25519PrivateKey,
    Failed,
    Refused,
    check_xwing_public,
    derive,
    ed25519_public,
    hkdf,
    hkdf_expand,
    hpke_keys,
    label,
    mlkem_decapsulate,
    mlkem_encapsulate,
    mlkem_keys,
    pack_bits,
    u4,
    u8,
    unpack_bits,
    unseal,
    x25519,
    x25519_public,
    xwing_combine,
    xwing_decapsulate,
    xwing_keys,
)
from selftest import self_test  # noqa: E402


def vectors(path):
    return json.loads((CORE / "vectors" / path).read_text())


class PublishedVectors(unittest.TestCase):
    def test_self_test(self):
        self_test()

    def test_mlkem_makes_the_keys_of_acvp(self):
        tests = [test for group in vectors("mlkem/acvp-keygen-mlkem768.json") for test in group["tests"]]
        self.assertGreater(len(tests), 10)
        for test in tests:
            public, (s, again, z) = mlkem_keys(bytes.fromhex(test["d"]), bytes.fromhex(test["z"]))
            private = b"".join(pack_bits(p, 12) for p in s) + again + hashlib.sha3_256(public).digest() + z
            self.assertEqual(public.hex(), test["ek"].lower())
            self.assertEqual(private.hex(), test["dk"].lower())

    def test_mlkem_encapsulates_and_decapsulates_as_acvp(self):
        for group in vectors("mlkem/acvp-encapdecap-mlkem768.json"):
            self.assertGreater(len(group["tests"]), 5)
            for test in group["tests"]:
                if group["function"] == "encapsulation":
                    made = mlkem_encapsulate(bytes.fromhex(test["ek"]), bytes.fromhex(test["m"]))
                    self.assertEqual([part.hex() for part in made], [test["k"].lower(), test["c"].lower()])
                else:
                    dk = bytes.fromhex(test.get("dk") or group["dk"])
                    s = [unpack_bits(dk[384 * i : 384 * (i + 1)], 12) for i in range(3)]
                    private = (s, dk[1152:2336], dk[2368:])
                    made = mlkem_decapsulate(private, bytes.fromhex(test["c"]))
                    self.assertEqual(made.hex(), test["k"].lower())

    def test_a_key_with_a_coefficient_that_is_not_reduced_is_refused(self):
        keys = (CORE / "vectors/mlkem/cctv-modulus-invalid-ek-mlkem768.txt").read_text().split()
        self.assertGreater(len(keys), 10)
        x = x25519_public(bytes(range(32)))
        for key in keys:
            with self.assertRaises(Refused):
                check_xwing_public(bytes.fromhex(key) + x, "the vector")

    def test_a_key_of_small_order_is_refused(self):
        good = xwing_keys(bytes(32))[0]
        check_xwing_public(good, "the vector")
        for small in (bytes(32), b"\1" + bytes(31)):
            with self.assertRaises(Refused):
                check_xwing_public(good[:1184] + small, "the vector")

    def test_xwing_is_the_drafts(self):
        for test in vectors("hpke/xwing-draft.json"):
            seed = bytes.fromhex(test["sk"])
            self.assertEqual(xwing_keys(seed)[0].hex(), test["pk"])
            self.assertEqual(xwing_decapsulate(seed, bytes.fromhex(test["ct"])).hex(), test["ss"])

    def test_hpke_is_the_drafts(self):
        tests = [test for test in vectors("hpke/hpke-pq-draft.json") if test["kem_id"] == 0x647A]
        self.assertTrue(tests)
        for test in tests:
            data = {name: bytes.fromhex(value) for name, value in test.items() if isinstance(value, str)}
            shared = xwing_decapsulate(data["skRm"], data["enc"])
            self.assertEqual(shared, data["shared_secret"])
            key, nonce = hpke_keys(shared, data["info"], SUITE)
            self.assertEqual((key, nonce), (data["key"], data["base_nonce"]))
            first = {name: bytes.fromhex(value) for name, value in test["encryptions"][0].items() if name != "seq"}
            self.assertEqual(ChaCha20Poly1305(key).decrypt(nonce, first["ct"], first["aad"]), first["pt"])

    def test_segments_are_those_of_the_vectors(self):
        tests = vectors("chunked-encryption/cobblestone.json")["vectors"]
        whole = [t for t in tests if t["aead"] == "AEAD_AES_256_GCM" and t["ciphertext"]]
        self.assertTrue(whole)
        for test in whole:
            key, context = bytes.fromhex(test["input_key"]), bytes.fromhex(test["context"])
            plain = unseal(key, context, bytes.fromhex(test["ciphertext"]), "the vector")
            seed = bytes.fromhex(test["plaintext_shake128_seed"])
            self.assertEqual(plain, hashlib.shake_128(seed).digest(test["plaintext_length"]))

    def test_words_are_bip39s(self):
        known = word_list(None)
        tests = [test for test in vectors("bip39/english-vectors.json") if len(test["entropy"]) == 64]
        self.assertTrue(tests)
        for test in tests:
            words = test["mnemonic"].split()
            self.assertEqual(entropy_of(words, known).hex(), test["entropy"])
            self.assertEqual(entropy_of([word[:4] for word in words], known).hex(), test["entropy"])
            with self.assertRaises(Failed):
                entropy_of([*words[:-1], "abandon" if words[-1] != "abandon" else "zoo"], known)


class Sheets(unittest.TestCase):
    def test_words_are_found_in_a_sheet_in_a_page_and_alone(self):
        words = [f"{letter}{letter}x" for letter in "abcdefghijklmnopqrstuvwx"]
        text = "\n    ".join(" ".join(words[i : i + 6]) for i in range(0, 24, 6))
        sheet = f"Advice about words\n\nUser name:   alice\nRecovery words:\n\n    {text}\n\nTo log in\n"
        self.assertEqual(read_sheet(sheet), ("alice", words))
        self.assertEqual(read_sheet(f"<title>x</title><pre>\n{sheet}</pre><svg d='M0h4'/>"), ("alice", words))
        numbered = "\n".join(f"{number}. {word.upper()}" for number, word in enumerate(words, 1))
        self.assertEqual(read_sheet(numbered), (None, words))


class OurVectors(unittest.TestCase):
    def test_chains_are_taken_and_refused_as_the_vectors_say(self):
        data = json.loads((ACCOUNT / "chain/chains-v1.json").read_text())
        self.assertGreater(len(data["chains"]), 30)
        for case in data["chains"]:
            links = [bytes.fromhex(data["links"][name]) for name in case["links"]]
            with self.subTest(case["name"]):
                if case["refused"]:
                    with self.assertRaises(Refused):
                        Chain(links[0][2:18], links)
                else:
                    Chain(links[0][2:18], links)

    def test_the_words_open_the_example_account(self):
        example = json.loads((ACCOUNT / "client/account-v1.json").read_text())
        given, made = example["given"], example["made"]
        id_ = bytes.fromhex(given["account"])
        sealed = [bytes.fromhex(slot) for slot in made["slots"]]
        rows = Rows(
            accounts=[{"user_name": given["user"], "account_id": id_}],
            account_links=[
                {"account_id": id_, "seq": seq, "link": bytes.fromhex(link)} for seq, link in enumerate(made["links"])
            ],
            account_slots=[
                {"account_id": id_, "slot": slot[1:18], "generation": int.from_bytes(slot[18:22], "big"), "sealed": slot}
                for slot in sealed
            ],
            account_key_bags=[{"account_id": id_, "sealed": bytes.fromhex(made["keyBag"])}],
        )
        account = Account(rows, given["user"], bytes.fromhex(given["recoveryEntropy"]))
        self.assertEqual([secret.hex() for secret in account.secrets], [given["root"], given["secondRoot"]])
        self.assertEqual([account.device_name(device) for device in account.chain.here()], [given["devices"][0]["name"]])
        with self.assertRaises(Failed):
            Account(rows, given["user"], bytes(32))

    def test_the_example_drive_reads_as_its_tree_says(self):
        example = json.loads((VAULT_VECTORS / "drive.json").read_text())
        packs = {name: bytes.fromhex(pack) for name, pack in example["packs"].items()}
        key, writer = bytes.fromhex(example["device_public_key"]), (example["account"], example["device"])
        id_ = bytes.fromhex(example["drive_id"])
        account = SimpleNamespace(
            id=bytes.fromhex(example["account"]),
            chain=SimpleNamespace(has=lambda number, link: True),
            head=lambda feature, of: None,
        )
        members = SimpleNamespace(
            id=id_,
            name="home",
            secrets={0: bytes.fromhex(example["drive_secret"])},
            generation=0,
            newest=SimpleNamespace(number=0),
            believe=lambda vouched, empty, contacts: None,
            has=lambda number, roster: True,
            is_stale=lambda: False,
            writer_key=lambda of, device, generation: (
                key if (of.hex(), device.hex(), generation) == (*writer, 0) else None
            ),
        )
        rows = Rows(
            vault_roots=[
                {"drive": id_, "number": number, "root": bytes.fromhex(root)}
                for number, root in enumerate(example["roots"])
            ],
            vault_packs=[{"drive": id_, "name": name, "file": name} for name in packs],
        )
        rows.pack = lambda file, offset, length, what: packs[file][offset : offset + length]
        drive = Drive(account, members, rows)
        self.assertEqual(self.all_of(drive, drive.top()), (example["tree"], []))
        hidden = {path.removeprefix("/trash"): hash_ for path, hash_ in example["aside"].items() if path[:7] == "/trash/" != path}
        self.assertEqual(self.all_of(drive, drive.trash()), (hidden, []))

    @staticmethod
    def all_of(drive, top):
        read, troubles = {}, []
        for entry, path in drive.walk(top, "", troubles):
            if path and entry.folder:
                read[path + "/"] = ""
            elif path and entry.link:
                read[path] = "-> " + entry.link
            elif path:
                read[path] = hashlib.sha256(b"".join(drive.content(entry, path))).hexdigest()
        return read, troubles

    def test_the_example_contacts_are_those_of_their_list(self):
        example = json.loads((ACCOUNT / "client/contacts/contacts-v1.json").read_text())
        id_, device, state = (bytes.fromhex(example[name]) for name in ("account", "device", "state"))
        key, root = ed25519_public(bytes.fromhex(example["deviceKey"])), bytes.fromhex(example["rootSecret"])
        rows, named = Rows(account_contacts=[{"account_id": id_, "state": state}]), None
        account = SimpleNamespace(
            id=id_,
            secrets=[root],
            chain=SimpleNamespace(
                device_key=lambda of, generation: key if of == device else None, devices={device: SimpleNamespace(last=None)}
            ),
            head=lambda feature, of: named,
        )
        known = contacts(account, rows)
        begins = bytes.fromhex(example["begins"])
        self.assertTrue(known)
        for contact in known.values():
            self.assertIn(contact.name.encode() + contact.account + contact.first, begins)
        named = (example["number"], bytes.fromhex(example["hash"]))
        self.assertEqual(contacts(account, rows), known)
        for named in ((example["number"], bytes(32)), (example["number"] + 1, bytes(32))):
            with self.assertRaises(Refused):
                contacts(account, rows)
        rows.tables["account_contacts"][0]["state"] = state[:-1] + bytes([state[-1] ^ 1])
        named = None
        with self.assertRaises(Refused):
            contacts(account, rows)

    def test_the_numbers_in_the_documents_are_right(self):
        """Each intermediate value of the examples is made here anew, and stands in the page under its name."""
        pages = {"account.md": account_example(), "vault.md": vault_example(), "drive.md": drive_example()}
        for page, values in pages.items():
            text = re.sub(r"\s+", " ", (REPOSITORY / "docs/formats" / page).read_text())
            for name, value in values.items():
                with self.subTest(page, name=name):
                    self.assertIn(f"{name} {value if isinstance(value, str) else value.hex()}", text)


class MembersOfADrive(unittest.TestCase):
    """The drive of drive.md: alice owns it, bob writes, carol was taken out with the third list of members."""

    def setUp(self):
        self.example = json.loads((VAULT_VECTORS / "drives.json").read_text())
        self.id = bytes.fromhex(self.example["drive_id"])
        self.rosters = [bytes.fromhex(made["roster"]) for made in self.example["rosters"]]
        self.secrets = [bytes.fromhex(made["drive_secret"]) for made in self.example["generations"]]
        self.grants = [
            {
                "drive": self.id,
                "account_id": self.of(grant["account"], "account"),
                "generation": grant["generation"],
                "sealed": bytes.fromhex(grant["sealed"]),
            }
            for grant in self.example["grants"]
        ]
        self.removed = set()
        names = ("alice", "bob", "carol")
        self.chains = {self.of(name, "account"): self.chain(name) for name in names}

    def of(self, name, field):
        return bytes.fromhex(self.example["accounts"][name][field])

    def chain(self, name):
        """An account with one device; a removed one counts for generation 0 alone."""
        device, key = self.of(name, "device"), self.of(name, "device_public_key")

        def device_key(of, generation):
            return key if of == device and (generation == 0 or name not in self.removed) else None

        return SimpleNamespace(device_key=device_key, has=lambda number, link: True, roots=[None, None], devices={})

    def members(self, name):
        account = SimpleNamespace(
            id=self.of(name, "account"), chain=self.chains[self.of(name, "account")], secrets=[self.of(name, "root_secret")]
        )
        rosters = [{"drive": self.id, "number": n, "roster": roster} for n, roster in enumerate(self.rosters)]
        rows = Rows(vault_rosters=rosters, vault_grants=self.grants, account_links=[])
        accounts = Accounts(account, rows)
        accounts.chains.update(self.chains)
        return Members(account, accounts, self.id, rows)

    def known(self, *names):
        contact = SimpleNamespace(first=bytes(32), number=0, link=bytes(32))
        return lambda: {self.of(name, "account"): contact for name in names}

    def make(self, maker="alice", generation=None, keys=None, before=0, earlier=None, name="plans", **changed):
        """Adds a list of members that differs from the newest as told, as the maker's device signs it."""
        last = read_roster(self.rosters[-1], "the newest")
        generation = last.generation if generation is None else generation
        commitment = drive_key(keys, "secret-commitment") if keys else last.commitment
        people = sorted(changed.pop("members", None) or last.members.values(), key=lambda one: one.account)
        fields = {**vars(last), **changed}
        data = b"\1" + self.id + u8(len(self.rosters)) + last.hash + self.of(maker, "account") + self.of(maker, "device")
        data += u8(0) + u4(generation) + commitment + u8(fields["root_number"]) + fields["root"] + fields["payer"]
        data += u8(fields["limit"]) + len(people).to_bytes(2, "big")
        for one in people:
            data += one.account + bytes([one.right]) + u4(one.generation) + u8(one.link_number) + one.link
        plain = bytes([1, len(name)]) + name.encode().ljust(64, b"\0") + u4(before) + (earlier or bytes(32))
        context = (VAULT + "roster").encode() + b"\0" + self.id + u8(len(self.rosters))
        data += seal(drive_key(keys or self.secrets[last.generation], "roster-key"), context, plain)
        key = Ed25519PrivateKey.from_private_bytes(self.of(maker, "device_key_seed"))
        self.rosters.append(data + key.sign((VAULT + "roster").encode() + b"\0" + data))

    def people(self, *names, **changed):
        """Those of the second list with these names, some of their fields changed."""
        known = read_roster(self.rosters[1], "the second").members
        people = [SimpleNamespace(**vars(known[self.of(name, "account")])) for name in names]
        for one in people[-1:]:
            vars(one).update(changed)
        return people

    def assert_follows(self, holds, **made):
        self.make(**made)
        after = read_roster(self.rosters.pop(), "the next")
        self.assertEqual(may_follow(after, read_roster(self.rosters[-1], "the newest")), holds)

    def test_each_member_reads_keys_name_and_members(self):
        for name in ("alice", "bob"):
            members = self.members(name)
            members.believe(-1, False, self.known("alice"))
            self.assertEqual(members.secrets, dict(enumerate(self.secrets)))
            self.assertEqual(members.name, self.example["name"])
            rights_ = [member.right for member in members.newest.members.values()]
            self.assertEqual(rights_, [3, 2])
            self.assertEqual([roster.hash.hex() for roster in members.rosters], [r["hash"] for r in self.example["rosters"]])
            self.assertTrue(is_first(members.rosters[0]))
            self.assertFalse(is_first(members.rosters[1]))

    def test_who_was_taken_out_is_no_member_and_had_the_keys_of_before(self):
        with self.assertRaises(Refused):
            self.members("carol")
        self.rosters.pop()
        self.assertEqual(self.members("carol").secrets, {0: self.secrets[0]})

    def test_keys_to_which_the_list_does_not_commit_are_refused(self):
        for grant in self.grants:
            if grant["account_id"] == self.of("bob", "account"):
                grant["sealed"] = next(g["sealed"] for g in self.grants if g["account_id"] == grant["account_id"])
        with self.assertRaises(Refused):
            self.members("bob")

    def test_keys_that_a_removed_device_gave_to_nobody_are_passed_over(self):
        del self.grants[3:]
        self.removed.add("alice")
        members = self.members("bob")
        self.assertEqual(members.secrets, {0: self.secrets[0]})
        self.assertTrue(members.is_stale())

    def test_a_generation_may_open_an_older_one_than_the_one_before(self):
        newest = bytes([0x33]) * 32
        self.make(generation=2, keys=newest, before=0, earlier=self.secrets[0])
        del self.grants[3:]
        self.removed.add("alice")
        members = self.members("bob")
        self.assertEqual(members.secrets, {0: self.secrets[0]})
        members.secrets[2] = newest
        members.secrets.pop(0)
        members.open_before(2, "the drive")
        self.assertEqual(members.secrets, {0: self.secrets[0], 2: newest})

    def test_what_a_leaver_seals_takes_nothing_from_the_others(self):
        rest = [one for one in read_roster(self.rosters[-1], "the newest").members.values() if one.right == OWN]
        self.make("bob", members=rest, before=0, earlier=bytes(32), name="payroll")
        members = self.members("alice")
        self.assertEqual(members.secrets, dict(enumerate(self.secrets)))
        self.assertEqual(members.name, self.example["name"])

    def test_who_writes_gives_no_name_and_takes_no_keys(self):
        newest = bytes([0x33]) * 32
        self.make("bob", generation=2, keys=newest, before=1, earlier=bytes(32), name="payroll")
        self.removed.add("bob")
        members = self.members("alice")
        self.assertEqual(members.secrets, dict(enumerate(self.secrets)))
        self.assertEqual(members.name, self.example["name"])
        members.secrets[2], members.name = newest, None
        members.open_before(2, "the drive")
        self.assertEqual(members.secrets, {**dict(enumerate(self.secrets)), 2: newest})
        self.assertIsNone(members.name)
        members.open_before(1, "the drive")
        self.assertEqual(members.name, self.example["name"])

    def test_a_stranger_shares_nothing(self):
        with self.assertRaises(Refused):
            self.members("bob").believe(-1, False, self.known("carol"))
        self.members("bob").believe(1, False, self.known())  # what an own device has named was believed before
        self.members("alice").believe(-1, False, self.known())

    def test_a_list_that_no_device_of_its_maker_signed_is_refused(self):
        self.rosters[2] = self.rosters[2][:-1] + bytes([self.rosters[2][-1] ^ 1])
        with self.assertRaises(Refused):
            self.members("alice").believe(-1, False, self.known())

    def test_a_list_of_an_account_that_is_gone_counts_if_somebody_vouches(self):
        self.make("bob", generation=2, keys=bytes([0x33]) * 32, before=1, earlier=self.secrets[1])
        self.chains[self.of("bob", "account")] = None
        members = self.members("alice")
        members.believe(3, False, self.known())
        with self.assertRaises(Refused):
            members.believe(2, False, self.known())

    def test_the_newest_list_is_of_a_device_that_is_there_still(self):
        self.removed.add("alice")
        self.members("bob").believe(2, False, self.known("alice"))
        with self.assertRaises(Refused):
            self.members("bob").believe(1, False, self.known("alice"))
        self.members("bob").believe(1, True, self.known("alice"))

    def test_a_chain_without_the_link_that_the_list_names_is_refused(self):
        self.chains[self.of("bob", "account")].has = lambda number, link: False
        with self.assertRaises(Refused):
            self.members("alice").is_stale()

    def test_a_drive_is_found_by_its_id_and_by_a_name_that_no_other_has(self):
        ids = [bytes([number]) * 16 for number in range(4)]
        names = dict(zip(ids, ("home", "plans", "plans", "photos")))

        class Named(Drives):
            def __init__(self, *ids):
                self.account = SimpleNamespace(user="alice", head=lambda feature, of: named)
                self.ids, self.home = list(ids), bytes(16)

            def open(self, id_):
                if names[id_] == "photos":
                    raise Refused("no member")
                return SimpleNamespace(id=id_, members=SimpleNamespace(name=names[id_]))

        named = None
        self.assertEqual(Named(*ids).find(None).id, ids[0])
        self.assertEqual(Named(*ids).find(ids[2].hex().upper()).id, ids[2])
        self.assertEqual(Named(*ids[:2]).find("plans").id, ids[1])
        for drives, wanted in ((Named(*ids), "plans"), (Named(*ids), "photos"), (Named(*ids[1:]), None)):
            with self.assertRaises(Failed):
                drives.find(wanted)
        with self.assertRaises(Refused):
            Named(*ids).find(ids[3].hex())
        named = (4, bytes(32))
        self.assertEqual(Named(*ids).find(None).id, ids[0])
        with self.assertRaises(Refused):
            Named(*ids[1:]).find(None)

    def test_who_may_write_is_said_by_the_generation(self):
        members = self.members("bob")
        device, key = self.of("bob", "device"), self.of("bob", "device_public_key")
        self.assertEqual(members.writer_key(self.of("bob", "account"), device, 1), key)
        self.assertIsNone(members.writer_key(self.of("bob", "account"), self.of("carol", "device"), 1))
        self.assertIsNone(members.writer_key(self.of("carol", "account"), self.of("carol", "device"), 0))
        self.assertIsNone(members.writer_key(self.of("bob", "account"), device, 2))

    def test_a_generation_is_stale_when_an_account_goes_on_or_a_member_has_left(self):
        for chain in self.chains.values():
            chain.roots = [None]
        self.assertFalse(self.members("alice").is_stale())
        self.chains[self.of("bob", "account")].roots = [None, None]
        self.assertTrue(self.members("alice").is_stale())
        self.chains[self.of("bob", "account")].roots = [None]
        self.make("bob", members=self.people("alice"))
        self.assertTrue(self.members("alice").is_stale())

    def test_what_each_right_may_change(self):
        keys = bytes([0x33]) * 32
        self.rosters.pop()  # alice, bob and carol
        for maker in ("bob", "carol"):
            others = [name for name in ("alice", "bob", "carol") if name != maker]
            self.assert_follows(True, maker=maker, members=self.people(*others))
            self.assert_follows(False, maker=maker, members=self.people(*others), generation=1, keys=keys)
            self.assert_follows(False, maker=maker, members=self.people("alice"))
            self.assert_follows(False, maker=maker, limit=5)
            self.assert_follows(maker == "bob", maker=maker, generation=1, keys=keys)
            self.assert_follows(False, maker=maker, generation=1, keys=keys, limit=5)
            self.assert_follows(False, maker=maker, members=self.people("alice", "bob", "carol", right=3))
        self.assert_follows(True, limit=5)
        self.assert_follows(True, members=self.people("alice", "bob", "carol", right=2))
        self.assert_follows(True, members=self.people("alice", "carol", "bob", right=1), generation=1, keys=keys)
        self.assert_follows(False, members=self.people("alice", "bob"))
        self.assert_follows(True, members=self.people("alice", "bob"), generation=1, keys=keys)

    def test_an_owner_takes_the_paying_over_and_nobody_is_made_to_pay(self):
        bob = self.of("bob", "account")
        both = self.people("alice", "bob", right=3)
        self.assert_follows(False, members=both, payer=bob)
        self.make(members=both)
        self.assert_follows(False, payer=bob)
        self.assert_follows(False, maker="bob", limit=5)
        self.assert_follows(True, maker="bob", payer=bob, limit=5)
        self.assert_follows(True, maker="bob", members=self.people("alice", "bob", right=3), payer=bob)
        self.assert_follows(False, maker="alice", members=self.people("bob", right=3), payer=bob)

    def test_nothing_goes_back(self):
        keys = bytes([0x33]) * 32
        self.assert_follows(True, root_number=6, root=bytes([6]) * 32)
        self.assert_follows(False, root_number=4, root=bytes([6]) * 32)
        self.assert_follows(False, root_number=5, root=bytes([6]) * 32)
        self.assert_follows(False, generation=0)
        self.assert_follows(False, keys=keys)
        self.assert_follows(False, generation=3, keys=keys)
        newer = self.people("alice", "bob", generation=1, link_number=4)
        self.assert_follows(False, members=newer)
        self.assert_follows(True, members=newer, generation=2, keys=keys)
        self.make(members=newer, generation=2, keys=keys)
        self.secrets.append(keys)
        self.assert_follows(False, members=self.people("alice", "bob", generation=0, link_number=4), generation=3, keys=keys)
        self.assert_follows(False, members=self.people("alice", "bob", generation=1, link_number=3), generation=3, keys=keys)

    def test_a_list_out_of_its_form_is_refused(self):
        good = self.rosters[1]
        read_roster(good, "the vector")
        for at, byte in ((0, 2), (199 + 16, 0), (199 + 16, 4), (199 + 16, 2), (198, 2), (17, 0x80), (97, 0x80), (189, 0x80), (199, 0xFF)):
            with self.subTest(at=at, byte=byte), self.assertRaises(Refused):
                read_roster(good[:at] + bytes([byte]) + good[at + 1 :], "the vector")
        for data in (good[:-1], good + b"\0", good[:25] + bytes(32) + good[57:], b""):
            with self.assertRaises(Refused):
                read_roster(data, "the vector")


class WhoHasLeft(unittest.TestCase):
    """Alice was a writer in generation 1, which is the newest, and is no member any more."""

    ALICE, DEVICE, REMOVED = bytes([1]) * 16, bytes([2]) * 16, bytes([3]) * 16

    def stays(self, device, least=2):
        member = SimpleNamespace(account=self.ALICE, right=2, generation=4)
        writers = SimpleNamespace(member=lambda account, right: member if right <= least else None)
        key = lambda of, generation: b"key" if (of, generation) == (self.DEVICE, 4) else None
        members = SimpleNamespace(
            generations=[writers],
            newest=SimpleNamespace(members={}),
            accounts=SimpleNamespace(chain=lambda of: SimpleNamespace(device_key=key)),
            may_write_still=lambda account, device: False,
        )
        return Members.stays(members, self.ALICE, device)

    def test_takes_nothing_back(self):
        self.assertTrue(self.stays(self.DEVICE))

    def test_had_to_be_a_writer(self):
        self.assertFalse(self.stays(self.DEVICE, least=1))

    def test_is_held_to_the_devices_that_its_account_had(self):
        self.assertFalse(self.stays(self.REMOVED))


class RootsAfterARemoval(unittest.TestCase):
    """Two writers, of which the second was removed: generation 1 is the newest, root 0 is what the chain names.

    `said` is what the newest list of members says of the roots.
    """

    STAYS, REMOVED = bytes([1]) * 16, bytes([2]) * 16
    ID, ACCOUNT = bytes([8]) * 16, bytes([9]) * 16

    def setUp(self):
        self.seeds = {self.STAYS: bytes([3]) * 32, self.REMOVED: bytes([4]) * 32}
        self.secrets = {0: bytes([5]) * 32, 1: bytes([6]) * 32}
        self.anchor, self.said, self.stale = None, (-1, bytes(32)), False
        self.roots = [self.root(self.STAYS, 0)]
        self.anchor = (0, hashlib.sha256(self.roots[0]).digest())

    def writer_key(self, account, device, generation):
        may = account == self.ACCOUNT and (device == self.STAYS or generation == 0)
        return ed25519_public(self.seeds[device]) if may else None

    def open(self):
        account = SimpleNamespace(
            id=self.ACCOUNT,
            chain=SimpleNamespace(has=lambda number, link: number == 7),
            head=lambda feature, of: self.anchor,
        )
        members = SimpleNamespace(
            id=self.ID,
            name="plans",
            secrets=self.secrets,
            generation=1,
            newest=SimpleNamespace(number=3, root_number=self.said[0], root=self.said[1]),
            believe=lambda vouched, empty, contacts: setattr(self, "vouched", vouched),
            has=lambda number, roster: number <= 3,
            is_stale=lambda: self.stale,
            writer_key=self.writer_key,
            stays=lambda account, device: device == self.STAYS,
            has_gone=lambda account, device: device == self.REMOVED,
        )
        rows = [{"drive": self.ID, "number": number, "root": root} for number, root in enumerate(self.roots)]
        return Drive(account, members, Rows(vault_roots=rows))

    def root(self, device, generation, link=7, roster=3):
        vault = "anonymouscloud/vault/v1/"
        number = len(self.roots) if self.anchor else 0
        before = hashlib.sha256(self.roots[-1]).digest() if number else bytes(32)
        plain = b"\1" + self.ID + u8(number) + self.ACCOUNT + device + bytes(12) + bytes(70) + bytes(70)
        plain += u8(roster) + bytes(32) + u8(link) + bytes(32) + bytes(32)
        label_ = (vault + "root").encode() + b"\0"
        key = drive_key(self.secrets[generation], "root-key")
        sealed = seal(key, label_ + self.ID + u8(number), plain)
        outer = b"\1" + u4(generation) + u8(number) + self.ACCOUNT + device + before
        key = Ed25519PrivateKey.from_private_bytes(self.seeds[device])
        return outer + key.sign(label_ + outer + self.ID + sealed) + sealed

    def test_a_root_of_a_stale_generation_vouches_for_nothing(self):
        self.stale = True
        self.roots.append(self.root(self.REMOVED, 0))
        self.roots.append(self.root(self.STAYS, 1))
        drive = self.open()
        self.assertEqual((drive.root.number, drive.left_out), (0, 2))

    def test_the_list_of_members_says_how_far_the_drive_had_come(self):
        self.roots.append(self.root(self.REMOVED, 0))
        self.said = (1, hashlib.sha256(self.roots[1]).digest())
        drive = self.open()
        self.assertEqual((drive.root.number, drive.left_out), (1, 0))
        self.roots.pop()
        self.assertRaises(Refused, self.open)

    def test_a_root_that_knows_another_list_of_members_is_refused(self):
        self.roots.append(self.root(self.STAYS, 1, roster=4))
        self.assertRaises(Refused, self.open)

    def test_what_the_chain_names_vouches_for_the_list_of_members_that_it_names(self):
        self.open()
        self.assertEqual(self.vouched, 3)
        self.anchor = (-1, bytes(32))
        self.open()
        self.assertEqual(self.vouched, -1)

    def test_what_a_removed_device_wrote_later_is_left_out(self):
        self.roots.append(self.root(self.REMOVED, 0))
        drive = self.open()
        self.assertEqual((drive.root.number, drive.left_out), (0, 1))

    def test_what_stands_upon_it_is_left_out_too(self):
        self.roots.append(self.root(self.STAYS, 0))
        self.roots.append(self.root(self.REMOVED, 0))
        self.roots.append(self.root(self.STAYS, 0))
        drive = self.open()
        self.assertEqual((drive.root.number, drive.left_out), (1, 2))

    def test_a_root_of_the_new_generation_vouches_for_all_before_it(self):
        self.roots.append(self.root(self.REMOVED, 0))
        self.roots.append(self.root(self.STAYS, 1))
        drive = self.open()
        self.assertEqual((drive.root.number, drive.left_out), (2, 0))

    def test_a_removed_device_does_not_write_in_the_new_generation(self):
        self.roots.append(self.root(self.REMOVED, 1))
        drive = self.open()
        self.assertEqual((drive.root.number, drive.left_out), (0, 1))

    def test_what_a_removed_device_left_unreadable_is_left_out(self):
        root = self.root(self.REMOVED, 0)
        self.roots.append(root[:-1] + bytes([root[-1] ^ 1]))
        drive = self.open()
        self.assertEqual((drive.root.number, drive.left_out), (0, 1))

    def test_an_unreadable_root_of_a_device_that_stays_is_refused(self):
        root = self.root(self.STAYS, 1)
        self.roots.append(root[:-1] + bytes([root[-1] ^ 1]))
        self.assertRaises(Refused, self.open)

    def test_a_drive_without_the_root_that_the_chain_names_is_refused(self):
        self.anchor = (1, bytes(32))
        self.assertRaises(Refused, self.open)
        self.roots.clear()
        self.assertRaises(Refused, self.open)

    def test_a_fork_of_the_root_that_the_chain_names_is_refused(self):
        self.anchor = (0, bytes(32))
        self.assertRaises(Refused, self.open)

    def test_a_root_that_knows_another_chain_is_refused(self):
        self.roots.append(self.root(self.STAYS, 1, link=8))
        self.assertRaises(Refused, self.open)


def seal(key, context, plain):
    """A message of less than a chunk, sealed with a salt of zeros."""
    info = b"c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM\0" + bytes(24) + context
    keys = hkdf_expand("sha512", key, info, 76)
    return bytes(24) + keys[44:] + AESGCM(keys[:32]).encrypt(keys[32:44], plain, None)


def account_example():
    """From the recovery words of account.md's example to its drive, and a secret sealed to a slot."""
    account, entropy, root = bytes(range(16)), bytes(range(0x80, 0xA0)), bytes(range(0x10, 0x30))
    known, number = word_list(None), int.from_bytes(entropy + hashlib.sha256(entropy).digest()[:1], "big")
    secret = derive(entropy, "recovery-slot")
    seed = derive(secret, "slot-key")
    expanded, public = hashlib.shake_256(seed).digest(96), xwing_keys(seed)[0]
    vault = derive(root, "feature", b"vault")
    draft = bytes.fromhex("7f9c2ba4e88f827d616045507605853ed73b8093f6efbc88eb1a6eacfa66ef26")
    case = next(case for case in vectors("hpke/xwing-draft.json") if case["sk"] == draft.hex())
    ciphertext, (own, private, x) = bytes.fromhex(case["ct"]), xwing_keys(draft)
    parts = mlkem_decapsulate(private, ciphertext[:1088]), x25519(x, ciphertext[1088:], "the vector")
    shared = xwing_combine(*parts, ciphertext[1088:], own[1184:])
    key, nonce = hpke_keys(shared, label("slot"), SUITE)
    return {
        "words 1 to 6": " ".join(known[number >> 11 * (23 - i) & 2047] for i in range(6)),
        "words 19 to 24": " ".join(known[number >> 11 * (23 - i) & 2047] for i in range(18, 24)),
        "recovery slot secret": secret,
        "seed of its X-Wing key": seed,
        "ML-KEM's d": expanded[:32],
        "ML-KEM's z": expanded[32:64],
        "X25519 private key": expanded[64:],
        "ML-KEM public key": f"{hashlib.sha256(public[:1184]).hexdigest()} (SHA-256)",
        "X25519 public key": public[1184:],
        "seed of its Ed25519 key": derive(secret, "slot-sign"),
        "Ed25519 public key": ed25519_public(derive(secret, "slot-sign")),
        "seed of the share key": derive(root, "share-key", account, bytes(4)),
        "vault secret": vault,
        "drive id": hkdf(vault, b"anonymouscloud/vault/v1/drive-id")[:16],
        "ciphertext": f"{hashlib.sha256(ciphertext).hexdigest()} (SHA-256)",
        "ML-KEM's shared secret": parts[0],
        "X25519's shared secret": parts[1],
        "X-Wing's shared secret": shared,
        "HPKE's key": key,
        "HPKE's base nonce": nonce,
    }


def vault_example():
    """What opens the first segment of vault.md's example."""
    example = json.loads((VAULT_VECTORS / "drive.json").read_text())
    context = bytes.fromhex("".join(line.split()[-1] for line in example["example"][:2]))
    sealed = bytes.fromhex(example["packs"][example["example"][4].split()[1]])[:86]
    info = b"c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM\0" + sealed[:24] + context
    keys = hkdf_expand("sha512", bytes.fromhex(example["segment_key"]), info, 76)
    assert keys[44:] == sealed[24:56]
    return {
        "drive secret": example["drive_secret"],
        "drive id": example["drive_id"],
        "segment key": example["segment_key"],
        "node key": example["node_key"],
        "root key": example["root_key"],
        "digest key": example["digest_key"],
        "salt": sealed[:24],
        "AES key": keys[:32],
        "base nonce": keys[32:44],
        "commitment": keys[44:],
        "ciphertext and tag": sealed[56:],
    }


def drive_example():
    """The third roster of drive.md's example, and what opens what is sealed in it."""
    example = json.loads((VAULT_VECTORS / "drives.json").read_text())
    data, secret = (bytes.fromhex(example[table][i][name]) for table, i, name in EXAMPLE)
    roster = read_roster(data, "the example")
    members = data[199 : 199 + 122]
    context = (VAULT + "roster").encode() + b"\0" + roster.drive + u8(roster.number)
    key = drive_key(secret, "roster-key")
    assert drive_key(secret, "secret-commitment") == roster.commitment
    return {
        "drive id": roster.drive,
        "number": u8(roster.number),
        "hash before": hashlib.sha256(bytes.fromhex(example["rosters"][1]["roster"])).digest(),
        "maker": roster.maker,
        "its device": roster.device,
        "time": u8(roster.time),
        "generation": u4(roster.generation),
        "commitment": drive_key(secret, "secret-commitment"),
        "head": u8(roster.root_number) + roster.root,
        "payer": roster.payer,
        "limit": u8(roster.limit),
        "first member": members[:61],
        "second member": members[61:],
        "sealed": roster.sealed,
        "signature": roster.signature,
        "hash": roster.hash,
        "drive secret": secret,
        "roster key": key,
        "context": context,
        "plain": unseal(key, context, roster.sealed, "the example"),
    }


EXAMPLE = (("rosters", 2, "roster"), ("generations", 1, "drive_secret"))


class Rows:
    """Tables in memory."""

    def __init__(self, **tables):
        self.tables = tables

    def all(self, table, **key):
        return [row for row in self.tables[table] if all(row[column] == value for column, value in key.items())]

    def one(self, table, **key):
        return next(iter(self.all(table, **key)), None)


if __name__ == "__main__":
    unittest.main()
