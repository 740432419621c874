"""A drive of files and folders. docs/formats/vault.md."""

import base64
import hashlib
import hmac
import itertools
from types import SimpleNamespace

from members import VAULT, drive_key
from primitives import (
    Failed,
    Refused,
    cut,
    printable,
    require,
    sealed_length,
    signed_by,
    split,
    text_of,
    u8,
    unseal,
)

SEGMENT = 1_047_488
PACK = 1 << 24
CONTENT, LIST, PAGE = 1, 2, 3
EXTENSIONS = "jpg png mp4 mp3 pdf docx xlsx zip mov wav pptx heic".split()
REFERENCE = "id:16 extension:u1 offset:u4 length:u4 generation:u4 version:u8 digest:32"
SIGNED_ROOT = "version:u1 generation:u4 number:u8 account:16 device:16 before:32 signature:64 sealed:393"
ROOT = (
    "version:u1 drive:16 number:u8 account:16 device:16 seconds:u8 nanos:u4 height:u1 page:69"
    " aside_height:u1 aside_page:69 roster_number:u8 roster:32 link_number:u8 link:32 skip:32"
)


# The years 1700 to 2261; a time outside of them is taken for the nearest within.
EARLIEST, LATEST = (-8_520_336_000, 0), (9_214_646_399, 999_999_999)


def when(seconds, nanos, what):
    require(nanos < 1_000_000_000, f"{what}: a time that there is not")
    time = (seconds - (1 << 64) if seconds >> 63 else seconds), nanos
    return min(max(time, EARLIEST), LATEST)


def reference(data, what):
    ref = cut(data, what, REFERENCE)
    require(ref.extension < len(EXTENSIONS), f"{what}: names a pack of an unknown kind")
    right = 1 <= ref.length <= SEGMENT and ref.generation < 1 << 31 and ref.version < 1 << 63
    require(right and ref.offset + sealed_length(ref.length) <= PACK, f"{what}: a reference out of its bounds")
    ref.pack = base64.b32encode(ref.id).decode().rstrip("=").lower() + "." + EXTENSIONS[ref.extension]
    return ref


def extent(data, what):
    """A reference, or None for zeros that nothing is stored of."""
    return None if data == bytes(69) else reference(data, what)


