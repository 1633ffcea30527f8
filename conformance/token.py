"""Signed tokens in responses: decoded, with times made relative, and verified against the suite's keys."""

import base64
import json
import re
import time

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

HASHES = {"256": hashes.SHA256, "384": hashes.SHA384, "512": hashes.SHA512}
CURVES = {"ES256": ec.SECP256R1, "ES384": ec.SECP384R1, "ES512": ec.SECP521R1}


def decode(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def number(key, part):
    return int.from_bytes(decode(key[part]), "big")


def show(value, keys):
    """A bearer token as data: `exp` and `nbf` relative to `iat`, `jti` and `iat` as flags; `None` for any other text."""
    found = re.fullmatch(r"[Bb]earer ([\w-]+\.[\w-]+\.[\w-]*)", value or "")
    if not found:
        return None
    token = found.group(1)
    try:
        header, claims = (json.loads(decode(part)) for part in token.split(".")[:2])
    except ValueError:
        return None
    issued = claims.pop("iat", None)
    for name in ("exp", "nbf"):
        if isinstance(claims.get(name), (int, float)) and isinstance(issued, (int, float)):
            claims[name] = "iat%+d" % round(claims[name] - issued)
    if "jti" in claims:
        claims["jti"] = bool(claims["jti"])
    claims["iat"] = issued is not None and abs(time.time() - issued) < 30
    return {"header": header, "claims": claims, "verified": verified(token, header, keys)}


def verified(token, header, keys):
    signed, signature = token.rsplit(".", 1)
    kid = header.get("kid")
    for key in keys:
        if kid not in (None, key.get("kid"), (key.get("kid") or "").replace("private:", "public:")):
            continue
        try:
            check(header.get("alg", ""), key, signed.encode(), decode(signature))
            return True
        except (InvalidSignature, KeyError, ValueError):
            continue
    return False


def check(alg, key, signed, signature):
    """Raises where the signature is not the key's."""
    digest = HASHES[alg[2:]]() if alg[2:] in HASHES else None
    kind = key["kty"]
    if alg.startswith("HS") and kind == "oct":
        mac = hmac.HMAC(decode(key["k"]), digest)
        mac.update(signed)
        mac.verify(signature)
    elif alg[:2] in ("RS", "PS") and kind == "RSA":
        scheme = padding.PKCS1v15() if alg.startswith("RS") else padding.PSS(padding.MGF1(digest), padding.PSS.AUTO)
        rsa.RSAPublicNumbers(number(key, "e"), number(key, "n")).public_key().verify(signature, signed, scheme, digest)
    elif alg in CURVES and kind == "EC":
        half = len(signature) // 2
        der = encode_dss_signature(int.from_bytes(signature[:half], "big"), int.from_bytes(signature[half:], "big"))
        numbers = ec.EllipticCurvePublicNumbers(number(key, "x"), number(key, "y"), CURVES[alg]())
        numbers.public_key().verify(der, signed, ec.ECDSA(digest))
    elif alg == "EdDSA" and kind == "OKP":
        ed25519.Ed25519PublicKey.from_public_bytes(decode(key["x"])).verify(signature, signed)
    else:
        raise InvalidSignature
