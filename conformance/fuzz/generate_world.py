"""Generates a world: the configuration first, then rules that use it."""

from . import (
    authenticators,
    authorizers,
    errors,
    focus,
    forms,
    handlers,
    merging,
    mutators,
    patterns,
    server_options,
)
from .templates import Templates
from .world import World, common_stubs

SECTIONS = {"authenticators": authenticators, "authorizers": authorizers, "mutators": mutators, "errors": errors}
AUTHENTICATORS = {
    "noop": 1,
    "unauthorized": 0.3,
    "anonymous": 2,
    "cookie_session": 4,
    "bearer_token": 3,
    "jwt": 5,
    "oauth2_client_credentials": 2,
    "oauth2_introspection": 4,
}
AUTHORIZERS = {"allow": 6, "deny": 0.5, "remote": 2, "remote_json": 2, "keto_engine_acp_ory": 1}
MUTATORS = {"noop": 2, "header": 5, "cookie": 2, "id_token": 4, "hydrator": 2}
METHODS = ("GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS")
HOSTS = {
    False: (
        (
            "https://api.example.com",
            ("https://api.example.com",),
            ("http://api.example.com", "https://API.example.com"),
        ),
        (
            "<https?>://api.example.com",
            ("https://api.example.com", "http://api.example.com"),
            ("ftp://api.example.com",),
        ),
        ("https://<[a-z]+>.example.com", ("https://web.example.com",), ("https://a.b.example.com",)),
        ("<.*>://<.*>", ("https://x", "http://[::1]:8080"), ()),
        ("http://api.example.com:8080", ("http://api.example.com:8080",), ("http://api.example.com",)),
    ),
    True: (
        (
            "https://api.example.com",
            ("https://api.example.com",),
            ("http://api.example.com", "https://API.example.com"),
        ),
        ("<{http,https}>://api.example.com", ("https://api.example.com", "http://api.example.com"), ("ftp://x",)),
        ("https://<*>.example.com", ("https://web.example.com",), ("https://a.b.example.com",)),
        ("https://<**>", ("https://x",), ("http://x",)),
    ),
}


class Site:
    """The URLs of one rule, and how to make one that it matches."""

    # How often its services and credentials are odd, beyond what they are in general; whether its cookies are.
    odd, odd_cookies = 0.0, False

    def __init__(self, chance, name, glob, plain=False):
        self.chance = chance
        self.pattern = patterns.Pattern(chance, name, glob)
        if plain:
            self.pattern.parts = [self.pattern.parts[0]]
        self.host = chance.one(*HOSTS[glob]) if chance.maybe(0.3) and not plain else HOSTS[glob][0]
        self.methods = chance.some(METHODS, 1, 4) if chance.maybe(0.4) else ["GET", "POST", "PUT", "HEAD"]
        self.methods = ["GET"] if plain else self.methods
        # Methods match in any case of their letters.
        self.written = [name.lower() if chance.maybe(0.05) else name for name in self.methods]

    @property
    def url(self):
        return self.host[0] + self.pattern.text

    def place(self, good):
        """Scheme with host, and path."""
        hosts = self.host[1] if good or not self.host[2] or self.chance.maybe(0.8) else self.host[2]
        return self.chance.one(*hosts), self.pattern.path(good)


def shared_options(chance):
    """Options that are the same for all rules of a world: Oathkeeper has one cache, with one time to live, for all rules."""
    return {"ttl": chance.one(None, "1h", "10m", "3600s"), "hydrator_ttl": chance.one("1m", "1h")}


