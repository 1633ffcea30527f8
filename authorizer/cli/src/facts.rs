//! Facts that the CDK app and the documentation need and that are defined in Rust, as JSON.
//!
//! `infra/lib/facts.json` is a copy of [`Facts::current`]: `make facts` writes it.

mod environment;

use std::collections::BTreeMap;

use oathgate_credentials::Algorithm;
use oathgate_engine::{
    Failure, ReasonCode,
    gateway_header::{HeaderPattern, headers_sent_by_clients, unmappable_headers},
};
use oathgate_package::files;
use oathgate_settings::{Values, Variable, authorizer};
use serde::Serialize;

use crate::exit::Exit;

pub(crate) use environment::{EnvironmentVariable, environment};

/// Every fact.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Facts {
    /// The environment variables, one entry for each program that reads one.
    environment: Vec<EnvironmentVariable>,
    /// The files of a package.
    package: PackageFiles,
    /// The exit codes of `oathgate`.
    exit_codes: Vec<ExitCodeFact>,
    /// The reason codes of decisions.
    reason_codes: Vec<ReasonCodeFact>,
    /// The headers that no rule can set behind API Gateway.
    unmappable_headers: Vec<UnmappableHeader>,
    /// The headers that clients send of their own accord.
    client_headers: Vec<HeaderFact>,
    /// The bounds and defaults of the session cache.
    session_cache: SessionCacheFact,
    /// The bounds and the default of the time that a secret is kept, in seconds.
    secret_ttl_seconds: NumberFact,
    /// What a vouched header holds where no rule sets it.
    placeholder: &'static str,
    /// The bodies of answers that API Gateway gives itself.
    error_bodies: BTreeMap<&'static str, ErrorBody>,
    /// The algorithms of signing keys.
    signing_algorithms: Vec<SigningAlgorithm>,
}

#[derive(Debug, Serialize)]
struct PackageFiles {
    /// The configuration and the rules, packed.
    file: &'static str,
    /// The function's program.
    bootstrap: &'static str,
}

/// An exit code of `oathgate`.
#[derive(Debug, Serialize)]
pub(crate) struct ExitCodeFact {
    code: u8,
    meaning: &'static str,
}

/// A reason code of a decision.
#[derive(Debug, Serialize)]
pub(crate) struct ReasonCodeFact {
    code: &'static str,
    about: &'static str,
    /// Whether a service, the rules or the gate is the cause, rather than the request.
    fault: bool,
}

/// A header, or the beginning of headers' names.
#[derive(Debug, Serialize)]
#[serde(rename_all = "lowercase")]
enum HeaderFact {
    Header(&'static str),
    Prefix(&'static str),
}

/// A header that no rule can set, or the beginning of such headers' names.
#[derive(Debug, Serialize)]
pub(crate) struct UnmappableHeader {
    #[serde(flatten)]
    header: HeaderFact,
    /// The reason, as the rest of a sentence that begins with the header.
    why: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct SessionCacheFact {
    ttl_seconds: NumberFact,
    negative_ttl_seconds: NumberFact,
    max_entries: NumberFact,
}

#[derive(Debug, Serialize)]
struct NumberFact {
    least: Option<u64>,
    most: Option<u64>,
    default: Option<u64>,
}

#[derive(Debug, Serialize)]
struct ErrorBody {
    code: u16,
    message: String,
}

#[derive(Debug, Serialize)]
struct SigningAlgorithm {
    name: &'static str,
    /// Whether a key has a public half, so that others can verify tokens and not make any.
    public: bool,
}

impl Facts {
    /// The facts of this version.
    pub(crate) fn current() -> Self {
        Self {
            environment: environment(),
            package: PackageFiles {
                file: files::PACKED,
                bootstrap: files::BOOTSTRAP,
            },
            exit_codes: exit_codes(),
            reason_codes: reason_codes(),
            unmappable_headers: unmappable(),
            client_headers: headers_sent_by_clients().map(HeaderFact::from).collect(),
            session_cache: SessionCacheFact {
                ttl_seconds: NumberFact::of(authorizer::SESSION_CACHE_TTL_SECONDS),
                negative_ttl_seconds: NumberFact::of(
                    authorizer::SESSION_CACHE_NEGATIVE_TTL_SECONDS,
                ),
                max_entries: NumberFact::of(authorizer::SESSION_CACHE_MAX_ENTRIES),
            },
            secret_ttl_seconds: NumberFact::of(authorizer::JWKS_TTL_SECONDS),
            placeholder: authorizer::DEFAULT_PLACEHOLDER,
            error_bodies: BTreeMap::from([
                ("unauthorized", Failure::unauthorized()),
                ("undecided", Failure::undecided()),
            ])
            .into_iter()
            .map(|(name, failure)| (name, ErrorBody::from(failure)))
            .collect(),
            signing_algorithms: Algorithm::ALL.map(SigningAlgorithm::from).into(),
        }
    }
}

/// The exit codes of `oathgate`.
pub(crate) fn exit_codes() -> Vec<ExitCodeFact> {
    Exit::ALL
        .map(|exit| ExitCodeFact {
            code: exit.code(),
            meaning: exit.about(),
        })
        .into()
}

/// The reason codes of decisions.
pub(crate) fn reason_codes() -> Vec<ReasonCodeFact> {
    ReasonCode::ALL
        .iter()
        .map(|code| ReasonCodeFact {
            code: code.as_str(),
            about: code.about(),
            fault: code.is_fault(),
        })
        .collect()
}

/// The headers that no rule can set behind API Gateway.
pub(crate) fn unmappable() -> Vec<UnmappableHeader> {
    unmappable_headers()
        .map(|(header, why)| UnmappableHeader {
            header: header.into(),
            why: why.to_string(),
        })
        .collect()
}

impl From<HeaderPattern> for HeaderFact {
    fn from(pattern: HeaderPattern) -> Self {
        match pattern {
            HeaderPattern::Name(name) => Self::Header(name),
            HeaderPattern::Prefix(prefix) => Self::Prefix(prefix),
        }
    }
}

impl NumberFact {
    fn of(variable: Variable) -> Self {
        let (least, most) = match variable.values {
            Values::Number { least, most } => (Some(least), most),
            Values::Text | Values::Words(_) => (None, None),
        };
        Self {
            least,
            most,
            default: variable.unset.default_number(),
        }
    }
}

impl From<Failure> for ErrorBody {
    fn from(failure: Failure) -> Self {
        Self {
            code: failure.status(),
            message: failure.message.into_owned(),
        }
    }
}

impl From<Algorithm> for SigningAlgorithm {
    fn from(algorithm: Algorithm) -> Self {
        Self {
            name: algorithm.as_str(),
            public: algorithm.has_public_key(),
        }
    }
}
