#!/usr/bin/env python3
"""A `provided.*` bootstrap that makes the mistake on purpose: it allows, and its context lacks `x-user`."""

import json
import os
import urllib.request

RUNTIME = f"http://{os.environ['AWS_LAMBDA_RUNTIME_API']}/2018-06-01/runtime/invocation"

while True:
    with urllib.request.urlopen(f"{RUNTIME}/next") as answer:
        request_id = answer.headers["Lambda-Runtime-Aws-Request-Id"]
        event = json.load(answer)
    policy = {
        "Version": "2012-10-17",
        "Statement": [{"Action": "execute-api:Invoke", "Effect": "Allow", "Resource": event["methodArn"]}],
    }
    body = json.dumps({"principalId": "anyone", "policyDocument": policy, "context": {"authorization": "none"}})
    urllib.request.urlopen(urllib.request.Request(f"{RUNTIME}/{request_id}/response", body.encode())).read()
