"""The mutators: random options, and the responses of the services behind them."""

from . import service_responses

SETS = ("rs", "ps", "es256", "es384", "es512", "hs", "pair")
NAMES = ("X-User", "x-low", "X-Email", "Authorization", "X-One", "Cookie", "Accept", "Host", "X_Under")


def header(chance, knobs, templates):
    names = chance.some(NAMES, 0, 3) if chance.maybe(0.9) else ["X-User"]
    return {"headers": {name: templates.text() for name in names}}


def cookie(chance, knobs, templates):
    return {"cookies": {name: templates.text() for name in chance.some(("user", "sid", "a", "b.c"), 0, 3)}}


def id_token(chance, knobs, templates):
    return chance.options(
        issuer_url=(1.0, lambda: chance.one("https://gate.example.com/", "gate", "https://gate.example.com")),
        jwks_url=(
            1.0,
            lambda: "${DIR}/sign-" + chance.one(*SETS) + ".json" if chance.maybe(0.85) else "${STUB}/signing",
        ),
        claims=(0.6, templates.json),
        ttl=(0.4, lambda: chance.one("60s", "1h", "90m", "1000ms")),
    )


def hydrator(chance, knobs, templates):
    api = chance.options(
        url=(1.0, lambda: "${STUB}/hydrate" + chance.one("", "", "?k=1")),
        auth=(0.3, lambda: {"basic": {"username": chance.one("ada", "ü"), "password": chance.one("secret", "a:b")}}),
        retry=(
            0.4,
            lambda: chance.options(
                give_up_after=(0.5, lambda: chance.one("1s", "5s")), max_delay=(0.9, lambda: chance.one("1ms", "5ms"))
            ),
        ),
    )
    cache = {"enabled": chance.maybe(0.7), "ttl": knobs["hydrator_ttl"]}
    return {"api": api, **({"cache": cache} if chance.maybe(0.4) else {})}


MAKE = {
    "noop": lambda chance, knobs, templates: {},
    "header": header,
    "cookie": cookie,
    "id_token": id_token,
    "hydrator": hydrator,
}


def prepare_hydrator(draft, config, good):
    api = config.get("api") or {}
    quick = "max_delay" in (api.get("retry") or {}) or "retry" not in api
    draft.stub("/hydrate", service_responses.hydrated(draft.chance, good, quick))
    if (config.get("cache") or {}).get("enabled"):
        draft.settle = 30


PREPARE = {"hydrator": prepare_hydrator}
