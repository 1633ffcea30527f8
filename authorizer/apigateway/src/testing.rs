//! Events for tests and measurements, as API Gateway sends them.

use serde_json::{Value, json};

/// A REST API's event for a request to `https://api.example.com`, behind the resource `/{proxy+}`.
#[must_use]
pub fn rest_event(method: &str, path: &str, headers: &[(&str, &str)]) -> Value {
    let mut event = json!({
        "type": "REQUEST",
        "methodArn": format!("arn:aws:execute-api:eu-central-1:123456789012:a1b2c3d4e5/dev/{method}{path}"),
        "resource": "/{proxy+}",
        "path": path,
        "httpMethod": method,
        "headers": {},
        "multiValueHeaders": {},
        "queryStringParameters": null,
        "multiValueQueryStringParameters": null,
        "pathParameters": {"proxy": path.trim_start_matches('/')},
        "stageVariables": null,
        "requestContext": {
            "resourceId": "kz0t2p",
            "resourcePath": "/{proxy+}",
            "httpMethod": method,
            "path": format!("/dev{path}"),
            "accountId": "123456789012",
            "protocol": "HTTP/1.1",
            "stage": "dev",
            "domainPrefix": "api",
            "domainName": "api.example.com",
            "requestTimeEpoch": 1_700_000_000_000_i64,
            "requestId": "c6af9ac6-7b61-11e6-9a41-93e8deadbeef",
            "identity": {"sourceIp": "198.51.100.7", "userAgent": "curl/8.5.0"},
            "apiId": "a1b2c3d4e5",
        },
    });
    for (name, value) in headers {
        add_header(&mut event, name, value);
    }
    event
}

/// Adds one more header to an event, after those of the same name.
pub fn add_header(event: &mut Value, name: &str, value: &str) {
    if let Some(single) = event.get_mut("headers").and_then(Value::as_object_mut) {
        single.insert(name.to_owned(), json!(value));
    }
    match event.get_mut("multiValueHeaders") {
        Some(Value::Object(many)) => match many.get_mut(name).and_then(Value::as_array_mut) {
            Some(values) => values.push(json!(value)),
            None => {
                many.insert(name.to_owned(), json!([value]));
            }
        },
        Some(none) => *none = json!({name: [value]}),
        None => {
            if let Some(members) = event.as_object_mut() {
                members.insert("multiValueHeaders".to_owned(), json!({name: [value]}));
            }
        }
    }
}
