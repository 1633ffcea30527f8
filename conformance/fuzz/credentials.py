"""Tokens that a caller shows: signed ones of every algorithm, broken ones, and texts that are none."""

from . import data, jose

LATER, EARLIER = 4102444800, 1262304000


def claims(chance, config, good):
    """Claims that a `jwt` of this configuration accepts, or may not."""
    found = {**data.facts(chance), "sub": data.subject(chance), "exp": LATER}
    found = {name: value for name, value in found.items() if chance.maybe(0.4) or name in ("sub", "exp")}
    issuers, audiences, scopes = (
        config.get(name) or [] for name in ("trusted_issuers", "target_audience", "required_scope")
    )
    found |= chance.options(
        iat=(0.5, lambda: EARLIER),
        nbf=(0.3, lambda: EARLIER),
        jti=(0.2, lambda: "id"),
        iss=(1.0 if issuers else 0.3, lambda: chance.one(*issuers) if issuers else "https://issuer.example/"),
        aud=(1.0 if audiences else 0.3, lambda: audience(chance, audiences)),
    )
    if scopes or chance.maybe(0.3):
        name = chance.one("scp", "scope", "scopes")
        granted = [*scopes, *chance.some(("read", "write", "a.b", "a.*"), 0, 2)]
        found[name] = granted if chance.maybe(0.5) else " ".join(granted)
    if not good:
        for name in chance.some(("sub", "exp", "iat", "nbf", "iss", "aud", "scp", "scope"), 1, 2):
            found[name] = odd_claim(chance, name)
            if chance.maybe(0.15):
                del found[name]
    return found


def audience(chance, wanted):
    more = [*wanted, *chance.some(("x", "y"), 0, 1)] or ["x"]
    return more[0] if len(more) == 1 and chance.maybe(0.5) else more


def odd_claim(chance, name):
    if name in ("exp", "iat", "nbf"):
        return chance.one(0, 1, EARLIER, LATER, -1, 1.5, "1262304000", None, True, 1e18, LATER + 0.25, [], 99999999999)
    return chance.one("", "other", None, 7, [], ["other"], [1], {"a": 1}, "a b", True, ["a", None])


def jwt(chance, config, good):
    """A JSON Web Token."""
    allowed = config.get("allowed_algorithms") or ["RS256"]
    known = [name for name in allowed if name in jose.ALGORITHMS and name != "EdDSA"]
    alg = chance.one(*known) if known and (good or chance.maybe(0.6)) else chance.one(*jose.ALGORITHMS)
    key = jose.KEYS[jose.ALGORITHMS[alg]]
    if alg[:2] in ("RS", "PS") and chance.maybe(0.3):
        key = jose.KEYS["rsa-b"]
    if good:
        return jose.token(alg, key, claims(chance, config, True), {"typ": None} if chance.maybe(0.2) else None)
    fault = chance.weighted({"claims": 6, "header": 3, "signature": 2, "shape": 3, "key": 2})
    if fault == "claims":
        return jose.token(alg, key, claims(chance, config, False))
    if fault == "header":
        return jose.token(alg, key, claims(chance, config, True), odd_header(chance))
    whole = jose.token(alg, key, claims(chance, config, True))
    if fault == "key":
        other = jose.KEYS[chance.one("rsa-a", "rsa-b")] if alg[:2] in ("RS", "PS") else key
        return jose.token(
            alg, other, claims(chance, config, True), {"kid": chance.one("rsa-a", "rsa-b", "nobody", "", "ec-256")}
        )
    head, middle, tail = whole.split(".")
    if fault == "signature":
        return chance.one(
            f"{head}.{middle}.",
            f"{head}.{middle}.{tail[:-2]}",
            f"{head}.{middle}.{tail[1:]}A",
            f"{head}.{middle}.{tail}=",
            f"{head}.{middle}.{tail[:20]}",
        )
    return chance.one(
        f"{head}.{tail}.{middle}",
        f"{head}..{tail}",
        f"{head}.{middle}",
        f"{whole}.x",
        f".{middle}.{tail}",
        "a.b.c",
        "..",
        f"{head}={'.'}{middle}.{tail}",
        f"{head}.{middle}!.{tail}",
        "e30.e30.e30",
        f"{head} .{middle}.{tail}",
        jose.part(b"[1]") + f".{middle}.{tail}",
        head + "." + jose.part(b'"text"') + "." + tail,
        head + "." + jose.part(b"{") + "." + tail,
    )


def odd_header(chance):
    return chance.one(
        {"kid": None},
        {"kid": 7},
        {"kid": "nobody"},
        {"kid": ""},
        {"typ": "at+jwt"},
        {"typ": 1},
        {"alg": "none"},
        {"alg": "NONE"},
        {"alg": "rs256"},
        {"alg": None},
        {"alg": "RS1"},
        {"b64": False},
        {"cty": "JWT"},
        {"jku": "https://evil.example/keys"},
        {"crit": ["exp"]},
    )


def opaque(chance):
    return chance.one("good", "good", "t-1", "t-2", "ory_at_abc", "a.b", "ü", "a b", "x" * 300, "a+b/c=", "%41", "")
