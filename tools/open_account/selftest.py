"""Known answers, so that what is wrong with this program or its libraries is not blamed on an account.

They are those of the X-Wing and HPKE drafts, of segment.md and of account.md. tools/open_account_test.py goes through
the project's files of vectors.
"""

from primitives import (
    SUITE,
    Failed,
    Refused,
    check_ed25519_public,
    derive,
    hpke_keys,
    mlkem_encapsulate,
    unseal,
    x25519,
    x25519_public,
    xwing_combine,
    xwing_decapsulate,
    xwing_keys,
)


def self_test():
    xwing()
    hpke()
    segment()
    account()
    bad_keys()


def expect(what, result, known):
    if result.hex() != known:
        raise Failed(f"The self-test of {what} gives {result.hex()}")


def refused(what, work):
    try:
        work()
    except Refused:
        return
    raise Failed(f"The self-test of {what}: it was taken")


def xwing():
    seed = bytes.fromhex("7f9c2ba4e88f827d616045507605853ed73b8093f6efbc88eb1a6eacfa66ef26")
    message = bytes.fromhex("3cb1eea988004b93103cfb0aeefd2a686e01fa4a58e8a3639ca8a1e3f9ae57e2")
    x = bytes.fromhex("35b8cc873c23dc62b8d260169afa2f75ab916a58d974918835d25e6a435085b2")
    shared = "d2df0522128f09dd8e2c92b1e905c793d8f57a54c3da25861f10bf4ca613e384"
    public, x_ciphertext = xwing_keys(seed)[0], x25519_public(x)
    secret, ciphertext = mlkem_encapsulate(public[:1184], message)
    made = xwing_combine(secret, x25519(x, public[1184:], "the vector"), x_ciphertext, public[1184:])
    expect("X-Wing's encapsulation", made, shared)
    expect("X-Wing's decapsulation", xwing_decapsulate(seed, ciphertext + x_ciphertext), shared)


def hpke():
    shared = bytes.fromhex("58200ed1f137bd95a921bb47f6aaecf2395b26f7fd24efd3a5ffae4849e8dea3")
    key, nonce = hpke_keys(shared, b"4f6465206f6e2061204772656369616e2055726e", SUITE)
    expect("HPKE's key", key, "131c2ebb469b909a40915914afd7ff5e638888ac7195dcaaaef8f9a84f0e4030")
    expect("HPKE's nonce", nonce, "2b7a68f19e6cdbd43dda3c6d")


def segment():
    key = bytes.fromhex("bc846e29cd760fe84d4873f23ba9b4ca3f45c3950b73988152a3709c26faf808")
    sealed = bytes.fromhex(
        "89ec436be740c994dc96f9fa4985ad42df8ad667478b378f"
        "ad5b5c4e8dbcdb7802fd26526f01fe45fe55107a719181eacec797485328fd68"
        "abcf42fcb906719930cfa0a74df206db"
    )
    expect("a segment", unseal(key, b"", sealed, "the vector"), "")
    refused("a changed segment", lambda: unseal(key, b"", sealed[:-1] + bytes([sealed[-1] ^ 1]), "the vector"))


def account():
    secret = derive(bytes(range(0x80, 0xA0)), "recovery-slot")
    expect("a derivation", secret, "2fd3ffad2f16dcedebee6b8c0def4c4b3dbec4ea8e54fbc92b17382aa59e2218")


def bad_keys():
    good = bytes.fromhex("f29bc99ae2b7941501e8346a8a2a60d5932dec38f54311a21f386dd553b3e218")
    check_ed25519_public(good, "the vector")
    refused("a neutral Ed25519 key", lambda: check_ed25519_public(b"\1" + bytes(31), "the vector"))
    refused("an Ed25519 key of small order", lambda: check_ed25519_public(bytes(32), "the vector"))
