//! OpenAPI 3.0 with API Gateway's extensions:
//! <https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions.html>

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::{parameters, yaml};
use crate::contract::Contract;

/// A document with the authorizer, the gateway responses, and two methods as examples.
pub(super) fn document(contract: &Contract) -> String {
    let name = contract.authorizer_name();
    let responses: Map<String, Value> = contract
        .gateway_responses
        .iter()
        .map(|(response_type, response)| (response_type.clone(), json!(response)))
        .collect();
    let integration = |verb: &str, path: &str, headers: &BTreeMap<String, String>| {
        json!({
            "type": "http_proxy",
            "httpMethod": verb,
            "uri": format!("https://backend.example.com{path}"),
            "requestParameters": parameters(headers),
        })
    };
    let answers = json!({ "200": { "description": "the backend's response" } });
    yaml::document(&json!({
        "openapi": "3.0.1",
        "info": { "title": "orders", "version": "1" },
        "paths": {
            "/orders": {
                "get": {
                    "security": [{ name.clone(): [] }],
                    "responses": answers,
                    "x-amazon-apigateway-integration":
                        integration("GET", "/orders", &contract.headers),
                },
            },
            "/health": {
                "get": {
                    "security": [],
                    "responses": answers,
                    "x-amazon-apigateway-integration":
                        integration("GET", "/health", &contract.placeholders),
                },
            },
        },
        "components": {
            "securitySchemes": {
                name: {
                    "type": "apiKey",
                    "name": "Unused",
                    "in": "header",
                    "x-amazon-apigateway-authtype": "custom",
                    "x-amazon-apigateway-authorizer": {
                        "type": "request",
                        "authorizerUri": contract.authorizer().uri,
                        "authorizerResultTtlInSeconds": 0,
                    },
                },
            },
        },
        "x-amazon-apigateway-gateway-responses": responses,
    }))
}
