//! The configuration of a rule's handler, to be shown to whoever reaches the API.
//!
//! What is shown is what is known to hold no secret, option by option. Everything else keeps its place
//! and its names and has [`HIDDEN`] for each value, so that an option nobody thought of shows nothing.

use oathgate_engine::go::Url;
use serde_json::Value;

/// What is shown in place of a value.
const HIDDEN: &str = "***";

/// What may be shown of an option's values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// All, though of a URL no credentials.
    Plain,
    /// A URL without credentials and values of the query.
    Address,
    /// An address that clients are sent to: all but user and password.
    Target,
    /// A template that holds nothing but fields and functions.
    Template,
}

/// Options by their keys, those of lists and maps without index or name.
const KNOWN: &[(&str, Kind)] = &[
    ("allowed_algorithms", Kind::Plain),
    ("api.retry.give_up_after", Kind::Plain),
    ("api.retry.max_delay", Kind::Plain),
    ("api.url", Kind::Address),
    ("base_url", Kind::Address),
    ("cache.enabled", Kind::Plain),
    ("cache.max_cost", Kind::Plain),
    ("cache.max_tokens", Kind::Plain),
    ("cache.ttl", Kind::Plain),
    ("check_session_url", Kind::Address),
    ("claims", Kind::Template),
    ("code", Kind::Plain),
    ("cookies.*", Kind::Template),
    ("extra_from", Kind::Plain),
    ("flavor", Kind::Plain),
    ("force_method", Kind::Plain),
    ("forward_http_headers", Kind::Plain),
    ("forward_response_headers_to_upstream", Kind::Plain),
    ("headers.*", Kind::Template),
    ("introspection_url", Kind::Address),
    ("issuer_url", Kind::Address),
    ("jwks_max_wait", Kind::Plain),
    ("jwks_ttl", Kind::Plain),
    ("jwks_url", Kind::Address),
    ("jwks_urls", Kind::Address),
    ("only", Kind::Plain),
    ("payload", Kind::Template),
    ("pre_authorization.audience", Kind::Plain),
    ("pre_authorization.client_id", Kind::Plain),
    ("pre_authorization.enabled", Kind::Plain),
    ("pre_authorization.scope", Kind::Plain),
    ("pre_authorization.token_url", Kind::Address),
    ("prefix", Kind::Plain),
    ("preserve_host", Kind::Plain),
    ("preserve_path", Kind::Plain),
    ("preserve_query", Kind::Plain),
    ("realm", Kind::Plain),
    ("remote", Kind::Address),
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
    ("to", Kind::Target),
    ("token_from.cookie", Kind::Plain),
    ("token_from.header", Kind::Plain),
    ("token_from.query_parameter", Kind::Plain),
    ("token_url", Kind::Address),
    ("trusted_issuers", Kind::Plain),
    ("ttl", Kind::Plain),
    ("verbose", Kind::Plain),
    ("when.error", Kind::Plain),
    ("when.request.cidr", Kind::Plain),
    ("when.request.header.accept", Kind::Plain),
    ("when.request.header.content_type", Kind::Plain),
];

/// A handler's configuration without its secrets: every key is there, and every list is as long.
pub(super) fn without_secrets(config: &Value) -> Value {
    shown(config, "")
}

/// The URL of a rule's backend without its secrets.
pub(super) fn address(url: &str) -> String {
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
        Kind::Plain | Kind::Address => without_credentials(text, false),
        Kind::Target => without_credentials(text, true),
        Kind::Template => holds_no_literal(text).then(|| text.to_owned()),
    };
    shown.unwrap_or_else(|| HIDDEN.to_owned())
}

/// A URL with [`HIDDEN`] for user and password, values of the query and fragment; a `public` one, which
/// clients are sent to, keeps the latter two and may be relative. `None` where a text is none of the
/// URLs that are known.
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

/// Whether a template is made of actions alone, without text, strings, comments and long numbers: such a
/// one names what it shows and holds nothing itself.
fn holds_no_literal(template: &str) -> bool {
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
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn addresses_are_shown_without_credentials() {
        for (url, wanted) in [
            ("http://h", Some("http://h")),
            ("https://h:1/a/b%20c", Some("https://h:1/a/b%20c")),
            ("file:///etc/keys.json", Some("file:///etc/keys.json")),
            ("http://user:s3cr3t@h/a", Some("http://***@h/a")),
            ("http://s3cr3t@h", Some("http://***@h")),
            ("http://:s3cr3t@h", Some("http://***@h")),
            (
                "http://h/?a=s3cr3t&b=s3cr3t&s3cr3t",
                Some("http://h/?a=***&b=***&***"),
            ),
            ("http://h/#s3cr3t", Some("http://h/#***")),
            ("inline://czNjcjN0", Some("inline://***")),
            ("s3cr3t", None),
            ("user:s3cr3t@h", None),
            ("//user:s3cr3t@h/", None),
            ("ftp://user:s3cr3t@h/", None),
            ("http://user:s3c r3t@h/\u{7f}", None),
        ] {
            let shown = without_credentials(url, false);
            assert_eq!(shown.as_deref(), wanted, "{url}");
        }
    }

    #[test]
    fn what_clients_are_sent_to_is_shown_but_for_a_password() {
        for (url, wanted) in [
            ("https://h/login?client=a#b", "https://h/login?client=a#b"),
            ("/login?a=b", "/login?a=b"),
            ("https://u:s3cr3t@h/login?a=b", "https://***@h/login?a=b"),
            ("//u:s3cr3t@h/login?a=b", "//***@h/login?a=b"),
        ] {
            assert_eq!(without_credentials(url, true).unwrap(), wanted);
        }
    }

    #[test]
    fn a_template_is_shown_where_it_holds_nothing_itself() {
        for (template, shown) in [
            ("", true),
            ("{{ print .Subject }}", true),
            ("{{- .Extra.role | upper -}} {{ .Subject }}\n", true),
            ("{{ printIndex .MatchContext.RegexpCaptureGroups 0 }}", true),
            ("s3cr3t", false),
            ("Bearer {{ .Extra.token }}", false),
            ("{{ .Extra.token }} s3cr3t", false),
            ("{{ print \"s3cr3t\" }}", false),
            ("{{ print `s3cr3t` }}", false),
            ("{{ print 's' }}", false),
            ("{{/* s3cr3t */}}", false),
            ("{{ print 123456 }}", false),
            ("{{ print 0x73336372 }}", false),
            ("{{ s3cr3t", false),
        ] {
            assert_eq!(holds_no_literal(template), shown, "{template}");
        }
    }

    #[test]
    fn what_nobody_thought_of_is_hidden_in_its_place() {
        let config = json!({
            "new": "s3cr3t", "number": 7, "yes": true, "none": null, "list": ["s3cr3t", {"a": 1}],
            "when": [{"error": ["unauthorized"], "new": "s3cr3t"}],
            "cache": {"enabled": true, "new": 1.5}, "headersX": {"a": "{{ .Subject }}"},
            "headers": {"a": {"b": "s3cr3t"}}, "extra_from": "@this",
        });
        let wanted = json!({
            "new": "***", "number": "***", "yes": "***", "none": null, "list": ["***", {"a": "***"}],
            "when": [{"error": ["unauthorized"], "new": "***"}],
            "cache": {"enabled": true, "new": "***"}, "headersX": {"a": "***"},
            "headers": {"a": {"b": "***"}}, "extra_from": "@this",
        });
        assert_eq!(without_secrets(&config), wanted);
    }
}
