//! How servers read paths, written apart from what is tested by it.

use std::collections::BTreeSet;

use oathgate_gostd::{bytes_of_text, text_from_bytes};
use oathgate_router::{Found, RouteEntry, Router, clean_path};
use oathgate_url_pattern::Strategy as Matching;
use proptest::prelude::*;

use super::*;

/// One way in which some server turns a path into another one.
type Reading = fn(&[u8]) -> Vec<u8>;

/// Percent-decoding, as every server does once and some do again.
fn percent_decoded(path: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut at = 0;
    while at < path.len() {
        let digits = path
            .get(at + 1..at + 3)
            .and_then(|two| std::str::from_utf8(two).ok());
        let value = digits
            .filter(|two| two.bytes().all(|byte| byte.is_ascii_hexdigit()))
            .and_then(|two| u8::from_str_radix(two, 16).ok());
        match (path[at], value) {
            (b'%', Some(value)) => {
                out.push(value);
                at += 3;
            }
            (byte, _) => {
                out.push(byte);
                at += 1;
            }
        }
    }
    out
}

/// Proxies that write a path anew: what a URL cannot hold is escaped. Each reading is looked at in both spellings.
fn encoded(path: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    for &byte in path {
        if byte.is_ascii_graphic() && !b"\"<>\\^`{|}?#[]".contains(&byte) {
            out.push(byte);
        } else {
            out.extend(format!("%{byte:02X}").into_bytes());
        }
    }
    out
}

/// Servlet containers: a segment ends at its first semicolon.
fn without_parameters(path: &[u8]) -> Vec<u8> {
    let segments: Vec<_> = path
        .split(|&byte| byte == b'/')
        .map(|segment| segment.split(|&byte| byte == b';').next().unwrap())
        .collect();
    segments.join(&b'/')
}

/// Windows: a backslash is a slash.
fn with_slashes_alone(path: &[u8]) -> Vec<u8> {
    path.iter()
        .map(|&byte| if byte == b'\\' { b'/' } else { byte })
        .collect()
}

/// Windows: a name does not end in dots or blanks.
fn without_ends(path: &[u8]) -> Vec<u8> {
    let segments: Vec<_> = path
        .split(|&byte| byte == b'/')
        .map(|segment| match segment {
            b"." | b".." => segment,
            name => {
                &name[..name
                    .iter()
                    .rposition(|byte| !b". ".contains(byte))
                    .map_or(0, |last| last + 1)]
            }
        })
        .collect();
    segments.join(&b'/')
}

/// Old decoders of UTF-8: two bytes that spell one of ASCII.
fn with_overlong_forms_read(path: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut rest = path;
    while let Some((&first, behind)) = rest.split_first() {
        match (first, behind.first()) {
            (0xC0 | 0xC1, Some(&second)) => {
                out.push((first & 1) << 6 | second & 0x3F);
                rest = &behind[1..];
            }
            _ => {
                out.push(first);
                rest = behind;
            }
        }
    }
    out
}

/// C: a string ends at a NUL.
fn up_to_nul(path: &[u8]) -> Vec<u8> {
    path.split(|&byte| byte == 0).next().unwrap().to_vec()
}

/// Whoever builds a URL from it: a path ends at `?` and `#`.
fn up_to_the_query(path: &[u8]) -> Vec<u8> {
    path.split(|byte| b"?#".contains(byte))
        .next()
        .unwrap()
        .to_vec()
}

/// Whoever parses it as a URL reference: behind two slashes stands a host.
fn behind_the_host(path: &[u8]) -> Vec<u8> {
    match path.strip_prefix(b"//") {
        Some(rest) => {
            let end = rest.iter().position(|&byte| byte == b'/');
            end.map_or_else(|| b"/".to_vec(), |end| rest[end..].to_vec())
        }
        None => path.to_vec(),
    }
}

/// RFC 3986 section 5.2.4, with repeated slashes as one; a slash at the end stays.
fn cleaned(path: &[u8]) -> Vec<u8> {
    let mut segments: Vec<&[u8]> = Vec::new();
    for segment in path.split(|&byte| byte == b'/') {
        match segment {
            b"" | b"." => {}
            b".." => {
                segments.pop();
            }
            other => segments.push(other),
        }
    }
    let end: &[u8] = if path.ends_with(b"/") && !segments.is_empty() {
        b"/"
    } else {
        b""
    };
    [b"/", segments.join(&b'/').as_slice(), end].concat()
}

const READINGS: [Reading; 9] = [
    percent_decoded,
    without_parameters,
    with_slashes_alone,
    without_ends,
    with_overlong_forms_read,
    up_to_nul,
    up_to_the_query,
    behind_the_host,
    cleaned,
];

/// Every path that up to three such steps can make of one.
fn all_readings(path: &str) -> BTreeSet<Vec<u8>> {
    let mut all = BTreeSet::from([bytes_of_text(path).into_owned()]);
    for _ in 0..3 {
        let further: Vec<_> = all
            .iter()
            .flat_map(|known| READINGS.map(|reading| reading(known)))
            .collect();
        all.extend(further);
    }
    all
}

/// A gate, and the rules behind it.
struct World {
    gate: Gate,
    names: Vec<String>,
    router: Router,
}

