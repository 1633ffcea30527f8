"""The authenticators: random options, and what a caller shows to them."""

from . import credentials, service_responses

HEADERS = ("X-One", "authorization", "Accept", "X-Missing", "cookie", "X-Two", "content-type")
PATHS = ("subject", "identity.id", "sub", "email", "extra.email", "roles.0", "identity.traits.name.first")
ODD_PATHS = (
    "missing",
    "age",
    "roles",
    "@this",
    "roles.#",
    "groups.#.name",
    "groups.#(n==2).name",
    "name.*",
    "nothing",
    "identity.traits.@keys.0",
    "@this.email",
    "roles|0",
    "extra.name|@ugly",
    "labels.@values.1",
    "",
    "a..b",
    "dash-key",
    "e?ail",
)
EXTRAS = ("extra", "@this", "identity", "identity.traits", "name", "labels")
ODD_EXTRAS = (
    "missing",
    "roles",
    "email",
    "groups.0",
    "@this|@pretty",
    "nothing",
    "blank",
    "{email,age}",
    "groups.#(n==1)",
    "@this.extra",
    "identity.@this",
)
SCOPES = ("read", "write", "photos.read", "a.b.c", "mail")


def place(chance):
    kind = chance.weighted({"header": 4, "query_parameter": 3, "cookie": 3})
    names = {
        "header": ("X-Token", "x-token", "Authorization"),
        "query_parameter": ("token", "t.k"),
        "cookie": ("token", "auth"),
    }
    return {kind: chance.one(*names[kind])}


def scope_strategy(chance):
    return chance.one("hierarchic", "exact", "wildcard", "none")


def scopes(chance):
    return chance.some(SCOPES, 0, 2)


def forwarding(chance, path):
    """What `cookie_session` and `bearer_token` have in common."""
    return {
        "check_session_url": (
            1.0,
            lambda: "${STUB}" + path + chance.weighted({"": 5, "?x=1&y=%20": 1, "/deep%20er": 0.5}),
        ),
        "preserve_query": (0.3, lambda: chance.maybe(0.5)),
        "preserve_path": (0.6, lambda: chance.maybe(0.7)),
        "preserve_host": (0.3, lambda: chance.maybe(0.7)),
        "force_method": (0.3, lambda: chance.one("GET", "POST", "PUT", "HEAD", "")),
        "forward_http_headers": (0.3, lambda: chance.some(HEADERS, 0, 4)),
        "additional_headers": (
            0.3,
            lambda: dict(
                chance.some(
                    [("X-Add", "static"), ("x-one", "over"), ("Authorization", "Basic eDp5"), ("Accept", "text/x")],
                    0,
                    3,
                )
            ),
        ),
        "extra_from": (0.5, lambda: chance.one(*EXTRAS) if chance.maybe(0.8) else chance.one(*ODD_EXTRAS)),
        "subject_from": (0.5, lambda: chance.one(*PATHS) if chance.maybe(0.85) else chance.one(*ODD_PATHS)),
    }


def cookie_session(chance, knobs):
    return chance.options(
        **forwarding(chance, "/session"), only=(0.4, lambda: chance.some(("sid", "ory_kratos_session", "x"), 0, 2))
    )


def bearer_token(chance, knobs):
    options = forwarding(chance, "/bearer")
    return chance.options(
        **options, token_from=(0.4, lambda: place(chance)), prefix=(0.2, lambda: chance.one("ory_", "t-", "", "go"))
    )


def jwt(chance, knobs):
    return chance.options(
        jwks_urls=(1.0, lambda: chance.some(["${DIR}/keys.json", "${STUB}/jwks", "${DIR}/more.json"], 1, 2)),
        required_scope=(0.3, lambda: scopes(chance)),
        target_audience=(0.3, lambda: chance.some(("https://api.example.com", "x"), 0, 2)),
        trusted_issuers=(0.3, lambda: chance.some(("https://issuer.example/", "https://other.example"), 0, 2)),
        allowed_algorithms=(
            0.6,
            lambda: chance.some(
                [
                    "RS256",
                    "RS384",
                    "RS512",
                    "PS256",
                    "PS384",
                    "PS512",
                    "ES256",
                    "ES384",
                    "ES512",
                    "HS256",
                    "HS384",
                    "HS512",
                ],
                0,
                6,
            ),
        ),
        scope_strategy=(0.4, lambda: scope_strategy(chance)),
        token_from=(0.3, lambda: place(chance)),
        jwks_max_wait=(0.2, lambda: "2s"),
        jwks_ttl=(0.2, lambda: "1h"),
    )


