//! The configuration of a rule's handler without secrets, for the API, which has no authentication.
//!
//! Only options that are known to hold no secret are shown. Everything else keeps its position and its names and has
//! [`HIDDEN`] for each value, so that an unknown option reveals nothing.

use oathgate_gostd::Url;
use serde_json::Value;

/// The replacement of a value.
const HIDDEN: &str = "***";

/// What of an option's values is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// Everything, except credentials in a URL.
    Plain,
    /// A URL without credentials and without the values of its query.
    ServiceUrl,
    /// A URL that clients are redirected to: everything except user and password.
    RedirectUrl,
    /// A template that contains only fields and functions.
    Template,
}

/// The options by their keys, without the indexes of lists; `*` is any name in a map.
const KNOWN: &[(&str, Kind)] = &[
    ("allowed_algorithms", Kind::Plain),
    ("api.retry.give_up_after", Kind::Plain),
    ("api.retry.max_delay", Kind::Plain),
    ("api.url", Kind::ServiceUrl),
    ("base_url", Kind::ServiceUrl),
    ("cache.enabled", Kind::Plain),
    ("cache.max_cost", Kind::Plain),
    ("cache.max_tokens", Kind::Plain),
    ("cache.ttl", Kind::Plain),
    ("check_session_url", Kind::ServiceUrl),
    ("claims", Kind::Template),
    ("code", Kind::Plain),
    ("cookies.*", Kind::Template),
    ("extra_from", Kind::Plain),
    ("flavor", Kind::Plain),
    ("force_method", Kind::Plain),
    ("forward_http_headers", Kind::Plain),
    ("forward_response_headers_to_upstream", Kind::Plain),
    ("headers.*", Kind::Template),
    ("introspection_url", Kind::ServiceUrl),
    ("issuer_url", Kind::ServiceUrl),
    ("jwks_max_wait", Kind::Plain),
    ("jwks_ttl", Kind::Plain),
    ("jwks_url", Kind::ServiceUrl),
    ("jwks_urls", Kind::ServiceUrl),
    ("only", Kind::Plain),
    ("payload", Kind::Template),
    ("pre_authorization.audience", Kind::Plain),
    ("pre_authorization.client_id", Kind::Plain),
    ("pre_authorization.enabled", Kind::Plain),
    ("pre_authorization.scope", Kind::Plain),
    ("pre_authorization.token_url", Kind::ServiceUrl),
    ("prefix", Kind::Plain),
    ("preserve_host", Kind::Plain),
    ("preserve_path", Kind::Plain),
    ("preserve_query", Kind::Plain),
    ("realm", Kind::Plain),
    ("remote", Kind::ServiceUrl),
    ("required_action", Kind::Plain),
    ("required_resource", Kind::Plain),
    ("required_scope", Kind::Plain),
    ("retry.give_up_after", Kind::Plain),
    ("retry.max_delay", Kind::Plain),
    ("return_to_query_param", Kind::Plain),
    ("scope_strategy", Kind::Plain),
    ("subject", Kind::Plain),
    ("subject_from", Kind::Plain),
    ("target_audience", Kind::Plain),
    ("to", Kind::RedirectUrl),
    ("token_from.cookie", Kind::Plain),
    ("token_from.header", Kind::Plain),
    ("token_from.query_parameter", Kind::Plain),
    ("token_url", Kind::ServiceUrl),
    ("trusted_issuers", Kind::Plain),
    ("ttl", Kind::Plain),
    ("verbose", Kind::Plain),
    ("when.error", Kind::Plain),
    ("when.request.cidr", Kind::Plain),
    ("when.request.header.accept", Kind::Plain),
    ("when.request.header.content_type", Kind::Plain),
];

/// A handler's configuration without secrets. Every key is present, and every list has its length.
pub(super) fn redacted(config: &Value) -> Value {
    shown(config, "")
}

/// The URL of a rule's backend without secrets.
pub(super) fn redacted_url(url: &str) -> String {
    if url.is_empty() {
        return String::new();
    }
    without_credentials(url, false).unwrap_or_else(|| HIDDEN.to_owned())
}

