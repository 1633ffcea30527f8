//! `authenticators`.

use super::{
    Field, Form, Kind, Preset, Shape, field,
    parts::{
        ANY_TEXT, FILE_URI, FORWARD_HTTP_HEADERS, RETRY, SCOPE_STRATEGY, TEXT_MAP, TEXTS,
        TOKEN_FROM, switch, text_or,
    },
};

static ANONYMOUS_FIELDS: [Field; 1] = [field(
    "subject",
    text_or("anonymous"),
    "The subject of who brings no credentials.",
)];

/// `anonymous`.
pub(super) static ANONYMOUS: Shape = Shape::object(&ANONYMOUS_FIELDS);

const CHECK_SESSION_URL: Field = field(
    "check_session_url",
    Shape::text(Form::Uri),
    "The URL that knows whether a session is valid: 200 with the session as JSON, or 401.",
);
const PRESERVE_QUERY: Field = field(
    "preserve_query",
    switch(true),
    "Whether the query of `check_session_url` is kept, rather than the request's taken.",
);
const PRESERVE_PATH: Field = field(
    "preserve_path",
    Shape::bool(),
    "Whether the path of `check_session_url` is kept, rather than the request's taken.",
);
const PRESERVE_HOST: Field = field(
    "preserve_host",
    Shape::bool(),
    "Whether the request's Host is handed on as X-Forwarded-Host.",
);
const FORCE_METHOD: Field = field(
    "force_method",
    ANY_TEXT,
    "The method the session is asked for with, in place of the request's.",
);
const FORWARDED: Field = field(
    "forward_http_headers",
    FORWARD_HTTP_HEADERS,
    "The request's headers that are handed on, beside Authorization and Cookie.",
);
const ADDITIONAL: Field = field(
    "additional_headers",
    TEXT_MAP,
    "Headers that are sent along.",
);
const EXTRA_FROM: Field = field(
    "extra_from",
    text_or("extra"),
    "The GJSON path of the session's further data in the answer; `@this` is all of it.",
);

static COOKIE_SESSION_FIELDS: [Field; 10] = [
    CHECK_SESSION_URL,
    field(
        "only",
        TEXTS,
        "The cookies of which one must be there, else the next authenticator is asked.",
    ),
    PRESERVE_QUERY,
    PRESERVE_PATH,
    PRESERVE_HOST,
    FORCE_METHOD,
    FORWARDED,
    ADDITIONAL,
    EXTRA_FROM,
    field(
        "subject_from",
        text_or("subject"),
        "The GJSON path of the subject in the answer.",
    ),
];

/// `cookie_session`.
pub(super) static COOKIE_SESSION: Shape =
    Shape::requiring(&COOKIE_SESSION_FIELDS, &["check_session_url"]);

const TOKEN: Field = field("token_from", TOKEN_FROM, "Where the token is looked for.");
const PREFIX: Field = field(
    "prefix",
    ANY_TEXT,
    "What a token must begin with, else the next authenticator is asked.",
);

static BEARER_TOKEN_FIELDS: [Field; 11] = [
    CHECK_SESSION_URL,
    TOKEN,
    PREFIX,
    PRESERVE_QUERY,
    PRESERVE_PATH,
    PRESERVE_HOST,
    FORCE_METHOD,
    FORWARDED,
    ADDITIONAL,
    EXTRA_FROM,
    field(
        "subject_from",
        text_or("sub"),
        "The GJSON path of the subject in the answer.",
    ),
];

/// `bearer_token`.
pub(super) static BEARER_TOKEN: Shape =
    Shape::requiring(&BEARER_TOKEN_FIELDS, &["check_session_url"]);

const REQUIRED_SCOPE: Field = field("required_scope", TEXTS, "Scopes the token must have, all.");
const TARGET_AUDIENCE: Field = field(
    "target_audience",
    TEXTS,
    "Audiences the token must be meant for, all.",
);
const TRUSTED_ISSUERS: Field = field(
    "trusted_issuers",
    TEXTS,
    "Issuers of which one must have issued the token.",
);
const STRATEGY: Field = field("scope_strategy", SCOPE_STRATEGY, "How scopes are compared.");

