//! The index answers as trying every rule in turn would, whatever the rules.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    missing_docs,
    reason = "a test may stop at the first surprise"
)]

mod one_by_one;

use oathgate_router::{CheckedRoutes, RouteEntry, Router};
use oathgate_url_pattern::{Pattern, Strategy};
use one_by_one::{check, entry};
use proptest::prelude::{ProptestConfig, any, prop, prop_assert, prop_assert_eq, proptest};
use proptest::strategy::Strategy as Made;

fn part() -> impl Made<Value = String> {
    prop::sample::select(vec![
        ".*",
        ".+",
        "[a-z]+",
        "[^/]+",
        "[^/]*",
        "[0-9]+",
        "\\d+",
        "\\w+",
        "a|b",
        "ab|a",
        "(a|b)/.*",
        "(a|bc)-([0-9]+)",
        "https?",
        "http|https",
        "",
        "(?i)a",
        "(?i)ab",
        "(?!a).*",
        "[a-c]{2}",
        "[ab]{1,2}",
        "a?",
        "b*",
        "a*b",
        "[^a]*",
        ".",
        "..",
        "(?:ab)?",
        "(/.*)?",
        "a$",
        "^a",
        "(?=a).*",
        "[a-z]+/[0-9]+",
        "([a-z]+)/([a-z]*)",
        "(a)?b",
        "[ab]+[bc]+",
        "[ab]+c?",
        "(?P<n>a)(b)",
        "\\n",
        "é",
        "[^/]+é",
        "(",
        "a)",
        "[a-c]+(?<n>\\d)",
    ])
    .prop_map(str::to_owned)
}

fn pattern() -> impl Made<Value = String> {
    let literal = prop::sample::select(vec![
        "", "/", "a", "/a", "ab", "/a/", "/b", "b", "1", "-", "http://", "é", ".",
    ]);
    prop::collection::vec((literal, prop::option::of(part())), 1..4).prop_map(|pieces| {
        let piece = |(literal, part): (&str, Option<String>)| {
            format!(
                "{literal}{}",
                part.map_or(String::new(), |part| format!("<{part}>"))
            )
        };
        pieces.into_iter().map(piece).collect()
    })
}

fn glob_pattern() -> impl Made<Value = String> {
    let part = prop::sample::select(vec![
        "*", "**", "?", "[ab]", "[!a]", "[a-c]", "{a,b}", "{a,ab}", "{a,b/**}", "a", "a*", "*a",
        "**a", "[", "?*", "",
    ]);
    let literal = prop::sample::select(vec!["", "/", "a", "/a", "ab", "/a/", "b", ".", "é"]);
    prop::collection::vec((literal, prop::option::of(part)), 1..4).prop_map(|pieces| {
        let piece = |(literal, part): (&str, Option<&str>)| {
            format!(
                "{literal}{}",
                part.map_or(String::new(), |part| format!("<{part}>"))
            )
        };
        pieces.into_iter().map(piece).collect()
    })
}

fn url() -> impl Made<Value = String> {
    let text = prop::sample::select(vec![
        "/", "a", "b", "ab", "/a", "/b/", "c", "1", "12", "-", "http://", "https://", "é", "\n",
        ".", "A", "\0",
    ]);
    prop::collection::vec(text, 0..7).prop_map(|texts| texts.concat())
}

fn rules(pattern: impl Made<Value = String>) -> impl Made<Value = Vec<RouteEntry>> {
    let method = prop::sample::select(vec!["GET", "get", "POST", "PuT", "X-Y"]);
    let entry = (
        prop::collection::vec(method, 0..3),
        prop::option::weighted(0.97, pattern),
    )
        .prop_map(|(methods, url)| RouteEntry {
            methods: methods.into_iter().map(str::to_owned).collect(),
            url,
        });
    prop::collection::vec(entry, 0..12)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn regexp_rules_are_found_as_one_by_one(entries in rules(pattern()), method in "GET|get|Post|DELETE", urls in prop::collection::vec(url(), 4)) {
        for url in urls {
            check(Strategy::Regexp, &entries, &method, &url);
        }
    }

    #[test]
    fn glob_rules_are_found_as_one_by_one(entries in rules(glob_pattern()), method in "GET|post", urls in prop::collection::vec(url(), 4)) {
        for url in urls {
            check(Strategy::Glob, &entries, &method, &url);
        }
    }

    #[test]
    fn a_pattern_answers_for_what_a_rule_of_it_is_asked(pattern in pattern(), urls in prop::collection::vec(url(), 12)) {
        for url in urls {
            check(Strategy::Regexp, &[entry(&["GET"], &pattern)], "GET", &url);
        }
    }

    #[test]
    fn no_pattern_and_no_url_make_it_panic(pattern in r"(\PC|[<>(){}\[\]|*+?\\^$.,:!=&#-]|\\[a-zA-Z0-9]|\(\?[a-zA-Z<=!>:'(]){0,24}", url in r"\PC{0,24}") {
        for strategy in [Strategy::Regexp, Strategy::Glob] {
            for pattern in [pattern.clone(), format!("<{pattern}>"), format!("a<{}>", pattern.replace(['<', '>'], ""))] {
                Router::build(strategy, [entry(&["GET"], &pattern)]).find("GET", &url);
            }
        }
    }

    #[test]
    fn damaged_bytes_are_refused_or_find_without_panicking(entries in rules(pattern()), place in any::<prop::sample::Index>(), byte in any::<u8>(), url in url()) {
        let mut bytes = CheckedRoutes::build(Strategy::Regexp, entries).as_bytes().unwrap().to_vec();
        let place = place.index(bytes.len());
        bytes[place] = byte;
        if let Ok(routes) = CheckedRoutes::from_bytes(bytes) {
            let router = Router::load(routes);
            router.find("GET", &url);
            router.broken();
        }
    }

    #[test]
    fn overlaps_are_real(entries in rules(pattern())) {
        for overlap in Router::build(Strategy::Regexp, entries.clone()).overlaps() {
            prop_assert!(overlap.first < overlap.second);
            for index in [overlap.first, overlap.second] {
                prop_assert!(entries[index].methods.iter().any(|own| own.eq_ignore_ascii_case(&overlap.method)));
                let pattern = Pattern::compile(Strategy::Regexp, entries[index].url.as_ref().unwrap()).unwrap();
                prop_assert_eq!(pattern.matches(&overlap.url), Ok(true));
            }
        }
    }
}
