"""What `oathgate attach` prints for APIs that are code is valid for the tools of that code."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import hcl2
import pytest
import yaml

from local.cloud.processes import ROOT, without_aws_settings

from .conftest import OATHGATE

NAME = "oathgate_orders_7_"

FUNCTION = "arn:aws:lambda:eu-west-1:123456789012:function:gate:7"

#: As the stack exports it, with a text that means something to each of the languages.
CONTRACT = {
    "format": 1,
    "gate": "orders",
    "restApiId": "a1b2c3d4e5",
    "stage": "prod",
    "functionArn": FUNCTION,
    "headers": {"Authorization": "context.authorizer.authorization", "X-User": "context.authorizer.x-user"},
    "placeholders": {"Authorization": "'none'", "X-User": "'none'"},
    "gatewayResponses": {
        "UNAUTHORIZED": {
            "statusCode": "401",
            "responseParameters": {"gatewayresponse.header.WWW-Authenticate": "'Basic realm=${x} %{y} \"z\"'"},
            "responseTemplates": {"application/json": '{"error":{"code":401,"request":"$context.requestId"}}'},
        },
        "DEFAULT_4XX": {"responseParameters": {"gatewayresponse.header.Cache-Control": "'no-store'"}},
    },
}

URI = f"arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/{FUNCTION}/invocations"
HEADERS = {f"integration.request.header.{name}": source for name, source in CONTRACT["headers"].items()}
UNAUTHORIZED = CONTRACT["gatewayResponses"]["UNAUTHORIZED"]


@pytest.fixture(scope="module")
def printed(tmp_path_factory):
    """Prints the contract in a format, without a call to AWS."""
    contract = tmp_path_factory.mktemp("contract") / "contract.json"
    contract.write_text(json.dumps(CONTRACT))

    def run(language: str) -> str:
        command = [OATHGATE, "attach", "--contract", str(contract), "--format", language]
        return subprocess.run(command, env=without_aws_settings(), check=True, stdout=subprocess.PIPE, text=True).stdout

    return run


def lint(text: str, folder: Path) -> str:
    """The findings of AWS's own linter for a template."""
    template = folder / "template.yml"
    template.write_text(text)
    linter = ROOT / ".venv" / "bin" / "cfn-lint"
    done = subprocess.run(
        [linter, "--format", "parseable", "--regions", "eu-west-1", "--", str(template)],
        stdout=subprocess.PIPE,
        text=True,
    )
    return done.stdout.strip()


def test_a_cloudformation_template_has_nothing_to_lint(printed, tmp_path):
    text = printed("cloudformation")
    assert lint(text, tmp_path) == ""
    resources = yaml.safe_load(text)["Resources"]
    authorizer = resources["OathgateAuthorizer"]["Properties"]
    assert authorizer["AuthorizerUri"] == URI
    assert authorizer["AuthorizerResultTtlInSeconds"] == 0
    assert authorizer["Name"].startswith(NAME)
    assert resources["OathgateUnauthorized"]["Properties"]["ResponseParameters"] == UNAUTHORIZED["responseParameters"]
    assert resources["ExampleMethod"]["Properties"]["Integration"]["RequestParameters"] == HEADERS


def test_a_sam_template_has_nothing_to_lint(printed, tmp_path):
    text = printed("sam")
    # The example's code has to be there for SAM's transform to be made.
    (tmp_path / "backend").mkdir()
    (tmp_path / "backend" / "backend.py").write_text("")
    assert lint(text, tmp_path) == ""
    api = yaml.safe_load(text)["Resources"]["Api"]["Properties"]
    name = api["Auth"]["DefaultAuthorizer"]
    assert api["Auth"]["Authorizers"][name]["FunctionArn"] == FUNCTION
    assert api["Auth"]["Authorizers"][name]["Identity"] == {"ReauthorizeEvery": 0}
    assert api["GatewayResponses"]["UNAUTHORIZED"]["ResponseTemplates"] == UNAUTHORIZED["responseTemplates"]


