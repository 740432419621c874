"""The drives that an account is a member of. docs/formats/drive.md, vault-wire.md "On the server"."""

import re
from functools import cached_property

from contacts import contacts
from drive import Drive
from members import Accounts, Members, home
from primitives import Failed, Refused, printable, require


class Drives:
    def __init__(self, account, rows):
        self.account, self.rows, self.accounts, self.home = account, rows, Accounts(account, rows), home(account)
        ids = sorted({row["drive"] for row in rows.all("vault_members", account_id=account.id)})
        self.ids = sorted(ids, key=lambda id_: id_ != self.home)  # the home first

    @cached_property
    def contacts(self):
        return contacts(self.account, self.rows)

    def open(self, id_):
        members = Members(self.account, self.accounts, id_, self.rows)
        return Drive(self.account, members, self.rows, lambda: self.contacts)

    def has_home(self):
        """Whether there is a home; that it was never made is not believed if the chain knows better."""
        there = self.home in self.ids
        named, _ = self.account.head("vault", self.home) or (-1, None)
        require(there or named < 0, f"the home drive: is not there, but the chain names its root {named}")
        return there

    def find(self, wanted):
        """The drive of a name or an id in hexadecimal digits; the home for None."""
        if wanted is None:
            if not self.has_home():
                others = "; 'drives' lists others" if self.ids else ""
                raise Failed(f"The server has no home drive of '{self.account.user}'{others}")
            return self.open(self.home)
        if re.fullmatch("[0-9a-fA-F]{32}", wanted) and bytes.fromhex(wanted) in self.ids:
            return self.open(bytes.fromhex(wanted))
        drives = [drive for drive in map(self.opened, self.ids) if drive and drive.members.name == wanted]
        if not drives:
            what = f"There is no drive '{printable(wanted)}' that opens for '{self.account.user}'"
            raise Failed(f"{what}: 'drives' lists all, and says of others why they do not open")
        if len(drives) > 1:
            raise Failed(f"{len(drives)} drives are called '{printable(wanted)}': give the id of one")
        return drives[0]

    def opened(self, id_):
        try:
            return self.open(id_)
        except Refused:
            return None

    def person(self, account):
        """A member as its own account knows it: by the name of a contact, or by the id alone."""
        if account == self.account.id:
            return self.account.user
        try:
            contact = self.contacts.get(account)
        except Refused:
            contact = None
        return contact.name if contact else account.hex()
