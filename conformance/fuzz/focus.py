"""Worlds that go deep into one thing: patterns, templates or GJSON paths, with many small rules."""

from . import paths, patterns, regexes
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


EACH = {"matching": matching, "templates": templates, "paths": session_paths}
