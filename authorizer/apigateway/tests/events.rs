//! Events as API Gateway sends them, each with the request they stand for.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    reason = "tests may fail loudly"
)]

use std::{fs, path::Path};

use aws_lambda_events::apigw::{
    ApiGatewayCustomAuthorizerRequestTypeRequest, ApiGatewayV2CustomAuthorizerV2Request,
};
use oathgate_apigateway::{Event, EventKind};
use oathgate_engine::stage::BasePath;
use proptest::{collection::vec, prelude::*};
use serde::Deserialize;
use serde_json::{Value, json, value::RawValue};

/// One file: the event as text, since the order of its members matters.
#[derive(Deserialize)]
struct Fixture {
    /// Where the event comes from, or what it shows.
    source: String,
    public_host: Option<String>,
    base_path: Option<String>,
    event: Box<RawValue>,
    expect: Value,
}

fn fixtures() -> impl Iterator<Item = (String, Fixture)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/events");
    fs::read_dir(folder).unwrap().map(|file| {
        let path = file.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        (
            name,
            serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap(),
        )
    })
}

fn kind(kind: EventKind) -> &'static str {
    match kind {
        EventKind::Rest => "rest",
        EventKind::HttpV1 => "http-v1",
        EventKind::HttpV2 => "http-v2",
        EventKind::WebSocket => "web-socket",
    }
}

/// What a text is read as, in the form the fixtures have.
fn read(text: &str, public_host: Option<&str>, base: Option<&str>) -> Value {
    let base = base.map(|text| BasePath::parse(text).unwrap());
    let request = Event::read(text).and_then(|event| {
        let mut request = event.request(public_host)?;
        if let Err(error) = event.place(&mut request, base.as_ref()) {
            panic!("{error}: {text}");
        }
        Ok((kind(event.kind), request))
    });
    match request {
        Err(error) => json!({"error": error.to_string()}),
        Ok((kind, request)) => json!({
            "kind": kind,
            "method": request.method,
            "host": request.url.host,
            "path": request.url.path,
            "query": request.url.raw_query,
            "request_uri": request.request_uri,
            "remote_addr": request.remote_addr,
            "header": request.header.iter().collect::<Vec<_>>(),
        }),
    }
}

#[test]
fn it_reads_every_kind_of_event_as_the_request_it_stands_for() {
    let mut count = 0;
    for (name, fixture) in fixtures() {
        assert!(!fixture.source.is_empty(), "{name}");
        let got = read(
            fixture.event.get(),
            fixture.public_host.as_deref(),
            fixture.base_path.as_deref(),
        );
        match fixture.expect["error"].as_str() {
            Some(said) => {
                let error = got["error"]
                    .as_str()
                    .unwrap_or_else(|| panic!("{name}: {got}"));
                assert!(error.contains(said), "{name}: {error}");
            }
            None => assert_eq!(got, fixture.expect, "{name}"),
        }
        count += 1;
    }
    assert!(count > 20, "{count} fixtures");
}

/// A request, placed: its path, or why it has no place.
fn placed(event: &Value, base: Option<&str>) -> Result<String, String> {
    let base = base.map(|text| BasePath::parse(text).unwrap());
    let text = event.to_string();
    let event = Event::read(&text).unwrap();
    let mut request = event.request(Some("api.example.com")).unwrap();
    let placed = event.place(&mut request, base.as_ref());
    placed.map_err(|error| error.to_string())?;
    Ok(request.url.path)
}

const OWN_HOST: &str = "a1b2c3d4e5.execute-api.eu-central-1.amazonaws.com";

