"""Three REST APIs with the same methods, made in the three ways in which teams make them."""

from __future__ import annotations

import json
import urllib.request

from local.cloud.launcher import LocalCloud

STAGE = "live"

#: The stack of the API that is made by CloudFormation.
STACK = "orders"

#: What each API has: method, path, and the backend's path.
METHODS = [
    ("GET", "/health"),
    ("ANY", "/v1/account/{id}"),
    ("GET", "/v1/public/{proxy+}"),
]

#: A method with a Lambda function as its backend.
FUNCTION_METHOD = ("PUT", "/v1/account/{id}")

PREFLIGHT = ("OPTIONS", "/v1/account/{id}")

MOCK = {"type": "MOCK", "requestTemplates": {"application/json": '{"statusCode": 204}'}}


def function_uri(arn: str) -> str:
    """A function as integrations name it."""
    return f"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{arn}/invocations"


def path_parameters(path: str) -> list[str]:
    """The names in a path's braces."""
    return [part.strip("{}").rstrip("+") for part in path.split("/") if part.startswith("{")]


def mappings(path: str) -> dict[str, str]:
    """The mappings that pass the path's parameters to the backend."""
    return {f"integration.request.path.{name}": f"method.request.path.{name}" for name in path_parameters(path)}


def backend_url(cloud: LocalCloud, path: str) -> str:
    """Where the sample backend has a path."""
    return f"http://127.0.0.1:{cloud.backend.port}{path.replace('+}', '}')}"


def by_hand(cloud: LocalCloud, function: str) -> str:
    """An API made call by call, with a mapping and a gateway response of its own; its id."""
    gateway = cloud.client("apigateway")
    api = gateway.create_rest_api(name="by hand")["id"]
    resources = {"": gateway.get_resources(restApiId=api)["items"][0]["id"]}

    def resource(path: str) -> str:
        if path not in resources:
            parent, _, part = path.rpartition("/")
            made = gateway.create_resource(restApiId=api, parentId=resource(parent), pathPart=part)
            resources[path] = made["id"]
        return resources[path]

    def method(verb: str, path: str, **integration) -> None:
        at = {"restApiId": api, "resourceId": resource(path), "httpMethod": verb}
        wanted = {f"method.request.path.{name}": True for name in path_parameters(path)}
        gateway.put_method(**at, authorizationType="NONE", requestParameters=wanted)
        gateway.put_integration(**at, **integration)

    for verb, path in METHODS:
        method(
            verb,
            path,
            type="HTTP_PROXY",
            integrationHttpMethod=verb,
            uri=backend_url(cloud, path),
            requestParameters=mappings(path) | {"integration.request.header.X-User": "'nobody'"},
        )
    method(*FUNCTION_METHOD, type="AWS_PROXY", integrationHttpMethod="POST", uri=function_uri(function))
    method(*PREFLIGHT, **MOCK)
    gateway.put_gateway_response(
        restApiId=api,
        responseType="UNAUTHORIZED",
        statusCode="418",
        responseTemplates={"text/plain": "no"},
    )
    gateway.create_deployment(restApiId=api, stageName=STAGE)
    return api


def document(cloud: LocalCloud, function: str, title: str) -> dict:
    """The same API as an OpenAPI document with API Gateway's extensions."""
    paths: dict[str, dict] = {}

    def operation(verb: str, path: str, integration: dict) -> None:
        key = "x-amazon-apigateway-any-method" if verb == "ANY" else verb.lower()
        names = path_parameters(path)
        paths.setdefault(path, {})[key] = {
            "parameters": [
                {"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in names
            ],
            "responses": {},
            "x-amazon-apigateway-integration": integration,
        }

    for verb, path in METHODS:
        operation(
            verb,
            path,
            {
                "type": "http_proxy",
                "httpMethod": verb,
                "uri": backend_url(cloud, path),
                "requestParameters": mappings(path),
            },
        )
    operation(*FUNCTION_METHOD, {"type": "aws_proxy", "httpMethod": "POST", "uri": function_uri(function)})
    operation(*PREFLIGHT, {"type": "mock", "requestTemplates": MOCK["requestTemplates"]})
    return {"openapi": "3.0.1", "info": {"title": title, "version": "1"}, "paths": paths}


def by_cloudformation(cloud: LocalCloud, function: str) -> str:
    """An API of a template as SAM's translator writes it, with the methods in its body; its id."""
    api = {"Ref": "ServerlessRestApi"}
    template = {
        "Resources": {
            "ServerlessRestApi": {
                "Type": "AWS::ApiGateway::RestApi",
                "Properties": {"Body": document(cloud, function, "by CloudFormation")},
            },
            "ServerlessRestApiDeployment": {
                "Type": "AWS::ApiGateway::Deployment",
                "Properties": {"RestApiId": api, "StageName": "Stage"},
            },
            "ServerlessRestApiStage": {
                "Type": "AWS::ApiGateway::Stage",
                "Properties": {
                    "RestApiId": api,
                    "DeploymentId": {"Ref": "ServerlessRestApiDeployment"},
                    "StageName": STAGE,
                },
            },
        },
        "Outputs": {"ApiId": {"Value": api}},
    }
    cloudformation = cloud.client("cloudformation")
    cloudformation.create_stack(StackName=STACK, TemplateBody=json.dumps(template))
    cloudformation.get_waiter("stack_create_complete").wait(
        StackName=STACK, WaiterConfig={"Delay": 1, "MaxAttempts": 60}
    )
    (stack,) = cloudformation.describe_stacks(StackName=STACK)["Stacks"]
    return stack["Outputs"][0]["OutputValue"]


def by_openapi(cloud: LocalCloud, function: str) -> str:
    """An API that was imported from an OpenAPI document; its id."""
    gateway = cloud.client("apigateway")
    body = json.dumps(document(cloud, function, "from OpenAPI")).encode()
    api = gateway.import_rest_api(body=body)["id"]
    gateway.create_deployment(restApiId=api, stageName=STAGE)
    return api


WAYS = {"by hand": by_hand, "by CloudFormation": by_cloudformation, "from OpenAPI": by_openapi}


def content(cloud: LocalCloud, api: str) -> dict[str, bytes]:
    """Everything of an API that attaching could change, as API Gateway's own responses have it, byte for byte."""
    found = {}
    for below in ("", "/resources?embed=methods&limit=500", "/gatewayresponses", "/authorizers"):
        with urllib.request.urlopen(f"{cloud.endpoint}/restapis/{api}{below}", timeout=30) as response:
            found[below] = response.read()
    return found
