//! Who answers a failure, and what.

use std::sync::Arc;

use oathgate_gostd::{Header, Url};
use serde_json::{Value, json};

use super::*;
use crate::config::HandlerSettings;

/// A configuration with these handlers and this fallback list.
fn config(handlers: Value, fallback: Option<&[&str]>) -> Config {
    let mut config = Config::default();
    for (name, settings) in handlers.as_object().unwrap() {
        let settings = HandlerSettings {
            enabled: settings.get("enabled") != Some(&json!(false)),
            config: settings.get("config").cloned(),
        };
        config.errors.handlers.0.insert(name.clone(), settings);
    }
    let names = fallback.map(|names| names.iter().map(|name| (*name).to_owned()).collect());
    config.errors.fallback = names;
    config
}

fn request() -> Request {
    Request {
        method: "GET".to_owned(),
        url: Url {
            scheme: "https".to_owned(),
            host: "api.example".to_owned(),
            path: "/a/b".to_owned(),
            ..Url::default()
        },
        request_uri: "/a/b?x=1".to_owned(),
        ..Request::default()
    }
}

/// The name of the handler that answers, and its answer.
fn answer(
    config: &Config,
    of_rule: &Value,
    request: &Request,
    failure: &Failure,
) -> (Option<String>, Refusal) {
    let shared = Arc::default();
    let references: Vec<HandlerReference> = serde_json::from_value(of_rule.clone()).unwrap();
    let of_rule: Vec<_> = references
        .iter()
        .map(|reference| ErrorHandler::build(reference, config, &shared))
        .collect();
    let fallback = fallback(config, &shared);
    let answered = refuse(&of_rule, &fallback, request, failure);
    assert_eq!(answered.handler.is_none(), answered.complaint.is_some());
    (answered.handler.map(str::to_owned), answered.refusal)
}

fn body(refusal: &Refusal) -> Value {
    serde_json::from_slice(&refusal.body).unwrap()
}

#[test]
fn json_answers_where_nothing_is_configured() {
    let config = config(json!({}), None);
    let mut request = request();
    request.header.set("X-Request-Id", "id-1");
    let failure = Failure::unauthorized()
        .with_reason("why")
        .with_cause("secret");
    let (name, refusal) = answer(&config, &json!([]), &request, &failure);
    assert_eq!(name.as_deref(), Some("json"));
    assert_eq!(refusal.status, 401);
    assert_eq!(
        refusal.header,
        [("Content-Type", "application/json")].into_iter().collect()
    );
    let expected = json!({"error": {
        "code": 401, "status": "Unauthorized", "request": "id-1",
        "message": "The request could not be authorized"
    }});
    assert_eq!(body(&refusal), expected);
    assert!(refusal.body.ends_with(b"}\n"));
}

#[test]
fn verbose_json_tells_message_and_reason_but_no_cause() {
    let config = config(json!({"json": {"config": {"verbose": true}}}), None);
    let mut failure = Failure::too_many_requests()
        .with_reason("<why>")
        .with_cause("secret");
    failure.header = [("Retry-After", "17")].into_iter().collect::<Header>();
    let (_, refusal) = answer(&config, &json!([]), &request(), &failure);
    assert_eq!(refusal.header.get("Retry-After"), Some("17"));
    assert_eq!(body(&refusal)["error"]["reason"], "<why>");
    let text = String::from_utf8(refusal.body.to_vec()).unwrap();
    assert!(
        text.contains("\\u003cwhy\\u003e") && !text.contains("secret"),
        "{text}"
    );

    let quiet = json!([{"handler": "json", "config": {"verbose": false}}]);
    let told = Failure::told("No mutation handler was set in the rule");
    let (_, refusal) = answer(&config, &quiet, &request(), &told);
    assert!(
        body(&refusal)["error"]["message"]
            .as_str()
            .unwrap()
            .starts_with("An internal")
    );
    let unavailable = Failure::new(503, "The upstream service is not available");
    let (_, refusal) = answer(&config, &quiet, &request(), &unavailable);
    assert_eq!(
        body(&refusal)["error"]["message"],
        "The upstream service is not available"
    );
}

