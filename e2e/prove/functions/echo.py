"""The echo backend behind an API of its own: responds with the request as it received it.

`/sessions/whoami` responds as Ory Kratos does, for one session.
"""

import json

SESSION = "ory_kratos_session=prove-session"
WHOAMI = {"id": "prove", "active": True, "identity": {"id": "prover", "traits": {"email": "prover@example.com"}}}


def handler(event, _context):
    pairs = [[name, value] for name, values in (event.get("multiValueHeaders") or {}).items() for value in values]
    if event["path"].endswith("/sessions/whoami"):
        cookies = "; ".join(value for name, value in pairs if name.lower() == "cookie")
        known = SESSION in cookies.split("; ")
        return response_of(200, WHOAMI) if known else response_of(401, {"error": {"code": 401}})
    received = {
        "method": event["httpMethod"],
        "path": event["path"],
        "query": event.get("multiValueQueryStringParameters") or {},
        "headers": sorted(pairs),
        "body": event.get("body") or "",
    }
    return response_of(200, received)


def response_of(status, body):
    return {
        "statusCode": status,
        "headers": {"Content-Type": "application/json", "X-Backend": "prove"},
        "body": json.dumps(body),
    }
