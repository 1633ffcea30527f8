#!/usr/bin/env python3
"""A `provided.*` bootstrap of a Lambda authorizer that grants every request, with the context of `context.json` beside it.

Tests deploy it in place of the real gate, which refuses some of what they send: one that leaves a vouched header out of
the context, and one of each revision of a rollout.
"""

import json
import os
import pathlib
import urllib.request

RUNTIME = f"http://{os.environ['AWS_LAMBDA_RUNTIME_API']}/2018-06-01/runtime/invocation"
CONTEXT = json.loads(pathlib.Path(__file__).with_name("context.json").read_text())

while True:
    with urllib.request.urlopen(f"{RUNTIME}/next") as response:
        request_id = response.headers["Lambda-Runtime-Aws-Request-Id"]
        event = json.load(response)
    policy = {
        "Version": "2012-10-17",
        "Statement": [{"Action": "execute-api:Invoke", "Effect": "Allow", "Resource": event["methodArn"]}],
    }
    body = json.dumps({"principalId": "anyone", "policyDocument": policy, "context": CONTEXT})
    urllib.request.urlopen(urllib.request.Request(f"{RUNTIME}/{request_id}/response", body.encode())).read()
