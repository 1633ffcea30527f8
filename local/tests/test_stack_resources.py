"""Resources of stacks behave as in CloudFormation."""

from __future__ import annotations

import json

import pytest
from botocore.exceptions import ClientError

WAIT = {"Delay": 1, "MaxAttempts": 30}


def secret_template(**properties):
    return json.dumps(
        {
            "Resources": {"Keys": {"Type": "AWS::SecretsManager::Secret", "Properties": properties}},
            "Outputs": {"Ref": {"Value": {"Ref": "Keys"}}},
        }
    )


VALUE = {"GenerateSecretString": {"PasswordLength": 20}}


def reference(cloudformation):
    return cloudformation.describe_stacks(StackName="secret")["Stacks"][0]["Outputs"][0]["OutputValue"]


def test_a_reference_to_a_secret_is_its_arn_for_life(cloud):
    cloudformation, secrets = cloud.client("cloudformation"), cloud.client("secretsmanager")
    cloudformation.create_stack(StackName="secret", TemplateBody=secret_template(Description="one", **VALUE))
    cloudformation.get_waiter("stack_create_complete").wait(StackName="secret", WaiterConfig=WAIT)
    arn = reference(cloudformation)
    assert arn.startswith("arn:aws:secretsmanager:us-east-1:000000000000:secret:")
    value = secrets.get_secret_value(SecretId=arn)["SecretString"]

    cloudformation.update_stack(StackName="secret", TemplateBody=secret_template(Description="two", **VALUE))
    cloudformation.get_waiter("stack_update_complete").wait(StackName="secret", WaiterConfig=WAIT)
    assert reference(cloudformation) == arn
    assert secrets.describe_secret(SecretId=arn)["Description"] == "two"
    assert secrets.get_secret_value(SecretId=arn)["SecretString"] == value

    cloudformation.delete_stack(StackName="secret")
    cloudformation.get_waiter("stack_delete_complete").wait(StackName="secret", WaiterConfig=WAIT)
    with pytest.raises(ClientError, match="ResourceNotFound"):
        secrets.get_secret_value(SecretId=arn)


def test_a_secret_that_is_given_no_value_has_none(cloud):
    cloudformation, secrets = cloud.client("cloudformation"), cloud.client("secretsmanager")
    cloudformation.create_stack(StackName="secret", TemplateBody=secret_template())
    cloudformation.get_waiter("stack_create_complete").wait(StackName="secret", WaiterConfig=WAIT)
    arn = reference(cloudformation)
    with pytest.raises(ClientError, match="ResourceNotFound"):
        secrets.get_secret_value(SecretId=arn)
    secrets.put_secret_value(SecretId=arn, SecretString="first")
    assert secrets.get_secret_value(SecretId=arn)["SecretString"] == "first"
    cloudformation.delete_stack(StackName="secret")
    cloudformation.get_waiter("stack_delete_complete").wait(StackName="secret", WaiterConfig=WAIT)
