//! Refuses paths that the gate and a backend could read differently.
//!
//! Rules are matched against the path as it is written. Backends decode it, some of them twice, some
//! drop `;parameters`. So a path is refused where one of these readings holds something no path
//! should, and where it leads to another rule than the one that was asked.

use std::borrow::Cow;

use oathgate_engine::{Gate, Request};
use oathgate_matching::Found;
use thiserror::Error;

/// How often a path may be percent-encoded; nobody needs more than once or twice.
const MOST_ROUNDS: usize = 4;

/// Which paths are refused before any rule is asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PathPolicy {
    /// A path that gains a slash when it is decoded, or has a backslash, is refused.
    #[default]
    EncodedSlashesRefused,
    /// Encoded slashes and backslashes are matched as they are written: for backends that never
    /// decode them.
    EncodedSlashesAllowed,
}

/// Why a path is refused.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum Ambiguous {
    /// `%2F`, `%5C`, or one of them encoded again.
    #[error("the path holds an encoded slash")]
    Slash,
    /// A backslash, which some servers take for a slash.
    #[error("the path holds a backslash")]
    Backslash,
    /// A bare `?` or `#`, where a URL's path ends: whoever builds a URL from it loses what follows.
    #[error("the path holds a bare `?` or `#`")]
    Delimiter,
    /// A control character, encoded or not.
    #[error("the path holds a control character")]
    Control,
    /// A character in an over-long form of UTF-8, or as `%u002F`, which some servers decode.
    #[error("the path holds a character in a form that is no UTF-8")]
    Form,
    /// Percent-encoding of percent-encoding of percent-encoding.
    #[error("the path is encoded over and over")]
    Nested,
    /// A segment such as `..;a`, which some servers take for `..`.
    #[error("the path holds a dot segment with parameters")]
    DotParameters,
    /// A reading that the rules treat in another way.
    #[error("the path, read as a server could read it, leads to another rule")]
    OtherRule,
}

impl PathPolicy {
    /// Checks a request's raw path in every reading: alone, and against the rules of a gate.
    ///
    /// # Errors
    /// What makes the path ambiguous. Dot segments that decoding brings up are the engine's to refuse.
    pub fn check(self, request: &Request, gate: &Gate) -> Result<(), Ambiguous> {
        let path = request.url.path.as_str();
        let readings = self.readings(path)?;
        if readings.is_empty() {
            return Ok(());
        }
        // Where no rule or more than one is found, the gate refuses anyway.
        let Found::One(asked) = gate.found(request) else {
            return Ok(());
        };
        let mut other = Request {
            method: request.method.clone(),
            url: request.url.clone(),
            ..Request::default()
        };
        for reading in readings {
            let mut same = false;
            for path in [escaped(&reading), reading] {
                other.url.path = path;
                match gate.found(&other) {
                    Found::One(rule) => {
                        if rule != asked {
                            return Err(Ambiguous::OtherRule);
                        }
                        same = true;
                    }
                    Found::None => {}
                    _ => return Err(Ambiguous::OtherRule),
                }
            }
            // Rules may be written either way, encoded or not; neither leading here is a refusal.
            if !same {
                return Err(Ambiguous::OtherRule);
            }
        }
        Ok(())
    }

    /// The paths that backends could read in place of this one.
    fn readings(self, path: &str) -> Result<Vec<String>, Ambiguous> {
        let decode_slashes = self == Self::EncodedSlashesRefused;
        if decode_slashes && path.contains('\\') {
            return Err(Ambiguous::Backslash);
        }
        if path.contains(['?', '#']) {
            return Err(Ambiguous::Delimiter);
        }
        sound(path.as_bytes())?;
        let mut readings = Vec::new();
        if path.contains(';') {
            readings.push(without_parameters(path));
        }
        let slashes = count_slashes(path.as_bytes());
        let mut text = Cow::Borrowed(path.as_bytes());
        for _ in 0..MOST_ROUNDS {
            match decode(&text, decode_slashes) {
                None => return Ok(readings),
                Some(decoded) => text = Cow::Owned(decoded),
            }
            sound(&text)?;
            if count_slashes(&text) > slashes {
                return Err(Ambiguous::Slash);
            }
            // What is no UTF-8 is read by each server in its own way; the rules see it as such.
            let reading = oathgate_engine::go::text_from_bytes(&text).into_owned();
            if reading.contains(';') {
                readings.push(without_parameters(&reading));
            }
            readings.push(reading);
        }
        Err(Ambiguous::Nested)
    }
}

