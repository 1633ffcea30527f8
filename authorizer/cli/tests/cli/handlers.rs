//! The reference of handlers: the checked-in pages are not stale, and their examples work.

use std::{collections::BTreeMap, fs, path::Path};

use serde_json::Value;

use crate::harness::{Run, program};

fn checked_in() -> BTreeMap<String, String> {
    read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/handlers"))
}

fn read(folder: &Path) -> BTreeMap<String, String> {
    fs::read_dir(folder)
        .unwrap()
        .map(|entry| {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            (name, fs::read_to_string(path).unwrap())
        })
        .collect()
}

fn handlers() -> Vec<Value> {
    let printed = Run::of(program().args(["schema", "handlers"])).ends_with(0);
    printed.json().as_array().unwrap().clone()
}

#[test]
fn the_checked_in_pages_are_those_of_this_version() {
    let folder = tempfile::tempdir().unwrap();
    let mut write = program();
    write.args(["schema", "handlers", "--pages"]);
    Run::of(write.arg(folder.path())).ends_with(0);
    assert!(
        read(folder.path()) == checked_in(),
        "docs/handlers is stale: write it with `make handler-pages`"
    );
}

#[test]
fn every_page_has_an_example_that_passes_the_check() {
    let handlers = handlers();
    let pages = checked_in();
    // One page for each handler, and the list.
    assert_eq!(pages.len(), handlers.len() + 1);
    for (file, page) in pages.iter().filter(|(file, _)| *file != "README.md") {
        let blocks: Vec<&str> = page
            .split("```yaml\n")
            .skip(1)
            .map(|rest| rest.split("```").next().unwrap())
            .collect();
        let [configuration, of_rule] = blocks[..] else {
            panic!("{file} has {} examples", blocks.len());
        };
        let mut config =
            format!("access_rules: {{repositories: ['file://rules.yaml']}}\n{configuration}");
        let mut rule = format!(
            "id: example\nmatch: {{url: 'https://api.example.com/<[a-z]+>', methods: [GET]}}\n{of_rule}"
        );
        for (section, key, handler) in [
            ("authenticators", "authenticators", "[{handler: anonymous}]"),
            ("authorizers", "authorizer", "{handler: allow}"),
            ("mutators", "mutators", "[{handler: noop}]"),
        ] {
            if !configuration.starts_with(section) {
                let name = handler
                    .split("handler: ")
                    .nth(1)
                    .unwrap()
                    .trim_end_matches(['}', ']']);
                config.push_str(&format!("{section}: {{{name}: {{enabled: true}}}}\n"));
                rule.push_str(&format!("{key}: {handler}\n"));
            }
        }
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("config.yml"), config).unwrap();
        let list: String = rule
            .lines()
            .enumerate()
            .map(|(at, line)| format!("{}{line}\n", if at == 0 { "- " } else { "  " }))
            .collect();
        fs::write(folder.path().join("rules.yaml"), list).unwrap();
        let mut check = program();
        check.current_dir(folder.path());
        Run::of(check.args(["rules", "check", "--config", "config.yml"])).ends_with(0);
    }
}

#[test]
fn every_option_of_a_handler_has_a_meaning() {
    for handler in handlers() {
        assert_ne!(handler["about"], "", "{handler}");
        for option in handler["options"].as_array().unwrap() {
            assert_ne!(option["about"], "", "{} {option}", handler["name"]);
        }
    }
}