fn shown(value: &Value, key: &str) -> Value {
    match value {
        Value::Null => Value::Null,
        Value::Array(items) => items.iter().map(|item| shown(item, key)).collect(),
        Value::Object(members) => members
            .iter()
            .map(|(name, member)| (name.clone(), shown(member, &below(key, name))))
            .collect(),
        leaf => match kind(key) {
            None => HIDDEN.into(),
            Some(kind) => leaf
                .as_str()
                .map_or_else(|| leaf.clone(), |text| of_text(kind, text).into()),
        },
    }
}

fn below(key: &str, name: &str) -> String {
    match key {
        "" => name.to_owned(),
        key => format!("{key}.{name}"),
    }
}

fn kind(key: &str) -> Option<Kind> {
    KNOWN
        .iter()
        .find(|(known, _)| match known.strip_suffix(".*") {
            None => *known == key,
            Some(map) => key
                .strip_prefix(map)
                .is_some_and(|name| name.starts_with('.')),
        })
        .map(|(_, kind)| *kind)
}

fn of_text(kind: Kind, text: &str) -> String {
    let shown = match kind {
        Kind::Plain if !text.contains("://") => Some(text.to_owned()),
        Kind::Plain | Kind::ServiceUrl => without_credentials(text, false),
        Kind::RedirectUrl => without_credentials(text, true),
        Kind::Template => has_no_literal(text).then(|| text.to_owned()),
    };
    shown.unwrap_or_else(|| HIDDEN.to_owned())
}

/// A URL with [`HIDDEN`] for user and password, the values of the query and the fragment. A `public` one, which clients
/// are redirected to, keeps the latter two and may be relative. `None` for a text that is not such a URL.
fn without_credentials(text: &str, public: bool) -> Option<String> {
    let url = Url::parse(text).ok()?;
    match url.scheme.as_str() {
        "http" | "https" | "file" if url.opaque.is_empty() => {}
        "inline" => return Some(format!("inline://{HIDDEN}")),
        "" if public => {}
        _ => return None,
    }
    let keeps_all =
        url.user.is_none() && (public || url.raw_query.is_empty() && url.fragment.is_empty());
    if keeps_all {
        return Some(text.to_owned());
    }
    let mut shown = match url.scheme.as_str() {
        "" => "//".to_owned(),
        scheme => format!("{scheme}://"),
    };
    if url.user.is_some() {
        shown += &format!("{HIDDEN}@");
    }
    shown += &url.host;
    shown += &url.escaped_path();
    if !url.raw_query.is_empty() {
        let pairs = url
            .raw_query
            .split('&')
            .map(|pair| match pair.split_once('=') {
                _ if public => pair.to_owned(),
                Some((name, _)) => format!("{name}={HIDDEN}"),
                None => HIDDEN.to_owned(),
            });
        shown = format!("{shown}?{}", pairs.collect::<Vec<_>>().join("&"));
    }
    if !url.fragment.is_empty() {
        shown += &format!("#{HIDDEN}");
    }
    Some(shown)
}

/// Whether a template consists of actions alone, without text, strings, comments and long numbers, so that it contains
/// no value itself.
fn has_no_literal(template: &str) -> bool {
    let mut rest = template.trim();
    while !rest.is_empty() {
        let Some((action, behind)) = rest
            .strip_prefix("{{")
            .and_then(|opened| opened.split_once("}}"))
        else {
            return false;
        };
        let plain = |character: char| {
            character.is_ascii_alphanumeric() || " _.$|()-,:=".contains(character)
        };
        let words = || action.split(|character: char| !character.is_ascii_alphanumeric());
        let long_number =
            |word: &str| word.len() > 3 && word.starts_with(|first: char| first.is_ascii_digit());
        if !action.chars().all(plain) || words().any(long_number) {
            return false;
        }
        rest = behind.trim_start();
    }
    true
}

#[cfg(test)]
mod tests;