#[test]
fn the_one_responsible_handler_of_the_rule_answers_else_the_first_of_the_list() {
    let when = |error: &str| json!([{"error": [error]}]);
    let handlers = json!({
        "redirect": {"config": {"to": "/login", "when": when("unauthorized")}},
        "www_authenticate": {},
        "json": {},
    });
    let config = config(handlers, Some(&["redirect", "json", "www_authenticate"]));
    let own = |name: &str, error: &str| json!({"handler": name, "config": {"when": when(error)}});
    let cases = [
        (json!([]), Failure::unauthorized(), Some("redirect")),
        (json!([]), Failure::forbidden(), Some("json")),
        (
            json!([{"handler": "www_authenticate"}]),
            Failure::forbidden(),
            Some("www_authenticate"),
        ),
        (
            json!([own("json", "forbidden")]),
            Failure::unauthorized(),
            Some("redirect"),
        ),
        (
            json!([own("json", "forbidden"), own("json", "unauthorized")]),
            Failure::unauthorized(),
            Some("json"),
        ),
        (
            json!([own("redirect", "internal_server_error")]),
            Failure::too_many_requests(),
            Some("redirect"),
        ),
        (
            json!([own("redirect", "internal_server_error")]),
            Failure::plain(""),
            Some("redirect"),
        ),
        (
            json!([own("redirect", "not_found")]),
            Failure::no_rule(),
            Some("redirect"),
        ),
        (
            json!([{"handler": "json"}, {"handler": "json"}]),
            Failure::forbidden(),
            None,
        ),
        (
            json!([{"handler": "xml"}, {"handler": "json"}]),
            Failure::forbidden(),
            None,
        ),
        (
            json!([own("json", "bad_request")]),
            Failure::forbidden(),
            None,
        ),
        (
            json!([{"handler": "json", "config": {"when": null}}]),
            Failure::forbidden(),
            None,
        ),
    ];
    for (of_rule, failure, expected) in cases {
        let (name, refusal) = answer(&config, &of_rule, &request(), &failure);
        assert_eq!(name.as_deref(), expected, "{of_rule} {}", failure.message);
        assert_eq!(expected.is_none(), refusal.status == 500, "{of_rule}");
    }
}

#[test]
fn a_handler_that_is_disabled_or_missing_is_answered_with_500() {
    let handlers = json!({"json": {"enabled": false}, "www_authenticate": {"enabled": false}});
    let cases: [(&[&str], Value, &str); 5] = [
        (&["json"], json!([]), "An internal server error"),
        (&["xml"], json!([]), "An internal server error"),
        (&[], json!([]), "An internal server error"),
        (
            &["json"],
            json!([{"handler": "json"}]),
            "error handler matching this route",
        ),
        (
            &["json"],
            json!([{"handler": "redirect"}]),
            "error handler matching this route",
        ),
    ];
    for (fallback, of_rule, message) in cases {
        let config = config(handlers.clone(), Some(fallback));
        let (name, refusal) = answer(&config, &of_rule, &request(), &Failure::unauthorized());
        assert_eq!(
            (name, refusal.status),
            (None, 500),
            "{fallback:?} {of_rule}"
        );
        let text = body(&refusal)["error"]["message"]
            .as_str()
            .unwrap()
            .to_owned();
        assert!(text.starts_with(message), "{fallback:?} {of_rule}: {text}");
    }
}

