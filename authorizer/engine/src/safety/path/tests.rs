//! What a gate decides about paths that can be read in more than one way.

use std::sync::LazyLock;

use oathgate_gostd::Url;

use crate::{
    Decision, Gate, Outcome, ReasonCode, Request,
    config::{Config, Format},
    rules,
    safety::{PathPolicy, Treatment, UnsafePath},
    testing::{ScriptedHttp, ports},
};

mod attacks;
mod readings;

/// A gate over rules of one host, given as names and path patterns; each of them grants everybody.
pub(super) fn gate_of(strategy: &str, rules: &[(&str, &str)]) -> Gate {
    let rule = |(id, path): &(&str, &str)| {
        serde_json::json!({
            "id": id,
            "match": {"url": format!("https://a.example{path}"), "methods": ["GET"]},
            "authenticators": [{"handler": "noop"}],
            "authorizer": {"handler": "allow"},
            "mutators": [{"handler": "noop"}],
        })
    };
    let text = serde_json::Value::from_iter(rules.iter().map(rule)).to_string();
    let rules = rules::decode("rules.json", &text).unwrap().rules;
    let none = std::iter::empty::<(String, String)>();
    let config = format!(
        "{{access_rules: {{matching_strategy: {strategy}}}, authenticators: {{noop: {{enabled: true}}}}, \
         authorizers: {{allow: {{enabled: true}}}}, mutators: {{noop: {{enabled: true}}}}}}"
    );
    let config = Config::parse(&config, Format::Yaml, none).unwrap();
    Gate::build(config, rules, ports(&ScriptedHttp::new([])))
}

/// Everything is open but what begins with `/admin`, and `/only` alone; `/café` is written encoded.
pub(super) fn gate() -> Gate {
    gate_of(
        "regexp",
        &[
            ("open", "/<(?!admin|caf|item|only$|pair).*>"),
            ("only", "/only"),
            ("admin", "/admin<.*>"),
            ("encoded", "/caf%C3%A9"),
            ("digits", "/item/<[0-9]+>"),
            ("pair", "/pair/<[^/]+>/<[^/]+>"),
        ],
    )
}

static GATE: LazyLock<Gate> = LazyLock::new(gate);

static KEEPING_SLASHES: LazyLock<Gate> = LazyLock::new(|| {
    gate().with_path_policy(PathPolicy {
        encoded_slashes: Treatment::Allow,
        ..PathPolicy::default()
    })
});

static AS_OATHKEEPER: LazyLock<Gate> = LazyLock::new(|| {
    gate().with_path_policy(PathPolicy {
        unsafe_paths: Treatment::Allow,
        ..PathPolicy::default()
    })
});

pub(super) fn request(path: &str) -> Request {
    Request {
        method: "GET".to_owned(),
        url: Url {
            scheme: "https".to_owned(),
            host: "a.example".to_owned(),
            path: path.to_owned(),
            ..Url::default()
        },
        request_uri: path.to_owned(),
        ..Request::default()
    }
}

pub(super) fn decide(gate: &Gate, path: &str) -> Decision {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    runtime.block_on(gate.decide(request(path)))
}

/// The rule that grants a path.
pub(super) fn granted(gate: &Gate, path: &str) -> Option<String> {
    let decision = decide(gate, path);
    let rule = decision.trace.rule.as_deref().map(str::to_owned);
    matches!(decision.outcome, Outcome::Granted(_)).then(|| rule.unwrap())
}

fn refused(gate: &Gate, path: &str, why: UnsafePath) {
    let trace = decide(gate, path).trace;
    assert_eq!(
        (trace.status, trace.code, trace.cause),
        (400, ReasonCode::UnsafePath, why.to_string()),
        "{path:?}"
    );
}

#[test]
fn a_path_that_servers_read_differently_is_refused() {
    for (path, why) in [
        ("/a%2Fb", UnsafePath::Slash),
        ("/a%2fb", UnsafePath::Slash),
        ("/a%252Fb", UnsafePath::Slash),
        ("/a%25252Fb", UnsafePath::Slash),
        ("/a%5Cb", UnsafePath::Slash),
        ("/a\\b", UnsafePath::Backslash),
        ("/admin#/../a", UnsafePath::Delimiter),
        ("/a b", UnsafePath::Blank),
        ("/a%00", UnsafePath::Control),
        ("/a%0d%0aX-User:b", UnsafePath::Control),
        ("/a%2500", UnsafePath::Control),
        ("/a\0", UnsafePath::Control),
        ("/a\u{1}", UnsafePath::Control),
        ("/a%7F", UnsafePath::Control),
        ("/a%u0000", UnsafePath::Control),
        ("/a%u002Fb", UnsafePath::Slash),
        ("/a\u{FFFD}", UnsafePath::Replaced),
        ("/a%EF%BF%BD", UnsafePath::Replaced),
        ("/a%uD800", UnsafePath::Replaced),
        ("/a%zz", UnsafePath::Escape),
        ("/100%", UnsafePath::Escape),
        ("/%2525252525", UnsafePath::Nested),
        (
            "//a//a//a//a//a//a//a//a//a//a//a//a//a//a//a//a//a//a//a//a//a//a//a//a//a//a//a//a//a//a//a//a//a",
            UnsafePath::Nested,
        ),
        ("a", UnsafePath::Relative),
        (".evil.example/a", UnsafePath::Relative),
        ("*", UnsafePath::Relative),
        ("https://a.example/a", UnsafePath::Relative),
    ] {
        refused(&GATE, path, why);
    }
}

