//! What the real Go gave, call by call: `fixtures/record` says how it is recorded.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may stop at the first surprise"
)]

use std::{fs, path::PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use oathgate_gostd::json::{Layout, marshal};
use oathgate_gostd::time::{self, Time};
use oathgate_gostd::{
    Header, Query, Url, UserInfo, Value, add_cookie, bytes_of_text, canonical_header_name,
    decode_json, fmt, query_escape, query_unescape, strconv, text_from_bytes,
};
use serde::Deserialize;

/// One call of a Go function, with what it gave or its error.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    call: String,
    #[serde(rename = "in")]
    arguments: Vec<Text>,
    #[serde(default)]
    out: Vec<Text>,
    error: Option<Text>,
}

/// A Go string of any bytes.
#[derive(Deserialize)]
#[serde(untagged)]
enum Text {
    Utf8(String),
    Bytes { base64: String },
}

impl Text {
    fn bytes(&self) -> Vec<u8> {
        match self {
            Self::Utf8(text) => text.clone().into_bytes(),
            Self::Bytes { base64 } => STANDARD.decode(base64).unwrap(),
        }
    }
}

/// Calls our function for each recorded call of a package, and compares.
fn replay(package: &str, ours: impl Fn(&str, &[&str]) -> Option<Vec<String>>) {
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("fixtures")
        .join(package)
        .with_extension("jsonl");
    let (mut count, mut failures) = (0, Vec::new());
    for line in fs::read_to_string(&file).unwrap().lines() {
        let case: Case = serde_json::from_str(line).unwrap();
        let texts = |list: &[Text]| -> Vec<String> {
            let texts = list
                .iter()
                .map(|text| text_from_bytes(&text.bytes()).into_owned());
            texts.collect()
        };
        let arguments = texts(&case.arguments);
        let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
        let theirs = case.error.is_none().then(|| texts(&case.out));
        let ours = ours(&case.call, &arguments);
        count += 1;
        if ours != theirs {
            let call = &case.call;
            failures.push(format!(
                "{call} {arguments:?}\n   ours {ours:?}\n theirs {theirs:?}"
            ));
        }
    }
    assert!(count > 100, "only {count} calls are recorded");
    let failed = failures.len();
    assert!(
        failed == 0,
        "{failed} of {count} differ:\n{}",
        failures.join("\n")
    );
}

fn float(bits: &str) -> f64 {
    f64::from_bits(u64::from_str_radix(bits, 16).unwrap())
}

fn bits(float: f64) -> String {
    format!("{:x}", float.to_bits())
}

/// What Go's `json.Marshal` writes for a value, as text.
fn compact(value: &Value) -> Option<Vec<String>> {
    let text = marshal(value, Layout::COMPACT, usize::MAX).ok()?;
    Some(vec![String::from_utf8(text).unwrap()])
}

#[test]
fn durations_are_read_and_written_as_go_does() {
    replay("duration", |call, arguments| match (call, arguments) {
        ("ParseDuration", [text]) => Some(vec![time::parse_duration_nanos(text)?.to_string()]),
        ("Duration.String", [nanos]) => Some(vec![time::format_duration(nanos.parse().unwrap())]),
        _ => panic!("unknown call `{call}`"),
    });
}

#[test]
fn times_are_read_and_written_as_go_does() {
    let at = |unix: &str, nanos: &str| {
        Time::from_unix(unix.parse().unwrap()).add(nanos.parse().unwrap())
    };
    replay("time", |call, arguments| match (call, arguments) {
        ("Parse", [layout, text]) => {
            let time = Time::parse(layout, text)?;
            Some(vec![
                time.unix().to_string(),
                time.format("2006-01-02T15:04:05.999999999Z07:00:00"),
                time.format("-0700 MST"),
                time.format("2006-01-02 15:04:05.999999999 -0700 MST"),
            ])
        }
        ("Format", [unix, nanos, layout]) => Some(vec![at(unix, nanos).format(layout)]),
        ("MarshalJSON", [unix, nanos]) => compact(&Value::object(at(unix, nanos))),
        _ => panic!("unknown call `{call}`"),
    });
}

