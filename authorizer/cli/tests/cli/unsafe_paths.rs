//! Paths that gate and backend could read differently, in every command that decides.

use std::process::Command;

use serde_json::json;

use crate::harness::{Project, Run, closed_rule, open_rule, server::Server};

/// Paths that match `public`, and that some backends resolve to another resource.
const EXPLOITS: [&str; 4] = [
    "/v1/account/7/../../public/x",
    "/v1/closed/../public/x",
    "/internal/keys/../../v1/public/x",
    "/v1/public/../public/%2e/x",
];

fn project(strategy: &str) -> Project {
    let mut config = crate::harness::config();
    config["access_rules"]["matching_strategy"] = json!(strategy);
    let public = if strategy == "glob" {
        "/v1/public/<**>"
    } else {
        "/v1/public/<.*>"
    };
    let project = Project::with(
        &config,
        &json!([
            open_rule("public", public),
            closed_rule("closed", "/v1/closed"),
            closed_rule("account", "/v1/account/<[0-9]>"),
        ]),
    );
    let tests = EXPLOITS.map(|path| {
        json!({
            "name": path,
            "request": {"url": format!("http://api.test{path}")},
            "expect": {"status": 400},
        })
    });
    project.write("tests.json", &json!({"tests": tests}).to_string());
    project
}

fn explain(project: &Project, options: &[&str], url: &str) -> Run {
    let usual = [
        "explain",
        "--config",
        "config.json",
        "--format",
        "json",
        url,
    ];
    project.oathgate(&[&usual, options].concat())
}

fn serve(project: &Project, options: &[&str], variables: &[(&str, &str)]) -> Server {
    let usual = ["serve", "--config", "config.json"];
    let mut command: Command = project.command(&[&usual, options].concat());
    command.envs(variables.iter().copied());
    Server::run(&mut command)
}

#[test]
fn every_command_refuses_what_a_backend_could_read_differently() {
    for strategy in ["regexp", "glob"] {
        let project = project(strategy);
        let server = serve(&project, &[], &[]);
        for path in EXPLOITS {
            let run = explain(&project, &[], &format!("http://api.test{path}")).ends_with(1);
            assert_eq!(run.json()["code"], "unsafe_path", "{path}");
            assert_eq!(run.json()["answer"], 400, "{path}");
            assert_eq!(server.decide(path).status, 400, "{path}");
        }
        let tests = ["rules", "test", "--config", "config.json", "tests.json"];
        let run = project.oathgate(&tests).ends_with(0);
        assert_eq!(run.stdout.lines().last(), Some("4 passed, 0 failed"));
    }
}

#[test]
fn every_command_decides_as_oathkeeper_if_unsafe_paths_are_allowed() {
    let project = project("regexp");
    let allowed = ["--unsafe-paths", "allow"];
    let servers = [
        serve(&project, &allowed, &[]),
        serve(&project, &[], &[("OATHGATE_UNSAFE_PATHS", "allow")]),
    ];
    for path in EXPLOITS
        .into_iter()
        .chain(["/v1/public/a%2Fb", "/v1//public//x"])
    {
        for server in &servers {
            assert_eq!(server.decide(path).status, 200, "{path}");
        }
        explain(&project, &allowed, &format!("http://api.test{path}")).ends_with(0);
    }
    let tests = [
        "rules",
        "test",
        "--config",
        "config.json",
        "tests.json",
        "--unsafe-paths",
        "allow",
    ];
    let run = project.oathgate(&tests).ends_with(1);
    assert_eq!(run.stdout.lines().last(), Some("0 passed, 4 failed"));
}

#[test]
fn a_stage_allows_encoded_slashes_and_names_the_host() {
    let project = project("regexp");
    project.write(
        "dev.yml",
        "backendUrl: https://b.test\npublicHost: api.test\nallowEncodedSlashes: true\n",
    );
    let stage = ["--stage", "dev.yml"];
    let url = "http://other.test/v1/public/a%2Fb";
    assert_eq!(
        explain(&project, &[], url).ends_with(1).json()["answer"],
        400
    );
    explain(&project, &stage, url).ends_with(0);
    let dots = "http://other.test/v1/public/a%2F..%2Fb";
    assert_eq!(
        explain(&project, &stage, dots).ends_with(1).json()["answer"],
        400
    );

    let variables = [
        ("OATHGATE_ALLOW_ENCODED_SLASHES", "true"),
        ("OATHGATE_PUBLIC_HOST", "api.test"),
    ];
    for server in [
        serve(&project, &stage, &[]),
        serve(&project, &[], &variables),
    ] {
        let headers = [
            ("X-Forwarded-Proto", "http"),
            ("X-Forwarded-Host", "other.test"),
            ("X-Forwarded-Uri", "/v1/public/a%2Fb"),
        ];
        assert_eq!(server.send("GET", "/decisions", &headers).status, 200);
    }
    // Variables override the stage's file.
    let over = [("OATHGATE_ALLOW_ENCODED_SLASHES", "false")];
    assert_eq!(
        serve(&project, &stage, &over)
            .decide("/v1/public/a%2Fb")
            .status,
        400
    );

    let tests = json!({"tests": [{
        "name": "a slash of its own",
        "request": {"url": url},
        "expect": {"status": 200, "rule": "public"},
    }]});
    project.write("tests.json", &tests.to_string());
    let usual = ["rules", "test", "--config", "config.json", "tests.json"];
    project.oathgate(&usual).ends_with(1);
    project
        .oathgate(&[&usual[..], &stage].concat())
        .ends_with(0);
}