#[test]
fn what_is_decided_about_is_what_the_backend_is_sent_below_the_base_path() {
    let event = |resource: &str, path: &str, parameters: Value| {
        json!({
            "type": "REQUEST", "methodArn": "arn", "httpMethod": "GET", "resource": resource, "path": path,
            "pathParameters": parameters, "requestContext": {"domainName": "api.example.com"},
        })
    };
    let proxy = |path: &str, sent: &str| event("/{proxy+}", path, json!({"proxy": sent}));
    let orders = Some("/orders");
    for (event, base, path) in [
        (proxy("/admin/x", "admin/x"), None, Some("/admin/x")),
        (
            proxy("/orders/admin/x", "admin/x"),
            orders,
            Some("/orders/admin/x"),
        ),
        // Under the API's own host name.
        (
            proxy("/admin/x", "admin/x"),
            orders,
            Some("/orders/admin/x"),
        ),
        (
            proxy("/orders/x", "orders/x"),
            orders,
            Some("/orders/orders/x"),
        ),
        (
            proxy("/orders/orders/x", "orders/x"),
            orders,
            Some("/orders/orders/x"),
        ),
        (
            proxy("/orders/a/b/x", "x"),
            Some("/orders/a/b"),
            Some("/orders/a/b/x"),
        ),
        // Whatever API Gateway does with escapes and slashes in parameters.
        (proxy("/a%20b//c/", "a b/c"), None, Some("/a%20b//c/")),
        (
            proxy("/orders/a%2Fb", "a%2Fb"),
            orders,
            Some("/orders/a%2Fb"),
        ),
        (proxy("/a+b", "a b"), None, Some("/a+b")),
        (proxy("/%C3%BC", "ü"), None, Some("/%C3%BC")),
        (event("/", "/", Value::Null), None, Some("/")),
        (event("/", "/orders", Value::Null), orders, Some("/orders")),
        (event("/", "/", Value::Null), orders, Some("/orders/")),
        (
            event("/a/{id}/b", "/a/7/b", json!({"id": "7"})),
            None,
            Some("/a/7/b"),
        ),
        (
            event("/a/{id}/b", "/orders/a/7/b", json!({"id": "7"})),
            orders,
            Some("/orders/a/7/b"),
        ),
        (
            event("/ping", "/orders/ping", Value::Null),
            None,
            Some("/orders/ping"),
        ),
        (
            event("/ping", "/ping", Value::Null),
            orders,
            Some("/orders/ping"),
        ),
        // A base path that the stage does not name, or another one.
        (proxy("/orders/admin/x", "admin/x"), None, None),
        (proxy("/orders/admin/x", "admin/x"), Some("/other"), None),
        (proxy("/public/x", "admin/x"), None, None),
        (proxy("/public/x", "admin/x"), orders, None),
        (event("/{proxy+}", "/a", Value::Null), None, None),
        (event("/{proxy+}", "/a", json!({"other": "a"})), None, None),
        (event("/{proxy", "/a", json!({"proxy": "a"})), None, None),
        (event("/a/{id}/b", "/a/8/b", json!({"id": "7"})), None, None),
        (event("/ping", "/other/ping", Value::Null), orders, None),
    ] {
        assert_eq!(
            placed(&event, base).ok().as_deref(),
            path,
            "{event} below {base:?}"
        );
    }
}

