"""JSON Web Keys and signed tokens, the same bytes for the same seed."""

import base64
import functools
import hashlib
import hmac
import json
from pathlib import Path

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

# Test keys of every kind, private halves included. They sign nothing anywhere else.
KEYS = {key["kid"]: key for key in json.loads((Path(__file__).parent / "keys.json").read_text())["keys"]}
PRIVATE = {"d", "p", "q", "dp", "dq", "qi"}
ALGORITHMS = {
    **{f"{kind}{size}": "rsa-a" for kind in ("RS", "PS") for size in (256, 384, 512)},
    **{f"HS{size}": "oct" for size in (256, 384, 512)},
    "ES256": "ec-256",
    "ES384": "ec-384",
    "ES512": "ec-521",
    "EdDSA": "ed",
}
# The prefix of a SHA-2 digest in PKCS #1: RFC 8017, section 9.2.
DIGEST_INFO = {
    "256": "3031300d060960864801650304020105000420",
    "384": "3041300d060960864801650304020205000430",
    "512": "3051300d060960864801650304020305000440",
}
CURVES = {
    "P-256": (ec.SECP256R1(), hashes.SHA256(), 32),
    "P-384": (ec.SECP384R1(), hashes.SHA384(), 48),
    "P-521": (ec.SECP521R1(), hashes.SHA512(), 66),
}


def text(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def number(key, part):
    return int.from_bytes(base64.urlsafe_b64decode(key[part] + "=="), "big")


def public(key, **more):
    """The public half; a symmetric key has none and stays whole."""
    return {**{name: value for name, value in key.items() if name not in PRIVATE}, **more}


def private(key, **more):
    return {**key, **more}


def part(value):
    return text(value if isinstance(value, bytes) else json.dumps(value, separators=(",", ":")).encode())


def token(alg, key, claims, header=None):
    """A compact JWT; `None` in `header` leaves a parameter out."""
    named = {"alg": alg, "typ": "JWT", "kid": key["kid"], **(header or {})}
    signed = part({name: value for name, value in named.items() if value is not None}) + "." + part(claims)
    return f"{signed}.{text(signature(alg, key['kid'], signed.encode()))}"


@functools.lru_cache(maxsize=4096)
def signature(alg, kid, signed):
    key = KEYS[kid]
    size = alg[2:]
    if alg.startswith("HS"):
        return hmac.digest(base64.urlsafe_b64decode(key["k"] + "=="), signed, f"sha{size}")
    if alg.startswith("RS"):
        digest = bytes.fromhex(DIGEST_INFO[size]) + hashlib.new(f"sha{size}", signed).digest()
        return raw_rsa(key, b"\0\1" + b"\xff" * (253 - len(digest)) + b"\0" + digest)
    if alg.startswith("PS"):
        return raw_rsa(key, pss(signed, f"sha{size}"))
    if alg.startswith("ES"):
        return ecdsa(key, signed)
    if alg == "EdDSA":
        return ed25519.Ed25519PrivateKey.from_private_bytes(base64.urlsafe_b64decode(key["d"] + "==")).sign(signed)
    return b""


def raw_rsa(key, block):
    return pow(int.from_bytes(block, "big"), number(key, "d"), number(key, "n")).to_bytes(256, "big")


def pss(signed, name):
    """EMSA-PSS of RFC 8017, section 9.1.1, for 2048 bits, with a salt that follows from what is signed."""
    size = hashlib.new(name).digest_size
    salt = hashlib.new(name, b"salt" + signed).digest()
    digest = hashlib.new(name, bytes(8) + hashlib.new(name, signed).digest() + salt).digest()
    plain = bytes(256 - 2 * size - 2) + b"\1" + salt
    mask = b"".join(hashlib.new(name, digest + at.to_bytes(4, "big")).digest() for at in range(256 // size + 1))
    block = bytearray(one ^ other for one, other in zip(plain, mask, strict=False))
    block[0] &= 0x7F
    return bytes(block) + digest + b"\xbc"


def ecdsa(key, signed):
    curve, digest, size = CURVES[key["crv"]]
    secret = ec.derive_private_key(number(key, "d"), curve)
    r, s = decode_dss_signature(secret.sign(signed, ec.ECDSA(digest, deterministic_signing=True)))
    return r.to_bytes(size, "big") + s.to_bytes(size, "big")