#[test]
fn the_path_after_decisions_is_checked_in_its_raw_form() {
    let project = project("regexp");
    let server = serve(&project, &[], &[]);
    let host = [("X-Forwarded-Host", "api.test")];
    for (path, status) in [
        ("/decisions/v1/public/x", 200),
        ("/decisions/v1/public/a%20b", 200),
        ("/decisions/v1/public/a%2Fb", 400),
        ("/decisions/v1/closed%2F..%2Fpublic/x", 400),
        ("/decisions/v1/public/%2e%2e/closed", 400),
        ("/decisions/v1/%70ublic/x", 400),
    ] {
        assert_eq!(server.send("GET", path, &host).status, status, "{path}");
    }
}

#[test]
fn the_base_path_is_added_under_api_gateway_s_own_host() {
    let project = project("regexp");
    project.write("dev.yml", "publicHost: api.test\nbasePath: /v1\n");
    let stage = ["--stage", "dev.yml"];
    let own = "http://a1b2c3.execute-api.eu-west-1.amazonaws.com";
    explain(&project, &stage, &format!("{own}/public/x")).ends_with(0);
    for url in [
        format!("{own}/v1/public/x"),
        "http://api.test/public/x".to_owned(),
    ] {
        explain(&project, &stage, &url).ends_with(1);
    }
    let outside = explain(&project, &stage, "http://api.test/other").ends_with(1);
    assert_eq!(outside.json()["code"], "unsafe_path");
    explain(&project, &stage, "http://api.test/v1/public/x").ends_with(0);
}

#[test]
fn an_invalid_forwarded_host_or_scheme_is_refused() {
    let server = serve(&project("regexp"), &[], &[]);
    let status = |proto: &str, host: &str| {
        let headers = [
            ("X-Forwarded-Proto", proto),
            ("X-Forwarded-Host", host),
            ("X-Forwarded-Uri", "/v1/public/x"),
        ];
        server.send("GET", "/decisions", &headers).status
    };
    for host in [
        "api.test",
        "API.test",
        "api.test.",
        "api.test:80",
        "API.TEST.:80",
    ] {
        assert_eq!(status("http", host), 200, "{host}");
    }
    assert_eq!(status("http", "api.test:443"), 404);
    for host in [
        "api.test/v1/public/x?",
        "api.test, other.test",
        "a@api.test",
        "api.test#",
        "[::1",
    ] {
        assert_eq!(status("http", host), 400, "{host}");
    }
    for proto in ["http://api.test/v1/public/x?", "http, https", "http:", ":"] {
        assert_eq!(status(proto, "api.test"), 400, "{proto}");
    }
}

#[test]
fn an_invalid_option_ends_every_command_that_decides() {
    let project = project("regexp");
    project.write("bad.yml", "allowEncodedSlashes: perhaps\nbasePaths: /a\n");
    for (options, message) in [
        (
            ["--stage", "bad.yml"],
            "`allowEncodedSlashes` is `perhaps`: write `true` or `false`",
        ),
        (["--stage", "bad.yml"], "did you mean `basePath`?"),
        (
            ["--stage", "none.yml"],
            "cannot read the stage file `none.yml`",
        ),
        (["--unsafe-paths", "maybe"], "refuse, allow"),
    ] {
        for usual in [
            &["explain", "--config", "config.json", "http://api.test/"][..],
            &["serve", "--config", "config.json"],
            &["rules", "test", "--config", "config.json", "tests.json"],
        ] {
            let run = project.oathgate(&[usual, &options].concat()).ends_with(2);
            assert!(run.stderr.contains(message), "{run:#?}");
        }
    }
    let mut command = project.command(&["explain", "--config", "config.json", "http://api.test/"]);
    let run = Run::of(command.env("OATHGATE_PUBLIC_HOST", "https://a/")).ends_with(2);
    assert!(
        run.stderr
            .contains("`OATHGATE_PUBLIC_HOST` is `https://a/`"),
        "{run:#?}"
    );
}
