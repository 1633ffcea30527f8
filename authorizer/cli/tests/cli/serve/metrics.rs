//! `oathgate serve`: metrics on `serve.prometheus`.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::harness::{Project, config, config_with, http, open_rule, server::Server};

/// The counters after a few requests, without durations.
fn counted(prometheus: &Value) -> Vec<String> {
    let mut config = config();
    for (key, value) in prometheus.as_object().unwrap() {
        config["serve"]["prometheus"][key] = value.clone();
    }
    let server = Server::start(&Project::with(&config, &json!([open_rule("a", "/a")])));
    server.decide("/a");
    server.send("GET", "/decisions/b/c?token=s3cr3t", &[]);
    server.get("/rules/a");
    server.get("/health/alive");
    server.get("/health/ready");
    let metrics = server.address_in("metrics are served at ");
    let path = prometheus["metrics_path"].as_str().unwrap_or("/metrics");
    assert_eq!(http::send(metrics, "GET", "/elsewhere", &[]).status, 404);
    let answer = http::send(metrics, "GET", path, &[]);
    assert_eq!(answer.status, 200);
    assert!(
        answer
            .header("content-type")
            .unwrap()
            .starts_with("application/openmetrics-text")
    );
    let mut lines: Vec<_> = answer
        .body
        .lines()
        .filter(|line| line.contains("_total{") || line.contains("_count{"))
        .map(str::to_owned)
        .collect();
    lines.sort();
    assert!(!answer.body.contains("s3cr3t"));
    lines
}

fn line(name: &str, request: &str, status: u16, count: u16) -> String {
    format!(
        "{name}{{service=\"oathkeeper-api\",method=\"GET\",request=\"{request}\",status_code=\"{status}\"}} {count}"
    )
}

#[test]
fn requests_are_counted_by_their_first_segment_except_health_checks() {
    let mut wanted = Vec::new();
    for name in [
        "ory_oathkeeper_requests_total",
        "ory_oathkeeper_requests_duration_seconds_count",
    ] {
        wanted.push(line(name, "/decisions", 200, 1));
        wanted.push(line(name, "/decisions", 404, 1));
        wanted.push(line(name, "/rules", 200, 1));
    }
    wanted.sort();
    assert_eq!(counted(&json!({})), wanted);
}

#[test]
fn metrics_can_have_a_prefix_another_path_and_labels_by_route() {
    let settings = json!({
        "collapse_request_paths": false, "metric_name_prefix": "gate_", "metrics_path": "/own/metrics",
    });
    let counted = counted(&settings);
    let totals: Vec<_> = counted
        .iter()
        .filter(|line| line.contains("_total"))
        .cloned()
        .collect();
    let name = "gate_requests_total";
    let wanted = [
        line(name, "/decisions", 200, 1),
        line(name, "/decisions/{path}", 404, 1),
        line(name, "/rules/{id}", 200, 1),
    ];
    assert_eq!(totals, wanted);
}

/// The distinct values of a label.
fn values(metrics: &str, label: &str) -> BTreeSet<String> {
    let start = format!("{label}=\"");
    metrics
        .lines()
        .filter_map(|line| line.split_once(&start)?.1.split_once('"'))
        .map(|(value, _)| value.to_owned())
        .collect()
}

#[test]
fn clients_cannot_add_labels() {
    for (collapse, wanted) in [
        (
            true,
            ["/.well-known", "/decisions", "/rules", "/version", "other"].as_slice(),
        ),
        (
            false,
            &[
                "/.well-known/jwks.json",
                "/decisions",
                "/decisions/{path}",
                "/rules",
                "/rules/{id}",
                "/version",
                "other",
            ],
        ),
    ] {
        let config = config_with("/serve/prometheus/collapse_request_paths", json!(collapse));
        let server = Server::start(&Project::with(&config, &json!([open_rule("a", "/a")])));
        for path in ["/decisions", "/rules", "/version", "/.well-known/jwks.json"] {
            for number in 0..5 {
                server.send(&format!("ODD-{number}"), path, &[]);
                server.send("GET", path, &[]);
                server.send("get", &format!("{path}/{number}"), &[]);
                server.send("GET", &format!("{path}{number}/x"), &[]);
                server.send("GET", &format!("/{number}{path}"), &[]);
                server.send("GET", &format!("{path}//{number}"), &[]);
                server.send("GET", &format!("/%2f{number}{path}%zz"), &[]);
            }
        }
        let metrics = http::send(
            server.address_in("metrics are served at "),
            "GET",
            "/metrics",
            &[],
        );
        assert_eq!(
            values(&metrics.body, "method"),
            ["GET", "other"].map(str::to_owned).into()
        );
        let wanted: BTreeSet<_> = wanted.iter().copied().map(str::to_owned).collect();
        let shown = values(&metrics.body, "request");
        assert!(shown.is_subset(&wanted), "{shown:?}");
        assert!(shown.len() + 1 >= wanted.len(), "{shown:?}");
    }
}

#[test]
fn paths_can_be_hidden() {
    let counted = counted(&json!({"hide_request_paths": true, "collapse_request_paths": false}));
    let totals: Vec<_> = counted
        .iter()
        .filter(|line| line.contains("_total"))
        .cloned()
        .collect();
    let name = "ory_oathkeeper_requests_total";
    assert_eq!(totals, [line(name, "", 200, 2), line(name, "", 404, 1)]);
}
