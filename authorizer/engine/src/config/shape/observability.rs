//! `log` and `tracing`.

use super::{
    Field, Form, Preset, Shape, field,
    parts::{ANY_TEXT, TEXTS, switch},
};

/// `log`.
pub(super) static LOG: [Field; 5] = [
    field(
        "level",
        Shape::text(Form::Choice(&[
            "panic", "fatal", "error", "warn", "info", "debug", "trace",
        ]))
        .or(Preset::Text("info")),
        "The least important entries shown.",
    ),
    field(
        "format",
        Shape::text(Form::Choice(&["json", "json_pretty", "gelf", "text"]))
            .or(Preset::Text("text")),
        "How an entry is written.",
    ),
    field(
        "leak_sensitive_values",
        switch(false),
        "In Oathkeeper, whether secrets are logged.",
    ),
    field(
        "redaction_text",
        ANY_TEXT,
        "What stands where something is left out.",
    ),
    field(
        "additional_redacted_headers",
        TEXTS,
        "Headers that are left out besides those always left out.",
    ),
];

const RATIO: Shape = Shape::number();

static JAEGER_SAMPLING: [Field; 2] = [
    field(
        "server_url",
        Shape::text(Form::Uri),
        "The service that decides about sampling.",
    ),
    field(
        "trace_id_ratio",
        RATIO,
        "The share of traces that are sent.",
    ),
];
static JAEGER: [Field; 2] = [
    field("local_agent_address", ANY_TEXT, "The agent's address."),
    field(
        "sampling",
        Shape::object(&JAEGER_SAMPLING),
        "How many traces are sent.",
    ),
];
static SAMPLING: [Field; 1] = [field(
    "sampling_ratio",
    RATIO,
    "The share of traces that are sent.",
)];
static ZIPKIN: [Field; 2] = [
    field(
        "server_url",
        Shape::text(Form::Uri),
        "The server's address.",
    ),
    field(
        "sampling",
        Shape::object(&SAMPLING),
        "How many traces are sent.",
    ),
];
static OTLP: [Field; 4] = [
    field("server_url", ANY_TEXT, "The server's address."),
    field("insecure", Shape::bool(), "Whether TLS is left out."),
    field(
        "sampling",
        Shape::object(&SAMPLING),
        "How many traces are sent.",
    ),
    field(
        "authorization_header",
        ANY_TEXT,
        "Credentials at the server.",
    ),
];
static PROVIDERS: [Field; 3] = [
    field("jaeger", Shape::object(&JAEGER), "Jaeger."),
    field("zipkin", Shape::object(&ZIPKIN), "Zipkin."),
    field("otlp", Shape::object(&OTLP), "OpenTelemetry."),
];

/// `tracing`.
pub(super) static TRACING: [Field; 4] = [
    field(
        "provider",
        Shape::text(Form::Choice(&["jaeger", "otel", "zipkin"])),
        "Where traces are sent.",
    ),
    field("service_name", ANY_TEXT, "The service's name in traces."),
    field(
        "deployment_environment",
        ANY_TEXT,
        "The environment's name in traces.",
    ),
    field(
        "providers",
        Shape::object(&PROVIDERS),
        "The providers' settings.",
    ),
];
