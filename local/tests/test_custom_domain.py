"""An API behind a custom domain with a base path: the path has it, the methodArn doesn't."""

from __future__ import annotations

import pytest

DOMAIN = "api.example.test"


@pytest.fixture(scope="module")
def domain(api):
    gateway = api.cloud.client("apigateway")
    gateway.create_domain_name(domainName=DOMAIN)
    for base_path in ("", "shop"):
        gateway.create_base_path_mapping(
            domainName=DOMAIN, restApiId=api.api_id, stage="test", **({"basePath": base_path} if base_path else {})
        )
    yield
    gateway.delete_domain_name(domainName=DOMAIN)


def event_for(api, path):
    from local.cloud.gateway_client import send

    response = send(api.cloud.port, api.api_id, None, "GET", path, host=DOMAIN)
    assert response.status == 200, response.body
    return api.event(), response.json


@pytest.mark.parametrize(
    ("sent", "path", "below"),
    [
        ("/shop/a%2Fb//c", "/shop/a%2Fb//c", "/a%2Fb//c"),
        ("/shop", "/shop", "/"),
        ("/other/a", "/other/a", "/other/a"),
        ("/", "/", "/"),
    ],
)
def test_the_base_path_is_in_the_path_and_not_in_the_method_arn(api, domain, sent, path, below):
    event, seen = event_for(api, sent)
    assert event["path"] == path
    assert event["requestContext"]["path"] == path
    assert event["methodArn"].endswith(f"/test/GET{below}")
    assert event["requestContext"]["domainName"] == DOMAIN
    assert event["headers"]["Host"] == DOMAIN
    assert seen["path"] == below
