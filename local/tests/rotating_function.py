#!/usr/bin/env python3
"""A rotation function that writes down each event, makes the pending version, and fails where the test says so."""

import json
import os
import urllib.request
from pathlib import Path

import botocore.session

api = f"http://{os.environ['AWS_LAMBDA_RUNTIME_API']}/2018-06-01/runtime/invocation"
secrets = botocore.session.Session().create_client("secretsmanager", region_name="us-east-1")
events = Path(os.environ["EVENT_FILE"])


def follow(event: dict) -> None:
    with events.open("a") as file:
        file.write(json.dumps(event) + "\n")
    secret, version = event["SecretId"], event["ClientRequestToken"]
    if event["Step"] == os.environ.get("FAILS_AT"):
        raise RuntimeError("failing as the test says")
    if event["Step"] == "createSecret":
        secrets.put_secret_value(
            SecretId=secret, ClientRequestToken=version, SecretString="next", VersionStages=["AWSPENDING"]
        )
    if event["Step"] == "finishSecret":
        stages = secrets.describe_secret(SecretId=secret)["VersionIdsToStages"]
        (current,) = [known for known, labels in stages.items() if "AWSCURRENT" in labels]
        secrets.update_secret_version_stage(
            SecretId=secret, VersionStage="AWSCURRENT", MoveToVersionId=version, RemoveFromVersionId=current
        )


while True:
    with urllib.request.urlopen(f"{api}/next") as response:
        request, event = response.headers["Lambda-Runtime-Aws-Request-Id"], json.load(response)
    try:
        follow(event)
        kind, document = "response", {}
    except Exception as error:
        kind, document = "error", {"errorType": "Error", "errorMessage": str(error)}
    body = json.dumps(document).encode()
    urllib.request.urlopen(urllib.request.Request(f"{api}/{request}/{kind}", body, method="POST")).read()
