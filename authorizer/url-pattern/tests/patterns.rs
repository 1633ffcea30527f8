//! What patterns match, case by case.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    missing_docs,
    reason = "a test may stop at the first surprise"
)]

use oathgate_url_pattern::{Pattern, Strategy};

#[test]
fn nested_quantifiers_are_matched_without_doubling_where_that_can_be_avoided() {
    for (part, end) in [
        ("(a+)+", "!"),
        ("(a|a)*", "!"),
        ("(a|ab|b)*c", "d"),
        ("(.*)/(.*)/(.*)/(.*)x", "y"),
        ("([a-z]+-?)+", "!"),
    ] {
        let pattern = Pattern::compile(Strategy::Regexp, &format!("x/<{part}>")).unwrap();
        let url = format!("x/{}{end}", "a".repeat(2_000));
        assert_eq!(pattern.matches(&url), Ok(false), "{part}");
    }
}

#[test]
fn remembering_what_failed_does_not_spoil_look_arounds() {
    let url = format!("x/{}b", "a".repeat(300));
    for part in [
        "((?=.*b)a)*b",
        "((?!.*c)a)*b",
        "((?!.*d).)*",
        "((?=(?:a|c)*b)a)*b",
        "((?!(?:a|c)*d)(?:a|b))*",
        "(a|(?=.*b)b)*",
        "((?=(.*)b)a)*(b)",
    ] {
        let pattern = Pattern::compile(Strategy::Regexp, &format!("x/<{part}>")).unwrap();
        assert_eq!(pattern.matches(&url), Ok(true), "{part}");
        assert_eq!(pattern.captures(&url).unwrap()[0], url[2..], "{part}");
    }
}

#[test]
fn risky_patterns_are_told_from_harmless_ones() {
    let risky = |part: &str| {
        Pattern::compile(Strategy::Regexp, &format!("https://a/<{part}>"))
            .unwrap()
            .is_risky()
    };
    for part in [
        "(a+)+",
        "(a*)*",
        "([a-z]+)*x",
        "(a|a)*",
        "(a|ab)*",
        "(.*,)*",
        "(?:a?b?)+",
        "(?!(x+)+).*",
        "((a{2,})+b?)*",
    ] {
        assert!(risky(part), "{part}");
    }
    for part in [
        ".*",
        "[a-z]+/[0-9]+",
        "([a-z]+/)*",
        "(?:[a-f0-9]{4}-){3}",
        "(a|b)*",
        "(?!admin).*",
        "([^/]+/)+x",
        "(.*)/(.*)",
    ] {
        assert!(!risky(part), "{part}");
    }
}

#[test]
fn deep_and_long_patterns_are_refused_without_overflowing() {
    for part in [
        "(".repeat(5_000) + &")".repeat(5_000),
        "[a-[".repeat(5_000),
        "(?:a?){1000}".repeat(2_000),
        "((a{1,9}){1,9}){1,9}".repeat(3_000),
        "(((((((((a{2}b){2}b){2}b){2}b){2}b){2}b){2}b){2}b){2}b)".repeat(50),
    ] {
        let _ = Pattern::compile(Strategy::Regexp, &format!("<{part}>"));
        let _ = Pattern::compile(Strategy::Glob, &format!("<{}>", part.replace('(', "{")));
    }
}

#[test]
fn the_strategy_is_read_as_the_configuration_writes_it() {
    assert_eq!("".parse(), Ok(Strategy::Regexp));
    assert_eq!("regexp".parse(), Ok(Strategy::Regexp));
    assert_eq!("glob".parse(), Ok(Strategy::Glob));
    assert!("Glob".parse::<Strategy>().is_err());
}
