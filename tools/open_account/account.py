"""An account: its chain, its recovery slot, its root secrets. docs/formats/account.md."""

import hashlib
import re
from pathlib import Path

from primitives import (
    Failed,
    Refused,
    check_ed25519_public,
    check_xwing_public,
    cut,
    derive,
    ed25519_public,
    hpke_open,
    label,
    require,
    signed_by,
    split,
    text_of,
    u4,
    u8,
    unseal,
    xwing_keys,
)

# The chain (account.md "Chain")

PASSWORD, RECOVERY, DEVICE = 1, 2, 3
SLOT = "xwing:1216 sign:32"
SAID = "commitment:32 share:1216"
NEW_ROOT = "generation:u4 said:1248 follows:u4 before:104"
DEVICE_LAYOUT = "id:16 sign:32 xwing:1216 name:136"
LINK_HEAD = "version:u1 type:u1 account:16 number:u8 before:32 time:u8 signer:17"
BEGINNING = "identity:32 password:1248 recovery:1248 said:1248 device:1400"
HEADS = "steps:u1 heads:72 more:512*steps"
LINK_TYPES = {  # type: (who may sign, body, fields that bring a key in, in the order of their signatures)
    1: ({DEVICE}, BEGINNING, ("identity", "password", "recovery")),
    2: ({DEVICE, PASSWORD}, "device:1400", ("device",)),
    3: ({DEVICE}, "root:1360 count:u2 gone:16*count", ()),
    4: ({DEVICE}, "password:1248", ("password",)),
    5: ({RECOVERY}, "password:1248 recovery:1248 root:1360 stay:u1 device:1400", ("password", "recovery", "device")),
    6: ({DEVICE}, "id:16 name:136", ()),
}


class Chain:
    """What an account's chain says, after all its links have been checked."""

    def __init__(self, account, links):
        self.account, self.number, self.head = account, -1, bytes(32)
        self.identity = self.password = self.recovery = None
        self.devices = {}  # id: what is known of a device, also after it went (`last` is then its last generation)
        self.roots = []  # for each generation what is said of its root secret
        self.before = [None]  # for each generation which one came before it, and that root secret, sealed
        self.hashes = []
        self.password_by = None  # the device that set the password last, where one did
        self.said = {}  # for each device number, generation and sealed heads of the last link that it made
        require(len(links) <= 10_000 and sum(map(len, links)) <= 64 << 20, "the chain: is too long")
        for link in links:
            self.append(link)
        require(links, "the chain: has no links")

    def here(self):
        return [device for device in self.devices.values() if device.last is None]

    def append(self, data):
        what = f"link {self.number + 1} of the chain"
        require(len(data) > 83 and data[1] in LINK_TYPES, f"{what}: of no type that this program knows")
        signers, body, new_keys = LINK_TYPES[data[1]]
        heads = HEADS if data[1] != 1 else ""
        layout = f"{LINK_HEAD} {body} {heads} signature:64 {' '.join(f'by_{name}:64' for name in new_keys)}"
        link = cut(data, what, layout)
        require(not heads or 1 <= link.steps <= 16, f"{what}: has heads of no size that there is")
        signed = data[: len(data) - 64 * (1 + len(new_keys))]
        require(link.time < 1 << 63, f"{what}: of a time that there is not")
        require(link.version == 1, f"{what}: of a version that this program does not know")
        require(link.account == self.account, f"{what}: another account's")
        require(link.number == self.number + 1, f"{what}: has the number {link.number}")
        require(link.before == self.head, f"{what}: does not follow the one before")
        require((link.type == 1) == (link.number == 0), f"{what}: the first link, and no other, begins the account")
        for name, layout in (("password", SLOT), ("recovery", SLOT), ("device", DEVICE_LAYOUT), ("root", NEW_ROOT)):
            if hasattr(link, name):
                setattr(link, name, cut(getattr(link, name), f"{what}, {name}", layout))
        said = link.root.said if hasattr(link, "root") else getattr(link, "said", None)

        # Keys are fit for use before a signature of theirs is believed.
        for name in new_keys if link.type != 1 else (*new_keys, "device"):
            key = getattr(link, name)
            check_ed25519_public(key if name == "identity" else key.sign, f"{what}, {name}")
            if name != "identity":
                check_xwing_public(key.xwing, f"{what}, {name}")
        if said:
            said = cut(said, what, SAID)
            check_xwing_public(said.share, f"{what}, share key")

        kind = link.signer[0]
        require(kind in signers, f"{what}: who signed it may not")
        require(kind == DEVICE or link.signer[1:] == bytes(16), f"{what}: names its signer wrongly")
        message = label("link") + signed
        require(signed_by(self.signing_key(link, what), link.signature, message), f"{what}: wrong signature")
        for name in new_keys:
            key = link.identity if name == "identity" else getattr(link, name).sign
            right = signed_by(key, getattr(link, f"by_{name}"), label("link-new-key") + signed)
            require(right, f"{what}: wrong signature of its new {name}")

        newest = len(self.roots) - 1
        if link.type == 3:
            gone = split(link.gone, 16)
            require(gone and gone == sorted(set(gone)), f"{what}: its devices are not in rising order")
            require(link.signer[1:] not in gone, f"{what}: removes its signer")
            for device in gone:
                self.device(device, what).last = newest
        if link.type == 5:
            require(link.stay in (0, 1), f"{what}: says neither that devices stay nor that they go")
            for device in self.here() if not link.stay else []:
                device.last = newest
        if hasattr(link, "root"):
            require(link.root.generation == newest + 1, f"{what}: has the generation {link.root.generation}")
            follows = link.root.follows
            right = follows == newest or (link.type == 5 and follows < newest)
            require(right, f"{what}: has the root secret of generation {follows} sealed")
            self.before.append((follows, link.root.before))
        if said:
            self.roots.append(said)
        if hasattr(link, "device"):
            require(link.device.id not in self.devices, f"{what}: its device was there before")
            # The name is sealed in the generation before the link, the first link's in generation 0.
            link.device.name_generation = link.root.follows if link.type == 5 else max(newest, 0)
            link.device.first, link.device.last, link.device.added = len(self.roots) - 1, None, link.time
            self.devices[link.device.id] = link.device
            require(len(self.here()) <= 256, f"{what}: more than 256 devices")
        if link.type == 6:
            device = self.device(link.id, what)
            device.name, device.name_generation = link.name, newest
        if hasattr(link, "password"):
            self.password_by = link.signer[1:] if link.type == 4 else None
        for slot in ("identity", "password", "recovery"):
            if hasattr(link, slot):
                setattr(self, slot, getattr(link, slot))
        maker = link.signer[1:] if kind == DEVICE else link.device.id
        self.said[maker] = link.number, len(self.roots) - 1, link.heads + link.more if heads else b""
        self.number, self.head = link.number, hashlib.sha256(data).digest()
        self.hashes.append(self.head)

    def device(self, device, what):
        known = self.devices.get(device)
        require(known and known.last is None, f"{what}: names a device that the account does not have")
        return known

    def signing_key(self, link, what):
        kind = link.signer[0]
        if kind == DEVICE and link.type == 1:
            require(link.signer[1:] == link.device.id, f"{what}: its signer is not the device that it brings")
            return link.device.sign
        if kind == DEVICE:
            return self.device(link.signer[1:], what).sign
        require(kind != PASSWORD or not self.password_ended(), f"{what}: by the password of a removed device")
        return (self.password if kind == PASSWORD else self.recovery).sign

    def password_ended(self):
        """Whether the device that set the password was removed after it."""
        by = self.devices.get(self.password_by)
        return by is not None and by.last is not None

    def has(self, number, head):
        """Whether this link, by its hash, is one of the chain's."""
        return number <= self.number and self.hashes[number] == head

    def device_key(self, device, generation):
        """The key of a device whose signatures count in a generation, or None."""
        known = self.devices.get(device)
        counts = known and known.first <= generation and (known.last is None or generation <= known.last)
        return known.sign if counts else None


