//! Where rules come from: `access_rules.repositories`.

use std::{
    borrow::Cow,
    fmt,
    path::{Component, Path},
};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::percent_decode_str;
use thiserror::Error;

use crate::ports::BoxFuture;

/// One of `access_rules.repositories`, read.
#[derive(Clone, PartialEq, Eq)]
pub enum RuleRepository {
    /// A file: `file:///etc/rules.json`, `file://./rules.json`, or a path without a scheme.
    File(String),
    /// A file behind `http://` or `https://`, with the whole URL.
    Http(String),
    /// An object in Amazon S3: `s3://bucket/key?region=…`.
    S3 {
        /// The bucket's name.
        bucket: String,
        /// The object's key.
        key: String,
        /// The region, where the URL names one.
        region: Option<String>,
    },
    /// The rules themselves: `inline://` and base64.
    Inline(String),
}

/// A repository that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum RuleRepositoryError {
    /// A scheme of Oathkeeper's that is not read here.
    #[error(
        "rules at `{0}` cannot be read here, use `file://`, `inline://`, `http://`, `https://` or `s3://`"
    )]
    Unsupported(String),
    /// No scheme of Oathkeeper's at all.
    #[error(
        "`{0}` has a scheme that is not known, use `file://`, `inline://`, `http://`, `https://` or `s3://`"
    )]
    Unknown(String),
    /// An `inline://` that holds no base64.
    #[error("the text after `inline://` is not base64 of UTF-8 text")]
    Base64,
    /// An `s3://` without bucket or key.
    #[error("`{0}` has no bucket or no key: write `s3://bucket/key`")]
    S3(String),
}

impl RuleRepository {
    /// Whether both name the same place.
    pub(super) fn is_same_as(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::File(one), Self::File(other)) => steps(one).eq(steps(other)),
            _ => self == other,
        }
    }

    /// Reads one of `access_rules.repositories`.
    ///
    /// # Errors
    /// `gs://`, `azblob://` and unknown schemes, `inline://` without base64, `s3://` without a key.
    pub fn parse(url: &str) -> Result<Self, RuleRepositoryError> {
        let Some((scheme, rest)) = url.split_once("://") else {
            return Ok(Self::File(match url.strip_prefix("file:/") {
                Some(path) => file_path(&format!("/{path}")),
                None => url.to_owned(),
            }));
        };
        match scheme.to_ascii_lowercase().as_str() {
            "file" => Ok(Self::File(file_path(rest))),
            "http" | "https" => Ok(Self::Http(url.to_owned())),
            "s3" => s3(url, rest),
            "inline" => STANDARD
                .decode(rest)
                .ok()
                .and_then(|bytes| String::from_utf8(bytes).ok())
                .map(Self::Inline)
                .ok_or(RuleRepositoryError::Base64),
            "gs" | "azblob" => Err(RuleRepositoryError::Unsupported(url.to_owned())),
            _ => Err(RuleRepositoryError::Unknown(url.to_owned())),
        }
    }
}

/// A `file://` URL's path: host and path together, so that `file://./rules.json` is relative, with
/// percent-encoding taken off.
fn file_path(rest: &str) -> String {
    let path = rest.split(['?', '#']).next().unwrap_or(rest);
    percent_decode(path)
}

/// A path without its dots.
fn steps(path: &str) -> impl Iterator<Item = Component<'_>> {
    Path::new(path)
        .components()
        .filter(|step| *step != Component::CurDir)
}

/// A text without percent-encoding; as it is where that leads to bytes that are not UTF-8.
fn percent_decode(text: &str) -> String {
    percent_decode_str(text)
        .decode_utf8()
        .map_or_else(|_| text.to_owned(), Cow::into_owned)
}

fn s3(url: &str, rest: &str) -> Result<RuleRepository, RuleRepositoryError> {
    let (place, query) = rest.split_once('?').unwrap_or((rest, ""));
    match place.split_once('/') {
        Some((bucket, key)) if !bucket.is_empty() && !key.is_empty() => Ok(RuleRepository::S3 {
            bucket: bucket.to_owned(),
            key: percent_decode(key),
            region: query
                .split('&')
                .find_map(|pair| pair.strip_prefix("region="))
                .map(str::to_owned),
        }),
        _ => Err(RuleRepositoryError::S3(url.to_owned())),
    }
}

/// The place as messages name it: never the text of an inline repository.
impl fmt::Display for RuleRepository {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => to.write_str(path),
            Self::Http(url) => to.write_str(without_credentials(url).as_str()),
            Self::S3 { bucket, key, .. } => write!(to, "s3://{bucket}/{key}"),
            Self::Inline(_) => to.write_str("inline://…"),
        }
    }
}

impl fmt::Debug for RuleRepository {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(to, "RuleRepository({self})")
    }
}

fn without_credentials(url: &str) -> String {
    let url = url.split(['?', '#']).next().unwrap_or(url);
    match url.split_once("://") {
        Some((scheme, rest)) => {
            let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
            let host = authority
                .rsplit_once('@')
                .map_or(authority, |(_, host)| host);
            format!("{scheme}://{host}/{path}")
        }
        None => url.to_owned(),
    }
}

/// Why a repository could not be read: the system's sentence.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{0}")]
pub struct RuleFilesError(pub String);

/// Reads the files that repositories name. Inline repositories never get here.
pub trait RuleFiles: Send + Sync {
    /// The whole content of a repository.
    fn read<'a>(
        &'a self,
        repository: &'a RuleRepository,
    ) -> BoxFuture<'a, Result<Vec<u8>, RuleFilesError>>;
}
