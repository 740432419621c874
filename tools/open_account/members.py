"""Who is a member of a drive, and what keys it has. docs/formats/drive.md."""

import hashlib

from account import Chain
from primitives import (
    Refused,
    cut,
    derive,
    hkdf,
    hpke_open,
    printable,
    require,
    signed_by,
    split,
    text_of,
    u4,
    u8,
    unseal,
)

VAULT = "anonymouscloud/vault/v1/"
READ, WRITE, OWN = 1, 2, 3
ROSTER = (
    "version:u1 drive:16 number:u8 before:32 maker:16 device:16 time:u8 generation:u4 commitment:32"
    " root_number:u8 root:32 payer:16 limit:u8 count:u2 members:61*count sealed:174 signature:64"
)
MEMBER = "account:16 right:u1 generation:u4 link_number:u8 link:32"
INSIDE = "version:u1 length:u1 name:64 before:u4 secret:32"
GRANT = 1168
NONE = (1 << 64) - 1


def drive_key(secret, name):
    return hkdf(secret, (VAULT + name).encode())


def home(account):
    """The id of an account's own first drive."""
    return drive_key(account.feature_secret("vault", 0), "drive-id")[:16]


def read_roster(data, what):
    """A roster in its form; neither what it follows nor who made it is checked yet."""
    roster = cut(data, what, ROSTER)
    require(roster.version == 1, f"{what}: of a version that this program does not know")
    roster.hash, roster.signed = hashlib.sha256(data).digest(), data[:-64]
    roster.root_number = -1 if roster.root_number == NONE else roster.root_number
    right = roster.number < 1 << 63 and roster.generation < 1 << 31 and roster.limit < 1 << 63
    require(right and roster.root_number < 1 << 63, f"{what}: out of its bounds")
    require((roster.number == 0) == (roster.before == bytes(32)), f"{what}: the first, and no other, follows nothing")
    require((roster.root_number == -1) == (roster.root == bytes(32)), f"{what}: names a root that there is not")
    require(1 <= roster.count <= 256, f"{what}: has {roster.count} members")
    members = [cut(member, what, MEMBER) for member in split(roster.members, 61)]
    ids = [member.account for member in members]
    require(ids == sorted(set(ids)), f"{what}: its members are not in rising order")
    for member in members:
        right = member.right in (READ, WRITE, OWN) and member.generation < 1 << 31 and member.link_number < 1 << 63
        require(right, f"{what}: a member out of its bounds")
    roster.members = {member.account: member for member in members}
    require(right_of(roster, roster.payer) == OWN, f"{what}: who pays does not own the drive")
    return roster


def right_of(roster, account):
    """What an account may do by a roster; 0 for who is no member."""
    return roster.members[account].right if account in roster.members else 0


def rights(roster):
    return {account: member.right for account, member in roster.members.items()}


def is_first(roster):
    """Whether a roster may be a drive's number 0."""
    alone = list(roster.members) == [roster.maker] and roster.payer == roster.maker
    return alone and (roster.number, roster.generation, roster.root_number) == (0, 0, -1)


def may_follow(roster, before):
    """drive.md "What follows what": whether a roster may come after another."""
    right, begins = right_of(before, roster.maker), roster.generation == before.generation + 1
    if not right or (roster.drive, roster.number, roster.before) != (before.drive, before.number + 1, before.hash):
        return False
    if not begins and (roster.generation, roster.commitment) != (before.generation, before.commitment):
        return False
    root, root_before = (roster.root_number, roster.root), (before.root_number, before.root)
    if root[0] < root_before[0] or (root[0] == root_before[0] and root != root_before):
        return False
    same = (roster.payer, roster.limit) == (before.payer, before.limit)
    others = {account: vars(member) for account, member in before.members.items() if account != roster.maker}
    leaves = same and not begins and {a: vars(m) for a, m in roster.members.items()} == others
    ends = False
    for was in before.members.values():
        now = roster.members.get(was.account)
        if now and (now.generation < was.generation or now.link_number < was.link_number):
            return False
        ends |= not now or now.generation > was.generation or now.right < WRITE <= was.right
    if leaves:
        return True
    if ends and not begins:
        return False
    if begins and same and rights(roster) == rights(before):
        return right >= WRITE
    pays = roster.payer in (roster.maker, before.payer)
    limits = roster.limit == before.limit or roster.maker in (before.payer, roster.payer)
    return right == OWN and pays and limits