# Words, slot, key bag (account.md "Keys", "Slots", "Key bag", "Sheet")

WORD_LIST = "platform-core/src/main/resources/org/anonymouscloud/core/account/client/sheet/english.txt"
WORD_LIST_DIGEST = "2f5eed53a4727b4bf8880d8f3f199efc90e58503646d9ff8eff3a2ed3b24dbda"


def word_list(path):
    here = Path(__file__).resolve().parent
    for candidate in [path] if path else [here / "english.txt", here.parents[1] / WORD_LIST]:
        if candidate.exists():
            data = candidate.read_bytes()
            if hashlib.sha256(data).hexdigest() != WORD_LIST_DIGEST:
                raise Failed(f"{candidate} is not BIP-39's English list")
            return data.decode().split()
    raise Failed("The word list is missing: give BIP-39's english.txt with --wordlist")


def read_sheet(text):
    """User name (None without the sheet's line) and the words of a sheet, or of a text that is the words alone."""
    user = re.search(r"^User name: +(\S+)$", text, re.M)
    _, heading, after = text.partition("Recovery words:")
    words = re.findall("[a-z]+", (after if heading else text).lower())
    return user and user[1], words[:24] if heading else words


def entropy_of(words, known):
    if len(words) != 24:
        raise Failed(f"There are {len(words)} words, but the sheet has 24")
    number = 0
    for place, word in enumerate(words, 1):
        # The first four letters tell the words of the list apart.
        found = [i for i, k in enumerate(known) if k == word or len(word) >= 4 and k.startswith(word)]
        if not found:
            raise Failed(f"Word {place} is not in the list of words")
        number = number << 11 | found[0]
    entropy, check = (number >> 8).to_bytes(32, "big"), number & 255
    if hashlib.sha256(entropy).digest()[0] != check:
        raise Failed("The words do not belong together: one is wrong, or their order is")
    return entropy


