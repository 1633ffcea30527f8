//! `serve`.

use super::{
    Field, Form, Preset, Shape, field,
    parts::{ANY_TEXT, TEXT, duration_or, switch, text_or},
};

const fn port(default: i64) -> Shape {
    Shape::integer(0, 65535).or(Preset::Integer(default))
}

static TIMEOUT_FIELDS: [Field; 3] = [
    field("read", duration_or("5s"), "For a request to arrive."),
    field(
        "write",
        duration_or("120s"),
        "For a response to be written.",
    ),
    field(
        "idle",
        duration_or("120s"),
        "For a connection to stay open between requests.",
    ),
];

static ORIGIN: Shape = Shape::text(Form::Filled);
static METHOD: Shape = Shape::text(Form::Choice(&[
    "GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "TRACE", "PATCH",
]));

static CORS_FIELDS: [Field; 8] = [
    field("enabled", switch(false), "Whether CORS is enabled."),
    field(
        "allowed_origins",
        Shape::set(&ORIGIN).or(Preset::Texts(&["*"])),
        "Origins, with `*` for any text.",
    ),
    field(
        "allowed_methods",
        Shape::set(&METHOD).or(Preset::Texts(&["GET", "POST", "PUT", "PATCH", "DELETE"])),
        "Methods.",
    ),
    field(
        "allowed_headers",
        Shape::set(&TEXT).or(Preset::Texts(&["Authorization", "Content-Type"])),
        "Headers of requests.",
    ),
    field(
        "exposed_headers",
        Shape::set(&TEXT).or(Preset::Texts(&["Content-Type"])),
        "Headers of responses.",
    ),
    field(
        "allow_credentials",
        switch(false),
        "Whether cookies may come along.",
    ),
    field(
        "max_age",
        Shape::integer(i64::MIN, i64::MAX).or(Preset::Integer(0)),
        "How long a preflight's response may be cached, in seconds.",
    ),
    field("debug", switch(false), "Whether decisions are logged."),
];

static TLS_SOURCE_FIELDS: [Field; 2] = [
    field("path", ANY_TEXT, "A PEM file."),
    field("base64", ANY_TEXT, "The PEM text in base64."),
];
static TLS_FIELDS: [Field; 2] = [
    field("key", Shape::object(&TLS_SOURCE_FIELDS), "The private key."),
    field(
        "cert",
        Shape::object(&TLS_SOURCE_FIELDS),
        "The certificate, with its chain.",
    ),
];

const HOST: Field = field(
    "host",
    text_or(""),
    "The address to listen on; all where empty.",
);
const TIMEOUT: Field = field(
    "timeout",
    Shape::object(&TIMEOUT_FIELDS),
    "How long connections may take.",
);
const CORS: Field = field(
    "cors",
    Shape::object(&CORS_FIELDS),
    "Cross-origin requests.",
);
const TLS: Field = field(
    "tls",
    Shape::object(&TLS_FIELDS),
    "The certificate to serve.",
);

static API_FIELDS: [Field; 5] = [
    field("port", port(4456), "The port to listen on."),
    HOST,
    TIMEOUT,
    CORS,
    TLS,
];

static PROXY_FIELDS: [Field; 6] = [
    field("port", port(4455), "The port to listen on."),
    HOST,
    field(
        "trust_forwarded_headers",
        switch(false),
        "Whether X-Forwarded headers of clients are kept.",
    ),
    TIMEOUT,
    CORS,
    TLS,
];

static PROMETHEUS_FIELDS: [Field; 6] = [
    field("port", port(9000), "The port to listen on."),
    HOST,
    field(
        "metrics_path",
        text_or("/metrics"),
        "The path metrics are read at.",
    ),
    field(
        "metric_name_prefix",
        text_or("ory_oathkeeper_"),
        "What every metric's name begins with.",
    ),
    field(
        "hide_request_paths",
        switch(false),
        "Whether metrics leave out paths.",
    ),
    field(
        "collapse_request_paths",
        switch(true),
        "Whether metrics keep only the first segment of paths.",
    ),
];

/// `serve`.
pub(super) static SERVE: [Field; 3] = [
    field(
        "api",
        Shape::object(&API_FIELDS),
        "The decision server, where one runs.",
    ),
    field(
        "proxy",
        Shape::object(&PROXY_FIELDS),
        "Oathkeeper's reverse proxy.",
    )
    .idle("ignored: API Gateway is the proxy"),
    field(
        "prometheus",
        Shape::object(&PROMETHEUS_FIELDS),
        "Metrics of the decision server.",
    ),
];