def test_an_openapi_document_can_be_imported(printed, cloud):
    document = yaml.safe_load(printed("openapi"))
    assert document["openapi"].startswith("3.0.")
    (name,) = document["components"]["securitySchemes"]
    assert document["paths"]["/orders"]["get"]["security"] == [{name: []}]
    gateway = cloud.client("apigateway")
    api = gateway.import_rest_api(body=json.dumps(document).encode())["id"]
    try:
        (authorizer,) = gateway.get_authorizers(restApiId=api)["items"]
        assert (authorizer["authorizerUri"], authorizer["authorizerResultTtlInSeconds"]) == (URI, 0)
        items = gateway.get_resources(restApiId=api, embed=["methods"])["items"]
        methods = {item["path"]: item["resourceMethods"]["GET"] for item in items if item.get("resourceMethods")}
        assert methods["/orders"]["authorizerId"] == authorizer["id"]
        assert methods["/orders"]["methodIntegration"]["requestParameters"] == HEADERS
        assert methods["/health"]["authorizationType"] == "NONE"
        assert set(methods["/health"]["methodIntegration"]["requestParameters"].values()) == {"'none'"}
    finally:
        gateway.delete_rest_api(restApiId=api)


def test_a_terraform_module_can_be_read(printed):
    module = hcl2.loads(printed("terraform"))
    text = json.dumps(module)
    assert URI in text
    assert "$${x} %%{y}" in text
    kinds = {kind.strip('"') for resource in module["resource"] for kind in resource}
    assert kinds == {
        "aws_api_gateway_authorizer",
        "aws_api_gateway_gateway_response",
        "aws_api_gateway_integration",
        "aws_api_gateway_method",
    }


def test_a_cdk_file_compiles_and_gives_the_template(printed, tmp_path):
    # Below the project, where CDK's packages are found.
    folder = ROOT / ".local" / "formats" / tmp_path.name
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "gate.ts").write_text(printed("cdk"))
    (folder / "app.ts").write_text(APP)
    strict = [
        "--ignoreConfig",
        "--noEmit",
        "--strict",
        "--exactOptionalPropertyTypes",
        "--skipLibCheck",
        "--module",
        "nodenext",
    ]
    binaries = ROOT / "node_modules" / ".bin"
    compiled = subprocess.run(
        [binaries / "tsc", *strict, "--types", "node", "app.ts"], cwd=folder, stdout=subprocess.PIPE, text=True
    )
    assert compiled.stdout == ""
    printed = subprocess.run([binaries / "tsx", "app.ts"], cwd=folder, check=True, stdout=subprocess.PIPE, text=True)
    resources = list(json.loads(printed.stdout)["Resources"].values())

    def properties(kind: str) -> list[dict]:
        return [found["Properties"] for found in resources if found["Type"] == f"AWS::ApiGateway::{kind}"]

    (authorizer,) = properties("Authorizer")
    assert authorizer["Name"].startswith(NAME)
    assert authorizer["AuthorizerResultTtlInSeconds"] == 0
    assert "IdentitySource" not in authorizer
    (method,) = properties("Method")
    assert method["AuthorizationType"] == "CUSTOM"
    assert method["Integration"]["RequestParameters"] == HEADERS
    responses = {found["ResponseType"]: found for found in properties("GatewayResponse")}
    assert responses["UNAUTHORIZED"]["ResponseParameters"] == UNAUTHORIZED["responseParameters"]


#: An app that uses what was printed.
APP = """
import { App, Stack } from "aws-cdk-lib";
import { AuthorizationType, HttpIntegration, RestApi } from "aws-cdk-lib/aws-apigateway";
import { addOathgate, oathgateHeaders } from "./gate";

const stack = new Stack(new App(), "orders");
const api = new RestApi(stack, "Api");
const authorizer = addOathgate(api);
api.root.addMethod(
  "GET",
  new HttpIntegration("https://backend.example.com/", { proxy: true, options: { requestParameters: oathgateHeaders } }),
  { authorizer, authorizationType: AuthorizationType.CUSTOM },
);
process.stdout.write(JSON.stringify(App.of(stack)?.synth().getStackByName("orders").template));
"""
