//! The variables of the authorizer's function.

use crate::{
    Program::Authorizer,
    SetBy,
    Unset::{Means, Number, Text},
    Values::{self, Words},
    Variable,
};

/// Seconds for which a secret (signing keys, secret header) is kept before it is read again.
pub const DEFAULT_SECRET_TTL_SECONDS: u64 = 300;

/// Seconds for which the answer that there is no session is kept; never longer than that for sessions.
pub const DEFAULT_NEGATIVE_TTL_SECONDS: u64 = 5;

/// How many answers of each kind the session cache keeps.
pub const DEFAULT_MAX_ENTRIES: u64 = 1000;

/// What a vouched header holds where no rule sets it: the placeholder.
pub const DEFAULT_PLACEHOLDER: &str = "none";

/// The metric dimension `stage` where no variable names the stage.
pub const DEFAULT_METRICS_STAGE: &str = "unnamed";

/// The longest time that a secret is kept: a day, in seconds.
const MAX_SECRET_TTL_SECONDS: u64 = 86_400;

/// The longest time that a session is kept: an hour, in seconds.
const MAX_SESSION_TTL_SECONDS: u64 = 3600;

/// `OATHGATE_JWKS_SECRET`: the secret with the signing keys.
pub const JWKS_SECRET: Variable = Variable {
    name: "OATHGATE_JWKS_SECRET",
    program: Authorizer,
    set_by: SetBy::Setting("signingKeys"),
    about: "the ARN of the secret that holds the JSON Web Key Set. It replaces the `jwks_url` of the configuration's global `id_token` mutator, and no other URL",
    values: Values::Text,
    unset: Means("the `jwks_url` is read as it is"),
};

/// `OATHGATE_JWKS_TTL_SECONDS`: how long the signing keys are kept.
pub const JWKS_TTL_SECONDS: Variable = Variable {
    name: "OATHGATE_JWKS_TTL_SECONDS",
    program: Authorizer,
    set_by: SetBy::Setting("signingKeys.ttlSeconds"),
    about: "seconds after which the secret is read again",
    values: Values::Number {
        least: 1,
        most: Some(MAX_SECRET_TTL_SECONDS),
    },
    unset: Number(DEFAULT_SECRET_TTL_SECONDS),
};

/// `OATHGATE_BACKEND_SECRET`: the secret that shows a backend that a request comes from the gate.
pub const BACKEND_SECRET: Variable = Variable {
    name: "OATHGATE_BACKEND_SECRET",
    program: Authorizer,
    set_by: SetBy::Setting("backend.secretHeader"),
    about: "the ARN of the secret whose value the backend receives with every allowed request ([backends.md](backends.md#a-secret-header))",
    values: Values::Text,
    unset: Means("the backend receives no secret"),
};

/// `OATHGATE_BACKEND_SECRET_HEADER`: the header that holds the secret's value.
pub const BACKEND_SECRET_HEADER: Variable = Variable {
    name: "OATHGATE_BACKEND_SECRET_HEADER",
    program: Authorizer,
    set_by: SetBy::Setting("backend.secretHeader.name"),
    about: "the header that holds the secret's value",
    values: Values::Text,
    unset: Means("required with `OATHGATE_BACKEND_SECRET`"),
};

/// `OATHGATE_BACKEND_SECRET_TTL_SECONDS`: how long the secret's value is kept.
pub const BACKEND_SECRET_TTL_SECONDS: Variable = Variable {
    name: "OATHGATE_BACKEND_SECRET_TTL_SECONDS",
    program: Authorizer,
    set_by: SetBy::Setting("backend.secretHeader.ttlSeconds"),
    about: "seconds after which that secret is read again",
    values: Values::Number {
        least: 1,
        most: Some(MAX_SECRET_TTL_SECONDS),
    },
    unset: Number(DEFAULT_SECRET_TTL_SECONDS),
};

/// `OATHGATE_VOUCHED_FALLBACK`: the placeholder.
pub const VOUCHED_FALLBACK: Variable = Variable {
    name: "OATHGATE_VOUCHED_FALLBACK",
    program: Authorizer,
    set_by: SetBy::Setting("vouchedHeaderFallback"),
    about: "the placeholder: what a vouched header holds where the rule does not set it",
    values: Values::Text,
    unset: Text(DEFAULT_PLACEHOLDER),
};