#[test]
fn a_redirect_names_the_address_that_was_asked_for() {
    let cases = [
        (
            "https://auth/login",
            "",
            "",
            "https://auth/login?r=https%3A%2F%2Fapi.example",
        ),
        (
            "https://auth/login",
            "/a%20b?x=1&y=%2F",
            "",
            "https://auth/login?r=https%3A%2F%2Fapi.example%2Fa%2520b%3Fx%3D1%26y%3D%252F",
        ),
        (
            "https://auth/login",
            "?x=1",
            "x=1",
            "https://auth/login?r=https%3A%2F%2Fapi.example%3Fx%3D1",
        ),
        (
            "https://auth/login",
            "/a",
            "own=1",
            "https://auth/login?r=https%3A%2F%2Fapi.example%2Fa%3Fown%3D1",
        ),
        (
            "https://auth/login",
            "/a?x=1",
            "own=1",
            "https://auth/login?r=https%3A%2F%2Fapi.example%2Fa%253Fx%3D1%3Fown%3D1",
        ),
        (
            "/login?z=1&a=+b&r=old#top",
            "/a",
            "",
            "/login?a=+b&r=https%3A%2F%2Fapi.example%2Fa&z=1#top",
        ),
        (
            "login",
            "/a/b/c?d=/e/f",
            "",
            "/a/b/login?r=https%3A%2F%2Fapi.example%2Fa%2Fb%2Fc%3Fd%3D%2Fe%2Ff",
        ),
    ];
    for (to, asked, own_query, location) in cases {
        let rule =
            json!([{"handler": "redirect", "config": {"to": to, "return_to_query_param": "r"}}]);
        let mut request = Request {
            request_uri: asked.to_owned(),
            ..request()
        };
        request.url.raw_query = own_query.to_owned();
        let config = config(json!({"redirect": {}}), None);
        let (_, refusal) = answer(&config, &rule, &request, &Failure::unauthorized());
        assert_eq!(
            refusal.header.get("Location"),
            Some(location),
            "{to} {asked}"
        );
    }
}

#[test]
fn a_relative_target_starts_at_the_folder_asked_for_and_never_leaves_the_host() {
    let cases = [
        (
            "/a/../login//x/./?next=/a/../b",
            "/p",
            "/login/x/?next=/a/../b",
        ),
        ("login", "/a/b", "/a/login"),
        ("login", "", "/login"),
        ("../login", "/a/b/c/", "/a/b/login"),
        ("?login=1", "/a/b", "/a/?login=1"),
        ("", "/a/b", "/a/"),
        ("login", "//evil.example/x", "/evil.example/login"),
        ("login", "/\\evil.example/x", "/%5Cevil.example/login"),
        ("login", "/\t/evil.example/x", "/%09/evil.example/login"),
        ("login", "/a%20b/%2F/x", "/a%20b/%2F/login"),
        ("login", "/50%/x", "/50%25/login"),
        ("//auth.example/a/../b", "/p", "//auth.example/a/../b"),
        (
            "https://auth.example/größe?q=ü",
            "/p",
            "https://auth.example/gr%c3%b6%c3%9fe?q=%c3%bc",
        ),
    ];
    for (to, asked, location) in cases {
        let rule = json!([{"handler": "redirect", "config": {"to": to}}]);
        let request = Request {
            request_uri: asked.to_owned(),
            ..request()
        };
        let config = config(json!({"redirect": {}}), None);
        let (_, refusal) = answer(&config, &rule, &request, &Failure::unauthorized());
        assert_eq!(
            refusal.header.get("Location"),
            Some(location),
            "{to} {asked}"
        );
    }
}

#[test]
fn a_redirect_has_a_page_for_browsers_only() {
    let config = config(
        json!({"redirect": {"config": {"to": "/?a=1&b='<\">", "code": 301}}}),
        None,
    );
    let rule = json!([{"handler": "redirect"}]);
    let page = "<a href=\"/?a=1&amp;b=&#39;&lt;&#34;&gt;\">Moved Permanently</a>.\n\n";
    for (method, has_type, expected) in [
        ("GET", true, page),
        ("HEAD", true, ""),
        ("POST", false, ""),
        ("get", false, ""),
    ] {
        let request = Request {
            method: method.to_owned(),
            ..request()
        };
        let (_, refusal) = answer(&config, &rule, &request, &Failure::forbidden());
        assert_eq!(refusal.status, 301);
        assert_eq!(
            refusal.header.get("Content-Type").is_some(),
            has_type,
            "{method}"
        );
        assert_eq!(refusal.body, expected, "{method}");
    }
}

