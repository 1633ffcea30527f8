//! Templates of CloudFormation and SAM.

use serde_json::{Map, Value, json};

use super::{camel_case, parameters, response_headers, yaml};
use crate::{api::GatewayResponse, contract::Contract};

/// An authorizer, the gateway responses, and a method as an example.
pub(super) fn template(contract: &Contract) -> String {
    let mut resources = Map::new();
    resources.insert(
        "OathgateAuthorizer".to_owned(),
        json!({
            "Type": "AWS::ApiGateway::Authorizer",
            "Properties": {
                "RestApiId": { "Ref": "RestApiId" },
                "Name": contract.authorizer_name(),
                "Type": "REQUEST",
                "AuthorizerUri": contract.authorizer().uri,
                "AuthorizerResultTtlInSeconds": 0,
            },
        }),
    );
    for (response_type, response) in &contract.gateway_responses {
        let mut properties = response_properties(response);
        properties.insert("RestApiId".to_owned(), json!({ "Ref": "RestApiId" }));
        properties.insert("ResponseType".to_owned(), json!(response_type));
        resources.insert(
            format!("Oathgate{}", camel_case(response_type)),
            json!({ "Type": "AWS::ApiGateway::GatewayResponse", "Properties": properties }),
        );
    }
    resources.insert(
        "ExampleMethod".to_owned(),
        json!({
            "Type": "AWS::ApiGateway::Method",
            "Properties": {
                "RestApiId": { "Ref": "RestApiId" },
                "ResourceId": { "Ref": "ResourceId" },
                "HttpMethod": "GET",
                "AuthorizationType": "CUSTOM",
                "AuthorizerId": { "Ref": "OathgateAuthorizer" },
                "Integration": {
                    "Type": "HTTP_PROXY",
                    "IntegrationHttpMethod": "GET",
                    "Uri": "https://backend.example.com/orders",
                    "RequestParameters": parameters(&contract.headers),
                },
            },
        }),
    );
    resources.insert(
        "ExampleExcludedMethod".to_owned(),
        json!({
            "Type": "AWS::ApiGateway::Method",
            "Properties": {
                "RestApiId": { "Ref": "RestApiId" },
                "ResourceId": { "Ref": "ResourceId" },
                "HttpMethod": "HEAD",
                "AuthorizationType": "NONE",
                "Integration": {
                    "Type": "HTTP_PROXY",
                    "IntegrationHttpMethod": "HEAD",
                    "Uri": "https://backend.example.com/health",
                    "RequestParameters": parameters(&contract.placeholders),
                },
            },
        }),
    );
    yaml::document(&json!({
        "AWSTemplateFormatVersion": "2010-09-09",
        "Parameters": {
            "RestApiId": { "Type": "String", "Description": "The API, or a Ref to it in its own template" },
            "ResourceId": { "Type": "String", "Description": "The example's resource" },
        },
        "Resources": resources,
    }))
}

/// An API whose functions are behind the gate by default.
pub(super) fn sam(contract: &Contract) -> String {
    let responses: Map<String, Value> = contract
        .gateway_responses
        .iter()
        .map(|(response_type, response)| (response_type.clone(), sam_response(response)))
        .collect();
    let name = contract.authorizer_name();
    yaml::document(&json!({
        "AWSTemplateFormatVersion": "2010-09-09",
        "Transform": "AWS::Serverless-2016-10-31",
        "Resources": {
            "Api": {
                "Type": "AWS::Serverless::Api",
                "Properties": {
                    "StageName": contract.stage,
                    "Auth": {
                        "DefaultAuthorizer": name,
                        "AddDefaultAuthorizerToCorsPreflight": false,
                        "Authorizers": {
                            name.clone(): {
                                "FunctionArn": contract.function_arn,
                                "FunctionPayloadType": "REQUEST",
                                "DisableFunctionDefaultPermissions": true,
                                "Identity": { "ReauthorizeEvery": 0 },
                            },
                        },
                    },
                    "GatewayResponses": responses,
                },
            },
            "ExampleFunction": {
                "Type": "AWS::Serverless::Function",
                "Properties": {
                    "Runtime": "python3.13",
                    "Handler": "backend.handler",
                    "CodeUri": "backend/",
                    "Events": {
                        "Orders": {
                            "Type": "Api",
                            "Properties": { "RestApiId": { "Ref": "Api" }, "Method": "get", "Path": "/orders" },
                        },
                    },
                },
            },
        },
    }))
}

fn response_properties(response: &GatewayResponse) -> Map<String, Value> {
    let mut properties = Map::new();
    if let Some(status) = &response.status_code {
        properties.insert("StatusCode".to_owned(), json!(status));
    }
    if !response.response_parameters.is_empty() {
        let parameters = json!(response.response_parameters);
        properties.insert("ResponseParameters".to_owned(), parameters);
    }
    let templates = json!(response.response_templates);
    properties.insert("ResponseTemplates".to_owned(), templates);
    properties
}

fn sam_response(response: &GatewayResponse) -> Value {
    let mut properties = response_properties(response);
    properties.remove("ResponseParameters");
    let headers = response_headers(response);
    if !headers.is_empty() {
        properties.insert(
            "ResponseParameters".to_owned(),
            json!({ "Headers": headers }),
        );
    }
    Value::Object(properties)
}
