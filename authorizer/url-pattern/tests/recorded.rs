//! Compares patterns with what Oathkeeper's own engines answered for them.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a test may stop at the first surprise"
)]

use std::fmt::Write as _;
use std::path::Path;

use oathgate_url_pattern::{Pattern, Strategy};
use serde::Deserialize;

/// A pattern, as recorded.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Recorded {
    strategy: String,
    pattern: String,
    compiles: bool,
    /// Why ours compiles, or does not, where the reference does the other.
    differs: Option<String>,
    #[serde(default)]
    cases: Vec<Case>,
}

/// A URL, as recorded.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    url: String,
    #[serde(rename = "match")]
    matches: bool,
    /// The reference gave no answer in time.
    #[serde(default)]
    error: bool,
    captures: Option<Vec<String>>,
    /// Why ours answers the other way.
    differs: Option<String>,
}

fn read<T: for<'a> Deserialize<'a>>(path: &Path) -> Vec<T> {
    let text = std::fs::read_to_string(path).unwrap();
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn check(recorded: &Recorded, wrong: &mut String) -> usize {
    let strategy: Strategy = recorded.strategy.parse().unwrap();
    let pattern = Pattern::compile(strategy, &recorded.pattern);
    if pattern.is_ok() != (recorded.compiles != recorded.differs.is_some()) {
        writeln!(
            wrong,
            "{} {:?}: compiles {:?}",
            recorded.strategy,
            recorded.pattern,
            pattern.err()
        )
        .unwrap();
    } else if let Ok(pattern) = pattern {
        for case in &recorded.cases {
            let answer = pattern.matches(&case.url);
            if case.error && answer.is_err() {
                continue;
            }
            if answer != Ok(case.matches != case.differs.is_some()) {
                writeln!(
                    wrong,
                    "{} {:?} on {:?}: {answer:?}, recorded {}",
                    recorded.strategy, recorded.pattern, case.url, case.matches
                )
                .unwrap();
            } else if case.matches && answer == Ok(true) {
                let captures = pattern.captures(&case.url).unwrap();
                if Some(&captures) != case.captures.as_ref() {
                    writeln!(
                        wrong,
                        "{} {:?} on {:?}: captures {captures:?}, recorded {:?}",
                        recorded.strategy, recorded.pattern, case.url, case.captures
                    )
                    .unwrap();
                }
            }
        }
    }
    recorded.cases.len()
}

fn check_all(folder: &str) {
    let mut wrong = String::new();
    let (mut patterns, mut cases) = (0, 0);
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures")
        .join(folder);
    for file in std::fs::read_dir(folder).unwrap() {
        for recorded in read::<Recorded>(&file.unwrap().path()) {
            patterns += 1;
            cases += check(&recorded, &mut wrong);
        }
    }
    assert!(
        wrong.is_empty(),
        "of {patterns} patterns and {cases} urls, wrong are:\n{wrong}"
    );
    assert!(
        patterns > 100 && cases > 1_000,
        "only {patterns} patterns and {cases} urls were found"
    );
}

#[test]
fn patterns_answer_as_recorded_from_the_reference() {
    check_all("patterns");
}
