"""Generates the requests of a world: mostly what its rules expect, so that they grant."""

from . import authenticators, authorizers, errors, mutators
from .draft import Draft
from .generate_world import METHODS
from .patterns import ODD_TEXTS

QUERIES = (
    "",
    "",
    "",
    "",
    "?q=1",
    "?q=a%20b&x",
    "?q=%zz",
    "?a;b=1",
    "?",
    "?q=ü",
    "?token=good&q=1",
    "?q=1&q=2",
    "?q=%2F..%2F",
)
ODD_HEADERS = (
    ("X-One", "1"),
    ("x-one", "2"),
    ("X-One", "ü"),
    ("X-Two", ""),
    ("X-Two", "a, b"),
    ("Authorization", ""),
    ("Authorization", "Bearer"),
    ("Authorization", "Bearer  two"),
    ("Authorization", "Basic eDp5"),
    ("Authorization", "Basic nonsense"),
    ("X-User", "root"),
    ("X-Forwarded-Host", "other.example"),
    ("X-Forwarded-Uri", "/other"),
    ("X-Forwarded-Method", "DELETE"),
    ("Origin", "https://app.example.com"),
    ("Origin", "https://evil.example"),
    ("Access-Control-Request-Method", "POST"),
    ("User-Agent", "curl/8"),
    ("Accept-Encoding", "gzip"),
    ("Connection", "close"),
    ("Te", "trailers"),
)
ODD_COOKIES = (
    "sid=other",
    "=x",
    "sid",
    "bad name=1",
    'sid="a b"',
    "sid=a,b",
    "ü=1",
    "sid=ü",
    "a=1; a=2",
    "SID=x",
    "x=",
    "sid=a\\b",
    " sid = s ",
)


def cases(chance, made, sites, count):
    rules = [rule for rule in made.all_rules() if rule["id"] in sites]
    for index in range(count):
        yield case(chance, made, chance.one(*rules), sites, f"{index:04}")


def case(chance, made, rule, sites, name):
    site = sites[rule["id"]]
    good = chance.maybe(0.78) and not chance.maybe(site.odd)
    draft = Draft(chance)
    choose_target(draft, rule, site, good or chance.maybe(0.8) or site.odd)
    faulty = None if good else chance.weighted({"authenticators": 4, "authorizers": 2, "mutators": 1, "nothing": 1})
    present_credentials(draft, made, rule, faulty)
    for section, module, entries in (
        ("authorizers", authorizers, [rule["authorizer"]]),
        ("mutators", mutators, rule["mutators"]),
    ):
        for entry in entries:
            prepare = module.PREPARE.get(entry["handler"])
            if prepare:
                prepare(draft, config_of(made, section, entry), faulty != section or chance.maybe(0.2))
    errors.prepare(draft)
    while site.odd_cookies and chance.maybe(0.6):
        draft.cookies.append(chance.one(*ODD_COOKIES, odd_cookie(chance)))
    add_faults(draft, 0.12 if good else 0.4)
    return draft.case(name)


def odd_cookie(chance):
    """A cookie of random characters, some of which are not allowed in cookies."""
    letters = ("a", "b", "1", " ", "=", '"', ",", "\\", "ü", "%", "\t", "[", "sid", "b.c")
    name, value = ("".join(chance.one(*letters) for _ in range(chance.randint(0, 4))) for _ in range(2))
    return chance.one("sid", "a", "b.c", name) + "=" + value


def config_of(made, section, entry):
    """A handler's effective configuration, without the options that are wrong on purpose."""
    found = made.effective(section, entry)
    if not isinstance(found, dict):
        return {}
    types = {"token_from": dict, "cache": dict, "retry": dict, "only": list, "prefix": str, "api": dict}
    lists = ("required_scope", "target_audience", "trusted_issuers", "allowed_algorithms")
    found = {name: value for name, value in found.items() if isinstance(value, types.get(name, object))}
    found = {name: value for name, value in found.items() if name not in lists or texts(value)}
    return found if not isinstance(found.get("only"), list) or texts(found["only"]) else {**found, "only": ["sid"]}


def texts(value):
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def choose_target(draft, rule, site, good):
    chance = draft.chance
    place, draft.path = site.place(good)
    draft.scheme, draft.host = place.split("://")
    draft.method = chance.one(*site.methods)
    if not good and chance.maybe(0.2):
        draft.method = chance.one(*METHODS)
    draft.query = chance.one(*QUERIES)
    if chance.maybe(0.02):
        draft.at = chance.one(
            "/decisions/", "/decisions/x%20y", "/decisions/../decisions", "/decisionsx", "/decisions?q=own"
        )
    if draft.method in ("POST", "PUT", "PATCH") and chance.maybe(0.3):
        draft.body = chance.one("text", {"a": 1}, "", "ü")


def present_credentials(draft, made, rule, faulty):
    """Adds credentials for one authenticator of the rule, now and then for all."""
    chance, entries = draft.chance, rule["authenticators"]
    addressed = entries if chance.maybe(0.1) else [entries[0] if chance.maybe(0.75) else chance.one(*entries)]
    for entry in addressed:
        prepare = authenticators.PREPARE.get(entry["handler"])
        if prepare and (faulty != "nothing" or chance.maybe(0.5)):
            prepare(draft, config_of(made, "authenticators", entry), faulty != "authenticators")


def add_faults(draft, probability):
    chance = draft.chance
    while chance.maybe(probability):
        fault = chance.weighted({"header": 4, "cookie": 2, "path": 1, "query": 1})
        if fault == "header":
            draft.header(*chance.one(*ODD_HEADERS))
        elif fault == "cookie":
            draft.cookies.append(chance.one(*ODD_COOKIES))
        elif fault == "path":
            draft.path += chance.one("/", "") + chance.one(*ODD_TEXTS)
        else:
            draft.own_query.append(chance.one(("token", "good"), ("q", "own"), ("t.k", "")))