def world(chance, name):
    """(the world without cases, the site of each rule by its id)"""
    glob = chance.maybe(0.25)
    shared = shared_options(chance)
    config = server_options.make(chance)
    if glob or chance.maybe(0.6):
        config["access_rules"] = {"matching_strategy": "glob" if glob else "regexp"}
    for section in ("authenticators", "authorizers", "mutators"):
        config[section] = {
            handler: global_entry(chance, section, handler, shared) for handler in handlers.names(section)
        }
    config["errors"] = error_handlers(chance)
    deep = focus.EACH.get(chance.weighted({"": 7, **dict.fromkeys(focus.EACH, 1), "matching": 2, "templates": 2}))
    rules, sites = [], {}
    for index in range(chance.randint(40, 60) if deep else chance.randint(8, 14)):
        # No name is the beginning of another, so that rules overlap only where they are meant to.
        name = "r" + "abcdefgh"[index // 8] + "abcdefgh"[index % 8]
        if deep:
            sites[name] = Site(chance, name, glob, plain=True)
            rules.append(deep(chance, glob, name, sites[name]))
        else:
            rule, sites[name] = make_rule(chance, name, glob, shared)
            rules.append(rule)
    if deep:
        for section in ("authenticators", "authorizers", "mutators"):
            for entry in config[section].values():
                entry["enabled"] = True
        config["mutators"]["header"] = {"enabled": True, "config": {"headers": {}}}
    if chance.maybe(0.15):
        rules.append(overlap(chance, rules))
    split = chance.randint(1, len(rules) - 1) if chance.maybe(0.4) else len(rules)
    repositories = [part for part in (rules[:split], rules[split:]) if part]
    sources = [
        (chance.weighted({"file": 6, "inline": 2, "http": 2}), chance.one("json", "json", "yaml")) for _ in repositories
    ]
    form = chance.weighted({"yml": 5, "json": 2, "toml": 2})
    made = World(name, config, "yml" if form == "toml" and forms.has_null(config) else form, repositories, sources)
    made.stubs = common_stubs(chance)
    made.tls = "tls" in config["serve"]["api"]
    if chance.maybe(0.4):
        move_to_variables(chance, made)
    return made, sites


def global_entry(chance, section, handler, shared):
    """A handler's global entry."""
    entry = {"enabled": chance.maybe(0.97)}
    made = options(chance, section, handler, shared, Templates(chance, chance.maybe(0.5)))
    # A handler without options must not have a configuration.
    if made or handlers.has_options(section, handler):
        entry["config"] = made
    return entry


def options(chance, section, handler, shared, templates):
    make = handlers.maker(section, SECTIONS[section], handler)
    if section == "errors":
        return make(chance)
    return make(chance, shared) if section == "authenticators" else make(chance, shared, templates)


def error_handlers(chance):
    names = handlers.names("errors")
    configured = {
        name: {"enabled": chance.maybe(0.93), "config": handlers.maker("errors", errors, name)(chance)}
        for name in names
        if chance.maybe(0.97)
    }
    return {"fallback": chance.some(names, 1, 3) if chance.maybe(0.6) else ["json"], "handlers": configured}


def make_rule(chance, name, glob, shared):
    site = Site(chance, name, glob)
    weights = handlers.weights("authenticators", AUTHENTICATORS)
    first = chance.weighted(weights)
    listed = [first, *(chance.weighted(weights) for _ in range(chance.weighted({0: 5, 1: 3, 2: 1})))]
    templates = Templates(chance, first in authenticators.WITH_EXTRA)
    changing_weights = handlers.weights("mutators", MUTATORS)
    changing = chance.some(list(changing_weights), 1, 3) if chance.maybe(0.3) else [chance.weighted(changing_weights)]
    rule = {
        "id": name,
        "match": {"url": site.url, "methods": site.written},
        "authenticators": [rule_entry(chance, "authenticators", handler, shared, templates) for handler in listed],
        "authorizer": rule_entry(
            chance, "authorizers", chance.weighted(handlers.weights("authorizers", AUTHORIZERS)), shared, templates
        ),
        "mutators": [rule_entry(chance, "mutators", handler, shared, templates) for handler in changing],
    }
    if chance.maybe(0.5):
        answering = chance.some(handlers.names("errors"), 0, 3)
        rule["errors"] = [rule_entry(chance, "errors", handler, shared, templates) for handler in answering]
    rule |= chance.options(
        description=(0.2, lambda: "made up"),
        version=(
            0.3,
            lambda: chance.one(
                "v0.40.6", "v0.37.0", "v0.36.0-beta.4", "v0.33.0-beta.1", "0.38.2-beta.1", "v0.32.0-beta.1"
            ),
        ),
        upstream=(0.2, lambda: {"url": "https://backend.example", "preserve_host": True, "strip_path": "/x"}),
    )
    return rule, site


def rule_entry(chance, section, handler, shared, templates):
    """A handler in a rule: as it is configured globally, or with some or all options of its own."""
    entry = {"handler": handler}
    own = chance.weighted({"none": 3, "some": 4, "all": 1})
    if own != "none":
        made = options(chance, section, handler, shared, templates)
        if own == "some":
            made = {name: made[name] for name in chance.some(list(made))}
        if made or chance.maybe(0.3):
            entry["config"] = made
    if chance.maybe(0.015):
        entry["config"] = wrong(chance, entry.get("config") or {})
    return entry


def wrong(chance, config):
    """A configuration with a mistake."""
    found = dict(config)
    name = chance.one(*found) if found and chance.maybe(0.6) else "unknown"
    found[name] = chance.one(None, 7, "text", True, [], {}, [1], {"a": "b"})
    return found


def overlap(chance, rules):
    """A rule that matches the URLs of another one, for some of its methods."""
    other = chance.one(*rules)
    methods = chance.some(other["match"]["methods"], 1)
    return {**other, "id": "over", "match": {"url": other["match"]["url"], "methods": methods}}


def move_to_variables(chance, made):
    """Moves some options from the file into the environment."""
    # Oathkeeper does not take `forward_http_headers` from a variable.
    leaves = [
        path
        for path in merging.paths(made.config)
        if path[0] in ("authenticators", "authorizers", "mutators", "errors")
        and not {"when", "forward_http_headers"} & set(path)
    ]
    for path in chance.some(leaves, 1, 6):
        *where, last = path
        inner = made.config
        for key in where:
            inner = inner.get(key) if isinstance(inner, dict) else None
        if not isinstance(inner, dict) or last not in inner or not fits_in_variable(path, inner[last]):
            continue
        made.env[path] = inner[last]
        if chance.maybe(0.5):
            del inner[last]


def fits_in_variable(path, value):
    """Whether an environment variable can set the option: not where its path has dashes or capitals, or maps of free names."""
    if not all(key.replace("_", "").isalnum() and key == key.lower() for key in path):
        return False
    if any(key in ("headers", "cookies", "additional_headers", "introspection_request_headers") for key in path):
        return False
    if isinstance(value, list):
        return all(isinstance(item, str) and not set(item) & set(',"\n') for item in value) and value
    return isinstance(value, (bool, int, str)) and value != ""
