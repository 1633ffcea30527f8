//! `oathgate serve`: where it listens.

use std::net::{SocketAddr, TcpListener};

use serde_json::json;

use crate::harness::{Project, closed_rule, config, config_with, http, open_rule, server::Server};

#[test]
fn an_address_of_version_6_may_stand_bare_or_in_brackets() {
    for host in ["::1", "[::1]"] {
        let config = config_with("/serve/api/host", json!(host));
        let server = Server::start(&Project::with(&config, &json!([open_rule("a", "/a")])));
        assert_eq!(server.address.ip().to_string(), "::1");
        assert_eq!(server.decide("/a").status, 200, "{host}");
    }
}

/// A client of version 4 stays one of version 4, for conditions on its address.
#[test]
fn without_a_host_it_listens_everywhere() {
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
        http::ask(
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
fn the_proxys_port_tells_whoever_asks_where_the_proxy_is() {
    let config = config_with("/serve/proxy", json!({"host": "127.0.0.1", "port": 0}));
    let server = Server::start(&Project::with(&config, &json!([open_rule("a", "/a")])));
    let proxy = server.address_in("no requests are proxied at ");
    for (method, path) in [
        ("GET", "/"),
        ("POST", "/a?x=1"),
        ("OPTIONS", "*"),
        ("GET", "/health/alive"),
    ] {
        let answer = http::ask(proxy, method, path, &[]);
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
fn ports_that_nobody_needs_to_decide_may_be_taken() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let mut config = config();
    config["serve"]["proxy"] = json!({"host": "127.0.0.1", "port": port});
    config["serve"]["prometheus"]["port"] = json!(port);
    let server = Server::start(&Project::with(&config, &json!([open_rule("a", "/a")])));
    server.says("the port of `serve.proxy` is not opened");
    server.says("metrics are not served");
    assert_eq!(server.decide("/a").status, 200);
}

#[test]
fn without_serve_proxy_there_is_no_such_port() {
    let server = Server::start(&Project::new(&json!([open_rule("a", "/a")])));
    server.says("metrics are served at ");
    assert_eq!(server.decide("/a").status, 200);
    assert!(!server.everything_said().contains("serve.proxy"));
    assert!(!server.everything_said().contains("proxied"));
}
