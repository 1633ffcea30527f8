//! `oathgate serve`: edits take effect by themselves.

use std::{fs, os::unix::fs::symlink};

use serde_json::json;

use crate::harness::{Project, closed_rule, config, config_with, open_rule, server::Server};

/// A server with the open rule `a`, and the folder of its files.
fn started() -> (Project, Server) {
    let project = Project::new(&json!([open_rule("a", "/a")]));
    let server = Server::start(&project);
    assert_eq!(server.decide("/a").status, 200);
    (project, server)
}

const LOADED: &str = "rules are loaded";
const KEPT: &str = "the last valid rules stay in use";

#[test]
fn an_edit_of_the_rules_takes_effect() {
    let (project, server) = started();
    let rules = json!([closed_rule("a", "/a"), open_rule("b", "/b")]);
    project.write("rules.json", &rules.to_string());
    assert!(
        server
            .wait_for_lines(LOADED, 2)
            .contains("2 rules are loaded")
    );
    assert_eq!(server.decide("/a").status, 401);
    assert_eq!(server.decide("/b").status, 200);
}

#[test]
fn an_edit_of_the_configuration_takes_effect() {
    let (project, server) = started();
    let config = config_with("/authenticators/anonymous/config/subject", json!("nobody"));
    project.write("config.json", &config.to_string());
    server.wait_for_lines(LOADED, 2);
    assert_eq!(
        server.decide("/a").header("x-user").as_deref(),
        Some("nobody")
    );
}

#[test]
fn an_invalid_edit_keeps_the_last_valid_rules_and_is_logged() {
    let (project, server) = started();
    project.write("rules.json", "[{");
    assert!(server.wait_for_lines(KEPT, 1).contains("rules.json"));
    assert_eq!(server.decide("/a").status, 200);
    assert_eq!(server.get("/health/ready").status, 200);

    project.write("rules.json", &json!([closed_rule("a", "/a")]).to_string());
    server.wait_for_lines(LOADED, 2);
    assert_eq!(server.decide("/a").status, 401);

    project.write("config.json", "{");
    assert!(server.wait_for_lines(KEPT, 2).contains("config.json"));
    assert_eq!(server.decide("/a").status, 401);

    project.write("config.json", &config().to_string());
    server.wait_for_lines(LOADED, 3);
    project.write("rules.json", &json!([open_rule("a", "/a")]).to_string());
    server.wait_for_lines(LOADED, 4);
    assert_eq!(server.decide("/a").status, 200);
}

#[test]
fn a_removed_file_keeps_the_last_valid_rules() {
    let (project, server) = started();
    fs::remove_file(project.path("rules.json")).unwrap();
    server.wait_for_line(KEPT);
    assert_eq!(server.decide("/a").status, 200);
    project.write("rules.json", &json!([closed_rule("a", "/a")]).to_string());
    server.wait_for_lines(LOADED, 2);
    assert_eq!(server.decide("/a").status, 401);
}

#[test]
fn a_file_that_an_editor_replaces_takes_effect_each_time() {
    let (project, server) = started();
    for (round, rule) in [
        closed_rule("a", "/a"),
        open_rule("a", "/a"),
        closed_rule("a", "/a"),
    ]
    .iter()
    .enumerate()
    {
        let written = project.write(".rules.json.swp", &json!([rule]).to_string());
        fs::rename(written, project.path("rules.json")).unwrap();
        server.wait_for_lines(LOADED, round + 2);
        let status = if round == 1 { 200 } else { 401 };
        assert_eq!(server.decide("/a").status, status, "round {round}");
    }
}

/// Kubernetes mounts a config map so: the file is a link through a link to a folder, and an update replaces the
/// second link.
#[test]
fn a_symbolic_link_to_another_file_takes_effect() {
    let project = Project::new(&json!([]));
    project.write("v1/rules.json", &json!([open_rule("a", "/a")]).to_string());
    project.write(
        "v2/rules.json",
        &json!([closed_rule("a", "/a")]).to_string(),
    );
    fs::remove_file(project.path("rules.json")).unwrap();
    symlink("v1", project.path("..data")).unwrap();
    symlink("..data/rules.json", project.path("rules.json")).unwrap();
    let server = Server::start(&project);
    assert_eq!(server.decide("/a").status, 200);
    symlink("v2", project.path("..data_tmp")).unwrap();
    fs::rename(project.path("..data_tmp"), project.path("..data")).unwrap();
    server.wait_for_lines(LOADED, 2);
    assert_eq!(server.decide("/a").status, 401);
}

#[test]
fn a_rule_file_that_an_edit_adds_is_watched_too() {
    let (project, server) = started();
    project.write(
        "more/rules.json",
        &json!([open_rule("b", "/b")]).to_string(),
    );
    let files = json!(["file://rules.json", "file://more/rules.json"]);
    let config = config_with("/access_rules/repositories", files);
    project.write("config.json", &config.to_string());
    server.wait_for_line("2 rules are loaded");
    assert_eq!(server.decide("/b").status, 200);
    let rules = json!([closed_rule("b", "/b"), open_rule("c", "/c")]);
    project.write("more/rules.json", &rules.to_string());
    server.wait_for_line("3 rules are loaded");
    assert_eq!(server.decide("/b").status, 401);
    assert_eq!(server.decide("/a").status, 200);
}

#[test]
fn other_files_in_the_folder_reload_nothing() {
    let (project, server) = started();
    project.write("notes.txt", "nothing");
    project.write("serve.log", "a line\n");
    project.write("serve.log", "a line\nand another\n");
    project.write("rules.json.bak", "[{");
    let rules = json!([open_rule("a", "/a"), open_rule("b", "/b")]);
    project.write("rules.json", &rules.to_string());
    server.wait_for_line("2 rules are loaded");
    let output = server.output();
    assert_eq!(output.matches(LOADED).count(), 2, "{output}");
    assert!(!output.contains(KEPT), "{output}");
}
