"""Whom an account knows. docs/formats/account.md "Contacts"."""

import hashlib
from types import SimpleNamespace

from primitives import cut, derive, label, require, signed_by, text_of, u8, unseal

CONTACT = "account:16 first:32 number:u8 link:32 trust:u1 revision:u4"
ACCEPTED, VERIFIED = 1, 2


def contacts(account, rows):
    """The accounts that a person has agreed to, by their ids, as the newest state has them."""
    row, what = rows.one("account_contacts", account_id=account.id), "the contacts"
    named = account.head("contacts", account.id)
    if not row:
        require(not named or named[0] < 0, f"{what}: the state that the chain names is missing: an older state")
        return {}
    data = row["state"]
    state = cut(data, what, f"version:u1 number:u8 generation:u4 device:16 list:{max(0, len(data) - 93)} signature:64")
    require(state.version == 1, f"{what}: of a version that this program does not know")
    require(state.generation < len(account.secrets), f"{what}: of a generation that is not in the chain")
    key = account.chain.device_key(state.device, state.generation)
    message = label("contacts") + account.id + data[:-64]
    require(key and signed_by(key, state.signature, message), f"{what}: not signed by a device of the account")
    is_named = named and (state.number, hashlib.sha256(data).digest()) == named
    require(not named or is_named or state.number > named[0], f"{what}: an older state than the chain names, or a fork")
    stays = account.chain.devices[state.device].last is None
    require(stays or is_named or not named, f"{what}: a device that was removed wrote the newest state")
    context = label("contacts") + b"\1" + account.id + u8(state.number)
    return read_list(unseal(derive(account.secrets[state.generation], "contacts"), context, state.list, what), what)


def read_list(data, what):
    at, known = 0, {}

    def take(layout, length):
        nonlocal at
        at += length
        return cut(data[at - length : at], what, layout)

    head = take("version:u1 devices:u2", 3)
    require(head.version == 1, f"{what}: of a version that this program does not know")
    take(f"devices:{24 * head.devices}", 24 * head.devices)
    for _ in range(take("count:u4", 4).count):
        name = take("length:u2", 2).length
        name = text_of(take(f"name:{name}", name).name, what)
        contact = take(CONTACT, 93)
        if contact.trust in (ACCEPTED, VERIFIED):
            known[contact.account] = SimpleNamespace(name=name, **vars(contact))
    require(data[at:] == bytes(len(data) - at), f"{what}: something stands behind them")
    return known