class Account:
    """An account that the recovery words have opened."""

    def __init__(self, rows, user, entropy):
        self.user = user
        row = rows.one("accounts", user_name=user)
        if not row:
            raise Failed(f"The server has no account '{user}'")
        account = self.id = row["account_id"]
        links = sorted(rows.all("account_links", account_id=account), key=lambda link: link["seq"])
        self.chain = Chain(account, [link["link"] for link in links])
        newest = len(self.chain.roots) - 1

        secret = derive(entropy, "recovery-slot")
        seed, sign = derive(secret, "slot-key"), derive(secret, "slot-sign")
        keys = (self.chain.recovery.xwing, self.chain.recovery.sign)
        if (xwing_keys(seed)[0], ed25519_public(sign)) != keys:
            raise Failed(f"These are not the words of '{user}', or an older sheet's")
        slot = bytes([RECOVERY]) + bytes(16)
        row = rows.one("account_slots", account_id=account, slot=slot, generation=newest)
        require(row, "the recovery slot: the server has no record of the newest generation")
        what = "the recovery slot"
        record = cut(row["sealed"], what, "version:u1 slot:17 generation:u4 sealed:1168")
        right = (record.version, record.slot, record.generation) == (1, slot, newest)
        require(right, f"{what}: is another slot's or an older one")
        aad = b"\1" + account + slot + u4(newest)
        self.secrets = self.all_secrets(hpke_open(seed, record.sealed, label("slot"), aad, what))
        self.check_key_bag(rows)

    def all_secrets(self, newest):
        """Root secrets from generation 0: each gives the key of the one before, each is compared with the chain.

        A recovery may have passed some over, as a stolen device had left nothing of them to the words: for these
        stand 32 zeros, which open nothing.
        """
        secrets = [bytes(32)] * (len(self.chain.roots) - 1) + [newest]
        generation = len(secrets) - 1
        while generation >= 0:
            secret, said = secrets[generation], self.chain.roots[generation]
            what, field = f"the root secret of generation {generation}", (self.id, u4(generation))
            require(derive(secret, "root-commitment", *field) == said.commitment, f"{what}: is not the chain's")
            share = xwing_keys(derive(secret, "share-key", *field))[0]
            require(share == said.share, f"{what}: does not give the chain's share key")
            if not generation:
                break
            follows, sealed = self.chain.before[generation]
            context = label("previous-root") + b"\1" + self.id + u4(follows)
            secrets[follows] = unseal(derive(secret, "previous-root"), context, sealed, what)
            generation = follows
        return secrets

    def check_key_bag(self, rows):
        row, what = rows.one("account_key_bags", account_id=self.id), "the key bag"
        require(row, f"{what}: is missing")
        bag = cut(row["sealed"], what, "version:u1 sealed:105")
        require(bag.version == 1, f"{what}: of an unknown version")
        context = label("key-bag") + b"\1" + self.id
        plain = unseal(derive(self.secrets[0], "key-bag"), context, bag.sealed, what)
        require(len(plain) == 33 and plain[0] == 1, f"{what}: has another form")
        require(ed25519_public(plain[1:]) == self.chain.identity, f"{what}: its identity key is not the chain's")

    def device_name(self, device):
        what, key = "a device's name", derive(self.secrets[device.name_generation], "device-name")
        plain = unseal(key, label("device-name") + b"\1" + self.id + device.id, device.name, what)
        length = plain[0] if len(plain) == 64 else 0
        require(1 <= length <= 63 and plain[length + 1 :] == bytes(63 - length), f"{what}: has another form")
        return text_of(plain[1 : length + 1], what)

    def head(self, feature, id_):
        """The highest number (-1 if there was nothing yet) and hash that the devices name, or None if they name nothing."""
        said = [self.said_by(device.id, feature, id_) for device in self.chain.here()]
        return max((head for head in said if head), default=None)

    def said_by(self, device, feature, id_):
        number, generation, sealed = self.chain.said.get(device, (0, 0, b""))
        context = label("heads") + b"\1" + self.id + u8(number)
        try:
            data = unseal(derive(self.secrets[generation], "heads"), context, sealed, "heads")
            count, at = int.from_bytes(data[1:3], "big"), 3
            require(data[0] == 1, "heads: of a version that this program does not know")
            for _ in range(count):
                end = at + 1 + data[at] + 56
                head = cut(data[at:end], "heads", "length:u1 feature:1*length id:16 number:u8 hash:32")
                if (head.feature, head.id) == (feature.encode(), id_):
                    return (-1 if head.number == (1 << 64) - 1 else head.number), head.hash
                at = end
        except (Refused, IndexError):
            pass  # heads that do not open count as none
        return None

    def feature_secret(self, feature, generation):
        return derive(self.secrets[generation], "feature", feature.encode())
