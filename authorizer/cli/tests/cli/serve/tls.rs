//! `oathgate serve`: TLS with the settings of `serve.api.tls`.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use rustls::RootCertStore;
use serde_json::{Value, json};

use crate::harness::{
    Project, config_with,
    http::{Answer, ask_over},
    open_rule,
    server::Server,
    tls::{self, Certificate, certificate},
};

/// Sends a request over TLS and trusts only this certificate.
fn ask_secretly(server: &Server, roots: &RootCertStore, headers: &[(&str, &str)]) -> Answer {
    let stream = tls::connect(server.address, roots);
    ask_over(stream, "GET", "/decisions/a", headers)
}

fn project(tls: Value) -> Project {
    let mut rule = open_rule("a", "/a");
    rule["match"]["url"] = json!("https://api.test/a");
    Project::with(&config_with("/serve/api/tls", tls), &json!([rule]))
}

#[test]
fn the_certificate_may_be_in_files_or_in_the_configuration() {
    let Certificate { cert, key, roots } = certificate();
    for tls in [
        json!({"cert": {"path": "cert.pem"}, "key": {"path": "key.pem"}}),
        json!({"cert": {"base64": STANDARD.encode(&cert)}, "key": {"base64": STANDARD.encode(&key)}}),
    ] {
        let project = project(tls);
        project.write("cert.pem", &cert);
        project.write("key.pem", &key);
        let server = Server::start(&project);
        server.wait_for_line("decisions are served at https://");
        // No header names the scheme, so it is the connection's.
        let answer = ask_secretly(&server, &roots, &[("X-Forwarded-Host", "api.test")]);
        assert_eq!(answer.status, 200);
        assert!(!server.output().contains(&key[40..80]));
    }
}

#[test]
fn a_certificate_without_its_key_is_refused_and_nothing_is_served_unencrypted() {
    for (tls, missing) in [
        (json!({"cert": {"path": "cert.pem"}}), "key.path"),
        (
            json!({"key": {"base64": "aGk="}, "cert": {"path": ""}}),
            "cert.path",
        ),
    ] {
        let run = project(tls)
            .oathgate(&["serve", "--config", "config.json"])
            .ends_with(2);
        assert!(
            run.stderr
                .contains("serve.api.tls: half of what TLS needs is missing")
        );
        assert!(run.stderr.contains(missing), "{run:#?}");
    }
}

#[test]
fn an_unusable_certificate_is_named_and_its_key_is_not_printed() {
    let Certificate { cert, key, .. } = certificate();
    let other = certificate().key;
    let base64 = |text: &str| json!({"base64": STANDARD.encode(text)});
    for (cert, key, message) in [
        (
            json!({"path": "none.pem"}),
            base64(&key),
            "`serve.api.tls.cert.path`: cannot read `none.pem`",
        ),
        (
            base64(&cert),
            json!({"base64": "not/base64!"}),
            "`serve.api.tls.key.base64` is not valid base64",
        ),
        (
            base64(&key),
            base64(&key),
            "`serve.api.tls.cert` contains no usable PEM block",
        ),
        (
            base64(&cert),
            base64(&cert),
            "`serve.api.tls.key` contains no usable PEM block",
        ),
        (
            base64(&cert),
            base64(&other),
            "the certificate and its key cannot be used",
        ),
    ] {
        let secret = key["base64"].as_str().unwrap_or_default().to_owned();
        let project = project(json!({"cert": cert, "key": key}));
        let run = project
            .oathgate(&["serve", "--config", "config.json"])
            .ends_with(2);
        assert!(run.stderr.contains(message), "{message}: {run:#?}");
        assert!(!run.stderr.contains(&secret), "{run:#?}");
    }
}
