"""Rotates secrets as Secrets Manager does: by calling the steps of their rotation function.

The emulator's RotateSecret copies the current value. Here it makes a pending version without a value and calls
`createSecret`, `setSecret`, `testSecret` and `finishSecret` in the background; the first that fails ends the
rotation. Without `RotateImmediately`, `testSecret` alone is called, with a pending version that goes afterwards.
There is no scheduler: a rotation starts when it is requested. `AWS::SecretsManager::RotationSchedule` is a resource.

PutSecretValue takes its labels off the other versions, and does not change the value of a version that has one.
"""

from __future__ import annotations

import json
import logging
import os
import threading
import uuid

EXTENDS = (
    "services.secretsmanager:_rotate_secret",
    "services.secretsmanager:_put_secret_value",
    "services.secretsmanager:_resolve",
    "services.secretsmanager:_find_stage_version",
    "services.secretsmanager:_remove_stage_everywhere",
)

STEPS = ("createSecret", "setSecret", "testSecret", "finishSecret")

PENDING = "AWSPENDING"

log = logging.getLogger("secret_rotation")


def install(app, apigw) -> None:
    from ministack.core.responses import error_response_json, json_response
    from ministack.services import secretsmanager
    from ministack.services.cloudformation import provisioners

    put = secretsmanager._put_secret_value

    def put_secret_value(data):
        _, secret = secretsmanager._resolve(data.get("SecretId"))
        token = data.get("ClientRequestToken")
        known = (secret or {}).get("Versions", {}).get(token)
        if known is not None:
            value = (known.get("SecretString"), known.get("SecretBinary"))
            if value != (None, None) and value != (data.get("SecretString"), data.get("SecretBinary")):
                message = (
                    f"You can't use ClientRequestToken {token} because that value is already in use for a version."
                )
                return error_response_json("ResourceExistsException", message, 400)
        result = put(data)
        if secret is not None and result[0] < 300 and "AWSCURRENT" not in data.get("VersionStages", ["AWSCURRENT"]):
            version = json.loads(result[2])["VersionId"]
            for stage in data["VersionStages"]:
                secretsmanager._remove_stage_everywhere(secret, stage, except_version_id=version)
        return result

    def rotate_secret(data):
        _, secret = secretsmanager._resolve(data.get("SecretId"))
        if secret is None:
            return error_response_json("ResourceNotFoundException", "Secrets Manager can't find the secret.", 400)
        secret["RotationLambdaARN"] = data.get("RotationLambdaARN") or secret.get("RotationLambdaARN")
        if not secret["RotationLambdaARN"]:
            message = "No Lambda rotation function ARN is associated with this secret."
            return error_response_json("InvalidRequestException", message, 400)
        secret["RotationRules"] = data.get("RotationRules") or secret.get("RotationRules")
        secret["RotationEnabled"] = True
        _, pending = secretsmanager._find_stage_version(secret, PENDING)
        if pending is not None and "AWSCURRENT" not in pending["Stages"]:
            message = "A previous rotation isn't complete. That rotation will be reattempted."
            return error_response_json("InvalidRequestException", message, 400)
        secretsmanager._remove_stage_everywhere(secret, PENDING)
        version = data.get("ClientRequestToken") or str(uuid.uuid4())
        secret["Versions"][version] = {
            "SecretString": None,
            "SecretBinary": None,
            "CreatedDate": secret["LastChangedDate"],
            "Stages": [PENDING],
        }
        only_test = data.get("RotateImmediately") is False
        rotation = threading.Thread(target=_rotate, args=(secret, version, only_test), daemon=True)
        rotation.start()
        return json_response({"ARN": secret["ARN"], "Name": secret["Name"], "VersionId": version})

    def _rotate(secret, version, only_test):
        for step in ("testSecret",) if only_test else STEPS:
            event = {"SecretId": secret["ARN"], "ClientRequestToken": version, "Step": step}
            failure = call(secret["RotationLambdaARN"], event)
            if failure is not None:
                log.warning("rotation of %s: %s failed: %s", secret["Name"], step, failure)
                break
        if only_test:
            secret["Versions"].pop(version, None)

    def create(logical_id, props, stack_name):
        arn = props["SecretId"]
        rules = props.get("RotationRules")
        status, _, body = rotate_secret(
            {
                "SecretId": arn,
                "RotationLambdaARN": props.get("RotationLambdaARN"),
                "RotationRules": rules,
                "RotateImmediately": str(props.get("RotateImmediatelyOnUpdate", True)).lower() != "false",
            }
        )
        if status >= 300:
            raise RuntimeError(json.loads(body).get("message", "the secret cannot be rotated"))
        return arn, {}

    def update(physical_id, old_props, new_props, stack_name, logical_id=None):
        return create(logical_id, new_props, stack_name)

    def delete(physical_id, props):
        _, secret = secretsmanager._resolve(physical_id)
        if secret is not None:
            secret["RotationEnabled"] = False

    secretsmanager._put_secret_value = put_secret_value
    secretsmanager._rotate_secret = rotate_secret
    provisioners._RESOURCE_HANDLERS["AWS::SecretsManager::RotationSchedule"] = {
        "create": create,
        "update": update,
        "delete": delete,
    }


def call(function: str, event: dict) -> str | None:
    """Calls a function of this emulator, and returns its error."""
    import botocore.session

    client = botocore.session.Session().create_client(
        "lambda",
        region_name="us-east-1",
        endpoint_url=f"http://127.0.0.1:{os.environ['GATEWAY_PORT']}",
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )
    result = client.invoke(FunctionName=function, Payload=json.dumps(event))
    return result["Payload"].read().decode(errors="replace") if result.get("FunctionError") else None