#[test]
fn an_http_api_s_request_has_a_place_too() {
    let event = |domain: &str, route: &str, path: &str, parameters: Value| {
        json!({
            "version": "2.0", "type": "REQUEST", "routeArn": "arn", "routeKey": route, "rawPath": path,
            "rawQueryString": "", "pathParameters": parameters,
            "requestContext": {"domainName": domain, "stage": "$default", "http": {"method": "GET"}},
        })
    };
    let orders = Some("/orders");
    for (event, base, path) in [
        (
            event(
                "a.example",
                "ANY /{proxy+}",
                "/x y",
                json!({"proxy": "x y"}),
            ),
            None,
            Some("/x%20y"),
        ),
        (
            event(
                "a.example",
                "GET /{proxy+}",
                "/orders/x",
                json!({"proxy": "x"}),
            ),
            orders,
            Some("/orders/x"),
        ),
        (
            event(OWN_HOST, "GET /{proxy+}", "/x", json!({"proxy": "x"})),
            orders,
            Some("/orders/x"),
        ),
        (
            event(
                "a.example",
                "GET /{proxy+}",
                "/public",
                json!({"proxy": "admin"}),
            ),
            None,
            None,
        ),
        // API Gateway has decoded the path: which of these was encoded, and will be, is not known.
        (
            event(
                "a.example",
                "ANY /{proxy+}",
                "/a%2Fb",
                json!({"proxy": "a%2Fb"}),
            ),
            None,
            None,
        ),
        (
            event(
                "a.example",
                "ANY /{proxy+}",
                "/a?b",
                json!({"proxy": "a?b"}),
            ),
            None,
            None,
        ),
        (
            event(
                "a.example",
                "ANY /{proxy+}",
                "/a#b",
                json!({"proxy": "a#b"}),
            ),
            None,
            None,
        ),
        (
            event("a.example", "$default", "/100%", Value::Null),
            None,
            None,
        ),
        // The route of all other requests has no parameters: the host tells.
        (
            event(OWN_HOST, "$default", "/orders/x", Value::Null),
            orders,
            Some("/orders/orders/x"),
        ),
        (
            event("a.example", "$default", "/orders/x", Value::Null),
            orders,
            Some("/orders/x"),
        ),
        (
            event("a.example", "$default", "/x", Value::Null),
            orders,
            None,
        ),
        (
            event("a.example", "$default", "/x", Value::Null),
            None,
            Some("/x"),
        ),
    ] {
        assert_eq!(
            placed(&event, base).ok().as_deref(),
            path,
            "{event} below {base:?}"
        );
    }
}

#[test]
fn aws_s_own_types_read_the_same_events() {
    for (name, fixture) in fixtures().filter(|(name, _)| !name.starts_with("refused")) {
        let text = fixture.event.get();
        let event = Event::read(text).unwrap();
        // Their headers are ASCII alone, and their lists and maps hold no nulls.
        if ["unicode", "null"].iter().any(|word| name.contains(word)) {
            continue;
        }
        let (method, path, headers) = match event.kind {
            EventKind::HttpV2 => {
                let theirs: ApiGatewayV2CustomAuthorizerV2Request =
                    serde_json::from_str(text).unwrap_or_else(|error| panic!("{name}: {error}"));
                let method = theirs.request_context.http.method;
                (Some(method), theirs.raw_path, theirs.headers)
            }
            EventKind::WebSocket => continue,
            EventKind::Rest | EventKind::HttpV1 => {
                let theirs: ApiGatewayCustomAuthorizerRequestTypeRequest =
                    serde_json::from_str(text).unwrap_or_else(|error| panic!("{name}: {error}"));
                let headers = if theirs.multi_value_headers.is_empty() {
                    theirs.headers
                } else {
                    theirs.multi_value_headers
                };
                (theirs.http_method, theirs.path, headers)
            }
        };
        assert_eq!(method.unwrap().as_str(), event.method, "{name}");
        assert_eq!(path.unwrap(), event.path, "{name}");
        for (header, value) in &headers {
            let known = event.headers.iter().any(|(known, one)| {
                known.eq_ignore_ascii_case(header.as_str()) && one.as_bytes() == value.as_bytes()
            });
            assert!(known, "{name}: {header}");
        }
    }
}

#[test]
fn it_tells_nothing_of_an_event_it_cannot_read() {
    let secret = "hunter2";
    for text in [
        r#"{"type":"REQUEST","headers":{"a":"hunter2","b":7}}"#,
        r#"{"type":"hunter2"}"#,
        r#"{"type":"REQUEST","path":"/hunter2","path":"/"}"#,
        r#"{"type":"REQUEST","hunter2"#,
        r#""hunter2""#,
    ] {
        let error = Event::read(text).unwrap_err();
        assert!(!error.to_string().contains(secret), "{error}");
        assert!(!format!("{error:?}").contains(secret), "{error:?}");
    }
}

