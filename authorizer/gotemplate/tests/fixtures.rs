//! Templates with what Go's text/template, sprig and Oathkeeper's functions made of them.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::unreachable,
    clippy::indexing_slicing,
    reason = "tests may"
)]

mod session;

use std::fs;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use oathgate_gostd::decode_json;
use oathgate_gotemplate::{Template, Value};
use serde::Deserialize;

/// One template, and what Go did with it: it wrote something, or failed.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    data: String,
    template: String,
    output: Option<String>,
    base64: Option<String>,
    parse_error: Option<String>,
    render_error: Option<String>,
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures")
}

fn data(kind: &str, json: &str) -> Value {
    let map = decode_json(json.as_bytes()).unwrap();
    match kind {
        "json" => map,
        "session" => Value::object(session::Session::full(map)),
        "guest" => Value::object(session::Session::guest()),
        "nil" => Value::Nil,
        "text" => "plain".into(),
        other => panic!("unknown data `{other}`"),
    }
}

/// What is wrong with our result, if anything.
fn difference(case: &Case, json: &str) -> Option<String> {
    let template = match Template::parse("main", &case.template) {
        Ok(template) => template,
        Err(_) if case.parse_error.is_some() => return None,
        // Go finds out about a few mistakes only when it gets to them.
        Err(_) if case.render_error.is_some() => return None,
        Err(error) => return Some(format!("does not parse: {error}")),
    };
    if let Some(expected) = &case.parse_error {
        return Some(format!("parses, but should not: {expected}"));
    }
    let rendered = template.render_bytes(&data(&case.data, json));
    let expected = match (&case.output, &case.base64) {
        (Some(text), _) => Some(text.clone().into_bytes()),
        (None, Some(base64)) => Some(STANDARD.decode(base64).unwrap()),
        (None, None) => None,
    };
    match (rendered, expected) {
        (Err(_), None) => None,
        (Ok(ours), Some(theirs)) if ours == theirs => None,
        (Ok(ours), Some(theirs)) => Some(format!(
            "\n   ours {:?}\n theirs {:?}",
            String::from_utf8_lossy(&ours),
            String::from_utf8_lossy(&theirs)
        )),
        (Ok(ours), None) => Some(format!(
            "gives {:?}, should fail: {:?}",
            String::from_utf8_lossy(&ours),
            case.render_error
        )),
        (Err(error), Some(theirs)) => Some(format!(
            "fails: {error}, should give {:?}",
            String::from_utf8_lossy(&theirs)
        )),
    }
}

#[test]
fn it_renders_what_go_renders() {
    let json = fs::read_to_string(folder().join("data.json")).unwrap();
    let mut files: Vec<PathBuf> = fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.retain(|path| {
        path.extension()
            .is_some_and(|extension| extension == "jsonl")
    });
    files.sort();
    let (mut count, mut failures) = (0, Vec::new());
    for file in files {
        for line in fs::read_to_string(&file).unwrap().lines() {
            let case: Case = serde_json::from_str(line).unwrap();
            count += 1;
            if let Some(difference) = difference(&case, &json) {
                let area = file.file_stem().unwrap().to_string_lossy().into_owned();
                failures.push(format!("{area}: {:?} {difference}", case.template));
            }
        }
    }
    assert!(count > 500, "only {count} fixtures were found");
    assert!(
        failures.is_empty(),
        "{} of {count} differ:\n{}",
        failures.len(),
        failures.join("\n")
    );
}
