//! `oathgate package`.

use std::{fs, os::unix::fs::PermissionsExt as _};

use serde_json::{Value, json};

use crate::harness::{Project, Run, open_rule};

fn project(rules: &Value) -> Project {
    let project = Project::new(rules);
    project.write("built", "a binary");
    project
}

fn package(project: &Project) -> Run {
    let options = [
        "package",
        "--config",
        "config.json",
        "--bootstrap",
        "built",
        "--out",
        "out/gate",
    ];
    project.oathgate(&options)
}

#[test]
fn only_the_files_that_lambda_runs_are_written() {
    let project = project(&json!([open_rule("a", "/a")]));
    let run = package(&project).ends_with(0);
    assert_eq!(run.stderr, "oathgate: packaged 1 rules in `out/gate`\n");
    assert_eq!(run.stdout, "");
    assert_eq!(project.listing("out/gate"), ["bootstrap", "gate.packed"]);
    assert_eq!(project.read("out/gate/bootstrap"), "a binary");
    let mode = fs::metadata(project.path("out/gate/bootstrap"))
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o755);
}

#[test]
fn the_same_input_makes_the_same_package() {
    let rules = json!([open_rule("a", "/a"), open_rule("b", "/<[0-9]+>")]);
    let packed = || {
        let project = project(&rules);
        package(&project).ends_with(0);
        fs::read(project.path("out/gate/gate.packed")).unwrap()
    };
    assert_eq!(packed(), packed());
}

#[test]
fn a_new_package_replaces_an_earlier_one() {
    let project = project(&json!([open_rule("a", "/a")]));
    package(&project).ends_with(0);
    let before = fs::read(project.path("out/gate/gate.packed")).unwrap();
    project.write("rules.json", &json!([open_rule("b", "/b")]).to_string());
    project.write("built", "another binary");
    package(&project).ends_with(0);
    assert_eq!(project.listing("out/gate"), ["bootstrap", "gate.packed"]);
    assert_ne!(
        fs::read(project.path("out/gate/gate.packed")).unwrap(),
        before
    );
    assert_eq!(project.read("out/gate/bootstrap"), "another binary");
}

#[test]
fn the_binary_of_an_earlier_package_can_be_packaged_again() {
    let project = project(&json!([open_rule("a", "/a")]));
    package(&project).ends_with(0);
    let options = [
        "package",
        "--config",
        "config.json",
        "--bootstrap",
        "out/gate/bootstrap",
        "--out",
        "out/gate",
    ];
    project.oathgate(&options).ends_with(0);
    assert_eq!(project.read("out/gate/bootstrap"), "a binary");
}

#[test]
fn invalid_rules_are_refused_and_keep_an_earlier_package() {
    let project = project(&json!([open_rule("a", "/a")]));
    package(&project).ends_with(0);
    let before = fs::read(project.path("out/gate/gate.packed")).unwrap();
    let mut rule = open_rule("a", "/a");
    rule["authorizer"]["handler"] = json!("alow");
    project.write("rules.json", &json!([rule]).to_string());
    let run = package(&project).ends_with(1);
    assert!(run.stderr.contains("rule `a`"), "{run:#?}");
    assert!(run.stderr.contains("did you mean `allow`"), "{run:#?}");
    assert!(
        run.stderr
            .ends_with("oathgate: no package was written because of 1 error\n"),
        "{run:#?}"
    );
    assert_eq!(
        fs::read(project.path("out/gate/gate.packed")).unwrap(),
        before
    );
    assert_eq!(project.read("out/gate/bootstrap"), "a binary");
}

#[test]
fn invalid_rules_create_no_folder() {
    let project = project(&json!([{"id": "a"}]));
    package(&project).ends_with(1);
    assert!(!project.path("out").exists());
}

#[test]
fn a_folder_with_other_files_is_not_changed() {
    let project = project(&json!([open_rule("a", "/a")]));
    project.write("out/gate/notes.txt", "mine");
    project.write("out/gate/bootstrap", "mine too");
    let run = package(&project).ends_with(2);
    assert_eq!(
        run.stderr,
        "oathgate: `out/gate` contains files that are not part of a package: use an empty or a new folder\n"
    );
    assert_eq!(project.listing("out/gate"), ["bootstrap", "notes.txt"]);
    assert_eq!(project.read("out/gate/bootstrap"), "mine too");
}

#[test]
fn a_missing_program_keeps_an_earlier_package() {
    let project = project(&json!([open_rule("a", "/a")]));
    package(&project).ends_with(0);
    fs::remove_file(project.path("built")).unwrap();
    let run = package(&project).ends_with(2);
    assert!(
        run.stderr.contains("cannot read the program `built`"),
        "{run:#?}"
    );
    assert_eq!(project.listing("out/gate"), ["bootstrap", "gate.packed"]);
}

#[test]
fn files_of_an_interrupted_run_are_replaced() {
    let project = project(&json!([open_rule("a", "/a")]));
    project.write("out/gate/.bootstrap.partial", "a bin");
    project.write("out/gate/.gate.packed.partial", "");
    project.write("out/gate/gate.packed", "of an earlier package");
    package(&project).ends_with(0);
    assert_eq!(project.listing("out/gate"), ["bootstrap", "gate.packed"]);
    assert_eq!(project.read("out/gate/bootstrap"), "a binary");
}

/// Something that cannot be written over stands where each file is to be written first, then where
/// it is to be put.
#[test]
fn a_package_that_cannot_be_written_whole_leaves_no_bootstrap_beside_other_rules() {
    for name in [".gate.packed.partial", ".bootstrap.partial"] {
        let project = project(&json!([open_rule("a", "/a")]));
        package(&project).ends_with(0);
        let before = fs::read(project.path("out/gate/gate.packed")).unwrap();
        project.write(&format!("out/gate/{name}/in-the-way"), "");
        project.write("rules.json", &json!([open_rule("b", "/b")]).to_string());
        let run = package(&project).ends_with(2);
        assert!(run.stderr.contains(name), "{run:#?}");
        assert_eq!(project.read("out/gate/bootstrap"), "a binary");
        assert_eq!(
            fs::read(project.path("out/gate/gate.packed")).unwrap(),
            before
        );
    }
    let project = project(&json!([open_rule("a", "/a")]));
    package(&project).ends_with(0);
    fs::remove_file(project.path("out/gate/gate.packed")).unwrap();
    project.write("out/gate/gate.packed/in-the-way", "");
    package(&project).ends_with(2);
    assert_eq!(project.listing("out/gate"), ["gate.packed"]);
}

#[test]
fn a_header_that_api_gateway_does_not_map_is_refused() {
    let mut rule = open_rule("a", "/a");
    rule["mutators"] =
        json!([{"handler": "header", "config": {"headers": {"X-Amzn-Trace-Id": "a"}}}]);
    let project = project(&json!([rule]));
    let run = package(&project).ends_with(1);
    assert!(
        run.stderr
            .contains("error: rules.json:1: rule `a`: mutators[0].config.headers: the header `X-Amzn-Trace-Id`"),
        "{run:#?}"
    );
    assert!(!project.path("out").exists(), "{run:#?}");
}