def oauth2_client_credentials(chance, knobs):
    return chance.options(
        token_url=(1.0, lambda: "${STUB}/token"),
        required_scope=(0.4, lambda: scopes(chance)),
        retry=(0.2, lambda: chance.options(give_up_after=(0.7, lambda: "20ms"), max_delay=(0.7, lambda: "100ms"))),
        cache=(
            0.4,
            lambda: {
                "enabled": chance.maybe(0.8),
                "max_tokens": 1000,
                **({"ttl": knobs["ttl"]} if knobs["ttl"] else {}),
            },
        ),
    )


def oauth2_introspection(chance, knobs):
    return chance.options(
        introspection_url=(1.0, lambda: "${STUB}/introspect" + chance.weighted({"": 5, "?a=b": 1})),
        scope_strategy=(0.5, lambda: scope_strategy(chance)),
        required_scope=(0.4, lambda: scopes(chance)),
        target_audience=(0.2, lambda: chance.some(("https://api.example.com", "x"), 0, 2)),
        trusted_issuers=(0.2, lambda: chance.some(("https://issuer.example/", "https://other.example"), 0, 2)),
        prefix=(0.1, lambda: chance.one("t-", "", "go")),
        preserve_host=(0.2, lambda: chance.maybe(0.7)),
        introspection_request_headers=(
            0.3,
            lambda: dict(
                chance.some([("X-Add", "static"), ("Authorization", "Basic eDp5"), ("content-type", "text/x")], 0, 2)
            ),
        ),
        token_from=(0.3, lambda: place(chance)),
        retry=(0.2, lambda: chance.options(give_up_after=(0.7, lambda: "20ms"), max_delay=(0.7, lambda: "100ms"))),
        # Without a cost of its own Oathkeeper sets gigabytes aside.
        cache=(
            1.0,
            lambda: {
                "enabled": chance.maybe(0.5),
                "max_cost": 10000,
                **({"ttl": knobs["ttl"]} if knobs["ttl"] else {}),
            },
        ),
        pre_authorization=(0.2, lambda: pre_authorization(chance)),
    )


def pre_authorization(chance):
    found = {
        "enabled": chance.maybe(0.8),
        "client_id": chance.one("app", "a:b"),
        "client_secret": "s e/c",
        "token_url": "${STUB}/pre-token",
    }
    return found | chance.options(
        audience=(0.3, lambda: "https://api.example.com"), scope=(0.4, lambda: scopes(chance))
    )


MAKE = {
    "noop": lambda chance, knobs: {},
    "unauthorized": lambda chance, knobs: {},
    "anonymous": lambda chance, knobs: chance.options(subject=(0.6, lambda: chance.one("guest", "", "Gäst", "a b"))),
    "cookie_session": cookie_session,
    "bearer_token": bearer_token,
    "jwt": jwt,
    "oauth2_client_credentials": oauth2_client_credentials,
    "oauth2_introspection": oauth2_introspection,
}


def path_of(url):
    return url.removeprefix("${STUB}").split("?")[0].replace("%20", " ")


def prepare_cookie_session(draft, config, good):
    chance, only = draft.chance, config.get("only") or ["sid"]
    draft.cookie(chance.one(*only), chance.one("good", "abc", '"quoted"', "a=b"))
    if chance.maybe(0.2):
        draft.cookie("theme", "dark")
    draft.stub("*", service_responses.session(chance, good))


def prepare_bearer_token(draft, config, good):
    chance = draft.chance
    draft.token((config.get("prefix") or "") + credentials.opaque(chance), config.get("token_from"))
    draft.stub("*", service_responses.session(chance, good))


def prepare_jwt(draft, config, good):
    draft.token(credentials.jwt(draft.chance, config, good), config.get("token_from"))


def prepare_client_credentials(draft, config, good):
    chance = draft.chance
    draft.basic(chance.one("ada", "app one", "ü", "a:b"), chance.one("secret", "p@s:w/%+", ""))
    draft.stub("/token", service_responses.token(chance, good))
    draft.settle = settle(config)


def prepare_introspection(draft, config, good):
    chance = draft.chance
    draft.token((config.get("prefix") or "") + credentials.opaque(chance), config.get("token_from"))
    draft.stub("/introspect", service_responses.introspection(chance, config, good))
    draft.stub("/pre-token", service_responses.token(chance, good or chance.maybe(0.5)))
    draft.settle = settle(config)


def settle(config):
    """Milliseconds until Oathkeeper's caches hold what was just stored in them."""
    return 30 if (config.get("cache") or {}).get("enabled") else 0


PREPARE = {
    "cookie_session": prepare_cookie_session,
    "bearer_token": prepare_bearer_token,
    "jwt": prepare_jwt,
    "oauth2_client_credentials": prepare_client_credentials,
    "oauth2_introspection": prepare_introspection,
}
# Authenticators whose session has more than a subject.
WITH_EXTRA = {"cookie_session", "bearer_token", "jwt", "oauth2_introspection"}
