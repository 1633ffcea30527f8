//! Events as API Gateway sends them.

use serde_json::{Value, json};

/// A REST API's event for a request to `https://api.example.com`.
pub fn rest(method: &str, path: &str, headers: &[(&str, &str)]) -> Value {
    let mut single = serde_json::Map::new();
    let mut many = serde_json::Map::new();
    for (name, value) in headers {
        single.insert((*name).into(), json!(value));
        let values = many.entry((*name).to_owned()).or_insert(json!([]));
        values.as_array_mut().unwrap().push(json!(value));
    }
    json!({
        "type": "REQUEST",
        "methodArn": format!("arn:aws:execute-api:eu-central-1:123456789012:a1b2c3d4e5/dev/{method}{path}"),
        "resource": "/{proxy+}",
        "path": path,
        "httpMethod": method,
        "headers": single,
        "multiValueHeaders": many,
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
    })
}