impl World {
    fn new(strategy: &str, patterns: &BTreeSet<&str>) -> Self {
        let names: Vec<_> = (0..patterns.len())
            .map(|place| format!("rule {place}"))
            .collect();
        let rules: Vec<_> = names
            .iter()
            .map(String::as_str)
            .zip(patterns.iter().copied())
            .collect();
        let entries = patterns.iter().map(|pattern| RouteEntry {
            url: Some(format!("https://a.example{pattern}")),
            methods: vec!["GET".to_owned()],
        });
        let matching = if strategy == "glob" {
            Matching::Glob
        } else {
            Matching::Regexp
        };
        let router = Router::build(matching, entries);
        Self {
            gate: gate_of(strategy, &rules),
            names,
            router,
        }
    }

    /// Whose rule a path is, left as it is. Rules may be written encoded, so its two spellings count as one.
    fn rule_of(&self, path: &str) -> Result<Option<usize>, Found> {
        let spellings = [
            path.to_owned(),
            text_from_bytes(&encoded(&bytes_of_text(path))).into_owned(),
        ];
        let mut rule = None;
        for spelling in spellings {
            match self
                .router
                .find("GET", &format!("https://a.example{spelling}"))
            {
                Found::None => {}
                Found::One(found) if rule.is_none_or(|rule| rule == found) => rule = Some(found),
                other => return Err(other),
            }
        }
        Ok(rule)
    }

    fn check(&self, path: &str) -> Result<(), TestCaseError> {
        let Some(name) = granted(&self.gate, path) else {
            return Ok(());
        };
        let rule = self.names.iter().position(|known| *known == name);
        for bytes in all_readings(path) {
            let reading = text_from_bytes(&bytes).into_owned();
            let found = self.rule_of(&clean_path(&reading));
            prop_assert_eq!(found, Ok(rule), "{} read as {} and cleaned", path, reading);
            let found = self.rule_of(&reading);
            let only_a_slash_at_the_end = reading.ends_with('/') && !reading.contains("//");
            let fine = found == Ok(rule) || (only_a_slash_at_the_end && found == Ok(None));
            prop_assert!(fine, "{path} read as {reading}: {found:?}, not {rule:?}");
        }
        Ok(())
    }
}

const REGEXPS: [&str; 17] = [
    "/<.*>",
    "/<[^/]+>",
    "/<[^/]+>/<[^/]+>",
    "/<(?!admin|only|item).*>",
    "/<.*>/a",
    "/a<.*>",
    "/a/<.+>",
    "/a/",
    "/a//b",
    "/<[ab/]+>",
    "/<[a-z%0-9]+>",
    "/admin<.*>",
    "/only",
    "/item/<[0-9]+>",
    "/caf%C3%A9",
    "/caf\u{e9}",
    "/",
];

const GLOBS: [&str; 9] = [
    "/<**>",
    "/<*>",
    "/<*>/<*>",
    "/a/<**>",
    "/<{a,b}>/<*>",
    "/admin<**>",
    "/only",
    "/item/<[0-9]>",
    "/a/<*>/b",
];

/// What a path may be made of: what is special to some server, in several spellings, and words that
/// lead to one rule or another.
fn paths() -> impl Strategy<Value = String> {
    let part = prop::sample::select(vec![
        "/",
        "/",
        "/",
        "/",
        "//",
        "a",
        "a",
        "b",
        "b",
        "admin",
        "only",
        "item",
        "caf",
        "7",
        ".",
        "..",
        "...",
        ";",
        ";x=1",
        "%",
        "\\",
        "+",
        "~",
        "?",
        "#",
        " ",
        "%2F",
        "%2f",
        "%2E",
        "%2e%2e",
        "%5C",
        "%3B",
        "%61",
        "%2561",
        "%25",
        "%252F",
        "%00",
        "\0",
        "%C0%AF",
        "%c0%ae",
        "%C0%2F",
        "%C3%A9",
        "\u{e9}",
        "%FC",
        "%20",
        "%2520",
        "%09",
        "%u002e",
        "%E0%80%AF",
        "%3F",
        "%23",
        "%41",
        "A",
        "|",
        "\u{FF0E}",
        "\u{FF0F}",
        "%EF%BC%8F",
        "\u{2025}",
    ]);
    prop::collection::vec(part, 0..9).prop_map(|parts| format!("/{}", parts.concat()))
}

fn cases() -> ProptestConfig {
    let asked = std::env::var("PROPTEST_CASES").ok();
    let cases = asked.and_then(|text| text.parse().ok()).unwrap_or(3000);
    ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::with_cases(cases)
    }
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn every_reading_of_a_granted_path_leads_to_the_same_rule(
        path in paths(),
        patterns in prop::collection::btree_set(prop::sample::select(&REGEXPS[..]), 1..4),
    ) {
        World::new("regexp", &patterns).check(&path)?;
    }

    #[test]
    fn every_reading_of_a_path_that_a_glob_grants_leads_to_the_same_rule(
        path in paths(),
        patterns in prop::collection::btree_set(prop::sample::select(&GLOBS[..]), 1..4),
    ) {
        World::new("glob", &patterns).check(&path)?;
    }
}

#[test]
fn these_readings_are_what_attacks_count_on() {
    for (path, reading) in [
        ("/a/%2e%2e/admin", "/admin"),
        ("/a%2f..%2fadmin", "/admin"),
        ("/a/..%255cadmin", "/a/..\\admin"),
        ("/a/..;x/admin", "/admin"),
        ("/%c0%ae%c0%ae/admin", "/../admin"),
        ("/admin%00.png", "/admin"),
        ("/a/../admin", "/admin"),
        ("//a/admin", "/admin"),
        ("/only%20", "/only"),
    ] {
        let all = all_readings(path);
        assert!(all.contains(reading.as_bytes()), "{path}");
        assert_eq!(granted(&GATE, path), None, "{path}");
    }
}