/// `OATHGATE_CLIENT_HEADERS`: vouched headers that are left to clients.
pub const CLIENT_HEADERS: Variable = Variable {
    name: "OATHGATE_CLIENT_HEADERS",
    program: Authorizer,
    set_by: SetBy::Setting("clientHeaders"),
    about: "vouched headers, separated by commas, that keep the client's own value where the rule does not set them",
    values: Values::Text,
    unset: Means("they hold the placeholder"),
};

/// `OATHGATE_PUBLIC_HOST`: the host that rules are written for.
pub const PUBLIC_HOST: Variable = Variable {
    name: "OATHGATE_PUBLIC_HOST",
    program: Authorizer,
    set_by: SetBy::Setting("publicHost"),
    about: "the host that rules are matched with, in place of the event's `requestContext.domainName`",
    values: Values::Text,
    unset: Means("the event's host"),
};

/// `OATHGATE_FORGED_HEADERS`: what becomes of requests with vouched headers of the client's own.
pub const FORGED_HEADERS: Variable = Variable {
    name: "OATHGATE_FORGED_HEADERS",
    program: Authorizer,
    set_by: SetBy::Setting("forgedHeaders"),
    about: "`refuse` refuses with 400 a request in which the client itself sends a vouched header; `replace` decides it, and API Gateway overwrites the header",
    values: Words(&["refuse", "replace"]),
    unset: Text("refuse"),
};

/// `OATHGATE_TOKEN_HEADER`: the header that replaces `Authorization` towards the backend.
pub const TOKEN_HEADER: Variable = Variable {
    name: "OATHGATE_TOKEN_HEADER",
    program: Authorizer,
    set_by: SetBy::Setting("api.tokenHeader"),
    about: "the header in which the backend receives what rules set in `Authorization`; it is vouched for in place of `Authorization`",
    values: Values::Text,
    unset: Means("`Authorization` is vouched for"),
};

/// `OATHGATE_HTTP_API_ANSWER`: the form of an HTTP API's authorizer response.
pub const HTTP_API_ANSWER: Variable = Variable {
    name: "OATHGATE_HTTP_API_ANSWER",
    program: Authorizer,
    set_by: SetBy::Setting("api.kind"),
    about: "the form of the response to HTTP APIs: `policy`, or `simple` for `isAuthorized`",
    values: Words(&["policy", "simple"]),
    unset: Text("policy"),
};

/// `OATHGATE_ALLOWED_ORIGINS`: the origins whose pages may read refusals.
pub const ALLOWED_ORIGINS: Variable = Variable {
    name: "OATHGATE_ALLOWED_ORIGINS",
    program: Authorizer,
    set_by: SetBy::Setting("cors.allowOrigins"),
    about: "origins, separated by commas, whose pages may read refusals: the context's `origin` is the request's origin if it is one of them. Set where the stage allows several",
    values: Values::Text,
    unset: Means("no `origin` in the context"),
};

/// `OATHGATE_BASE_PATH`: the base path of the API's custom domain.
pub const BASE_PATH: Variable = Variable {
    name: "OATHGATE_BASE_PATH",
    program: Authorizer,
    set_by: SetBy::Setting("basePath"),
    about: "the base path under which a custom domain has the API: it is put in front of the path of a request to API Gateway's own host name, which comes without it",
    values: Values::Text,
    unset: Means("rules are matched with the event's path"),
};

/// `OATHGATE_ALLOW_ENCODED_SLASHES`: whether paths with encoded slashes are decided.
pub const ALLOW_ENCODED_SLASHES: Variable = Variable {
    name: "OATHGATE_ALLOW_ENCODED_SLASHES",
    program: Authorizer,
    set_by: SetBy::Setting("allowEncodedSlashes"),
    about: "`true` decides requests with `%2F` or `%5C` in the path; `false` refuses them with 400",
    values: Words(&["true", "false"]),
    unset: Text("false"),
};

/// `OATHGATE_SESSION_CACHE_TTL_SECONDS`: how long sessions are kept.
pub const SESSION_CACHE_TTL_SECONDS: Variable = Variable {
    name: "OATHGATE_SESSION_CACHE_TTL_SECONDS",
    program: Authorizer,
    set_by: SetBy::Setting("sessionCache.ttlSeconds"),
    about: "seconds for which a session service's response is used again",
    values: Values::Number {
        least: 1,
        most: Some(MAX_SESSION_TTL_SECONDS),
    },
    unset: Means("every request is sent to the session service"),
};