/// Any JSON, with an event's names more often than others.
fn any_json() -> impl Strategy<Value = Value> {
    let name = prop_oneof![
        4 => prop::sample::select(vec![
            "type", "version", "methodArn", "routeArn", "httpMethod", "path", "rawPath",
            "rawQueryString", "cookies", "headers", "multiValueHeaders", "queryStringParameters",
            "multiValueQueryStringParameters", "requestContext", "domainName", "stage", "identity",
            "sourceIp", "http", "method", "eventType", "requestId",
        ]).prop_map(str::to_owned),
        1 => any::<String>(),
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        prop::sample::select(vec![
            "REQUEST", "TOKEN", "CONNECT", "1.0", "2.0", "GET", "/", "/a"
        ])
        .prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 48, 8, move |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            vec((name.clone(), inner), 0..12)
                .prop_map(|entries| Value::Object(entries.into_iter().collect())),
        ]
    })
}

/// The text of a header or query value, as JSON can hold it.
fn texts() -> impl Strategy<Value = String> {
    prop_oneof!["[ -~]{0,12}", any::<String>()]
}

fn cases() -> u32 {
    std::env::var("PROPTEST_CASES")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(2000)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(cases()) })]

    #[test]
    fn any_json_is_an_event_or_an_error(json in any_json()) {
        let got = read(&json.to_string(), Some("api.example.com"), None);
        prop_assert!(got.is_object());
    }

    #[test]
    fn any_text_is_an_event_or_an_error(text in any::<String>()) {
        prop_assert!(read(&text, None, None)["error"].is_string());
    }

    #[test]
    fn every_header_and_query_value_arrives(
        headers in vec(("[A-Za-z][A-Za-z0-9-]{0,10}", vec(texts(), 1..4)), 0..6),
        query in vec((texts(), vec(texts(), 1..3)), 0..4),
        path in "(/[a-zA-Z0-9%;._~-]{0,8}){1,4}",
    ) {
        let mut names = Vec::new();
        let headers: Vec<_> = headers
            .into_iter()
            .filter(|(name, _)| {
                let lower = name.to_ascii_lowercase();
                let new = lower != "host" && !names.contains(&lower);
                names.push(lower);
                new
            })
            .collect();
        let many: serde_json::Map<_, _> =
            headers.iter().map(|(name, values)| (name.clone(), json!(values))).collect();
        let queries: serde_json::Map<_, _> =
            query.iter().map(|(name, values)| (name.clone(), json!(values))).collect();
        let event = json!({
            "type": "REQUEST",
            "methodArn": "arn:aws:execute-api:eu-central-1:123456789012:a/dev/GET/a",
            "path": path,
            "httpMethod": "GET",
            "headers": null,
            "multiValueHeaders": many,
            "queryStringParameters": null,
            "multiValueQueryStringParameters": queries.clone(),
            "requestContext": {"domainName": "api.example.com", "identity": {"sourceIp": "::1"}},
        });
        let text = event.to_string();
        let request = Event::read(&text).unwrap().request(None).unwrap();
        prop_assert_eq!(&request.url.path, &path);
        for (name, values) in &headers {
            prop_assert_eq!(&request.header.values(name).collect::<Vec<_>>(), values);
        }
        prop_assert!(request.url.raw_query.bytes().all(|byte| byte.is_ascii_graphic()));
        let read = request.url.query();
        for (name, values) in &queries {
            let got: Vec<_> = read.iter().filter(|(known, _)| known == name).collect();
            let got: Vec<&String> = got.iter().flat_map(|(_, values)| values.iter()).collect();
            let wanted: Vec<String> = serde_json::from_value(values.clone()).unwrap();
            prop_assert_eq!(got, wanted.iter().collect::<Vec<_>>());
        }
    }
}
