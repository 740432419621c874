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
sys.dont_write_bytecode = True
sys.path.insert(0, str(REPOSITORY / "tools/open_account"))

from account import Account, Chain, entropy_of, read_sheet, word_list  # noqa: E402
from drive import Drive  # noqa: E402
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
        example = json.loads((REPOSITORY / "plugins/file-vault/src/test/resources/vault-vectors/drive.json").read_text())
        packs = {name: bytes.fromhex(pack) for name, pack in example["packs"].items()}
        key, device = bytes.fromhex(example["device_public_key"]), bytes.fromhex(example["device"])
        secret = bytes.fromhex(example["vault_secret"])
        account = SimpleNamespace(
            id=b"",
            secrets=[secret],
            chain=SimpleNamespace(
                device_key=lambda of, generation: key if (of, generation) == (device, 0) else None,
                has=lambda number, link: True,
                roots=[None],
            ),
            head=lambda feature, of: None,
            feature_secret=lambda feature, generation: secret,
        )
        rows = Rows(
            vault_roots=[
                {"account_id": b"", "number": number, "root": bytes.fromhex(root)}
                for number, root in enumerate(example["roots"])
            ],
            vault_packs=[{"account_id": b"", "name": name, "file": name} for name in packs],
        )
        rows.pack = lambda file, offset, length, what: packs[file][offset : offset + length]
        drive = Drive(account, rows)
        self.assertEqual(self.all_of(drive, drive.top()), (example["tree"], []))
        hidden = {path.removeprefix("/trash"): hash_ for path, hash_ in example["aside"].items() if path != "/trash/"}
        self.assertEqual(self.all_of(drive, drive.trash()), (hidden, []))

    @staticmethod
    def all_of(drive, top):
        read, troubles = {}, []
        for entry, path in drive.walk(top, "", troubles):
            if path and entry.folder:
                read[path + "/"] = ""
            elif path:
                read[path] = hashlib.sha256(b"".join(drive.content(entry, path))).hexdigest()
        return read, troubles

    def test_the_numbers_in_the_documents_are_right(self):
        """Each intermediate value of the examples is made here anew, and stands in the page under its name."""
        for page, values in {"account.md": account_example(), "vault.md": vault_example()}.items():
            text = re.sub(r"\s+", " ", (REPOSITORY / "docs/formats" / page).read_text())
            for name, value in values.items():
                with self.subTest(page, name=name):
                    self.assertIn(f"{name} {value if isinstance(value, str) else value.hex()}", text)


class RootsAfterARemoval(unittest.TestCase):
    """Two devices, of which the second was removed: generation 1 is the newest, root 0 is what the chain names."""

    STAYS, REMOVED = bytes([1]) * 16, bytes([2]) * 16

    def setUp(self):
        self.seeds = {self.STAYS: bytes([3]) * 32, self.REMOVED: bytes([4]) * 32}
        self.secrets = [bytes([5]) * 32, bytes([6]) * 32]
        self.anchor = None
        self.roots = [self.root(self.STAYS, 0)]
        self.anchor = (0, hashlib.sha256(self.roots[0]).digest())

    def device_key(self, device, generation):
        return ed25519_public(self.seeds[device]) if device == self.STAYS or generation == 0 else None

    def open(self):
        account = SimpleNamespace(
            id=b"",
            secrets=self.secrets,
            chain=SimpleNamespace(device_key=self.device_key, has=lambda number, link: number == 7, roots=[None, None]),
            head=lambda feature, of: self.anchor,
            feature_secret=lambda feature, generation: self.secrets[generation],
        )
        rows = [{"account_id": b"", "number": number, "root": root} for number, root in enumerate(self.roots)]
        return Drive(account, Rows(vault_roots=rows))

    def root(self, device, generation, link=7):
        vault = "anonymouscloud/vault/v1/"
        drive = hkdf(self.secrets[0], (vault + "drive-id").encode())[:16]
        number = len(self.roots) if self.anchor else 0
        before = hashlib.sha256(self.roots[-1]).digest() if number else bytes(32)
        plain = b"\1" + drive + u8(number) + device + bytes(12) + bytes(70) + bytes(70) + u8(link) + bytes(32)
        label_ = (vault + "root").encode() + b"\0"
        sealed = seal(hkdf(self.secrets[generation], (vault + "root-key").encode()), label_ + drive + u8(number), plain)
        outer = b"\1" + u4(generation) + u8(number) + device + before
        key = Ed25519PrivateKey.from_private_bytes(self.seeds[device])
        return outer + key.sign(label_ + outer + drive + sealed) + sealed

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
        self.anchor = (1, hashlib.sha256(self.root(self.STAYS, 0)).digest())
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
    example = json.loads((REPOSITORY / "plugins/file-vault/src/test/resources/vault-vectors/drive.json").read_text())
    context = bytes.fromhex("".join(line.split()[-1] for line in example["example"][:2]))
    sealed = bytes.fromhex(example["packs"][example["example"][4].split()[1]])[:86]
    info = b"c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM\0" + sealed[:24] + context
    keys = hkdf_expand("sha512", bytes.fromhex(example["segment_key"]), info, 76)
    assert keys[44:] == sealed[24:56]
    return {
        "vault secret": example["vault_secret"],
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
