"""An authorizer that allows everything and passes its event to the backend: it shows what the gate would refuse.

What the client's header `x-prove-context` names as JSON becomes the context; `Unauthorized` and `Broken` are thrown.
"""

import base64
import json

SHOWN = ("path", "resource", "httpMethod", "headers", "multiValueHeaders", "queryStringParameters")
ALSO_SHOWN = ("multiValueQueryStringParameters", "pathParameters", "methodArn", "type")


def handler(event, _context):
    given = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
    wanted = json.loads(given.get("x-prove-context", "{}"))
    if "throw" in wanted:
        raise Exception(wanted["throw"])
    shown = {name: event.get(name) for name in SHOWN + ALSO_SHOWN}
    shown["requestContext"] = {
        name: value for name, value in event["requestContext"].items() if name in ("path", "resourcePath", "protocol")
    }
    # The client's own headers alone: all that is mapped may have 10,240 bytes.
    for name in ("headers", "multiValueHeaders"):
        shown[name] = {key: value for key, value in (shown[name] or {}).items() if mine(key)}
    context = {"event": base64.b64encode(json.dumps(shown).encode()).decode(), "user": "vouched"}
    context.update(wanted.get("context", {}))
    for name in wanted.get("without", []):
        context.pop(name, None)
    statement = {
        "Action": "execute-api:Invoke",
        "Effect": wanted.get("effect", "Allow"),
        "Resource": event["methodArn"],
    }
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    return {"principalId": "prove", "policyDocument": policy, "context": context}


def mine(name):
    return name.lower() in ("x-user", "authorization", "cookie", "x-absent", "x-empty", "x-case", "x-repeat", "accept")
