//! The facts that the CDK app and the documentation take from Rust: the checked-in copy is not stale, and the
//! documentation's tables say the same.

use std::{fs, path::Path};

use serde_json::{Map, Value};

use crate::harness::{Run, program};

fn schema(document: &str) -> Value {
    Run::of(program().args(["schema", document]))
        .ends_with(0)
        .json()
}

fn text(file: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .join(file);
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{file}: {error}"))
}

#[test]
fn the_checked_in_facts_are_those_of_this_version() {
    let printed = Run::of(program().args(["schema", "facts"])).ends_with(0);
    assert!(
        text("infra/lib/facts.json") == printed.stdout,
        "infra/lib/facts.json is stale: write it with `make facts`"
    );
}

#[test]
fn each_part_of_the_facts_can_be_printed_alone() {
    let facts = schema("facts");
    for (document, key) in [
        ("environment", "environment"),
        ("exit-codes", "exitCodes"),
        ("reason-codes", "reasonCodes"),
        ("unmappable-headers", "unmappableHeaders"),
    ] {
        let part = schema(document);
        assert!(!part.as_array().unwrap().is_empty(), "{document}");
        assert_eq!(part, facts[key], "{document}");
    }
}

/// The rows of the table below a heading of a page.
fn rows<'page>(page: &'page str, heading: &str) -> Vec<&'page str> {
    let (_, section) = page
        .split_once(&format!("\n{heading}\n"))
        .unwrap_or_else(|| panic!("no heading `{heading}`"));
    let lines = section.lines().take_while(|line| !line.starts_with("## "));
    lines.filter(|line| line.starts_with("| `")).collect()
}

/// Compares a table of a page with the rows that it must have.
#[track_caller]
fn assert_documented(file: &str, heading: &str, expected: &[String]) {
    let page = text(file);
    let rows = rows(&page, heading);
    for row in expected {
        assert!(
            rows.contains(&row.as_str()),
            "{file} lacks this row below `{heading}`:\n{row}"
        );
    }
    for row in rows {
        assert!(
            expected.iter().any(|known| known == row),
            "{file} has a row below `{heading}` that `oathgate schema facts` does not know:\n{row}"
        );
    }
}

fn code(value: &Value) -> String {
    format!("`{}`", value.as_str().unwrap())
}

/// A variable as a row of `docs/environment.md` shows it: name, what sets it, meaning, values, default.
fn variable_row(variable: &Map<String, Value>) -> String {
    let set_from = match (&variable["setting"], &variable["setByStack"]) {
        (Value::Null, Value::Bool(true)) => "the stack".to_owned(),
        (Value::Null, _) => "–".to_owned(),
        (setting, _) => code(setting),
    };
    let values = match (
        variable.get("words"),
        variable.get("least"),
        variable.get("most"),
    ) {
        (Some(words), _, _) => {
            let words: Vec<_> = words.as_array().unwrap().iter().map(code).collect();
            words.join(", ")
        }
        (_, Some(least), Some(most)) => format!("{least} to {most}"),
        (_, Some(least), None) => format!("{least} and more"),
        _ => "text".to_owned(),
    };
    let default = match (&variable["default"], &variable["unset"]) {
        (Value::String(default), _) => format!("`{default}`"),
        (_, Value::String(phrase)) => phrase.clone(),
        _ => "required".to_owned(),
    };
    let about = variable["about"].as_str().unwrap();
    format!(
        "| {} | {set_from} | {about} | {values} | {default} |",
        code(&variable["name"])
    )
}

#[test]
fn the_documentation_has_every_environment_variable_with_its_meaning_and_default() {
    let facts = schema("facts");
    let variables = facts["environment"].as_array().unwrap();
    for (program, heading) in [
        ("authorizer", "## The authorizer's function"),
        ("signing-keys", "## The functions for secrets"),
        ("oathgate", "## The command line program"),
        ("all", "## Every program"),
        ("synth", "## Synth and deploy"),
    ] {
        let expected: Vec<_> = variables
            .iter()
            .filter(|variable| variable["function"] == program)
            .map(|variable| variable_row(variable.as_object().unwrap()))
            .collect();
        assert!(!expected.is_empty(), "{program}");
        assert_documented("docs/environment.md", heading, &expected);
    }
}

#[test]
fn the_documentation_has_every_reason_code_with_its_meaning() {
    let codes = schema("reason-codes");
    let expected: Vec<_> = codes
        .as_array()
        .unwrap()
        .iter()
        .map(|reason| {
            let fault = if reason["fault"] == true { "yes" } else { "no" };
            let about = reason["about"].as_str().unwrap();
            format!("| {} | {about} | {fault} |", code(&reason["code"]))
        })
        .collect();
    assert_documented("docs/logs.md", "## Codes", &expected);
}

#[test]
fn the_documentation_has_every_exit_code_with_its_meaning() {
    let codes = schema("exit-codes");
    let expected: Vec<_> = codes
        .as_array()
        .unwrap()
        .iter()
        .map(|exit| {
            let meaning = exit["meaning"].as_str().unwrap();
            format!("| `{}` | {meaning} |", exit["code"])
        })
        .collect();
    assert_documented("docs/cli.md", "## Exit codes", &expected);
}