#[test]
fn no_path_is_the_root() {
    let no_path = gate_of("regexp", &[("no path", "")]);
    assert_eq!(granted(&no_path, "").as_deref(), Some("no path"));
    let both = gate_of("regexp", &[("no path", ""), ("root", "/")]);
    refused(&both, "", UnsafePath::OtherRule);
    let any = gate_of("regexp", &[("any", "<.*>")]);
    assert_eq!(granted(&any, "").as_deref(), Some("any"));
}

#[test]
fn a_target_that_ends_in_a_fragment_is_refused() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    for request_uri in ["/a#/../admin", "/a#", "/#?x"] {
        let asked = Request {
            request_uri: request_uri.to_owned(),
            ..request("/a")
        };
        let trace = runtime.block_on(GATE.decide(asked)).trace;
        assert_eq!(trace.code, ReasonCode::UnsafePath, "{request_uri}");
    }
    let asked = Request {
        request_uri: "/a?next=#top".to_owned(),
        ..request("/a")
    };
    assert_eq!(runtime.block_on(GATE.decide(asked)).trace.status, 200);
}

#[test]
fn a_reading_that_leads_to_another_rule_or_to_none_is_refused() {
    for path in [
        "/%61dmin",
        "/%2561dmin",
        "/;x/admin",
        "/only;x",
        "/only%3Bx",
        "/only%3Fx",
        "/only%23x",
        "/only%253Fx",
        "/%63afe",
        "/only.",
        "/only%20",
        "/only%2E%20",
        "/only.;x",
        "/only::$DATA",
        "/only:$i30:$INDEX_ALLOCATION",
        "/only%3A%3A%24DATA",
        "/item/7::$DATA/x",
        "/ｏnly",
        "/\u{FF41}dmin",
        "/%uFF41dmin",
        "/%EF%BD%81dmin",
        "/pair/a;x",
        "/pair/a/b;/c",
        "/pair/a/%3Fx",
        "//admin",
        "//x/admin",
        "/pair//a/b",
        "/pair/a//b",
        "/pair/a/b//",
        "/item//7",
        "//item/7",
        "/item/7//",
        "/only/",
        "/only//",
    ] {
        let trace = decide(&GATE, path).trace;
        assert!(
            trace.status == 400 || trace.status == 404,
            "{path:?}: {}",
            trace.status
        );
        assert_eq!(granted(&GATE, path), None, "{path:?}");
    }
    refused(&GATE, "/item//7", UnsafePath::OtherRule);
}

#[test]
fn a_path_that_means_one_thing_is_granted() {
    for path in [
        "/",
        "/a",
        "/a//b",
        "/a///b/",
        "/a%20b",
        "/a%23b%3Fc",
        "/%C3%BC",
        "/ü",
        "/100%25",
        "/100%25useful",
        "/a%25zz",
        "/a;v=1/b;x",
        "/a:b@c,d+e$f!g*h'i(j)",
        "/users/7:activate",
        "/a:$b",
        "/caf%C3%A9",
        "/%FC",
        "/item/42",
        "/item/42/",
        "/a/%34%32",
        "/a...b/..a",
        "/.well-known/openid-configuration",
        "/a.",
        "/pair/x/y/",
        "/a|b\"c",
        "/wiki/AC\u{FF0F}DC",
    ] {
        assert!(granted(&GATE, path).is_some(), "{path}");
    }
}

#[test]
fn encoded_slashes_may_be_allowed_and_nothing_else() {
    for path in ["/a%2Fb", "/a%5Cb", "/%2Fadmin", "/pair/a%2Fb/c", "/a%252Fb"] {
        assert!(granted(&KEEPING_SLASHES, path).is_some(), "{path}");
    }
    for path in [
        "/%61dmin",
        "/a%00",
        "/%C0%AF",
        "/a/..;/b",
        "/%2561dmin%2Fa",
        "/a%2F..%2Fadmin",
        "/a%5C..%5Cadmin",
        "/a%252F%252e%252e%252Fb",
        "/a\\b",
    ] {
        assert_eq!(granted(&KEEPING_SLASHES, path), None, "{path}");
    }
}

#[test]
fn with_the_policy_switched_off_a_path_is_cleaned_and_nobody_asks_how_it_is_read() {
    for (path, rule) in [
        ("/admin/../a", "open"),
        ("/a/../admin", "admin"),
        ("/a/%2e%2e/admin", "open"),
        ("/a%2Fb", "open"),
        ("/a\\..\\admin", "open"),
        ("/%61dmin", "open"),
        ("/item//7", "digits"),
        ("/only//", "only"),
        ("/a%00#", "open"),
    ] {
        assert_eq!(
            granted(&AS_OATHKEEPER, path).as_deref(),
            Some(rule),
            "{path}"
        );
    }
}

#[test]
fn every_spelling_of_a_host_leads_to_the_same_rule() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    for host in [
        "a.example",
        "A.EXAMPLE",
        "a.example.",
        "a.example:443",
        "A.example.:443",
    ] {
        let mut asked = request("/item/7");
        asked.url.host = host.to_owned();
        let trace = runtime.block_on(GATE.decide(asked)).trace;
        assert_eq!(trace.rule.as_deref(), Some("digits"), "{host}");
    }
    for host in [
        "a.example:80",
        "a.example..",
        "b.example",
        "a.example:443:443",
    ] {
        let mut asked = request("/item/7");
        asked.url.host = host.to_owned();
        assert_eq!(
            runtime.block_on(GATE.decide(asked)).trace.status,
            404,
            "{host}"
        );
    }
}
