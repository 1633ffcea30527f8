"""Responses of services: as the handler expects them, or odd ones."""

from . import data

HTML = '<!doctype html><html><body>Sign in: {"subject": "eve"}</body></html>'
LIMITS = {"X-RateLimit-Limit": "5", "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "60", "X-Other": "kept back"}


def json_body(chance, value):
    """200 with a JSON body, under the JSON content type or another."""
    kinds = {None: 8, "application/json; charset=utf-8": 1, "text/plain": 1, "application/problem+json": 0.3}
    kind = chance.weighted(kinds)
    return {"body": value, **({"headers": {"Content-Type": kind}} if kind else {})}


def failure(chance, server_errors=True, wait="17"):
    """A response other than 200. Without `server_errors` none that a client retries; `wait` is the value of `Retry-After`."""
    statuses = {400: 1, 401: 4, 403: 3, 404: 1, 201: 1, 204: 1, 418: 0.5, 501: 0.5}
    if server_errors:
        statuses |= {429: 1.5, 500: 1, 503: 1, 504: 0.5}
    status = chance.weighted(statuses)
    if status == 429:
        headers = {"Retry-After": wait, **LIMITS}
        return {"status": 429, "headers": dict(chance.some(list(headers.items()))), "body": {}}
    return {
        "status": status,
        "body": "" if status == 204 else chance.one({}, {"error": "no"}, "no", data.session(chance)),
    }


def moved(chance, path):
    return {"status": chance.one(301, 302, 303, 307, 308), "headers": {"Location": chance.one(path, "${STUB}" + path)}}


def session(chance, good):
    """A session service."""
    if good:
        return json_body(chance, data.session(chance))
    odd = chance.weighted({"failure": 8, "value": 4, "text": 2, "known": 0.3})
    if odd == "failure":
        return failure(chance)
    if odd == "value":
        whole = data.session(chance)
        whole[chance.one("subject", "extra", "identity", "email", "roles")] = chance.one(*data.ODD_VALUES)
        return json_body(chance, chance.one(whole, whole, [], [whole], {}, None, 7, True))
    if odd == "text":
        return {
            "body": chance.one(
                "",
                " ",
                "\n",
                '"ada"',
                "null",
                '{"subject": "a", "subject": "b"}',
                '{"subject":"a","extra":{"a":1,"a":2}}',
            )
        }
    return {"body": chance.one(HTML, '{"subject": "ada", "extra": {', "plain")}


def introspection(chance, config, good):
    """A token introspection endpoint."""
    scopes, audiences, issuers = (
        config.get(name) or [] for name in ("required_scope", "target_audience", "trusted_issuers")
    )
    found = {"active": True, "sub": data.subject(chance)}
    found |= chance.options(
        ext=(0.7, lambda: data.facts(chance)),
        username=(0.4, lambda: chance.one("ada", "", "Ünal")),
        client_id=(0.4, lambda: "app-1"),
        token_type=(0.3, lambda: chance.one("Bearer", "access_token", "x")),
        token_use=(0.2, lambda: "access_token"),
        exp=(0.3, lambda: 4102444800),
        iss=(1.0 if issuers else 0.3, lambda: chance.one(*issuers) if issuers else "https://issuer.example/"),
        aud=(1.0 if audiences else 0.3, lambda: [*audiences, "x"] if audiences else chance.one("x", ["x", "y"], [])),
        scope=(1.0 if scopes else 0.3, lambda: " ".join([*scopes, *chance.some(("a", "b.c", ""), 0, 1)])),
    )
    if good:
        return json_body(chance, found)
    odd = chance.weighted({"failure": 3, "value": 6, "text": 1})
    if odd == "failure":
        return failure(chance)
    if odd == "text":
        return {
            "body": chance.one(
                "",
                HTML,
                "null",
                "[]",
                "7",
                '{"active": true',
                '{"active":true,"sub":"a"} x',
                '{"ACTIVE":true,"Sub":"ada"}',
            )
        }
    name = chance.one(
        "active", "sub", "ext", "username", "client_id", "token_use", "exp", "iss", "aud", "scope", "token_type"
    )
    found[name] = chance.one(*data.ODD_VALUES, False, "refresh_token", 1, "other")
    return json_body(chance, found)


def token(chance, good):
    """A token endpoint."""
    found = {"access_token": chance.one("at", "at-2", "ü"), "token_type": chance.one("bearer", "Bearer", "mac", "")}
    found |= chance.options(
        expires_in=(0.7, lambda: chance.one(3600, 7200, "3600")),
        scope=(0.2, lambda: "a b"),
        refresh_token=(0.1, lambda: "rt"),
    )
    if good:
        return json_body(chance, found)
    odd = chance.weighted({"failure": 4, "value": 3, "text": 2})
    if odd == "failure":
        return failure(chance)
    if odd == "text":
        return {
            "body": chance.one("", "access_token=at&token_type=bearer", HTML, "null", "[]"),
            "headers": {
                "Content-Type": chance.one(
                    "application/json", "text/plain", "application/x-www-form-urlencoded", "text/html"
                )
            },
        }
    found[chance.one("access_token", "token_type", "expires_in")] = chance.one(*data.ODD_VALUES)
    return json_body(chance, found)


def allowed(chance, good, again):
    """A remote authorizer; `again` is whether retries take little time."""
    if good:
        headers = dict(
            chance.some(
                [
                    ("X-Role", "admin"),
                    ("X-Two", "a, b"),
                    ("X-Empty", ""),
                    ("Set-Cookie", "a=b"),
                    ("X-One", "from remote"),
                ]
            )
        )
        return {"status": 200, "headers": headers, "body": chance.one("", {}, "ok")}
    if chance.maybe(0.1):
        return moved(chance, "/fine")
    return failure(chance, again, "0")


def keto(chance, good):
    if good:
        return json_body(chance, {"allowed": True})
    return chance.one(
        json_body(chance, {"allowed": False}),
        json_body(chance, {"allowed": chance.one("yes", 1, None, [])}),
        {"body": chance.one("", "null", "[]", "nonsense", '{"allowed": true', '{"ALLOWED": true}')},
        {"status": 403, "body": {"allowed": False}},
        {"status": chance.one(401, 404, 201, 501), "body": {"allowed": True}},
    )


def context(chance):
    """A match context as a hydrator may return it."""
    url = {
        "Scheme": "http",
        "Host": "h.example:8",
        "Path": "/a b",
        "RawQuery": "q=1",
        "Fragment": "f",
        "User": {},
        "ForceQuery": True,
        "RawPath": "/a%20b",
        "Opaque": "",
        "OmitHost": False,
    }
    return chance.options(
        regexp_capture_groups=(0.5, lambda: ["a", "b"]),
        url=(0.6, lambda: chance.one(None, {}, dict(chance.some(list(url.items()))))),
        method=(0.3, lambda: chance.one("PUT", "")),
        header=(0.4, lambda: chance.one(None, {}, {"X-One": ["h"], "x-two": ["i"]})),
    )


def hydrated(chance, good, again):
    """A hydrator: the session that it received, with additions."""
    more = chance.options(
        extra=(0.6, lambda: data.facts(chance)),
        header=(0.3, lambda: {"X-Hydrated": ["yes", "twice"], "x-low": ["1"]}),
        match_context=(0.15, lambda: context(chance)),
    )
    if good:
        return {"echo": True, "body": more}
    odd = chance.weighted({"failure": 4, "value": 4, "text": 2})
    if odd == "failure":
        return failure(chance, again, "0")
    if odd == "text":
        return {"body": chance.one("", "null", "[]", HTML, "{", '{"subject": 7}', "{}")}
    if chance.maybe(0.4):
        more["match_context"] = context(chance)
        more["match_context"][chance.one("regexp_capture_groups", "url", "method", "header")] = chance.one(
            *data.ODD_VALUES
        )
    else:
        more[chance.one("subject", "extra", "header", "match_context", "unknown", "Header", "EXTRA")] = chance.one(
            *data.ODD_VALUES, ["a"], {"X-A": "b"}, {"X-A": ["b", 1]}
        )
    return {"echo": True, "body": more}
