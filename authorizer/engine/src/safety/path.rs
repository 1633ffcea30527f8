//! Refuses paths that the gate and a backend could read differently.

use oathgate_router::{Found, Router};
use thiserror::Error;

use super::{
    policy::{PathPolicy, Treatment},
    readings::readings,
    spelling::{escaped, is_escaped_well, percent_decoded},
};
use crate::{Failure, ReasonCode, Request};

/// Why a path is refused.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum UnsafePath {
    /// A path that does not begin with a slash would run into the host.
    #[error("the path does not begin with a slash")]
    Relative,
    /// A bare `?` or `#`, where a URL's path ends: whoever builds a URL from it loses what follows.
    #[error("the path contains a bare `?` or `#`")]
    Delimiter,
    /// A `%` that begins no escape, which servers drop, keep or read in their own ways.
    #[error("the path contains a `%` that escapes nothing")]
    Escape,
    /// A backslash, which some servers and every browser take for a slash.
    #[error("the path contains a backslash")]
    Backslash,
    /// A blank, where a request line's path ends.
    #[error("the path contains a bare blank")]
    Blank,
    /// A control character, encoded or not.
    #[error("the path contains a control character")]
    Control,
    /// A character in an over-long form of UTF-8, which some servers decode.
    #[error("the path contains an over-long form of UTF-8")]
    Overlong,
    /// U+FFFD, which whoever decoded the path put in place of bytes that nobody knows any more.
    #[error("the path contains U+FFFD, in place of bytes that are not UTF-8")]
    Replaced,
    /// A segment that some server takes for `.` or `..`.
    #[error("the path contains a dot segment")]
    DotSegment,
    /// `%2F`, `%5C`, or one of them encoded again.
    #[error("the path contains an encoded slash")]
    Slash,
    /// Percent-encoding of percent-encoding of percent-encoding.
    #[error("the path is encoded too many times")]
    Nested,
    /// A character that ends or begins an escape, in a path that API Gateway has decoded: what it makes of it
    /// in the backend's URL is not known.
    #[error("the path, which API Gateway has decoded, contains `%`, `?` or `#`")]
    Decoded,
    /// A path that the stage's base path does not lead to.
    #[error("the path is not below the stage's `basePath`")]
    OutsideBasePath,
    /// API Gateway sends the backend another path than the event names.
    #[error(
        "the event's path and its path parameters name different paths: is `basePath` of the stage right?"
    )]
    OtherThanSent,
    /// A reading that the rules treat in another way.
    #[error("the path, read as a server could read it, leads to another rule or to none")]
    OtherRule,
}

impl From<UnsafePath> for Failure {
    fn from(why: UnsafePath) -> Self {
        Self::bad_request()
            .because(ReasonCode::UnsafePath)
            .with_cause(why.to_string())
    }
}

/// What there is to know of a path before rules are asked.
#[derive(Debug, Default)]
pub(crate) struct RequestedPath {
    /// Whether there is none, which is the root (RFC 9110, section 4.2.3).
    is_empty: bool,
    /// How servers could read it; none where there is but one way.
    readings: Vec<String>,
}

/// Looks at the path of a request in every reading, before any rule is asked.
///
/// # Errors
/// What makes the path unsafe, whatever the rules say.
pub(crate) fn requested_path(
    request: &Request,
    policy: PathPolicy,
) -> Result<RequestedPath, UnsafePath> {
    if policy.unsafe_paths == Treatment::Allow {
        return Ok(RequestedPath::default());
    }
    let path = as_written(request)?;
    if path.is_empty() || is_plain(path.as_bytes()) {
        return Ok(RequestedPath {
            is_empty: path.is_empty(),
            readings: Vec::new(),
        });
    }
    if !path.starts_with('/') {
        return Err(UnsafePath::Relative);
    }
    if path.contains(['?', '#']) {
        return Err(UnsafePath::Delimiter);
    }
    let readings = readings(path, policy.encoded_slashes)?;
    if path.contains('\\') {
        return Err(UnsafePath::Backslash);
    }
    if path.contains(' ') {
        return Err(UnsafePath::Blank);
    }
    if !is_escaped_well(path) {
        return Err(UnsafePath::Escape);
    }
    Ok(RequestedPath {
        is_empty: false,
        readings,
    })
}

/// The path as the client wrote it, which is what a backend is sent; rules may be asked about it decoded, as
/// Go's server hands it on.
fn as_written(request: &Request) -> Result<&str, UnsafePath> {
    let path = request.url.path.as_str();
    match request.request_uri.split('?').next() {
        None | Some("") => Ok(path),
        Some(written) if written == path => Ok(path),
        Some(written) if percent_decoded(written, true).as_deref() == Some(path) => Ok(written),
        // Part of the path was taken for the query.
        Some(_) => Err(UnsafePath::Delimiter),
    }
}

/// Whether there is but one way to read a path: the usual case, found by one look at each byte.
fn is_plain(path: &[u8]) -> bool {
    let Some((b'/', rest)) = path.split_first() else {
        return false;
    };
    let mut before = b'/';
    for &byte in rest {
        let plain = match byte {
            // No empty segment, and none with a dot at its end.
            b'/' => !matches!(before, b'/' | b'.'),
            // It can name a stream of NTFS.
            b'$' => before != b':',
            // It can stand for a blank.
            b'+' => before != b'.',
            _ => byte.is_ascii_alphanumeric() || b"-._~!&'()*,=:@".contains(&byte),
        };
        if !plain {
            return false;
        }
        before = byte;
    }
    rest.is_empty() || !matches!(before, b'/' | b'.')
}

/// Makes sure that every reading of a path leads to the rule that the path itself leads to.
///
/// Rules may be written encoded or not, so one of a reading's two spellings must lead to the rule and neither
/// to another. A reading with repeated slashes or a slash at its end must lead there as it is written, too:
/// not every backend cleans paths. Only with a slash at the end may it lead to none.
///
/// # Errors
/// A reading that leads elsewhere.
pub(crate) fn leads_to_one_rule(
    asked: &RequestedPath,
    request: &Request,
    rule: usize,
    router: &Router,
) -> Result<(), UnsafePath> {
    if asked.is_empty {
        match router.find(&request.method, &request.match_url_of("/")) {
            Found::One(found) if found == rule => {}
            Found::None => {}
            _ => return Err(UnsafePath::OtherRule),
        }
    }
    for reading in &asked.readings {
        let mut spellings = vec![reading.as_str()];
        let escaped = escaped(reading);
        if escaped != *reading {
            spellings.push(&escaped);
        }
        let lead_to_the_rule = |read: &dyn Fn(&str) -> String| {
            let mut same = false;
            for spelling in &spellings {
                match router.find(&request.method, &read(spelling)) {
                    Found::One(found) if found == rule => same = true,
                    Found::None => {}
                    _ => return Err(UnsafePath::OtherRule),
                }
            }
            Ok(same)
        };
        if !lead_to_the_rule(&|path| request.match_url_of(&oathgate_router::clean_path(path)))? {
            return Err(UnsafePath::OtherRule);
        }
        let repeated = reading.contains("//");
        if repeated || reading.ends_with('/') {
            let as_written = lead_to_the_rule(&|path| request.match_url_of(path))?;
            if repeated && !as_written {
                return Err(UnsafePath::OtherRule);
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
