"""A stage with a front door of its own: a domain with a base path, and what the local cloud can deploy of the rest."""

from __future__ import annotations

import json

import pytest

from local.cloud.gateway_client import send
from local.demo_requests import ADA, SESSION
from local.deployment import Deployment

from . import own_rules
from .seen import logged, users

DOMAIN = "api.shop.test"
BASE_PATH = "/shop"

CHANGES = {
    "publicHost": DOMAIN,
    "domain": {
        "name": DOMAIN,
        "basePath": BASE_PATH,
        "certificateArn": "arn:aws:acm:us-east-1:000000000000:certificate/0c8f7e1a-5d2b-4c3e-9f60-7a1b2c3d4e5f",
    },
    "disableExecuteApiEndpoint": True,
    "throttle": {"rateLimit": 500, "burstLimit": 1000, "methods": {"DELETE": {"rateLimit": 5, "burstLimit": 10}}},
    "concurrency": {"reserved": 5, "provisioned": 1},
    "metricsNamespace": "Shop",
    "logs": {"level": "info"},
    "systemLogs": {"functions": "info", "api": True},
    "dashboard": True,
}


def rule(name: str, authenticators: list[str], authorizer: str = "allow") -> dict:
    return {
        "id": name,
        "match": {"url": f"https://{DOMAIN}{BASE_PATH}/v1/{name}/<.*>", "methods": ["GET"]},
        "authenticators": [{"handler": handler} for handler in authenticators],
        "authorizer": {"handler": authorizer},
        "mutators": [{"handler": "header"}],
    }


RULES = [
    rule("public", ["cookie_session", "anonymous"]),
    rule("account", ["cookie_session"]),
    rule("closed", ["anonymous"], "deny"),
]

#: The tests of its rules, which every project must have.
TEST = {
    "name": "what is closed is closed",
    "request": {"url": f"https://{DOMAIN}{BASE_PATH}/v1/closed/a"},
    "expect": {"status": 403, "rule": "closed"},
}


@pytest.fixture(scope="module")
def changes(gate):
    """What the stage changes of the local one; a test that changes it deploys again."""
    return CHANGES | own_rules.write(gate.cloud.folder / "shop", RULES, TEST)


@pytest.fixture(scope="module")
def shop(gate, changes):
    shop = Deployment(gate.cloud, "shop", changes)
    shop.deploy()
    yield shop
    # Without the CDK: what destroying does is another test's.
    cloudformation = gate.cloud.client("cloudformation")
    cloudformation.delete_stack(StackName=shop.stack)
    cloudformation.get_waiter("stack_delete_complete").wait(
        StackName=shop.stack, WaiterConfig={"Delay": 1, "MaxAttempts": 60}
    )


def ask_by_domain(shop, path, headers=None):
    return send(shop.cloud.port, shop.api_id, None, "GET", path, headers, host=DOMAIN)


def test_a_request_below_the_base_path_is_decided_about_with_it_and_passed_on_without(shop):
    response = ask_by_domain(shop, f"{BASE_PATH}/v1/account/7", [SESSION])
    assert response.status == 200, response.body
    (received,) = shop.cloud.backend_requests()
    assert received["path"] == "/v1/account/7"
    assert users(received) == [ADA]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        (f"{BASE_PATH}/v1/public/news", 200),
        (f"{BASE_PATH}/v1/account/7", 401),
        (f"{BASE_PATH}/v1/closed/a", 403),
        (f"{BASE_PATH}/v2/public/news", 403),
    ],
)
def test_rules_are_written_for_the_domain_and_its_base_path(shop, path, status):
    assert ask_by_domain(shop, path).status == status


def test_a_forged_header_is_refused_under_the_domain_too(shop):
    assert ask_by_domain(shop, f"{BASE_PATH}/v1/public/news", [("X-User", "admin")]).status == 403
    assert shop.cloud.backend_requests() == []


def test_what_the_stack_defines_is_there(shop):
    cloud = shop.cloud
    gateway = cloud.client("apigateway")
    name = gateway.get_domain_name(domainName=DOMAIN)
    assert name["securityPolicy"] == "SecurityPolicy_TLS13_1_2_2021_06"
    mappings = gateway.get_base_path_mappings(domainName=DOMAIN)["items"]
    assert [(item["basePath"], item["restApiId"]) for item in mappings] == [("shop", shop.api_id)]
    dashboards = cloud.client("cloudwatch").list_dashboards()["DashboardEntries"]
    assert [entry for entry in dashboards if "shop" in entry["DashboardName"].lower()]


def provisioned(shop) -> dict[str, int | None]:
    """How many environments each version of the function has started ahead; nothing where none was configured."""
    functions = shop.cloud.client("lambda")
    found: dict[str, int | None] = {}
    for version in functions.list_versions_by_function(FunctionName=shop.function_name)["Versions"]:
        name = {"FunctionName": shop.function_name, "Qualifier": version["Version"]}
        if version["Version"] == "$LATEST":
            continue
        try:
            config = functions.get_provisioned_concurrency_config(**name)
            found[version["Version"]] = config["RequestedProvisionedConcurrentExecutions"]
        except functions.exceptions.ProvisionedConcurrencyConfigNotFoundException:
            found[version["Version"]] = None
    return found


def test_only_the_version_that_is_called_has_environments_that_cost_something(shop, changes):
    assert provisioned(shop) == {"1": 1}
    changes["logs"] = {"level": "debug"}
    changes["concurrency"] = {"reserved": 5, "provisioned": 2}
    shop.deploy()
    # The former version stays, and costs nothing.
    assert provisioned(shop) == {"1": None, "2": 2}
    assert ask_by_domain(shop, f"{BASE_PATH}/v1/public/news").status == 200


def test_what_the_function_prints_is_still_its_own_json(shop):
    ask_by_domain(shop, f"{BASE_PATH}/v1/public/news")
    decided = [json.loads(line) for line in logged(shop.cloud, shop.stack) if '"message":"decided"' in line]
    assert decided
    assert {line["stage"] for line in decided} == {"shop"}
