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

    /// Checks the path of a request that was granted by the rule its clean form leads to: a backend
    /// that leaves dot segments and repeated slashes as they are must not take it, in any reading, for
    /// another rule's. What no rule knows as it is written is nothing for such a backend to serve.
    ///
    /// # Errors
    /// What makes the path ambiguous.
    pub fn check_as_written(self, request: &Request, gate: &Gate) -> Result<(), Ambiguous> {
        let path = request.url.path.as_str();
        if !is_unclean(path) {
            return Ok(());
        }
        let Found::One(asked) = gate.found(request) else {
            return Ok(());
        };
        let mut other = Request {
            method: request.method.clone(),
            url: request.url.clone(),
            ..Request::default()
        };
        let mut readings = self.readings(path)?;
        readings.push(path.to_owned());
        for reading in readings {
            for path in [escaped(&reading), reading] {
                path.trim_end_matches('/').clone_into(&mut other.url.path);
                match gate.found_as_written(&other) {
                    Found::One(rule) if rule == asked => {}
                    Found::None => {}
                    _ => return Err(Ambiguous::OtherRule),
                }
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
            // Whoever hands on what was decoded as it is ends the path here.
            if let Some((path, _)) = reading.split_once(['?', '#']) {
                readings.push(without_parameters(path));
                readings.push(path.to_owned());
            }
            readings.push(reading);
        }
        Err(Ambiguous::Nested)
    }
}

/// Whether a path holds what most servers take out of it: dot segments, and slashes next to each
/// other. A slash at the end is none of these; what it means is the same nearly everywhere.
fn is_unclean(path: &str) -> bool {
    let inner = path.strip_prefix('/').unwrap_or(path);
    let inner = inner.strip_suffix('/').unwrap_or(inner);
    !inner.is_empty() && inner.split('/').any(|part| matches!(part, "" | "." | ".."))
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

    /// Everything is open but what begins with `/admin`, and `/only` alone; `/café` is written encoded.
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
            "[{},{},{},{},{}]",
            rule("open", "/<(?!admin|caf|item|only$).*>"),
            rule("only", "/only"),
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
            ("/only;x", Ambiguous::OtherRule),
            ("/only%3Bx", Ambiguous::OtherRule),
            ("/only%3Fx", Ambiguous::OtherRule),
            ("/only%23x", Ambiguous::OtherRule),
            ("/only%253Fx", Ambiguous::OtherRule),
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
    fn what_an_unclean_path_is_granted_for_must_be_what_it_says_too() {
        for path in [
            "/admin/../a",
            "/a/../admin",
            "/admin/x/../../a",
            "//admin",
            "/./admin",
            "/%61dmin/../a",
        ] {
            assert_eq!(
                EncodedSlashesRefused.check_as_written(&request(path), &GATE),
                Err(Ambiguous::OtherRule),
                "{path}"
            );
        }
        for path in [
            "/a/../b",
            "/a//b",
            "/./a",
            "/item//7",
            "/admin/../admin2",
            "/a/",
            "/admin/",
        ] {
            assert_eq!(
                EncodedSlashesRefused.check_as_written(&request(path), &GATE),
                Ok(()),
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

    mod readings;
}