class Drive:
    """A drive, as the newest root that counts has it for one of its members."""

    def __init__(self, account, members, rows, contacts=dict):
        """`contacts` gives the accounts that the account knows, if the drive is somebody else's."""
        self.account, self.members, self.rows, self.id = account, members, rows, members.id
        self.keys, self.packs = {}, None
        self.what = "the drive" if members.name is None else f"the drive '{printable(members.name)}'"
        rows = sorted(rows.all("vault_roots", drive=self.id), key=lambda row: row["number"])
        signed = [row["root"] for row in rows]
        empty = not signed and not account.head("vault", self.id)
        members.believe(self.vouched_roster(signed), empty, contacts)
        self.left_out = 0
        self.root = self.newest(signed)

    def key(self, generation, name):
        known = self.keys.get((generation, name))
        if not known:
            secret = self.members.secrets.get(generation)
            require(secret, f"{self.what}: something is of generation {generation}, whose keys this account does not have")
            known = self.keys[generation, name] = drive_key(secret, name)
        return known

    def anchor(self):
        """Number and hash of the newest root that the own chain or the list of members names, or None."""
        named, newest = self.account.head("vault", self.id), self.members.newest
        # The first list was there before any root.
        said = (newest.root_number, newest.root) if newest.number else None
        return max((head for head in (named, said) if head), default=None)

    def vouched_roster(self, signed):
        """The newest list of members that a root names which the own chain names; -1 if there is none."""
        number, hash_ = self.account.head("vault", self.id) or (-1, None)
        if not 0 <= number < len(signed) or hashlib.sha256(signed[number]).digest() != hash_:
            return -1
        try:
            root, _ = self.inside(signed[number], number)
        except Refused:
            return -1
        return root.roster_number if self.members.has(root.roster_number, root.roster) else -1

    def newest(self, signed):
        """The root that counts, or None. Sets how many after it are left out, as who may write no more made them."""
        anchor = self.anchor()
        least = anchor[0] if anchor else -1
        require(len(signed) > least, f"{self.what}: its root {least}, which the chain names, is missing: an older state")
        if not signed:
            return None
        before = bytes(32)
        for number, data in enumerate(signed):  # roots follow one another by their hashes alone
            what = f"root {number} of {self.what}"
            outer = cut(data, what, SIGNED_ROOT)
            require(outer.version == 1, f"{what}: of a version that this program does not know")
            require(outer.number == number, f"{what}: has the number {outer.number}, one is missing")
            require(outer.before == before, f"{what}: does not follow the one before")
            before = hashlib.sha256(data).digest()
            if number == least:
                require(before == anchor[1], f"{what}: is not the one that the chain names: a fork")
        try:
            self.open_root(signed[-1], len(signed) - 1)
        except Refused:
            newest = cut(signed[-1], what, SIGNED_ROOT)
            gone = self.members.has_gone(newest.account, newest.device)
            require(gone, f"the newest root of {self.what}: cannot be used")
        # A generation that somebody has who should not vouches for nothing.
        trusted = None if self.members.is_stale() else self.members.generation
        good, vouched = None, False
        for number in reversed(range(len(signed))):
            counts, vouched = self.counts(signed[number], number, anchor, trusted)
            good = (number if good is None else good) if counts else None
            if vouched:
                break
        self.left_out = len(signed) - 1 - (-1 if good is None else good)
        return None if good is None else self.open_root(signed[good], good)

    def counts(self, data, number, anchor, trusted):
        """Whether a root counts with those before it, and whether these do for its sake."""
        try:
            outer, _ = cut(data, "a root", SIGNED_ROOT), self.open_root(data, number)
        except Refused:
            return False, False
        vouches = outer.generation == trusted or not anchor or number <= anchor[0]
        return vouches or self.members.stays(outer.account, outer.device), vouches

    def is_signed(self, data, outer):
        key = self.members.writer_key(outer.account, outer.device, outer.generation)
        message = (VAULT + "root").encode() + b"\0" + data[:77] + self.id + outer.sealed
        return key is not None and signed_by(key, outer.signature, message)

    def inside(self, data, number):
        """What is sealed in a root, and what stands around it; neither signature nor what it names is checked."""
        what = f"root {number} of {self.what}"
        outer = cut(data, what, SIGNED_ROOT)
        context = (VAULT + "root").encode() + b"\0" + self.id + u8(outer.number)
        root = cut(unseal(self.key(outer.generation, "root-key"), context, outer.sealed, what), what, ROOT)
        require(root.version == 1, f"{what}: of a version that this program does not know")
        inner = (root.drive, root.number, root.account, root.device)
        right = inner == (self.id, outer.number, outer.account, outer.device)
        require(right, f"{what}: differs inside from what is outside")
        return root, outer

    def open_root(self, data, number):
        """A root that a device of a member wrote as it should."""
        what = f"root {number} of {self.what}"
        signed = self.is_signed(data, cut(data, what, SIGNED_ROOT))
        require(signed, f"{what}: is not signed by a device that might write in its generation")
        root, _ = self.inside(data, number)
        known = root.account != self.account.id or self.account.chain.has(root.link_number, root.link)
        require(known, f"{what}: knows a link that is not in the chain: the chain is an older one or a fork")
        known = self.members.has(root.roster_number, root.roster)
        require(known, f"{what}: knows a list of members that is not there: an older state or a fork")
        root.seconds, root.nanos = when(root.seconds, root.nanos, what)
        root.page = self.root_page(root.height, root.page, what)
        root.aside_page = self.root_page(root.aside_height, root.aside_page, f"{what}, the hidden tree")
        return root

    @staticmethod
    def root_page(height, page, what):
        require(height <= 8, f"{what}: too high")
        if height:
            return reference(page, what)
        require(page == bytes(69), f"{what}: refers to a page that it says is not there")
        return None

    def segment(self, ref, kind, height, owner, index, what):
        """The plaintext of a segment, its place and its digest checked."""
        if self.packs is None:
            self.packs = {row["name"]: row for row in self.rows.all("vault_packs", drive=self.id)}
        row = self.packs.get(ref.pack)
        require(row, f"{what}: its pack {ref.pack} is not there")
        what = f"{what}: pack {ref.pack} (file {row['file']}), {ref.offset}"
        sealed = self.rows.pack(row["file"], ref.offset, sealed_length(ref.length), what)
        context = (VAULT + "segment").encode() + b"\0" + self.id + bytes([kind, height]) + owner
        key = self.key(ref.generation, "segment-key" if kind == CONTENT else "node-key")
        plain = unseal(key, context + u8(ref.version) + u8(index), sealed, what)
        digest = hmac.digest(self.key(ref.generation, "digest-key"), plain, "sha256")
        require(hmac.compare_digest(digest, ref.digest), f"{what}: is not the state that the tree names")
        return plain

    # Folders

    def top(self):
        """The topmost folder, in the form of an entry."""
        height, page = (self.root.height, self.root.page) if self.root else (0, None)
        time = (self.root.seconds, self.root.nanos) if self.root else (0, 0)
        return SimpleNamespace(name="", folder=True, id=self.id, height=height, page=page, time=time)

    def trash(self):
        """The folder of the hidden tree in which what was removed is, or an empty one."""
        height, page = (self.root.aside_height, self.root.aside_page) if self.root else (0, None)
        id_ = hashlib.sha256((VAULT + "aside").encode() + b"\0" + self.id).digest()[:16]
        aside = SimpleNamespace(name="", folder=True, id=id_, height=height, page=page, time=(0, 0))
        trash = next((entry for entry in self.entries(aside, "/") if entry.name == "trash" and entry.folder), None)
        return trash or SimpleNamespace(name="", folder=True, id=id_, height=0, page=None, time=(0, 0))

    def entries(self, folder, path):
        """The entries of a folder in the order of their names."""
        what, last = f"folder '{printable(path)}'", None
        for entry in self.page(folder.page, folder.height, folder.id, what) if folder.height else ():
            require(last is None or last < entry.raw_name, f"{what}: its names are not in rising order")
            last = entry.raw_name
            yield entry

    def page(self, ref, height, owner, what):
        data = self.segment(ref, PAGE, height, owner, 0, what)
        require(len(data) <= 16383 and data[:2] == bytes([1, height]), f"{what}: a page of another form")
        count, at = int.from_bytes(data[2:4], "big"), 4
        require(count, f"{what}: an empty page")
        for _ in range(count):
            require(at < len(data), f"{what}: a page that is cut off")
            name = data[at + 1 : at + 1 + data[at]]
            require(name and len(name) == data[at], f"{what}: a page that is cut off")
            at += 1 + len(name)
            if height == 1:
                entry, at = self.entry(name, data, at, what)
                yield entry
                continue
            first = True
            for entry in self.page(reference(data[at : at + 69], what), height - 1, owner, what):
                require(not first or entry.raw_name == name, f"{what}: a page that does not begin with its name")
                first = False
                yield entry
            at += 69
        require(at == len(data), f"{what}: a page with bytes too many")

    def entry(self, raw_name, data, at, folder):
        name = text_of(raw_name, f"{folder}: a name")
        what = f"{folder}: '{printable(name)}'"
        right = "/" not in name and "\0" not in name and name not in (".", "..")
        require(right, f"{what}: no name that a thing may have")
        fixed = cut(data[at : at + 29], what, "type:u1 id:16 seconds:u8 nanos:u4")
        require(fixed.type in (1, 2, 3), f"{what}: neither file, folder nor link")
        entry = SimpleNamespace(name=name, raw_name=raw_name, id=fixed.id, folder=fixed.type == 2, link=None)
        entry.time = when(fixed.seconds, fixed.nanos, what)
        at += 29
        if fixed.type == 3:
            length = cut(data[at : at + 2], what, "length:u2").length
            raw_link = data[at + 2 : at + 2 + length]
            right = 1 <= length <= 4095 and len(raw_link) == length and b"\0" not in raw_link
            require(right, f"{what}: a link that leads nowhere")
            entry.link = text_of(raw_link, f"{what}: where it leads")
            return entry, at + 2 + length
        if entry.folder:
            entry.height = cut(data[at : at + 1], what, "height:u1").height
            require(entry.height <= 8, f"{what}: too high")
            at += 1
            if entry.height:
                entry.page = reference(data[at : at + 69], what)
                at += 69
            return entry, at
        file = cut(data[at : at + 18], what, "flags:u1 version:u8 length:u8 height:u1")
        right = file.flags in (0, 1) and 1 <= file.version < 1 << 63 and file.length <= 1 << 50
        require(right, f"{what}: a file out of its bounds")
        segments = -(-file.length // SEGMENT)
        height = 0
        while segments > 4 and 1024**height < segments:
            height += 1
        require(file.height == height, f"{what}: a tree of another height than its length needs")
        at += 18
        entry.executable, entry.version, entry.length = file.flags == 1, file.version, file.length
        entry.height, entry.refs = height, []
        for _ in range(1 if height else segments):
            entry.refs.append(extent(data[at : at + 69], what))
            at += 69
        return entry, at

    # Files

    def content(self, file, path):
        """The bytes of a file, one verified segment after another."""
        what, segments = f"file '{printable(path)}'", -(-file.length // SEGMENT)
        refs = self.leaves(file.refs[0], file.height, file.id, 0, segments, what) if file.height else file.refs
        for index, ref in enumerate(refs):
            length = min(SEGMENT, file.length - index * SEGMENT)
            if ref is None:
                yield bytes(length)
                continue
            require(ref.length == length, f"{what}: a segment of another length than its place needs")
            yield self.segment(ref, CONTENT, 0, file.id, index, what)

    def leaves(self, ref, height, owner, first, segments, what):
        """References to content, or None for zeros, below a list that covers what comes from the segment `first` on."""
        if ref is None:
            yield from itertools.repeat(None, min(1024**height, segments - first))
            return
        data = self.segment(ref, LIST, height, owner, first, what)
        each = 1024 ** (height - 1)
        expected = min(1024, -(-(segments - first) // each))
        head = bytes([1, height]) + expected.to_bytes(2, "big")
        require(data[:4] == head and len(data) == 4 + 69 * expected, f"{what}: a list of another form")
        for i, part in enumerate(split(data[4:], 69)):
            below = extent(part, what)
            if height == 1:
                yield below
            else:
                yield from self.leaves(below, height - 1, owner, first + i * each, segments, what)

    # Paths

    def find(self, path, trash=False):
        entry, walked = self.trash() if trash else self.top(), ""
        for name in (name for name in path.split("/") if name):
            if not entry.folder:
                raise Failed(f"{printable(walked)} is no folder")
            inside = self.entries(entry, walked or "/")
            entry, walked = next((e for e in inside if e.name == name), None), f"{walked}/{name}"
            if not entry:
                raise Failed(f"There is no {printable(walked)} in the drive")
        return entry, walked

    def walk(self, entry, path, troubles):
        """All that is below an entry, as (entry, path); what is refused goes into troubles, the rest goes on."""
        waiting, met = [(entry, path)], set()
        while waiting:
            entry, path = waiting.pop()
            yield entry, path
            if entry.folder:
                try:
                    require(entry.id not in met, f"folder '{printable(path)}': it is at another place, too")
                    met.add(entry.id)
                    inside = list(self.entries(entry, path or "/"))
                except Refused as trouble:
                    troubles.append(trouble)
                    continue
                waiting.extend((below, f"{path}/{below.name}") for below in reversed(inside))
