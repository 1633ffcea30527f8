//! The variables of the functions that look after secrets: one program, `oathgate-signing-keys`, with one task for each
//! function.

use crate::{
    Program::SigningKeys,
    SetBy,
    Unset::{Means, Refused, Text},
    Values::{self, Words},
    Variable, authorizer,
};

/// The task of a function that nothing gives another one.
pub const DEFAULT_TASK: &str = "first-key";

/// `OATHGATE_KEYS_TASK`: the function's task.
pub const TASK: Variable = Variable {
    name: "OATHGATE_KEYS_TASK",
    program: SigningKeys,
    set_by: SetBy::Stack,
    about: "the function's task: `first-key` handles CloudFormation's custom resource, `rotation` Secrets Manager's steps for the signing keys, `random-value` the same for the secret header, `endpoint` API Gateway's requests for the public documents",
    values: Words(&["first-key", "rotation", "random-value", "endpoint"]),
    unset: Text(DEFAULT_TASK),
};

/// `OATHGATE_KEYS_PUBLISH_AHEAD_SECONDS`, of the task `rotation`.
pub const PUBLISH_AHEAD_SECONDS: Variable = Variable {
    name: "OATHGATE_KEYS_PUBLISH_AHEAD_SECONDS",
    program: SigningKeys,
    set_by: SetBy::Setting("signingKeys.rotation.publishAheadSeconds"),
    about: "`rotation`: seconds for which a new key is published before it signs",
    values: SECONDS,
    unset: Refused,
};

/// `OATHGATE_KEYS_RETIRE_AFTER_SECONDS`, of the task `rotation`.
pub const RETIRE_AFTER_SECONDS: Variable = Variable {
    name: "OATHGATE_KEYS_RETIRE_AFTER_SECONDS",
    program: SigningKeys,
    set_by: SetBy::Setting("signingKeys.rotation.retireAfterSeconds"),
    about: "`rotation`: seconds for which a key stays published after it has signed for the last time",
    values: SECONDS,
    unset: Refused,
};

/// `OATHGATE_KEYS_ALGORITHM`, of the task `rotation`.
pub const ALGORITHM: Variable = Variable {
    name: "OATHGATE_KEYS_ALGORITHM",
    program: SigningKeys,
    set_by: SetBy::Operator,
    about: "`rotation`: the algorithm of the new key",
    values: Values::Text,
    unset: Means("the newest key's algorithm"),
};

/// `OATHGATE_JWKS_SECRET`, of the task `endpoint`.
pub const JWKS_SECRET: Variable = Variable {
    program: SigningKeys,
    about: "`endpoint`: the ARN of the secret that holds the JSON Web Key Set",
    unset: Refused,
    ..authorizer::JWKS_SECRET
};

/// `OATHGATE_JWKS_TTL_SECONDS`, of the task `endpoint`.
pub const JWKS_TTL_SECONDS: Variable = Variable {
    program: SigningKeys,
    about: "`endpoint`: seconds after which the secret is read again",
    values: SECONDS,
    unset: Refused,
    ..authorizer::JWKS_TTL_SECONDS
};

/// `OATHGATE_KEYS_MAX_AGE_SECONDS`, of the task `endpoint`.
pub const MAX_AGE_SECONDS: Variable = Variable {
    name: "OATHGATE_KEYS_MAX_AGE_SECONDS",
    program: SigningKeys,
    set_by: SetBy::Setting("keysEndpoint.maxAgeSeconds"),
    about: "`endpoint`: seconds for which clients may keep a document (`Cache-Control: max-age`)",
    values: SECONDS,
    unset: Refused,
};

/// `OATHGATE_KEYS_ISSUER`, of the task `endpoint`.
pub const ISSUER: Variable = Variable {
    name: "OATHGATE_KEYS_ISSUER",
    program: SigningKeys,
    set_by: SetBy::Setting("keysEndpoint.issuer"),
    about: "`endpoint`: the `issuer` of the discovery document, which tokens have as `iss`",
    values: Values::Text,
    unset: Refused,
};

/// `OATHGATE_KEYS_BASE_URL`, of the task `endpoint`.
pub const BASE_URL: Variable = Variable {
    name: "OATHGATE_KEYS_BASE_URL",
    program: SigningKeys,
    set_by: SetBy::Setting("keysEndpoint.url"),
    about: "`endpoint`: the public URL below which `/.well-known/…` is found, for `jwks_uri`",
    values: Values::Text,
    unset: Means("the address that the request was sent to"),
};

/// A whole number of seconds above 0.
const SECONDS: Values = Values::Number {
    least: 1,
    most: None,
};

/// Every variable of the functions.
pub const VARIABLES: &[Variable] = &[
    TASK,
    PUBLISH_AHEAD_SECONDS,
    RETIRE_AFTER_SECONDS,
    ALGORITHM,
    JWKS_SECRET,
    JWKS_TTL_SECONDS,
    MAX_AGE_SECONDS,
    ISSUER,
    BASE_URL,
];