/// `OATHGATE_SESSION_CACHE_NEGATIVE_TTL_SECONDS`: how long the answer that there is no session is kept.
pub const SESSION_CACHE_NEGATIVE_TTL_SECONDS: Variable = Variable {
    name: "OATHGATE_SESSION_CACHE_NEGATIVE_TTL_SECONDS",
    program: Authorizer,
    set_by: SetBy::Setting("sessionCache.negativeTtlSeconds"),
    about: "the same for the response that there is no session; at most as long, and the default is capped by it",
    values: Values::Number {
        least: 0,
        most: Some(MAX_SESSION_TTL_SECONDS),
    },
    unset: Number(DEFAULT_NEGATIVE_TTL_SECONDS),
};

/// `OATHGATE_SESSION_CACHE_MAX_ENTRIES`: how many answers are kept.
pub const SESSION_CACHE_MAX_ENTRIES: Variable = Variable {
    name: "OATHGATE_SESSION_CACHE_MAX_ENTRIES",
    program: Authorizer,
    set_by: SetBy::Setting("sessionCache.maxEntries"),
    about: "how many responses of each kind are cached",
    values: Values::Number {
        least: 10,
        most: Some(10_000),
    },
    unset: Number(DEFAULT_MAX_ENTRIES),
};

/// `OATHGATE_LOG_LEVEL`: the least severe lines that are written.
pub const LOG_LEVEL: Variable = Variable {
    name: "OATHGATE_LOG_LEVEL",
    program: Authorizer,
    set_by: SetBy::Setting("logs.level"),
    about: "the least severe lines that are written",
    values: Words(&["debug", "info", "warn", "error"]),
    unset: Means("Lambda's own `AWS_LAMBDA_LOG_LEVEL`, else the configuration's `log.level`"),
};

/// `OATHGATE_METRICS_NAMESPACE`: CloudWatch's namespace of the metrics.
pub const METRICS_NAMESPACE: Variable = Variable {
    name: "OATHGATE_METRICS_NAMESPACE",
    program: Authorizer,
    set_by: SetBy::Setting("metricsNamespace"),
    about: "the namespace of the metrics in the log (CloudWatch's embedded metric format)",
    values: Values::Text,
    unset: Means("no metrics"),
};

/// `OATHGATE_METRICS_STAGE`: the metrics' dimension `stage`.
pub const METRICS_STAGE: Variable = Variable {
    name: "OATHGATE_METRICS_STAGE",
    program: Authorizer,
    set_by: SetBy::Stack,
    about: "the dimension `stage` of each metric: the stage's name, where it sets `metricsNamespace`",
    values: Values::Text,
    unset: Text(DEFAULT_METRICS_STAGE),
};

/// `OATHGATE_METRICS_BY_RULE`: whether each rule has metrics of its own.
pub const METRICS_BY_RULE: Variable = Variable {
    name: "OATHGATE_METRICS_BY_RULE",
    program: Authorizer,
    set_by: SetBy::Setting("metricsByRule"),
    about: "`true` writes metrics of each rule as well",
    values: Words(&["true", "false"]),
    unset: Text("false"),
};

/// Every variable of the function.
pub const VARIABLES: &[Variable] = &[
    JWKS_SECRET,
    JWKS_TTL_SECONDS,
    BACKEND_SECRET,
    BACKEND_SECRET_HEADER,
    BACKEND_SECRET_TTL_SECONDS,
    VOUCHED_FALLBACK,
    CLIENT_HEADERS,
    PUBLIC_HOST,
    FORGED_HEADERS,
    TOKEN_HEADER,
    HTTP_API_ANSWER,
    ALLOWED_ORIGINS,
    BASE_PATH,
    ALLOW_ENCODED_SLASHES,
    SESSION_CACHE_TTL_SECONDS,
    SESSION_CACHE_NEGATIVE_TTL_SECONDS,
    SESSION_CACHE_MAX_ENTRIES,
    LOG_LEVEL,
    METRICS_NAMESPACE,
    METRICS_STAGE,
    METRICS_BY_RULE,
];