class Accounts:
    """The accounts of members: the own one, and others by their chains."""

    def __init__(self, account, rows):
        self.own, self.rows, self.chains = account, rows, {account.id: account.chain}

    def chain(self, member):
        """A member's chain, held to the link that the roster names; None if the account is not there any more."""
        id_ = member.account
        if id_ not in self.chains:
            links = self.rows.all("account_links", account_id=id_) or self.rows.all("gone_links", account_id=id_)
            links.sort(key=lambda link: link["seq"])
            try:
                self.chains[id_] = Chain(id_, [link["link"] for link in links]) if links else None
            except Refused as trouble:
                raise Refused(f"account {id_.hex()}: {trouble}") from None
        chain = self.chains[id_]
        known = not chain or chain.has(member.link_number, member.link)
        require(known, f"account {id_.hex()}: its chain is without the link that a list of members names")
        return chain

    def has_still(self, member, device):
        """Whether a device is one of a member's account."""
        chain = self.chain(member)
        return chain is not None and chain.device_key(device, len(chain.roots) - 1) is not None


class Generation:
    """One generation of a drive's keys: its rosters, and who has had them."""

    def __init__(self):
        self.rosters, self.members = [], {}

    def add(self, roster):
        self.rosters.append(roster)
        for account, member in roster.members.items():
            was = self.members.setdefault(account, (member, member.right))
            self.members[account] = was[0], max(was[1], member.right)

    def member(self, account, least=READ):
        """A member as it came in, if it had this right at any time of the generation."""
        member, right = self.members.get(account, (None, 0))
        return member if right >= least else None


