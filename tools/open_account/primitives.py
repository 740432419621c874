"""What is derived, sealed and signed with, and how bytes are cut into fields. Standards, and segment.md."""

import hashlib
import hmac
from types import SimpleNamespace

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, ChaCha20Poly1305
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat


class Refused(Exception):
    """What was read is not what the documents allow. Nothing of it is used."""


class Failed(Exception):
    """What was asked for cannot be done."""


def printable(text):
    """Text for a terminal: whatever could steer it, or turn the reading direction, is written as an escape."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def text_of(data, what):
    try:
        return data.decode()
    except UnicodeDecodeError:
        raise Refused(f"{what}: is not UTF-8") from None


def require(holds, what):
    if not holds:
        raise Refused(what)


def cut(data, what, layout):
    """Cuts data into the fields of a layout, which must use all of it.

    A layout is a list of NAME:SIZE. SIZE is a number of bytes; with `u` before it the field is an unsigned number;
    SIZE*OTHER is so many times the value of the field OTHER.
    """
    fields, at = SimpleNamespace(), 0
    for name, size in (field.split(":") for field in layout.split()):
        number, size = size.startswith("u"), size.removeprefix("u")
        each, _, times = size.partition("*")
        length = int(each) * (getattr(fields, times) if times else 1)
        value = data[at : at + length]
        require(len(value) == length, f"{what}: cut off in '{name}'")
        setattr(fields, name, int.from_bytes(value, "big") if number else value)
        at += length
    require(at == len(data), f"{what}: {len(data) - at} bytes too many")
    return fields


# Derivation and sealing (account.md "Keys", segment.md)


def hkdf_expand(digest, key, info, length):
    block, out, count = b"", b"", 1
    while len(out) < length:
        block = hmac.digest(key, block + info + bytes([count]), digest)
        out, count = out + block, count + 1
    return out[:length]


def hkdf(secret, info, length=32, salt=b""):
    return hkdf_expand("sha256", hmac.digest(salt or bytes(32), secret, "sha256"), info, length)


def label(name):
    return b"anonymouscloud/account/v1/" + name.encode() + b"\0"


def derive(secret, name, *fields):
    return hkdf(secret, label(name) + b"".join(fields))


def u4(number):
    return number.to_bytes(4, "big")


def u8(number):
    return number.to_bytes(8, "big")


CHUNK = 16384


def sealed_length(length):
    return 56 + length + 16 * (length // CHUNK + 1)


def unseal(key, context, sealed, what):
    """Cobblestone-256: commitment first, then every chunk; nothing is handed out before the last is verified."""
    require(len(sealed) >= 72, f"{what}: shorter than any sealed message")
    salt, commitment, body = sealed[:24], sealed[24:56], sealed[56:]
    info = b"c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM\0" + salt + context
    keys = hkdf_expand("sha512", key, info, 76)
    require(hmac.compare_digest(keys[44:], commitment), f"{what}: was changed, or sealed with another key or for another place")
    cipher, nonce = AESGCM(keys[:32]), int.from_bytes(keys[32:44], "big")
    pieces = [body[at : at + CHUNK + 16] for at in range(0, len(body), CHUNK + 16)]
    if len(pieces[-1]) == CHUNK + 16:
        raise Refused(f"{what}: its last chunk is missing")
    try:
        return b"".join(
            cipher.decrypt((nonce ^ i).to_bytes(12, "big"), piece, None) for i, piece in enumerate(pieces)
        )
    except (InvalidTag, ValueError):
        raise Refused(f"{what}: was changed") from None


# ML-KEM-768 (FIPS 203)

Q, K, DU, DV = 3329, 3, 10, 4
ZETAS = [pow(17, int(f"{i:07b}"[::-1], 2), Q) for i in range(128)]
GAMMAS = [pow(17, 2 * int(f"{i:07b}"[::-1], 2) + 1, Q) for i in range(128)]


def ntt(f):
    f, i, length = list(f), 1, 128
    while length >= 2:
        for start in range(0, 256, 2 * length):
            zeta, i = ZETAS[i], i + 1
            for j in range(start, start + length):
                t = zeta * f[j + length] % Q
                f[j], f[j + length] = (f[j] + t) % Q, (f[j] - t) % Q
        length //= 2
    return f


def inverse_ntt(f):
    f, i, length = list(f), 127, 2
    while length <= 128:
        for start in range(0, 256, 2 * length):
            zeta, i = ZETAS[i], i - 1
            for j in range(start, start + length):
                t = f[j]
                f[j], f[j + length] = (t + f[j + length]) % Q, zeta * (f[j + length] - t) % Q
        length *= 2
    return [x * 3303 % Q for x in f]


def multiply(f, g):
    out = []
    for i in range(128):
        a, b, c, d = f[2 * i], f[2 * i + 1], g[2 * i], g[2 * i + 1]
        out += [(a * c + b * d * GAMMAS[i]) % Q, (a * d + b * c) % Q]
    return out


def add(*polynomials):
    return [sum(values) % Q for values in zip(*polynomials)]


def dot(row, vector):
    return add(*(multiply(a, b) for a, b in zip(row, vector)))


def pack_bits(values, width):
    number = sum(value << width * i for i, value in enumerate(values))
    return number.to_bytes(len(values) * width // 8, "little")


def unpack_bits(data, width):
    number, mask = int.from_bytes(data, "little"), (1 << width) - 1
    return [number >> width * i & mask for i in range(len(data) * 8 // width)]


def compress(values, width):
    return [((value << width) + Q // 2) // Q % (1 << width) for value in values]


def decompress(values, width):
    return [(value * Q + (1 << width - 1)) >> width for value in values]


def sample_uniform(seed):
    stream, out = hashlib.shake_128(seed).digest(1344), []
    for at in range(0, len(stream), 3):
        a, b, c = stream[at : at + 3]
        out += [d for d in (a + 256 * (b % 16), b // 16 + 16 * c) if d < Q]
    return out[:256]  # 1344 bytes fall short with a probability far below 2^-128


def sample_small(seed, count):
    bits = unpack_bits(hashlib.shake_256(seed + bytes([count])).digest(128), 1)
    return [(bits[i] + bits[i + 1] - bits[i + 2] - bits[i + 3]) % Q for i in range(0, 1024, 4)]


def matrix(rho):
    return [[sample_uniform(rho + bytes([j, i])) for j in range(K)] for i in range(K)]


def split(polynomials, size):
    return [polynomials[at : at + size] for at in range(0, len(polynomials), size)]


def mlkem_keys(d, z):
    """Public key, and private key as (NTT of s, public key, z)."""
    seeds = hashlib.sha3_512(d + bytes([K])).digest()
    rho, sigma = seeds[:32], seeds[32:]
    s = [ntt(sample_small(sigma, i)) for i in range(K)]
    e = [ntt(sample_small(sigma, K + i)) for i in range(K)]
    t = [add(dot(row, s), e[i]) for i, row in enumerate(matrix(rho))]
    public = b"".join(pack_bits(polynomial, 12) for polynomial in t) + rho
    return public, (s, public, z)


def mlkem_encrypt(public, message, coins):
    t, rho = split(unpack_bits(public[:-32], 12), 256), public[-32:]
    y = [ntt(sample_small(coins, i)) for i in range(K)]
    e1 = [sample_small(coins, K + i) for i in range(K)]
    columns = zip(*matrix(rho))
    u = [add(inverse_ntt(dot(column, y)), e1[i]) for i, column in enumerate(columns)]
    v = add(inverse_ntt(dot(t, y)), sample_small(coins, 2 * K), decompress(unpack_bits(message, 1), 1))
    return b"".join(pack_bits(compress(p, DU), DU) for p in u) + pack_bits(compress(v, DV), DV)


def mlkem_encapsulate(public, message):
    secrets = hashlib.sha3_512(message + hashlib.sha3_256(public).digest()).digest()
    return secrets[:32], mlkem_encrypt(public, message, secrets[32:])


def mlkem_decapsulate(private, ciphertext):
    s, public, z = private
    u = [ntt(decompress(p, DU)) for p in split(unpack_bits(ciphertext[: 32 * DU * K], DU), 256)]
    v = decompress(unpack_bits(ciphertext[32 * DU * K :], DV), DV)
    noisy = [(a - b) % Q for a, b in zip(v, inverse_ntt(dot(s, u)))]
    secret, again = mlkem_encapsulate(public, pack_bits(compress(noisy, 1), 1))
    if hmac.compare_digest(again, ciphertext):
        return secret
    return hashlib.shake_256(z + ciphertext).digest(32)


# X-Wing and HPKE (account.md "Keys")


def x25519(private, public, what):
    try:
        return X25519PrivateKey.from_private_bytes(private).exchange(X25519PublicKey.from_public_bytes(public))
    except ValueError:
        raise Refused(f"{what}: an X25519 point of small order") from None


def raw(public):
    return public.public_bytes(Encoding.Raw, PublicFormat.Raw)


def x25519_public(private):
    return raw(X25519PrivateKey.from_private_bytes(private).public_key())


def xwing_keys(seed):
    """Public key (1,216 bytes), ML-KEM private key, X25519 private key."""
    expanded = hashlib.shake_256(seed).digest(96)
    public, private = mlkem_keys(expanded[:32], expanded[32:64])
    x = expanded[64:]
    return public + x25519_public(x), private, x


def xwing_combine(mlkem_secret, x_secret, x_ciphertext, x_public):
    return hashlib.sha3_256(mlkem_secret + x_secret + x_ciphertext + x_public + rb"\.//^" + b"\\").digest()


def xwing_decapsulate(seed, ciphertext):
    public, private, x = xwing_keys(seed)
    x_secret = x25519(x, ciphertext[1088:], "a sealed secret")
    return xwing_combine(mlkem_decapsulate(private, ciphertext[:1088]), x_secret, ciphertext[1088:], public[1184:])


def check_xwing_public(public, what):
    coefficients = unpack_bits(public[:1152], 12)
    require(all(c < Q for c in coefficients), f"{what}: an ML-KEM key with a coefficient that is not reduced")
    x25519(hashlib.sha256(b"any").digest(), public[1184:], what)


def hpke_keys(shared, info, suite):
    """Key and nonce of RFC 9180's key schedule in base mode, with HKDF-SHA256 and ChaCha20-Poly1305."""

    def extract(salt, name, secret):
        return hmac.digest(salt or bytes(32), b"HPKE-v1" + suite + name + secret, "sha256")

    def expand(secret, name, context, length):
        return hkdf_expand("sha256", secret, length.to_bytes(2, "big") + b"HPKE-v1" + suite + name + context, length)

    context = b"\0" + extract(b"", b"psk_id_hash", b"") + extract(b"", b"info_hash", info)
    secret = extract(shared, b"secret", b"")
    return expand(secret, b"key", context, 32), expand(secret, b"base_nonce", context, 12)


