"""Mock integrations respond by their templates."""

from __future__ import annotations

import pytest

from local.cloud.gateway_client import send

NAMED = """#if($input.params().header.get('Origin') == 'https://b.test' || $input.params().header.get('origin') == 'https://b.test')
#set($context.responseOverride.header.Access-Control-Allow-Origin = 'https://b.test')#end"""


@pytest.fixture
def mock(cloud):
    """Makes an API with one mock integration, and returns a function that sends it a request."""
    gateway = cloud.client("apigateway")
    made = []

    def make(
        template=None,
        binary=("*/*",),
        request="CONVERT_TO_TEXT",
        response="CONVERT_TO_TEXT",
        status="200",
        request_template=None,
    ):
        api = gateway.create_rest_api(name="mock", binaryMediaTypes=list(binary))
        made.append(api["id"])
        place = {"restApiId": api["id"], "resourceId": api["rootResourceId"], "httpMethod": "OPTIONS"}
        gateway.put_method(**place, authorizationType="NONE")
        gateway.put_integration(
            **place,
            type="MOCK",
            passthroughBehavior="NEVER",
            requestTemplates={"application/json": request_template or f'{{"statusCode": {status}}}'},
            **({"contentHandling": request} if request else {}),
        )
        gateway.put_integration_response(
            **place,
            statusCode=status,
            responseParameters={"method.response.header.Access-Control-Allow-Origin": "'https://a.test'"},
            responseTemplates={} if template is None else {"application/json": template},
            **({"contentHandling": response} if response else {}),
        )
        gateway.create_deployment(restApiId=api["id"], stageName="test")
        return lambda *headers: send(cloud.port, api["id"], "test", "OPTIONS", "/", list(headers))

    yield make
    for api_id in made:
        gateway.delete_rest_api(restApiId=api_id)


def origin(response):
    return response.all("access-control-allow-origin")


@pytest.mark.parametrize("name", ["Origin", "origin"])
def test_a_template_reads_headers_and_overrides_one_of_the_response(mock, name):
    call = mock(NAMED)
    assert origin(call((name, "https://b.test"))) == ["https://b.test"]
    assert origin(call((name, "https://c.test"))) == ["https://a.test"]
    assert origin(call()) == ["https://a.test"]


def test_a_template_reads_names_as_the_client_spelled_them(mock):
    assert origin(mock(NAMED)(("ORIGIN", "https://b.test"))) == ["https://a.test"]


def test_the_text_of_a_template_is_the_body(mock):
    call = mock("[$context.httpMethod $context.identity.sourceIp $input.params('x-a') $!context.unknown]")
    assert call(("x-a", "1")).body == b"[OPTIONS 127.0.0.1 1 ]"


def test_a_template_overrides_the_status(mock):
    assert mock("#set($context.responseOverride.status = 418)")().status == 418


@pytest.mark.parametrize("template", [None, NAMED, "text"])
def test_a_response_without_content_has_no_body(mock, template):
    response = mock(template, status="204")()
    assert (response.status, response.body) == (204, b"")


@pytest.mark.parametrize("value", ["$undefined", "$input.params().header.get('X-Not-There')"])
def test_the_negation_of_an_absent_value_is_false_as_recorded_from_aws(mock, value):
    assert mock(f"#set($value = {value})#if(!$value)yes#{{else}}no#end")().body == b"no"


def test_binary_bodies_have_to_be_made_text_before_a_template_reads_them(mock):
    assert mock(request=None)().status == 500
    assert mock("text", response=None)().status == 500
    assert mock(response=None)().status == 200
    assert mock("text", binary=(), request=None, response=None)().status == 200


@pytest.mark.parametrize("request_template", ["", "{}", '{"status": 200}', "no JSON", "#if("])
def test_a_request_template_that_gives_no_status_is_a_500(mock, request_template):
    assert mock(request_template=request_template or " ")().status == 500


def test_a_template_that_cannot_be_read_is_a_500(mock):
    assert mock("#if($a")().status == 500


def test_a_key_of_the_request_template_needs_no_quotes(mock):
    response = mock(request_template="{ statusCode: 200 }")()
    assert (response.status, origin(response)) == (200, ["https://a.test"])
