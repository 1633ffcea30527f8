//! `oathgate rules build`.

use serde_json::json;

use crate::harness::{Project, Run};

const SOURCE: &str = "
local rule(id) = { id: id, host: std.extVar('domain') };
[rule('a'), rule('b')]
";

fn project(source: &str) -> Project {
    let project = Project::new(&json!([]));
    project.write("rules.jsonnet", source);
    project
}

fn build(project: &Project, options: &[&str]) -> Run {
    project.oathgate(&[&["rules", "build", "rules.jsonnet"], options].concat())
}

#[test]
fn rules_are_written_as_json() {
    let project = project(SOURCE);
    let wanted = json!([{"id": "a", "host": "api.test"}, {"id": "b", "host": "api.test"}]);
    let printed = build(&project, &["--ext-str", "domain=api.test"]).ends_with(0);
    assert_eq!(printed.json(), wanted);
    let options = ["--ext-str", "domain=api.test", "-o", "built.json"];
    let written = build(&project, &options).ends_with(0);
    assert_eq!(written.stdout, "");
    assert_eq!(project.read("built.json"), printed.stdout);
    assert!(printed.stdout.ends_with("]\n"), "{}", printed.stdout);
}

#[test]
fn the_text_of_a_variable_may_be_empty_or_contain_an_equals_sign() {
    let project = project("[std.extVar('a'), std.extVar('b')]");
    let run = build(&project, &["--ext-str", "a=x=y", "--ext-str", "b="]).ends_with(0);
    assert_eq!(run.json(), json!(["x=y", ""]));
}

#[test]
fn a_variable_without_a_value_is_read_from_the_environment() {
    let project = project("[std.extVar('domain'), std.extVar('count') + 1]");
    let arguments = [
        "rules",
        "build",
        "rules.jsonnet",
        "--ext-str",
        "domain",
        "--ext-code",
        "count",
    ];
    let mut command = project.command(&arguments);
    let run = Run::of(command.env("domain", "api.test").env("count", "1")).ends_with(0);
    assert_eq!(run.json(), json!(["api.test", 2]));
    let run = project.oathgate(&arguments).ends_with(2);
    assert_eq!(
        run.stderr,
        "oathgate: the external variable `domain` has no value: write `domain=…`, or set the environment variable `domain`\n"
    );
}

#[test]
fn a_missing_variable_is_named_with_its_position() {
    let run = build(&project(SOURCE), &[]).ends_with(2);
    assert!(run.stderr.contains("domain"), "{run:#?}");
    assert!(run.stderr.contains("rules.jsonnet:2"), "{run:#?}");
    assert!(
        run.stderr
            .contains("oathgate: cannot evaluate `rules.jsonnet`"),
        "{run:#?}"
    );
}

#[test]
fn variables_of_code_are_evaluated() {
    let project = project("[std.extVar('paths')]");
    let run = build(&project, &["--ext-code", "paths=['/a', '/' + 'b']"]).ends_with(0);
    assert_eq!(run.json(), json!([["/a", "/b"]]));
    let run = build(&project, &["--ext-code", "paths=["]).ends_with(2);
    assert!(run.stderr.contains("<ext-code paths>"), "{run:#?}");
}

#[test]
fn imports_are_searched_in_the_file_s_folder_and_the_given_folders() {
    let project =
        project("[import 'beside.libsonnet', import 'far.libsonnet', importstr 'text.txt']");
    project.write("beside.libsonnet", "'beside'");
    project.write("library/far.libsonnet", "'far'");
    project.write("library/text.txt", "text");
    let run = build(&project, &["-J", "library"]).ends_with(0);
    assert_eq!(run.json(), json!(["beside", "far", "text"]));
    let run = build(&project, &[]).ends_with(2);
    assert!(run.stderr.contains("far.libsonnet"), "{run:#?}");
}

#[test]
fn a_value_other_than_a_list_is_refused_and_keeps_an_earlier_file() {
    let project = project("{ id: 'a' }");
    project.write("built.json", "earlier");
    let run = build(&project, &["-o", "built.json"]).ends_with(2);
    assert_eq!(
        run.stderr,
        "oathgate: `rules.jsonnet` does not evaluate to a list of rules: its outermost value must be an array\n"
    );
    assert_eq!(project.read("built.json"), "earlier");
}

#[test]
fn a_syntax_error_is_printed_with_its_position() {
    let run = build(&project("[\n  { id: 'a' \n]\n"), &[]).ends_with(2);
    assert!(run.stderr.contains("rules.jsonnet:3:1"), "{run:#?}");
    assert_eq!(run.stdout, "");
}

#[test]
fn missing_files_are_named() {
    let empty = Project::new(&json!([]));
    let run = build(&empty, &[]).ends_with(2);
    assert!(run.stderr.contains("rules.jsonnet"), "{run:#?}");
    let run = build(&project("[]"), &["-o", "none/built.json"]).ends_with(2);
    assert!(
        run.stderr.contains("cannot write `none/built.json`"),
        "{run:#?}"
    );
}