#[test]
fn urls_are_read_written_and_resolved_as_go_does() {
    replay("url", |call, arguments| match (call, arguments) {
        ("Parse", [text]) => {
            let url = Url::parse(text).ok()?;
            Some(vec![
                url.scheme.clone(),
                url.opaque.clone(),
                url.user
                    .as_ref()
                    .map(ToString::to_string)
                    .unwrap_or_default(),
                url.host.clone(),
                url.path.clone(),
                url.raw_path.clone(),
                url.omit_host.to_string(),
                url.force_query.to_string(),
                url.raw_query.clone(),
                url.fragment.clone(),
                url.raw_fragment.clone(),
                url.to_string(),
                url.escaped_path().into_owned(),
                url.escaped_fragment().into_owned(),
                url.request_uri(),
                url.hostname().to_owned(),
                url.port().to_owned(),
                url.redacted(),
                url.query().encode(),
            ])
        }
        (
            "String",
            [
                scheme,
                opaque,
                user,
                host,
                path,
                raw_path,
                raw_query,
                fragment,
                raw_fragment,
            ],
        ) => {
            let owned = |text: &&str| (*text).to_owned();
            let url = Url {
                scheme: owned(scheme),
                opaque: owned(opaque),
                user: (!user.is_empty()).then(|| UserInfo {
                    username: owned(user),
                    password: Some("p@:/ü".to_owned()),
                }),
                host: owned(host),
                path: owned(path),
                raw_path: owned(raw_path),
                raw_query: owned(raw_query),
                fragment: owned(fragment),
                raw_fragment: owned(raw_fragment),
                ..Url::default()
            };
            Some(vec![
                url.to_string(),
                url.escaped_path().into_owned(),
                url.request_uri(),
            ])
        }
        ("ResolveReference", [base, reference]) => {
            let url = Url::parse(base).unwrap().join(reference).unwrap();
            Some(vec![url.to_string(), url.path, url.raw_path])
        }
        ("QueryEscape", [text]) => Some(vec![query_escape(text)]),
        ("QueryUnescape", [text]) => Some(vec![query_unescape(text)?]),
        ("ParseQuery", [text]) => Some(vec![Query::parse_strictly(text)?.encode()]),
        ("Query", [text]) => Some(vec![Query::parse(text).encode()]),
        _ => panic!("unknown call `{call}`"),
    });
}

#[test]
fn header_names_and_cookies_are_read_and_written_as_go_does() {
    replay("http", |call, arguments| match (call, arguments) {
        ("CanonicalHeaderKey", [name]) => Some(vec![canonical_header_name(name).into_owned()]),
        ("Cookies", lines) => {
            let header: Header = lines.iter().map(|line| ("Cookie", line)).collect();
            let cookies = header.cookies().flat_map(|cookie| {
                [
                    cookie.name.to_owned(),
                    cookie.value.to_owned(),
                    cookie.quoted.to_string(),
                ]
            });
            Some(cookies.collect())
        }
        ("AddCookie", [before, name, value, quoted]) => {
            let mut line = (*before).to_owned();
            add_cookie(&mut line, name, value, *quoted == "true");
            Some(vec![line])
        }
        _ => panic!("unknown call `{call}`"),
    });
}

#[test]
fn json_is_read_and_written_as_go_does() {
    replay("json", |call, arguments| match (call, arguments) {
        ("Marshal string", [text]) => compact(&Value::from(*text)),
        ("Marshal float64", [bits]) => compact(&Value::Float(float(bits))),
        ("Unmarshal", [text]) => {
            let value = decode_json(&bytes_of_text(text)).ok()?;
            let pretty = Layout {
                escape_html: true,
                pretty: true,
            };
            let indented = marshal(&value, pretty, usize::MAX).unwrap();
            let mut out = compact(&value)?;
            out.push(String::from_utf8(indented).unwrap());
            Some(out)
        }
        _ => panic!("unknown call `{call}`"),
    });
}

#[test]
fn paths_are_cleaned_as_go_does() {
    replay("path", |call, arguments| match (call, arguments) {
        ("Clean", [path]) => Some(vec![oathgate_gostd::clean_path(path).into_owned()]),
        _ => panic!("unknown call `{call}`"),
    });
}

#[test]
fn numbers_are_read_and_written_as_go_does() {
    replay("strconv", |call, arguments| match (call, arguments) {
        ("ParseInt", [text]) => Some(vec![strconv::parse_int(text)?.to_string()]),
        ("ParseUint", [text]) => Some(vec![strconv::parse_unsigned(text)?.to_string()]),
        ("ParseFloat", [text]) => {
            let value = strconv::parse_float(text)?;
            // Go has one NaN, whose bits are others than Rust's.
            Some(vec![if value.is_nan() {
                "7ff8000000000001".to_owned()
            } else {
                bits(value)
            }])
        }
        ("Atoi", [text]) => Some(vec![strconv::atoi(text).to_string()]),
        ("Sprint float64", [bits]) => {
            let mut out = Vec::new();
            fmt::sprint(&mut out, &[Value::Float(float(bits))], usize::MAX);
            Some(vec![String::from_utf8(out).unwrap()])
        }
        _ => panic!("unknown call `{call}`"),
    });
}
