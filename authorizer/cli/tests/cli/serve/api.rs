//! `oathgate serve`: Oathkeeper's API.

use serde_json::json;

use crate::harness::{Project, closed_rule, open_rule, server::Server};

#[test]
fn health_and_version_are_served() {
    let project = Project::new(&json!([open_rule("a", "/a")]));
    let server = Server::start(&project);
    for path in ["/health/alive", "/health/ready"] {
        let answer = server.get(path);
        assert_eq!(
            (answer.status, answer.body.as_str()),
            (200, "{\"status\":\"ok\"}\n"),
            "{path}"
        );
        assert_eq!(
            answer.header("content-type").unwrap(),
            "application/json; charset=utf-8"
        );
    }
    assert_eq!(
        server.get("/version").json(),
        json!({"version": env!("CARGO_PKG_VERSION")})
    );
}

#[test]
fn without_a_valid_rule_the_server_is_alive_and_not_ready() {
    let mut broken = open_rule("a", "/a");
    broken["authorizer"]["handler"] = json!("unknown");
    for rules in [json!([]), json!([broken])] {
        let server = Server::start(&Project::new(&rules));
        assert_eq!(server.get("/health/alive").status, 200);
        let answer = server.get("/health/ready");
        assert_eq!(answer.status, 503);
        assert_eq!(
            answer.json(),
            json!({"error": {
                "code": 500,
                "status": "Internal Server Error",
                "reason": "No rules found.",
                "message": "The requested resource could not be found",
            }})
        );
    }
}

#[test]
fn a_decision_is_a_status_with_headers_to_pass_on() {
    let project = Project::new(&json!([open_rule("a", "/a"), closed_rule("b", "/b")]));
    let server = Server::start(&project);
    let granted = server.decide("/a");
    assert_eq!(granted.status, 200);
    assert_eq!(granted.header("x-user").as_deref(), Some("guest"));
    assert_eq!(granted.body, "");
    assert_eq!(server.decide("/b").status, 401);
    let unknown = server.decide("/c");
    assert_eq!(unknown.status, 404);
    assert_eq!(
        unknown.json()["error"]["message"],
        "The requested resource could not be found"
    );
    // Without a gateway's headers the request itself is decided.
    let own = server.send("GET", "/decisions/a", &[("X-Forwarded-Host", "api.test")]);
    assert_eq!(own.status, 200);
}

#[test]
fn an_unclean_path_is_redirected_to_the_clean_one() {
    let server = Server::start(&Project::new(&json!([open_rule("a", "/a")])));
    for (path, location) in [
        ("/decisions//a?q=%2F", "/decisions/a?q=%2F"),
        ("/decisions/b/../a", "/decisions/a"),
        ("/decisions/./", "/decisions/"),
        ("//decisions/x%20y", "/decisions/x%2520y"),
        ("/health//alive", "/health/alive"),
        ("//\\evil.example", "/%5Cevil.example"),
        ("/./\\/evil.example", "/%5C/evil.example"),
        ("///evil.example", "/evil.example"),
    ] {
        let answer = server.send("GET", path, &[("X-Forwarded-Uri", "/a")]);
        let found = (answer.status, answer.header("location"));
        assert_eq!(found, (307, Some(location.to_owned())), "{path}");
        let page = format!("<a href=\"{location}\">Temporary Redirect</a>.\n\n");
        assert_eq!(answer.body, page);
    }
    for path in ["/decisions/", "/decisions/a%2F%2Fb", "/decisions/..a"] {
        assert_ne!(server.send("GET", path, &[]).status, 307, "{path}");
    }
}

#[test]
fn an_invalid_request_is_refused_before_it_is_decided() {
    let server = Server::start(&Project::new(&json!([open_rule("a", "/a<.*>")])));
    let host = [("X-Forwarded-Host", "api.test")];
    assert_eq!(server.send("GET", "/decisions/a%20", &host).status, 200);
    let answer = server.send("GET", "/decisions/a%zz", &host);
    assert_eq!(answer.status, 400);
    assert_eq!(answer.json()["error"]["code"], 400);
}

#[test]
fn unknown_paths_are_not_found() {
    let server = Server::start(&Project::new(&json!([open_rule("a", "/a")])));
    for (method, path) in [
        ("GET", "/"),
        ("GET", "/nowhere"),
        ("GET", "/decisionsx"),
        ("GET", "/rules/"),
        ("GET", "/rules/a/"),
        ("GET", "/health"),
        ("POST", "/rules"),
        ("PUT", "/health/alive"),
        ("POST", "/.well-known/jwks.json"),
        ("DELETE", "/rules/a"),
    ] {
        let answer = server.send(method, path, &[]);
        assert_eq!(answer.status, 404, "{method} {path}");
        assert_eq!(answer.json()["error"]["code"], 404, "{method} {path}");
    }
    let head = server.send("HEAD", "/health/alive", &[]);
    assert_eq!((head.status, head.body.as_str()), (200, ""));
}
