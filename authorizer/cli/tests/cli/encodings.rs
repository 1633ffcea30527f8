//! Files that editors wrote with a byte order mark, or in UTF-16.

use std::fs;

use serde_json::json;

use crate::harness::{Project, Run, config_with, open_rule};

/// The output of each command for a project with a file in this encoding.
fn run(file: &str, encode: fn(&str) -> Vec<u8>) -> Run {
    let config = config_with(
        "/authenticators/jwt",
        json!({"enabled": true, "config": {"jwks_urls": ["file://keys.json"]}}),
    );
    let mut signed_in = open_rule("b", "/b");
    signed_in["authenticators"] = json!([{"handler": "jwt"}]);
    let project = Project::with(&config, &json!([open_rule("a", "/a"), signed_in]));
    let key = json!({"kty": "oct", "kid": "a", "use": "sig", "alg": "HS256", "k": "c2VjcmV0"});
    project.write("keys.json", &json!({"keys": [key]}).to_string());
    let test =
        json!({"name": "a", "request": {"url": "http://api.test/a"}, "expect": {"status": 200}});
    project.write("tests.json", &json!({"tests": [test]}).to_string());
    let text = project.read(file);
    fs::write(project.path(file), encode(&text)).unwrap();
    let command: &[&str] = match file {
        "tests.json" => &["rules", "test", "--config", "config.json", "tests.json"],
        _ => &["rules", "check", "--config", "config.json"],
    };
    project.oathgate(command)
}

const FILES: [&str; 4] = ["config.json", "rules.json", "keys.json", "tests.json"];

#[test]
fn a_file_with_a_byte_order_mark_is_read() {
    for file in FILES {
        let run = run(file, |text| format!("\u{feff}{text}").into_bytes());
        assert_eq!(run.code, 0, "{file}: {run:#?}");
    }
}

#[test]
fn a_file_in_utf_16_is_refused_with_its_encoding() {
    for file in FILES {
        let run = run(file, |text| {
            let text = format!("\u{feff}{text}");
            text.encode_utf16().flat_map(u16::to_le_bytes).collect()
        });
        assert_ne!(run.code, 0, "{file}: {run:#?}");
        let message = format!("{}{}", run.stdout, run.stderr);
        assert!(
            message.contains("UTF-16") && message.contains(file),
            "{file}: {run:#?}"
        );
    }
}
