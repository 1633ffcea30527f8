#!/usr/bin/env python3
"""A `provided.*` bootstrap for the tests: writes the event to a file, responds as the X-Steer header says."""

import json
import os
import pathlib
import urllib.request

RUNTIME = f"http://{os.environ['AWS_LAMBDA_RUNTIME_API']}/2018-06-01/runtime/invocation"


def post(request_id, kind, value):
    body = json.dumps(value).encode()
    urllib.request.urlopen(urllib.request.Request(f"{RUNTIME}/{request_id}/{kind}", body)).read()


while True:
    with urllib.request.urlopen(f"{RUNTIME}/next") as response:
        request_id = response.headers["Lambda-Runtime-Aws-Request-Id"]
        event = json.load(response)
    pathlib.Path(os.environ["EVENT_FILE"]).write_text(json.dumps(event), encoding="utf-8")
    # HTTP APIs give names in lower case.
    headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
    steer = json.loads(headers.get("x-steer") or "{}")
    if "error" in steer:
        post(request_id, "error", {"errorMessage": steer["error"], "errorType": "Refused"})
    elif "raw" in steer:
        post(request_id, "response", steer["raw"])
    else:
        post(
            request_id,
            "response",
            {
                "principalId": "someone",
                "policyDocument": {
                    "Version": "2012-10-17",
                    "Statement": [
                        {
                            "Action": "execute-api:Invoke",
                            "Effect": steer.get("effect", "Allow"),
                            "Resource": steer.get("resource", event["methodArn"]),
                        }
                    ],
                },
                "context": steer.get("context", {}),
            },
        )
