//! The command line: help, wrong arguments, and output that is not read.

use serde_json::{Value, json};

use crate::harness::{Project, Run, open_rule, program};

fn oathgate(arguments: &[&str]) -> Run {
    Run::of(program().args(arguments))
}

#[test]
fn help_and_version_exit_with_0() {
    for arguments in [
        &["--help"][..],
        &["help", "rules"],
        &["rules", "check", "--help"],
    ] {
        let run = oathgate(arguments).ends_with(0);
        assert!(run.stdout.contains("Usage: oathgate"), "{run:#?}");
        assert_eq!(run.stderr, "");
    }
    let version = oathgate(&["--version"]).ends_with(0).stdout;
    assert_eq!(version, format!("oathgate {}\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn wrong_arguments_exit_with_2_and_are_named() {
    for (arguments, message) in [
        (&[][..], "Usage: oathgate"),
        (&["rulez"], "unrecognized subcommand 'rulez'"),
        (&["rules", "check"], "--config <FILE>"),
        (
            &["rules", "check", "--config", "c.yml", "--format", "xml"],
            "text, json",
        ),
        (&["explain", "--config", "c.yml"], "<URL>"),
        (&["package", "--config", "c.yml"], "--bootstrap <BIN>"),
        (&["schema", "lambda"], "config, rules, facts"),
        (
            &[
                "explain",
                "--config",
                "c.yml",
                "--remote-addr",
                "here",
                "http://a/",
            ],
            "invalid IP address",
        ),
    ] {
        let run = oathgate(arguments).ends_with(2);
        assert!(run.stderr.contains(message), "{arguments:?}: {run:#?}");
        assert_eq!(run.stdout, "", "{arguments:?}");
    }
}

#[test]
fn an_unreadable_configuration_ends_every_command_with_2() {
    let project = Project::new(&json!([]));
    project.write("config.ini", "");
    for (file, message) in [
        (
            "none.yml",
            "cannot read the configuration `none.yml`: No such file",
        ),
        ("config.ini", "`config.ini`"),
    ] {
        for command in [
            &["serve"][..],
            &["rules", "check"],
            &["headers"],
            &["explain", "http://api.test/"],
            &["package", "--bootstrap", "rules.json", "--out", "out"],
        ] {
            let run = project
                .oathgate(&[command, &["--config", file]].concat())
                .ends_with(2);
            assert!(run.stderr.contains(message), "{command:?}: {run:#?}");
            assert_eq!(run.stdout, "", "{command:?}");
        }
    }
}

#[test]
fn a_configuration_key_can_be_set_by_an_option_and_by_a_variable() {
    let project = Project::new(&json!([open_rule("a", "/a")]));
    let check = ["rules", "check", "--config", "config.json"];
    let off = ["--set", "authenticators.anonymous.enabled=false"];
    project.oathgate(&check).ends_with(0);
    project.oathgate(&[&check[..], &off].concat()).ends_with(1);
    let mut command = project.command(&check);
    Run::of(command.env("AUTHENTICATORS_ANONYMOUS_ENABLED", "false")).ends_with(1);
    let run = project.oathgate(&[&check[..], &["--set", "nonsense"]].concat());
    assert_ne!(run.code, 0, "{run:#?}");
    assert!(run.stdout.contains("nonsense"), "{run:#?}");
}

#[test]
fn schemas_describe_the_configuration_and_rules() {
    for (of, key) in [("config", "access_rules"), ("rules", "authenticators")] {
        let schema = oathgate(&["schema", of]).ends_with(0).json();
        assert!(schema["$schema"].is_string(), "{of}");
        assert!(mentions(&schema, key), "{of} knows no `{key}`");
    }
}

fn mentions(schema: &Value, key: &str) -> bool {
    match schema {
        Value::Object(members) => {
            members
                .get("properties")
                .is_some_and(|known| !known[key].is_null())
                || members.values().any(|member| mentions(member, key))
        }
        Value::Array(items) => items.iter().any(|item| mentions(item, key)),
        _ => false,
    }
}

#[test]
fn a_closed_pipe_prints_no_error() {
    let project = Project::new(&json!([open_rule("a", "/a")]));
    for arguments in [
        &["rules", "check", "--config", "config.json"][..],
        &[
            "rules",
            "check",
            "--config",
            "config.json",
            "--format",
            "json",
        ],
        &["explain", "--config", "config.json", "http://api.test/a"],
        &["schema", "config"],
    ] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let done = project
            .command(arguments)
            .stdout(writer)
            .stderr(std::process::Stdio::piped())
            .spawn()
            .unwrap()
            .wait_with_output()
            .unwrap();
        assert_eq!(done.status.code(), Some(2), "{arguments:?}");
        assert_eq!(String::from_utf8_lossy(&done.stderr), "", "{arguments:?}");
    }
}
