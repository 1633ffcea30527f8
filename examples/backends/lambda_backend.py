"""A Lambda function behind the gate: the subject is in the authorizer's context, never in a header."""

import json

#: What the gate's header holds where no rule sets it: the stage's `vouchedHeaderFallback`.
NOBODY = "none"


def handler(event, _context):
    """Responds with the subject; API Gateway's proxy integration calls it."""
    # Written by the gate alone. `event["headers"]` is the client's own, `Authorization` and `Cookie` included.
    authorizer = event["requestContext"]["authorizer"]
    user = authorizer.get("x-user", NOBODY)
    if user == NOBODY:
        return answer(403, {"error": "the rule of this path names no user"})
    return answer(200, {"user": user, "path": event["path"]})


def answer(status: int, body: dict) -> dict:
    """An answer in the form that API Gateway takes."""
    return {"statusCode": status, "headers": {"Content-Type": "application/json"}, "body": json.dumps(body)}
