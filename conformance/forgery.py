"""Tokens that a case describes: signed as they should be, and in each of the ways that libraries were once fooled by.

A description holds `claims` (or `payload`, a text in their place), `header` beside the algorithm and type, the `key` of
the suite's `signers.json` by its id, and where the token is not what that key would make:

    alg         the algorithm that the header names
    sign_as     the algorithm that the signature is made with, else `alg`
    signature   a text in place of the signature, in base64url
    secret      signs with HMAC: a text, or {"public_key_of": id}, which is that key as PEM
    form        where the token is not three parts joined by dots: a text with {header}, {payload} and {signature}
    raw_header  the header's JSON as a text, where it is not what an encoder writes
"""

import base64
import functools
import json
import time

from cryptography.hazmat.primitives import hmac
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from .token import CURVES, HASHES, number


def token(description, signers):
    """The token as text."""
    key = signers.get(description.get("key"))
    alg = description["alg"] if "alg" in description else key["alg"]
    header = {"alg": alg, "typ": "JWT", **({"kid": key["kid"]} if key else {}), **description.get("header", {})}
    header = {name: value for name, value in header.items() if value is not None}
    payload = description.get("payload") or json.dumps(relative(description.get("claims", {})))
    first, second = (encode(text.encode()) for text in (description.get("raw_header") or json.dumps(header), payload))
    signed = f"{first}.{second}".encode()
    if "signature" in description:
        signature = description["signature"]
    elif "secret" in description:
        signature = encode(mac(description.get("sign_as", alg), secret(description["secret"], signers), signed))
    else:
        signature = encode(sign(description.get("sign_as", alg), key, signed))
    form = description.get("form", "{header}.{payload}.{signature}")
    return form.replace("{header}", first).replace("{payload}", second).replace("{signature}", signature)


def relative(claims):
    """Claims whose times are given as `now+60` or `now-60`."""
    return {name: moment(value) for name, value in claims.items()}


def moment(value):
    if isinstance(value, str) and value.startswith("now"):
        return int(time.time()) + int(value[3:] or 0)
    return value


def encode(data):
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def secret(described, signers):
    if isinstance(described, str):
        return described.encode()
    public = private_key(signers[described["public_key_of"]]).public_key()
    return public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def mac(alg, key, signed):
    made = hmac.HMAC(key, HASHES[alg[2:]]())
    made.update(signed)
    return made.finalize()


def sign(alg, key, signed):
    digest = HASHES[alg[2:]]()
    if alg in CURVES:
        size = (CURVES[alg]().key_size + 7) // 8
        halves = decode_dss_signature(private_key(key).sign(signed, ec.ECDSA(digest)))
        return b"".join(half.to_bytes(size, "big") for half in halves)
    scheme = padding.PKCS1v15()
    if alg.startswith("PS"):
        scheme = padding.PSS(padding.MGF1(HASHES[alg[2:]]()), padding.PSS.DIGEST_LENGTH)
    return private_key(key).sign(signed, scheme, digest)


def private_key(key):
    """A private key of a JSON Web Key, made once: OpenSSL checks it each time."""
    return _private_key(json.dumps(key))


@functools.cache
def _private_key(text):
    key = json.loads(text)
    if key["kty"] == "EC":
        curve = CURVES[key["alg"]]()
        return ec.derive_private_key(number(key, "d"), curve)
    public = rsa.RSAPublicNumbers(number(key, "e"), number(key, "n"))
    parts = [number(key, part) for part in ("p", "q", "d", "dp", "dq", "qi")]
    return rsa.RSAPrivateNumbers(*parts, public).private_key()