fn sound(path: &[u8]) -> Result<(), Ambiguous> {
    if path.iter().any(u8::is_ascii_control) {
        return Err(Ambiguous::Control);
    }
    let odd_form = path.windows(2).any(|pair| {
        // RFC 3629 section 3: nothing begins with these, and these would spell what is shorter.
        matches!(
            pair,
            [0xC0 | 0xC1, _] | [0xE0, 0x80..=0x9F] | [0xF0, 0x80..=0x8F] | [b'%', b'u' | b'U']
        )
    });
    if odd_form {
        return Err(Ambiguous::Form);
    }
    let mut segments = path.split(|byte| matches!(byte, b'/' | b'\\'));
    if segments.any(|segment| matches!(segment, [b'.', b';', ..] | [b'.', b'.', b';', ..])) {
        return Err(Ambiguous::DotParameters);
    }
    Ok(())
}

fn count_slashes(path: &[u8]) -> usize {
    path.iter()
        .filter(|byte| matches!(byte, b'/' | b'\\'))
        .count()
}

/// Every segment up to its first `;`.
fn without_parameters(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for (place, segment) in path.split('/').enumerate() {
        if place > 0 {
            out.push('/');
        }
        out.push_str(segment.split_once(';').map_or(segment, |(name, _)| name));
    }
    out
}

/// One round of percent-decoding; `None` where nothing is left to decode.
fn decode(text: &[u8], slashes: bool) -> Option<Vec<u8>> {
    if !text.contains(&b'%') {
        return None;
    }
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((&byte, behind)) = rest.split_first() {
        if let (b'%', [high, low, after @ ..]) = (byte, behind)
            && let (Some(high), Some(low)) = (hex(*high), hex(*low))
            && let decoded = high << 4 | low
            && (slashes || !matches!(decoded, b'/' | b'\\'))
        {
            out.push(decoded);
            rest = after;
        } else {
            out.push(byte);
            rest = behind;
        }
    }
    (out.len() < text.len()).then_some(out)
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit)
        .to_digit(16)
        .and_then(|value| u8::try_from(value).ok())
}

