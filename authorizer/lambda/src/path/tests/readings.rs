//! How servers read paths, written apart from what is tested by it.

use std::collections::BTreeSet;

use oathgate_engine::Outcome;

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

/// RFC 3986 section 5.2.4, with repeated slashes as one.
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
    [b"/", segments.join(&b'/').as_slice()].concat()
}

const READINGS: [Reading; 7] = [
    percent_decoded,
    without_parameters,
    with_slashes_alone,
    with_overlong_forms_read,
    up_to_nul,
    up_to_the_query,
    cleaned,
];

/// Every path that up to three such steps can make of one.
fn all_readings(path: &str) -> BTreeSet<Vec<u8>> {
    let mut all = BTreeSet::from([path.as_bytes().to_vec()]);
    for _ in 0..3 {
        let further: Vec<_> = all
            .iter()
            .flat_map(|known| READINGS.map(|reading| reading(known)))
            .collect();
        all.extend(further);
    }
    all
}

/// The rule that a request for a path is granted by.
fn granted(path: &str) -> Option<usize> {
    let asked = Request {
        asked_uri: path.to_owned(),
        ..request(path)
    };
    EncodedSlashesRefused.check(&asked, &GATE).ok()?;
    EncodedSlashesRefused.check_as_written(&asked, &GATE).ok()?;
    let Found::One(rule) = GATE.found(&asked) else {
        return None;
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let decision = runtime.block_on(GATE.decide(asked));
    matches!(decision.outcome, Outcome::Granted(_)).then_some(rule)
}

/// What a path may be made of: what is special to some server, in several spellings, and words that
/// lead to one rule or another.
fn paths() -> impl Strategy<Value = String> {
    let part = prop::sample::select(vec![
        "/",
        "/",
        "/",
        "a",
        "b",
        "admin",
        "only",
        "item",
        "caf",
        "7",
        ".",
        "..",
        ";",
        ";x=1",
        "%",
        "\\",
        "+",
        "~",
        "?",
        "#",
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
        "%C0%AF",
        "%c0%ae",
        "%C0%2F",
        "%C3%A9",
        "\u{e9}",
        "%FC",
        "%20",
        "%09",
        "%u002e",
        "%E0%80%AF",
        "%3F",
        "%23",
        "%41",
        "A",
    ]);
    prop::collection::vec(part, 0..9).prop_map(|parts| format!("/{}", parts.concat()))
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(
        std::env::var("PROPTEST_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(3000)
    ) })]

    #[test]
    fn every_reading_of_an_allowed_path_is_allowed_by_the_same_rule(path in paths()) {
        let Some(rule) = granted(&path) else { return Ok(()) };
        for bytes in all_readings(&path) {
            let reading = oathgate_engine::go::text_from_bytes(&bytes).into_owned();
            let encoded = || GATE.found(&request(&escaped(&reading)));
            let found = GATE.found(&request(&reading));
            // A rule may be written encoded.
            let same = found == Found::One(rule) || (found == Found::None && encoded() == Found::One(rule));
            prop_assert!(same, "{path} read as {reading}: {found:?}, not {rule}");
            // Where nobody cleans the path, no rule may know it: then there is nothing to serve.
            let written = GATE.found_as_written(&request(reading.trim_end_matches('/')));
            let same = [Found::One(rule), Found::None].contains(&written);
            prop_assert!(same, "{path} read as {reading}, unclean: {written:?}, not {rule}");
        }
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
    ] {
        let all = all_readings(path);
        assert!(all.contains(reading.as_bytes()), "{path}");
        assert_eq!(granted(path), None, "{path}");
    }
}
