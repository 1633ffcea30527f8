"""Makes a template's secret what it is in CloudFormation.

A reference to it (`Ref`) is its ARN; the emulator gives the name. Policies and
environment variables of a stack are built from the reference, so with a name
they would not be those that AWS gets. And a secret that is given no value has
none, where the emulator's is empty.
"""

from __future__ import annotations

EXTENDS = (
    "services.cloudformation.provisioners:_sm_secret_create",
    "services.cloudformation.provisioners:_sm_secret_update",
    "services.cloudformation.provisioners:_sm_secret_delete",
    "services.cloudformation.drift:_read_secret",
    "services.secretsmanager:_get_secret_value",
    "services.secretsmanager:_put_secret_value",
)


def install(app, apigw) -> None:
    from ministack.services import secretsmanager
    from ministack.services.cloudformation import drift, provisioners

    def name_of(arn: str) -> str:
        return next((name for name, secret in secretsmanager._secrets.items() if secret["ARN"] == arn), arn)

    def create(logical_id, props, stack_name):
        name, attributes = provisioners._sm_secret_create(logical_id, props, stack_name)
        if "SecretString" not in props and "GenerateSecretString" not in props:
            secretsmanager._secrets[name]["Versions"].clear()
        return attributes["Arn"], attributes

    def update(physical_id, old_props, new_props, stack_name, logical_id=None):
        _, attributes = provisioners._sm_secret_update(
            name_of(physical_id), old_props, new_props, stack_name, logical_id
        )
        return attributes["Arn"], attributes

    def delete(physical_id, props):
        provisioners._sm_secret_delete(name_of(physical_id), props)

    provisioners._RESOURCE_HANDLERS["AWS::SecretsManager::Secret"].update(create=create, update=update, delete=delete)

    read, compared = drift._DRIFT_READERS["AWS::SecretsManager::Secret"]
    drift._DRIFT_READERS["AWS::SecretsManager::Secret"] = (lambda arn, props: read(name_of(arn), props), compared)
