//! `oathgate serve`: where it listens.

use std::net::{SocketAddr, TcpListener};

use serde_json::json;

use crate::harness::{Project, closed_rule, config, config_with, http, open_rule, server::Server};

#[test]
fn an_ipv6_address_is_accepted_with_and_without_brackets() {
    for host in ["::1", "[::1]"] {
        let config = config_with("/serve/api/host", json!(host));
        let server = Server::start(&Project::with(&config, &json!([open_rule("a", "/a")])));
        assert_eq!(server.address.ip().to_string(), "::1");
        assert_eq!(server.decide("/a").status, 200, "{host}");
    }
}

/// An IPv4 client keeps its IPv4 address, for conditions on it.
#[test]
fn without_a_host_the_port_is_open_on_every_address() {
    let mut config = config_with("/serve/api/host", json!(""));
    config["errors"] = json!({
        "fallback": ["redirect", "json"],
        "handlers": {
            "json": {"enabled": true},
            "redirect": {"enabled": true, "config": {
                "to": "https://www.test/login",
                "when": [{"error": ["unauthorized"], "request": {"cidr": ["127.0.0.0/8"]}}],
            }},
        },
    });
    let server = Server::start(&Project::with(&config, &json!([closed_rule("a", "/a")])));
    let port = server.address.port();
    let status = |ip: &str| {
        let to = SocketAddr::new(ip.parse().unwrap(), port);
        http::send(
            to,
            "GET",
            "/decisions/a",
            &[("X-Forwarded-Host", "api.test")],
        )
        .status
    };
    assert_eq!(status("127.0.0.1"), 302);
    assert_eq!(status("::1"), 401);
}

#[test]
fn the_proxy_port_answers_that_api_gateway_is_the_proxy() {
    let config = config_with("/serve/proxy", json!({"host": "127.0.0.1", "port": 0}));
    let server = Server::start(&Project::with(&config, &json!([open_rule("a", "/a")])));
    let proxy = server.address_in("no requests are proxied at ");
    for (method, path) in [
        ("GET", "/"),
        ("POST", "/a?x=1"),
        ("OPTIONS", "*"),
        ("GET", "/health/alive"),
    ] {
        let answer = http::send(proxy, method, path, &[]);
        assert_eq!(answer.status, 501, "{method} {path}");
        assert_eq!(
            answer.json(),
            json!({"error": {
                "code": 501,
                "status": "Not Implemented",
                "message": "this server does not proxy requests: API Gateway is the proxy; use the decision API at `serve.api`",
            }}),
        );
    }
    assert_eq!(server.decide("/a").status, 200);
}

#[test]
fn ports_that_decisions_do_not_need_may_be_in_use() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let mut config = config();
    config["serve"]["proxy"] = json!({"host": "127.0.0.1", "port": port});
    config["serve"]["prometheus"]["port"] = json!(port);
    let server = Server::start(&Project::with(&config, &json!([open_rule("a", "/a")])));
    server.wait_for_line("the port of `serve.proxy` is not opened");
    server.wait_for_line("metrics are not served");
    assert_eq!(server.decide("/a").status, 200);
}

#[test]
fn without_serve_proxy_its_port_is_not_opened() {
    let server = Server::start(&Project::new(&json!([open_rule("a", "/a")])));
    server.wait_for_line("metrics are served at ");
    assert_eq!(server.decide("/a").status, 200);
    assert!(!server.output().contains("serve.proxy"));
    assert!(!server.output().contains("proxied"));
}