SUITE = b"HPKE" + bytes.fromhex("647a00010003")


def hpke_open(seed, sealed, info, aad, what):
    key, nonce = hpke_keys(xwing_decapsulate(seed, sealed[:1120]), info, SUITE)
    try:
        return ChaCha20Poly1305(key).decrypt(nonce, sealed[1120:], aad)
    except InvalidTag:
        raise Refused(f"{what}: does not open") from None


# Ed25519 (RFC 8032; account.md "Keys")

P = 2**255 - 19
D = -121665 * pow(121666, -1, P) % P
ORDER = 2**252 + 27742317777372353535851937790883648493


def ed_add(a, b):
    x1, y1, z1, t1 = a
    x2, y2, z2, t2 = b
    e, f = (y1 - x1) * (y2 - x2) % P, (y1 + x1) * (y2 + x2) % P
    c, d = 2 * t1 * t2 * D % P, 2 * z1 * z2 % P
    e, f, g, h = f - e, d - c, d + c, f + e
    return e * f % P, g * h % P, f * g % P, e * h % P


def check_ed25519_public(public, what):
    """A canonical point, not the neutral one, of the curve's prime order."""
    y, sign = int.from_bytes(public, "little") & (2**255 - 1), public[31] >> 7
    require(y < P, f"{what}: an Ed25519 key that is not canonical")
    u, v = (y * y - 1) % P, (D * y * y + 1) % P
    x = u * pow(v, 3, P) * pow(u * pow(v, 7, P), (P - 5) // 8, P) % P
    if v * x * x % P == -u % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    require(v * x * x % P == u and not (x == 0 and sign), f"{what}: an Ed25519 key that is no point")
    if x % 2 != sign:
        x = P - x
    point, sum_, scalar = (x, y, 1, x * y % P), (0, 1, 1, 0), ORDER
    while scalar:
        if scalar & 1:
            sum_ = ed_add(sum_, point)
        point, scalar = ed_add(point, point), scalar >> 1
    neutral = sum_[0] == 0 and (sum_[1] - sum_[2]) % P == 0
    require(neutral and (x, y) != (0, 1), f"{what}: an Ed25519 key that is not of full order")


def ed25519_public(seed):
    return raw(Ed25519PrivateKey.from_private_bytes(seed).public_key())


def signed_by(public, signature, message):
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
        return True
    except InvalidSignature:
        return False
