"""The events that API Gateway sends to a Lambda authorizer: the one place in the suites that builds them."""

import urllib.parse

#: The API and stage of every event.
ARN = "arn:aws:execute-api:eu-west-1:123456789012:abcdef1234/test"


def rest_event(method, host, path, query, headers):
    """The event that a REST API's REQUEST authorizer gets for what a client sends."""
    multi = {}
    for name, value in headers:
        multi.setdefault(name, []).append(value)
    parameters = {}
    for name, value in urllib.parse.parse_qsl(query, keep_blank_values=True):
        parameters.setdefault(name, []).append(value)
    return {
        "type": "REQUEST",
        "methodArn": f"{ARN}/{method}{path}",
        "resource": "/{proxy+}",
        "path": path,
        "httpMethod": method,
        "headers": {name: values[-1] for name, values in multi.items()},
        "multiValueHeaders": multi,
        "queryStringParameters": {name: values[-1] for name, values in parameters.items()} or None,
        "multiValueQueryStringParameters": parameters or None,
        "pathParameters": {"proxy": path.lstrip("/")},
        "stageVariables": None,
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "abcdef1234",
            "domainName": host,
            "httpMethod": method,
            "identity": {"sourceIp": "127.0.0.1"},
            "path": "/test" + path,
            "protocol": "HTTP/1.1",
            "requestId": "00000000-0000-4000-8000-000000000000",
            "resourceId": "resource",
            "resourcePath": "/{proxy+}",
            "stage": "test",
        },
    }


def http_api_event(method, host, path, query, headers):
    """The event that an HTTP API's authorizer gets (payload 2.0): the path decoded, names of headers in lower case, repeats
    joined, cookies apart. `path` is as the client sent it, each character one byte."""
    joined, cookies = {}, []
    for name, value in [("host", host), *headers]:
        if name.lower() == "cookie":
            cookies.extend(value.split("; "))
        else:
            joined.setdefault(name.lower(), []).append(value)
    decoded = urllib.parse.unquote_to_bytes(path.encode("latin-1")).decode("utf8", "replace")
    return {
        "version": "2.0",
        "type": "REQUEST",
        "routeArn": f"{ARN}/{method}{decoded}",
        "identitySource": [],
        "routeKey": "$default",
        "rawPath": decoded,
        "rawQueryString": query,
        "cookies": cookies,
        "headers": {name: ",".join(values) for name, values in joined.items()},
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "abcdef1234",
            "domainName": host,
            "http": {
                "method": method,
                "path": decoded,
                "protocol": "HTTP/1.1",
                "sourceIp": "127.0.0.1",
                "userAgent": "",
            },
            "requestId": "JKJaXmPLvHcESHA=",
            "routeKey": "$default",
            "stage": "$default",
        },
    }
