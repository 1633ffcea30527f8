"""The error handlers: random options with every kind of `when`, and headers that meet them."""

ERRORS = ("unauthorized", "forbidden", "internal_server_error", "not_found")
ACCEPTS = ("text/html", "application/json", "text/*", "*/*", "application/xhtml+xml", "image/png")
TYPES = ("application/json", "application/x-www-form-urlencoded", "text/plain", "multipart/form-data")
# Every client connects from the local host. A condition for other addresses is a known difference, so it is rare.
HOLDS = ("127.0.0.0/8", "0.0.0.0/0", "127.0.0.1/32")
ELSEWHERE = ("10.0.0.0/8", "203.0.113.7/32", "2001:db8::/32")


def when(chance):
    return [condition(chance) for _ in range(chance.weighted({0: 1, 1: 6, 2: 2}))]


def condition(chance):
    request = chance.options(
        cidr=(0.3, lambda: chance.some(HOLDS, 1, 2) if chance.maybe(0.93) else chance.some(ELSEWHERE, 1, 2)),
        header=(
            0.8,
            lambda: chance.options(
                accept=(0.7, lambda: chance.some(ACCEPTS, 0, 3)), content_type=(0.4, lambda: chance.some(TYPES, 0, 2))
            ),
        ),
    )
    return chance.options(error=(0.6, lambda: chance.some(ERRORS, 0, 3)), request=(0.5, lambda: request))


def json(chance):
    return chance.options(verbose=(0.6, lambda: chance.maybe(0.7)), when=(0.3, lambda: when(chance)))


def redirect(chance):
    return chance.options(
        to=(
            1.0,
            lambda: chance.one(
                "https://www.example.com/login",
                "/login",
                "https://www.example.com/login?a=b&return=x#f",
                "login",
                "http://h.example",
                "?only=query",
                "//other.example/x",
            ),
        ),
        code=(0.4, lambda: chance.one(301, 302)),
        return_to_query_param=(0.3, lambda: chance.one("return_to", "r.t", "")),
        when=(0.4, lambda: when(chance)),
    )


def www_authenticate(chance):
    return chance.options(
        realm=(0.6, lambda: chance.one("Please authenticate.", "Staff only", "", 'say "hi"', "é")),
        when=(0.4, lambda: when(chance)),
    )


MAKE = {"json": json, "redirect": redirect, "www_authenticate": www_authenticate}


def prepare(draft):
    """Adds headers that `when` looks at."""
    chance = draft.chance
    if chance.maybe(0.5):
        accept = chance.one(
            *ACCEPTS,
            "text/html,application/xhtml+xml,*/*;q=0.8",
            "application/json;q=0.9, text/html",
            "text/html;level=1",
            "text/html;q=0",
            "",
            "html",
            "TEXT/HTML",
            "text/html;q=x",
            ", text/html",
            "*",
            "text/html , image/png;q=0.1",
        )
        draft.header("Accept", accept)
    if chance.maybe(0.3):
        kind = chance.one(
            *TYPES,
            "application/json; charset=utf-8",
            "APPLICATION/JSON",
            "text/plain;",
            'multipart/form-data; boundary="x"',
            "a/b",
            "text",
            "text/plain; x",
            "application/json, text/plain",
        )
        draft.header("Content-Type", kind)
    if chance.maybe(0.1):
        draft.header(
            "X-Forwarded-For",
            chance.one("127.0.0.1", "127.0.0.1, 127.0.0.2", "203.0.113.7, 127.0.0.1", "nonsense", "", "::1"),
        )