static JWT_FIELDS: [Field; 9] = [
    REQUIRED_SCOPE,
    TARGET_AUDIENCE,
    TRUSTED_ISSUERS,
    field(
        "allowed_algorithms",
        TEXTS,
        "Algorithms a token may be signed with; RS256 where none is named.",
    ),
    field(
        "jwks_urls",
        Shape::list(&FILE_URI),
        "The URLs of the key sets: `https://`, `file://` or `inline://`.",
    ),
    field(
        "jwks_max_wait",
        text_or("1s"),
        "How long a key set may take to arrive before a stale one is used.",
    ),
    field("jwks_ttl", text_or("30s"), "How long a key set is kept."),
    STRATEGY,
    TOKEN,
];

/// `jwt`.
pub(super) static JWT: Shape = Shape::requiring(&JWT_FIELDS, &["jwks_urls"]);

const TTL: Field = field(
    "ttl",
    Shape::text(Form::Duration),
    "How long an answer is kept at most.",
);
const CACHED: Field = field("enabled", switch(false), "Whether answers are kept.");

static TOKEN_CACHE_FIELDS: [Field; 3] = [
    CACHED,
    TTL,
    field(
        "max_tokens",
        Shape::integer(i64::MIN, i64::MAX).or(Preset::Integer(1000)),
        "How many tokens are kept.",
    ),
];

static CLIENT_CREDENTIALS_FIELDS: [Field; 4] = [
    field(
        "token_url",
        Shape::text(Form::Uri),
        "The token endpoint that checks client id and secret.",
    ),
    field(
        "required_scope",
        TEXTS,
        "Scopes the client must be granted, all.",
    ),
    field("retry", RETRY, "How often the endpoint is asked again."),
    field("cache", Shape::object(&TOKEN_CACHE_FIELDS), "Kept tokens."),
];

/// `oauth2_client_credentials`.
pub(super) static CLIENT_CREDENTIALS: Shape =
    Shape::requiring(&CLIENT_CREDENTIALS_FIELDS, &["token_url"]);

static PRE_AUTHORIZATION_FIELDS: [Field; 6] = [
    field(
        "enabled",
        switch(false),
        "Whether introspection is itself authorised.",
    ),
    field("client_id", ANY_TEXT, "The gate's own client id."),
    field("client_secret", ANY_TEXT, "The gate's own client secret."),
    field(
        "token_url",
        Shape::text(Form::Uri),
        "Where the gate gets its own token.",
    ),
    field("audience", ANY_TEXT, "The audience of the gate's token."),
    field("scope", TEXTS, "The scopes of the gate's token."),
];

const PRE_AUTHORIZATION: Shape = Shape {
    kind: Kind::Object {
        fields: &PRE_AUTHORIZATION_FIELDS,
        required: &[],
        required_if_enabled: &["client_id", "client_secret", "token_url"],
    },
    default: None,
    about: "",
};

static INTROSPECTION_CACHE_FIELDS: [Field; 3] = [
    CACHED,
    TTL,
    field(
        "max_cost",
        Shape::integer(i64::MIN, i64::MAX).or(Preset::Integer(100_000_000)),
        "How many answers are kept, about; they never take more than a few megabytes.",
    ),
];

static INTROSPECTION_FIELDS: [Field; 12] = [
    field(
        "introspection_url",
        Shape::text(Form::Uri),
        "The introspection endpoint (RFC 7662).",
    ),
    STRATEGY,
    field(
        "pre_authorization",
        PRE_AUTHORIZATION,
        "The gate's own credentials at the endpoint.",
    ),
    REQUIRED_SCOPE,
    TARGET_AUDIENCE,
    TRUSTED_ISSUERS,
    PREFIX,
    field(
        "preserve_host",
        switch(false),
        "Whether the request's Host is handed on as X-Forwarded-Host.",
    ),
    field(
        "introspection_request_headers",
        Shape::map(&super::parts::ANY),
        "Headers that are sent along.",
    ),
    TOKEN,
    field("retry", RETRY, "How often the endpoint is asked again."),
    field(
        "cache",
        Shape::object(&INTROSPECTION_CACHE_FIELDS),
        "Kept answers.",
    ),
];

/// `oauth2_introspection`.
pub(super) static INTROSPECTION: Shape =
    Shape::requiring(&INTROSPECTION_FIELDS, &["introspection_url"]);
