"""Worlds that go deep into one thing, with many small rules."""

from . import authenticators, authorizers, data, errors, handlers, mutators, paths, patterns, regexes
from .templates import Templates

# Shows all that a pattern matched.
MATCHED = "{{ .MatchContext.RegexpCaptureGroups | toJson }} {{ .MatchContext.URL }} {{ .MatchContext.URL.Path }}"
KNOWN = "{{ .Subject | toJson }} {{ .Extra | toJson }}"


def rule(name, url, authenticator, header):
    """A rule that shows something as a header."""
    return {
        "id": name,
        "match": {"url": url, "methods": ["GET"]},
        "authenticators": [authenticator],
        "authorizer": {"handler": "allow"},
        "mutators": [{"handler": "header", "config": {"headers": {"X-Shown": header}}}],
    }


def matching(chance, glob, name, site):
    """Random patterns, and everything that they captured."""
    make = regexes.glob_part if glob else regexes.part
    parts = [make(chance) for _ in range(chance.weighted({1: 4, 2: 2, 3: 1}))]
    site.pattern = patterns.Pattern(chance, name, glob)
    site.pattern.parts = ["/" + name + "/", *(piece for part in parts for piece in (part, chance.one("/", "-", "")))]
    # A pattern that does not compile spoils every request of its methods: so each has a method of its own.
    site.methods = [name.upper()]
    return {
        **rule(name, site.url, {"handler": "anonymous"}, MATCHED),
        "match": {"url": site.url, "methods": site.methods},
    }


def templates(chance, glob, name, site):
    """Random templates over a session that has everything."""
    session = {
        "handler": "cookie_session",
        "config": {"extra_from": "extra", "subject_from": "subject", "preserve_path": True},
    }
    return rule(name, site.url, session, Templates(chance, chance.maybe(0.8)).text())


def session_paths(chance, glob, name, site):
    """Random paths into what a session service answers."""
    config = {"preserve_path": True, "extra_from": paths.path(chance), "subject_from": paths.path(chance)}
    config["extra_from" if chance.maybe(0.5) else "subject_from"] = chance.one("extra", "subject")
    return rule(name, site.url, {"handler": chance.one("cookie_session", "bearer_token"), "config": config}, KNOWN)


def tokens(chance, glob, name, site):
    """Tokens with everything that may be wrong with them, and what a template sees of them."""
    kind = chance.one("jwt", "jwt", "oauth2_introspection")
    config = authenticators.MAKE[kind](chance, {"ttl": None})
    if kind == "jwt":
        config["jwks_urls"] = ["${DIR}/keys.json"]
    site.odd = 0.6
    types = '{{ range $k, $v := .Extra }}{{ $k }}={{ printf "%T %v" $v $v }};{{ end }}'
    return rule(name, site.url, {"handler": kind, "config": config}, chance.one(KNOWN, types))


def wrong_options(chance, glob, name, site):
    """One option that is not what it should be."""
    section, module = chance.one(
        ("authenticators", authenticators), ("authorizers", authorizers), ("mutators", mutators), ("errors", errors)
    )
    handler = chance.one(*handlers.names(section))
    made = made_by(chance, section, module, handler)
    spoil(chance, made)
    entry = {"handler": handler, "config": made}
    found = rule(name, site.url, {"handler": "anonymous"}, KNOWN)
    if section == "errors":
        return {**found, "authorizer": {"handler": "deny"}, "errors": [entry]}
    if section == "authorizers":
        return {**found, "authorizer": entry}
    return {**found, section: [entry]}


def made_by(chance, section, module, handler):
    make = handlers.maker(section, module, handler)
    if section == "errors":
        return make(chance)
    knobs = {"ttl": "1h", "hydrator_ttl": "1m"}
    if section == "authenticators":
        return make(chance, knobs)
    return make(chance, knobs, Templates(chance, False))


def spoil(chance, value):
    """Puts another value somewhere, or another key."""
    while isinstance(value, (dict, list)) and value:
        key = chance.one(*value) if isinstance(value, dict) else chance.randint(0, len(value) - 1)
        if not isinstance(value[key], (dict, list)) or not value[key] or chance.maybe(0.4):
            was = value[key]
            value[key] = chance.one(
                *data.ODD_VALUES,
                "",
                "5s",
                "5",
                "true",
                "1h30m",
                "-1s",
                "1.5s",
                "http://x",
                "/x",
                "::",
                [was],
                {"a": was},
                str(was),
            )
            return
        value = value[key]
    if isinstance(value, dict):
        value[chance.one("unknown", "Enabled", "subject")] = chance.one(*data.ODD_VALUES)


def refusals(chance, glob, name, site):
    """Error handlers and what they wait for."""
    found = rule(name, site.url, {"handler": chance.one("anonymous", "unauthorized")}, KNOWN)
    answering = chance.some(handlers.names("errors"), 1, 3)
    found["errors"] = [
        {"handler": handler, "config": handlers.maker("errors", errors, handler)(chance)} for handler in answering
    ]
    for entry in found["errors"]:
        if chance.maybe(0.7):
            entry["config"]["when"] = errors.when(chance)
    return {
        **found,
        "authorizer": {"handler": chance.one("deny", "allow")},
        "mutators": chance.one([], [{"handler": "noop"}]),
    }


def cookies(chance, glob, name, site):
    """Cookies of every kind, before and behind mutators."""
    config = {
        "preserve_path": True,
        **chance.options(only=(0.5, lambda: chance.some(("sid", "a", "b.c", "bad name"), 1, 2))),
    }
    place = {"token_from": {"cookie": chance.one("sid", "a", "b.c")}, "preserve_path": True}
    kind, config = chance.one(("cookie_session", config), ("bearer_token", place), ("anonymous", {}))
    found = rule(
        name, site.url, {"handler": kind, "config": config}, '{{ .Subject }} {{ .MatchContext.Header.Get "Cookie" }}'
    )
    texts = ("{{ .Subject }}", "a b", "a,b", 'q"q', "ü", "", "a;b", "{{ .Extra.quoted }}", "x" * 100)
    added = {cookie: chance.one(*texts) for cookie in chance.some(("sid", "a", "z", "b.c"), 0, 1)}
    found["mutators"].insert(chance.randint(0, 1), {"handler": "cookie", "config": {"cookies": added}})
    site.odd_cookies = True
    return found


def hydrations(chance, glob, name, site):
    """Sessions that come back changed."""
    entry = {"handler": "hydrator", "config": {"api": {"url": "${STUB}/hydrate"}}}
    found = rule(
        name,
        site.url,
        {"handler": "anonymous"},
        "{{ .MatchContext | toJson }} {{ .MatchContext.URL }} {{ .Extra | toJson }}",
    )
    found["mutators"] = [*([{"handler": "noop"}] if chance.maybe(0.2) else []), entry, *found["mutators"]]
    found["mutators"] += [{"handler": "noop"}] if chance.maybe(0.3) else []
    site.odd = 0.7
    return found


EACH = {
    "matching": matching,
    "templates": templates,
    "paths": session_paths,
    "tokens": tokens,
    "wrong": wrong_options,
    "refusals": refusals,
    "cookies": cookies,
    "hydrations": hydrations,
}