/// A path as it is usually written in URLs, with what is escaped already left alone.
fn escaped(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for byte in oathgate_engine::go::bytes_of_text(path).iter() {
        // RFC 3986 section 3.3: what a path may hold unescaped, and the percent sign of an escape.
        if byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@/%".contains(byte) {
            out.push(char::from(*byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, LazyLock};

    use oathgate_engine::{
        Ports,
        config::{Config, Format},
        go::Url,
        ports::SystemClock,
        rules,
    };
    use oathgate_outbound::{Client, UrlKeys};
    use proptest::prelude::*;

    use super::{PathPolicy::*, *};

    /// Everything is open but what begins with `/admin`, and `/café` is a rule written encoded.
    static GATE: LazyLock<Gate> = LazyLock::new(gate);

    fn gate() -> Gate {
        let rule = |id: &str, path: &str| {
            format!(
                r#"{{"id":"{id}","match":{{"url":"https://a.example{path}","methods":["GET"]}},
                "authenticators":[{{"handler":"noop"}}],"authorizer":{{"handler":"allow"}},
                "mutators":[{{"handler":"noop"}}]}}"#
            )
        };
        let text = format!(
            "[{},{},{},{}]",
            rule("open", "/<(?!admin|caf|item).*>"),
            rule("admin", "/admin<.*>"),
            rule("encoded", "/caf%C3%A9"),
            rule("digits", "/item/<[0-9]+>"),
        );
        let rules = rules::decode("rules.json", &text).unwrap().rules;
        let none = std::iter::empty::<(String, String)>();
        let config = Config::parse(
            "{authenticators: {noop: {enabled: true}}, authorizers: {allow: {enabled: true}}, \
             mutators: {noop: {enabled: true}}}",
            Format::Yaml,
            none,
        )
        .unwrap();
        let client = Client::default();
        let ports = Ports {
            http: Arc::new(client.clone()),
            keys: Arc::new(UrlKeys::new(client)),
            clock: Arc::new(SystemClock),
        };
        Gate::build(config, rules, ports)
    }

    fn request(path: &str) -> Request {
        let url = Url {
            scheme: "https".to_owned(),
            host: "a.example".to_owned(),
            path: path.to_owned(),
            ..Url::default()
        };
        Request {
            method: "GET".to_owned(),
            url,
            ..Request::default()
        }
    }

    #[test]
    fn it_refuses_paths_that_servers_read_differently() {
        for (path, why) in [
            ("/a%2Fb", Ambiguous::Slash),
            ("/a%2fb", Ambiguous::Slash),
            ("/a%252Fb", Ambiguous::Slash),
            ("/a%25252Fb", Ambiguous::Slash),
            ("/a%5Cb", Ambiguous::Slash),
            ("/a\\b", Ambiguous::Backslash),
            ("/admin#/../a", Ambiguous::Delimiter),
            ("/admin?/../a", Ambiguous::Delimiter),
            ("/a%00", Ambiguous::Control),
            ("/a%0d%0aX-User:b", Ambiguous::Control),
            ("/a%2500", Ambiguous::Control),
            ("/a\u{1}", Ambiguous::Control),
            ("/a%7F", Ambiguous::Control),
            ("/%C0%AF", Ambiguous::Form),
            ("/%C1%9C", Ambiguous::Form),
            ("/%E0%80%AF", Ambiguous::Form),
            ("/%F0%80%80%AF", Ambiguous::Form),
            ("/a%u002Fb", Ambiguous::Form),
            ("/a/..;/admin", Ambiguous::DotParameters),
            ("/a/..;x=y/admin", Ambiguous::DotParameters),
            ("/a/.;/b", Ambiguous::DotParameters),
            ("/a/%2E%2E;/admin", Ambiguous::DotParameters),
            ("/a/..%3B/admin", Ambiguous::DotParameters),
            ("/%2525252525", Ambiguous::Nested),
            ("/%61dmin", Ambiguous::OtherRule),
            ("/%2561dmin", Ambiguous::OtherRule),
            ("/;x/admin", Ambiguous::OtherRule),
            ("/%63afe", Ambiguous::OtherRule),
        ] {
            assert_eq!(
                EncodedSlashesRefused.check(&request(path), &GATE),
                Err(why),
                "{path}"
            );
        }
    }

    #[test]
    fn it_lets_paths_pass_that_mean_one_thing() {
        for path in [
            "/",
            "/a",
            "/a//b",
            "/a%20b",
            "/a%23b%3Fc",
            "/%C3%BC",
            "/ü",
            "/100%25",
            "/a%zz%",
            "/a;v=1/b;x",
            "/a:b@c,d+e$f!g*h'i(j)",
            "/caf%C3%A9",
            "/%FC",
            "/item/42",
            "/item/%34%32",
            "/a...b/..a",
        ] {
            assert_eq!(
                EncodedSlashesRefused.check(&request(path), &GATE),
                Ok(()),
                "{path}"
            );
        }
    }

    #[test]
    fn a_stage_may_allow_encoded_slashes_and_nothing_else() {
        for path in ["/a%2Fb", "/a%5Cb", "/a\\b", "/%2Fadmin"] {
            assert_eq!(
                EncodedSlashesAllowed.check(&request(path), &GATE),
                Ok(()),
                "{path}"
            );
        }
        for path in ["/%61dmin", "/a%00", "/%C0%AF", "/a/..;/b", "/%2561dmin%2Fa"] {
            assert!(
                EncodedSlashesAllowed.check(&request(path), &GATE).is_err(),
                "{path}"
            );
        }
    }

    /// Decodes once, as a server does; written apart from the code it tests.
    fn decoded(path: &str) -> String {
        let mut out = Vec::new();
        let mut bytes = path.bytes().peekable();
        while let Some(byte) = bytes.next() {
            let ahead: Vec<u8> = bytes.clone().take(2).collect();
            let text = std::str::from_utf8(&ahead).unwrap_or_default();
            match u8::from_str_radix(text, 16) {
                Ok(value) if byte == b'%' && text.len() == 2 && !text.starts_with('+') => {
                    out.push(value);
                    bytes.nth(1);
                }
                _ => out.push(byte),
            }
        }
        oathgate_engine::go::text_from_bytes(&out).into_owned()
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(4000) })]

        #[test]
        fn every_reading_of_an_allowed_path_leads_to_the_same_rule(
            path in "/([a-c;.%/\\\\ü]|admin|%61|%2[Ff]|%2[Ee]|%5c|%25|%3[Bb]|%6[0-9]|%C3%A9|item|[0-9]|;){0,8}",
        ) {
            let asked = request(&path);
            let Found::One(rule) = GATE.found(&asked) else { return Ok(()) };
            if EncodedSlashesRefused.check(&asked, &GATE).is_err() {
                return Ok(());
            }
            let mut reading = path.clone();
            for _ in 0..3 {
                reading = decoded(&reading);
                let stripped: Vec<_> =
                    reading.split('/').map(|part| part.split(';').next().unwrap()).collect();
                for text in [reading.clone(), stripped.join("/")] {
                    let found = GATE.found(&request(&text));
                    // A rule may be written encoded; another rule must never answer.
                    prop_assert!(
                        found == Found::One(rule)
                            || (found == Found::None && GATE.found(&request(&escaped(&text))) == Found::One(rule)),
                        "{path} read as {text}: {found:?}, not {rule}"
                    );
                }
            }
        }
    }
}
