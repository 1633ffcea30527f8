"""The stack beside the gate: an echo backend, and an API whose authorizer allows everything.

The gate alone can't show what API Gateway does with a forged header, since the gate refuses it.
"""

from __future__ import annotations

from pathlib import Path

FUNCTIONS = Path(__file__).parent / "functions"

#: The stage of both APIs.
STAGE = "prove"

#: Headers that the probed API maps, and the context keys they come from. No authorizer sends `absent`; the others
#: besides `user` and `event` are there where a request names them.
MAPPED = {
    "X-User": "user",
    "X-Prove-Event": "event",
    "X-Absent": "absent",
    "X-Empty": "empty",
    "Authorization": "token",
    "Cookie": "cookie",
}

#: The parameter that names the local cloud's address, under which it serves APIs by their ids.
LOCAL_ENDPOINT = "LocalEndpoint"


def template() -> dict:
    """The template of the stack, for CloudFormation."""
    echo = {"Type": "AWS_PROXY", "IntegrationHttpMethod": "POST", "Uri": _invocations("Echo")}
    allow = {
        "Name": "allow",
        "RestApiId": {"Ref": "Probe"},
        "Type": "REQUEST",
        "AuthorizerUri": _invocations("Allow"),
        "AuthorizerResultTtlInSeconds": 0,
    }
    role = {
        "AssumeRolePolicyDocument": {
            "Version": "2012-10-17",
            "Statement": [
                {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
            ],
        }
    }
    return {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": "What the suite of Oathgate against a real account needs beside the gate",
        "Parameters": {LOCAL_ENDPOINT: {"Type": "String", "Default": ""}},
        "Conditions": {"Local": {"Fn::Not": [{"Fn::Equals": [{"Ref": LOCAL_ENDPOINT}, ""]}]}},
        "Resources": {
            # No rights at all.
            "Role": {"Type": "AWS::IAM::Role", "Properties": role},
            # Named here so that it goes with the stack.
            "Log": {"Type": "AWS::Logs::LogGroup", "Properties": {"RetentionInDays": 1}},
            "Echo": _function("echo"),
            "Allow": _function("allow"),
            "Authorizer": {"Type": "AWS::ApiGateway::Authorizer", "Properties": allow},
            **_permission("Echo", "Backend"),
            **_permission("Allow", "Probe"),
            **_api("Backend", {"AuthorizationType": "NONE"}, {"": echo, "{proxy+}": echo}),
            **_api(
                "Probe",
                {"AuthorizationType": "CUSTOM", "AuthorizerId": {"Ref": "Authorizer"}},
                {"": _through("/"), "{proxy+}": _through("/{proxy}")},
            ),
        },
        "Outputs": {
            "BackendUrl": {"Value": _url("Backend")},
            "BackendId": {"Value": {"Ref": "Backend"}},
            "ProbeId": {"Value": {"Ref": "Probe"}},
        },
    }


def _url(api: str) -> dict:
    local = {"Fn::Sub": f"${{{LOCAL_ENDPOINT}}}/_aws/execute-api/${{{api}}}/{STAGE}"}
    aws = {"Fn::Sub": f"https://${{{api}}}.execute-api.${{AWS::Region}}.${{AWS::URLSuffix}}/{STAGE}"}
    return {"Fn::If": ["Local", local, aws]}


def _through(path: str) -> dict:
    """The integration that passes requests to the echo backend, with the values of the authorizer's context."""
    mapped = {f"integration.request.header.{header}": f"context.authorizer.{key}" for header, key in MAPPED.items()}
    inner = {"integration.request.path.proxy": "method.request.path.proxy"} if "{proxy}" in path else {}
    return {
        "Type": "HTTP_PROXY",
        "IntegrationHttpMethod": "ANY",
        "Uri": {"Fn::Join": ["", [_url("Backend"), path]]},
        "RequestParameters": {**mapped, **inner},
    }


def _invocations(function: str) -> dict:
    path = f"lambda:path/2015-03-31/functions/${{{function}.Arn}}/invocations"
    return {"Fn::Sub": f"arn:${{AWS::Partition}}:apigateway:${{AWS::Region}}:{path}"}


def _function(name: str) -> dict:
    return {
        "Type": "AWS::Lambda::Function",
        "Properties": {
            "Runtime": "python3.13",
            "Handler": "index.handler",
            "Architectures": ["arm64"],
            "Timeout": 10,
            "LoggingConfig": {"LogGroup": {"Ref": "Log"}},
            "Role": {"Fn::GetAtt": ["Role", "Arn"]},
            "Code": {"ZipFile": (FUNCTIONS / f"{name}.py").read_text()},
        },
    }


def _permission(function: str, api: str) -> dict:
    arn = f"arn:${{AWS::Partition}}:execute-api:${{AWS::Region}}:${{AWS::AccountId}}:${{{api}}}/*"
    properties = {
        "Action": "lambda:InvokeFunction",
        "FunctionName": {"Ref": function},
        "Principal": "apigateway.amazonaws.com",
        "SourceArn": {"Fn::Sub": arn},
    }
    return {f"{function}Permission": {"Type": "AWS::Lambda::Permission", "Properties": properties}}


def _api(name: str, authorization: dict, integrations: dict[str, dict]) -> dict:
    """A REST API with a method ANY for each path, deployed."""
    resources = {
        name: {
            "Type": "AWS::ApiGateway::RestApi",
            "Properties": {
                "Name": f"oathgate-prove-{name.lower()}",
                "BinaryMediaTypes": ["*/*"] if name == "Probe" else [],
                "EndpointConfiguration": {"Types": ["REGIONAL"]},
            },
        }
    }
    methods = []
    for path, integration in integrations.items():
        parent = {"Fn::GetAtt": [name, "RootResourceId"]}
        resource = parent
        if path:
            resources[f"{name}Everything"] = {
                "Type": "AWS::ApiGateway::Resource",
                "Properties": {"RestApiId": {"Ref": name}, "ParentId": parent, "PathPart": path},
            }
            resource = {"Ref": f"{name}Everything"}
        method = f"{name}{'Everything' if path else 'Root'}Any"
        methods.append(method)
        resources[method] = {
            "Type": "AWS::ApiGateway::Method",
            "Properties": {
                "RestApiId": {"Ref": name},
                "ResourceId": resource,
                "HttpMethod": "ANY",
                **authorization,
                **({"RequestParameters": {"method.request.path.proxy": True}} if path else {}),
                "Integration": integration,
            },
        }
    resources[f"{name}Deployment"] = {
        "Type": "AWS::ApiGateway::Deployment",
        "DependsOn": methods,
        "Properties": {"RestApiId": {"Ref": name}},
    }
    resources[f"{name}Stage"] = {
        "Type": "AWS::ApiGateway::Stage",
        "Properties": {"RestApiId": {"Ref": name}, "DeploymentId": {"Ref": f"{name}Deployment"}, "StageName": STAGE},
    }
    return resources