#[test]
fn www_authenticate_asks_for_a_name_whatever_the_failure() {
    let config = config(json!({"www_authenticate": {}}), None);
    let rule = json!([{"handler": "www_authenticate", "config": {"realm": "\"staff\""}}]);
    let (_, refusal) = answer(&config, &rule, &request(), &Failure::forbidden());
    assert_eq!(refusal.status, 401);
    assert_eq!(
        refusal.header.get("WWW-Authenticate"),
        Some("Basic realm=\"staff\"")
    );
    assert_eq!(refusal.body, "Unauthorized\n");
    let rule = json!([{"handler": "www_authenticate", "config": {"realm": ""}}]);
    let (_, refusal) = answer(&config, &rule, &request(), &Failure::forbidden());
    assert_eq!(
        refusal.header.get("WWW-Authenticate"),
        Some("Basic realm=Please authenticate.")
    );
}

#[test]
fn conditions_on_the_request_all_hold_or_the_handler_is_not_responsible() {
    let conditions = json!({
        "cidr": ["10.0.0.0/8", "::ffff:192.168.0.0/112", "2001:db8::/32"],
        "header": {"accept": ["text/html", "image/*"], "content_type": ["application/json"]},
    });
    let rule =
        json!([{"handler": "redirect", "config": {"to": "/", "when": [{"request": conditions}]}}]);
    let config = config(json!({"redirect": {}, "json": {}}), None);
    let answers = |peer: &str, forwarded: &str, accept: &str, content_type: &str| {
        let header = [
            ("X-Forwarded-For", forwarded),
            ("Accept", accept),
            ("Content-Type", content_type),
        ];
        let header = header
            .into_iter()
            .filter(|(_, value)| !value.is_empty())
            .collect();
        let request = Request {
            remote_addr: peer.parse().ok(),
            header,
            ..request()
        };
        answer(&config, &rule, &request, &Failure::unauthorized()).0
    };
    let redirect = Some("redirect".to_owned());
    let json = Some("json".to_owned());
    assert_eq!(
        answers(
            "10.1.2.3",
            "",
            "text/html",
            "application/json; charset=utf-8"
        ),
        redirect
    );
    assert_eq!(
        answers("::ffff:10.1.2.3", "", "image/png", "application/json"),
        redirect
    );
    assert_eq!(
        answers("192.168.255.1", "", "image/png", "application/json"),
        redirect
    );
    assert_eq!(
        answers("2001:db8:9::1", "", "image/png", "application/json"),
        redirect
    );
    assert_eq!(
        answers("1.1.1.1", "x, 10.9.9.9", "image/png", "application/json"),
        redirect
    );
    assert_eq!(
        answers("1.1.1.1", "x, 11.9.9.9", "image/png", "application/json"),
        json
    );
    assert_eq!(answers("", "", "image/png", "application/json"), json);
    assert_eq!(
        answers("2001:db9::1", "", "image/png", "application/json"),
        json
    );
    assert_eq!(
        answers("10.1.2.3", "", "text/plain", "application/json"),
        json
    );
    assert_eq!(answers("10.1.2.3", "", "text/html", "text/plain"), json);
    assert_eq!(answers("10.1.2.3", "", "text/html", ""), json);
    assert_eq!(answers("10.1.2.3", "", "text/html", "a b"), None);
}

#[test]
fn a_network_that_is_none_is_a_mistake_of_the_rule() {
    let config = config(json!({"json": {}}), None);
    for network in [
        "10.0.0.0",
        "10.0.0.0/33",
        "10.0.0.0/-1",
        "10.0.0.0/+8",
        "::/129",
        "x/8",
        "10.0.0/8",
    ] {
        let when = json!([{"request": {"cidr": [network]}}]);
        let reference =
            serde_json::from_value(json!({"handler": "json", "config": {"when": when}}));
        let handler = ErrorHandler::build(&reference.unwrap(), &config, &Arc::default());
        assert!(handler.misconfigured().is_some(), "{network}");
    }
}