class Members:
    """The members of one drive and its keys, by all its rosters."""

    def __init__(self, account, accounts, drive, rows):
        self.account, self.accounts, self.id = account, accounts, drive
        self.rosters, self.generations, self.secrets, self.name = [], [], {}, None
        what = f"drive {drive.hex()}"
        for row in sorted(rows.all("vault_rosters", drive=drive), key=lambda row: row["number"]):
            self.append(row["roster"], f"roster {len(self.rosters)} of {what}")
        require(self.rosters, f"{what}: has no list of members")
        require(account.id in self.newest.members, f"{what}: this account is no member")
        self.open_secrets(rows, what)

    @property
    def newest(self):
        return self.rosters[-1]

    @property
    def generation(self):
        return len(self.generations) - 1

    def append(self, data, what):
        roster = read_roster(data, what)
        require(roster.drive == self.id, f"{what}: another drive's")
        follows = may_follow(roster, self.newest) if self.rosters else is_first(roster)
        require(follows, f"{what}: does not follow from the one before")
        if roster.generation == len(self.generations):
            self.generations.append(Generation())
        self.generations[-1].add(roster)
        self.rosters.append(roster)

    def has(self, number, hash_):
        """Whether this roster, by its hash, is one of the drive's."""
        return number < len(self.rosters) and self.rosters[number].hash == hash_

    # Keys

    def open_secrets(self, rows, what):
        """The drive secrets of all generations that the account gets at, and the name in the newest of them."""
        for generation in reversed(range(len(self.generations))):
            if generation not in self.secrets:
                secret = self.granted(generation, rows)
                if secret:
                    self.secrets[generation] = secret
            if generation in self.secrets:
                self.open_before(generation, what)
        first = self.generations[-1].rosters[0]
        maker = self.generations[-1].member(first.maker)
        # Who made keys and gave them to nobody else counts only if its device is gone.
        given = self.generation in self.secrets or (maker and not self.accounts.has_still(maker, first.device))
        require(given, f"{what}: the keys of generation {self.generation} were not given to this account")

    def granted(self, generation, rows):
        own = self.generations[generation].member(self.account.id)
        key = {"drive": self.id, "account_id": self.account.id, "generation": generation}
        row = rows.one("vault_grants", **key) if own else None
        if not row or own.generation >= len(self.account.secrets) or len(row["sealed"]) != GRANT:
            return None
        root, aad = self.account.secrets[own.generation], self.id + self.account.id + u4(generation)
        seed = derive(root, "share-key", self.account.id, u4(own.generation))
        try:
            secret = hpke_open(seed, row["sealed"], (VAULT + "grant").encode(), aad, "a grant")
        except Refused:
            return None  # anybody can seal to a share key
        return secret if self.is_committed(generation, secret) else None

    def is_committed(self, generation, secret):
        commitment = self.generations[generation].rosters[0].commitment
        return len(secret) == 32 and drive_key(secret, "secret-commitment") == commitment

    def open_before(self, generation, what):
        """What is sealed in the rosters of a generation: earlier secrets, and the drive's name."""
        rosters = self.generations[generation].rosters
        for roster in reversed(rosters):
            by_owner = roster.maker in roster.members and roster.members[roster.maker].right == OWN
            if not by_owner and roster is not rosters[0]:
                continue  # who leaves says nothing that counts
            try:
                inside = self.inside(roster, self.secrets[generation], what)
            except Refused:
                continue  # what older keys have sealed stays closed, and says so where it is read
            if by_owner and self.name is None:
                self.name = inside.name
            if generation and self.is_committed(inside.before, inside.secret):
                self.secrets.setdefault(inside.before, inside.secret)

    @staticmethod
    def inside(roster, secret, what):
        what = f"roster {roster.number} of {what}, what is sealed"
        context = (VAULT + "roster").encode() + b"\0" + roster.drive + u8(roster.number)
        inside = cut(unseal(drive_key(secret, "roster-key"), context, roster.sealed, what), what, INSIDE)
        require(inside.version == 1, f"{what}: of a version that this program does not know")
        require(1 <= inside.length <= 64, f"{what}: a name of a length that there is not")
        name, rest = inside.name[: inside.length], inside.name[inside.length :]
        require(rest == bytes(len(rest)), f"{what}: something stands behind the name")
        require(inside.before < max(1, roster.generation), f"{what}: an earlier generation that there is not")
        inside.name = text_of(name, what)
        right = "/" not in inside.name and "\0" not in inside.name and inside.name not in (".", "..")
        require(right, f"{what}: '{printable(inside.name)}' is no name")
        return inside

    # Who made the rosters

    def believe(self, vouched, empty, contacts):
        """Checks by whom the rosters are, from that on by which the account came in, for the last time.

        `vouched` is the newest roster named by a root that the own chain names, or -1; `empty` says that there is no
        root and none is named; `contacts` gives the accounts that the account knows.
        """
        brought = self.newest.number
        while brought and self.account.id in self.rosters[brought - 1].members:
            brought -= 1
        by = self.rosters[brought].maker
        if brought > vouched and by != self.account.id:
            who = f"drive {self.id.hex()}: account {by.hex()}, which shares it"
            contact = contacts().get(by)
            require(contact, f"{who}, is none of the contacts")
            chain = self.accounts.chain(self.maker(self.rosters[brought]))
            pinned = chain and chain.has(0, contact.first) and chain.has(contact.number, contact.link)
            require(pinned, f"{who}, is not the contact that it was")
        for roster in self.rosters[max(brought, vouched + 1) :]:
            what = f"roster {roster.number} of drive {self.id.hex()}"
            maker = self.maker(roster)
            chain = self.accounts.chain(maker)
            require(chain, f"{what}: is by account {roster.maker.hex()}, which is not there any more")
            key = chain.device_key(roster.device, maker.generation)
            message = (VAULT + "roster").encode() + b"\0" + roster.signed
            right = key is not None and signed_by(key, roster.signature, message)
            require(right, f"{what}: is not signed by a device of its maker")
        newest = self.newest
        maker = newest.members.get(newest.maker)
        if newest.number > vouched and not empty and list(newest.members) != [self.account.id] and maker:
            right = self.accounts.has_still(maker, newest.device)
            require(right, f"the newest list of members of drive {self.id.hex()}: is by a device that was removed")

    def maker(self, roster):
        """The member that made a roster; one that leaves stands in the roster before."""
        return roster.members.get(roster.maker) or self.rosters[roster.number - 1].members[roster.maker]

    # Who may write

    def writer_key(self, account, device, generation):
        """The key of a device that might write in a generation, or None."""
        if generation > self.generation:
            return None
        writer = self.generations[generation].member(account, WRITE)
        chain = self.accounts.chain(writer) if writer else None
        return chain.device_key(device, writer.generation) if chain else None

    def may_write_still(self, account, device):
        writes = right_of(self.newest, account) >= WRITE
        return writes and self.accounts.has_still(self.newest.members[account], device)

    def stays(self, account, device):
        """Whether who wrote a root may write still, or has only left since, in the newest generation."""
        left = account not in self.newest.members
        member = self.generations[-1].member(account, WRITE) if left else None
        chain = self.accounts.chain(member) if member else None
        had = chain is not None and chain.device_key(device, member.generation) is not None
        return had or self.may_write_still(account, device)

    def has_gone(self, account, device):
        """Whether who wrote was a writer and is none any more, or its device was removed."""
        if account == self.account.id:
            known = self.account.chain.devices.get(device)
            return known is not None and known.last is not None
        was = any(generation.member(account, WRITE) for generation in self.generations)
        return was and not self.may_write_still(account, device)

    def is_stale(self):
        """Whether somebody has the newest keys who should not, so that no root vouches by its generation."""
        latest = self.generations[-1]
        if self.generation not in self.secrets or set(latest.members) - set(self.newest.members):
            return True
        first = latest.rosters[0]
        maker = first.members.get(first.maker)
        if maker and not self.accounts.has_still(maker, first.device):
            return True
        chains = [(self.accounts.chain(member), member) for member in self.newest.members.values()]
        return any(chain and len(chain.roots) - 1 > member.generation for chain, member in chains)
