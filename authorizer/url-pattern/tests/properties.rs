//! What holds for patterns of any form.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a test may stop at the first surprise"
)]

use oathgate_url_pattern::{Pattern, Strategy};
use proptest::prelude::{ProptestConfig, prop_assert_eq, proptest};

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_pattern_and_no_url_make_it_panic(pattern in r"(\PC|[<>(){}\[\]|*+?\\^$.,:!=&#-]|\\[a-zA-Z0-9]|\(\?[a-zA-Z<=!>:'(]){0,24}", url in r"\PC{0,24}") {
        for strategy in [Strategy::Regexp, Strategy::Glob] {
            for pattern in [pattern.clone(), format!("<{pattern}>"), format!("a<{}>", pattern.replace(['<', '>'], ""))] {
                if let Ok(pattern) = Pattern::compile(strategy, &pattern) {
                    let _ = pattern.matches(&url);
                    let _ = pattern.captures(&url);
                }
            }
        }
    }

    #[test]
    fn a_glob_answers_as_its_plain_reading(glob in "[ab./*?]{0,6}", text in "[ab./]{0,6}") {
        let pattern = Pattern::compile(Strategy::Glob, &format!("x<{glob}>")).unwrap();
        let glob: Vec<char> = glob.chars().collect();
        let text_chars: Vec<char> = text.chars().collect();
        prop_assert_eq!(pattern.matches(&format!("x{text}")), Ok(reads(&glob, &text_chars)));
    }
}

/// Globs without lists and alternatives, as plainly as can be.
fn reads(glob: &[char], text: &[char]) -> bool {
    let separator = |c: &char| matches!(c, '.' | '/');
    match glob {
        [] => text.is_empty(),
        ['*', '*', rest @ ..] => (0..=text.len()).any(|taken| reads(rest, &text[taken..])),
        ['*', rest @ ..] => (0..=text.len())
            .any(|taken| !text[..taken].iter().any(separator) && reads(rest, &text[taken..])),
        ['?', rest @ ..] => text.first().is_some_and(|c| !separator(c)) && reads(rest, &text[1..]),
        [c, rest @ ..] => text.first() == Some(c) && reads(rest, &text[1..]),
    }
}
