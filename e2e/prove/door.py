"""Access to where the suite runs: a real account, or the local cloud."""

from __future__ import annotations

import os
from dataclasses import dataclass, field

import botocore.session

from local.cloud.launcher import LocalCloud

from .wire import Address


class ProveError(Exception):
    """The suite can't go on; the message says what is missing or what went wrong."""


@dataclass(frozen=True)
class Door:
    """Where stacks are deployed and requests are sent."""

    #: `aws`, or `local` for the local cloud
    where: str
    account: str
    region: str
    #: the HTTP versions that the APIs there speak
    versions: tuple[str, ...]
    #: variables for `make deploy` and what it runs
    environment: dict[str, str] = field(repr=False)
    #: the local cloud's address; AWS's own where there is none
    endpoint: str | None = None

    @property
    def shifts_requests(self) -> bool:
        """Whether CodeDeploy is there; the local cloud has none."""
        return self.endpoint is None

    @classmethod
    def to_aws(cls, region: str | None, expected_account: str | None) -> Door:
        """The account of the credentials in use, which must be the stage's."""
        session = botocore.session.Session()
        region = region or session.get_config_variable("region")
        if not region:
            raise ProveError("no region is set: add `region` to the stage, or set AWS_REGION")
        try:
            account = session.create_client("sts", region_name=region).get_caller_identity()["Account"]
        except Exception as error:
            raise ProveError(f"the account of the credentials in use cannot be read: {error}") from error
        if expected_account is not None and account != expected_account:
            raise ProveError(f"the credentials in use are of account {account}, and the stage is of {expected_account}")
        return cls("aws", account, region, ("http/1.1", "h2"), {**os.environ, "AWS_REGION": region})

    @classmethod
    def to_local_cloud(cls, cloud: LocalCloud) -> Door:
        """The local cloud, which speaks HTTP/1.1 alone."""
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "CDK_"))}
        environment.update(cloud.environment())
        return cls("local", "000000000000", "us-east-1", ("http/1.1",), environment, cloud.endpoint)

    def client(self, service: str):
        """A client of an AWS service."""
        if self.endpoint is None:
            return botocore.session.Session().create_client(service, region_name=self.region)
        return botocore.session.Session().create_client(
            service,
            region_name=self.region,
            endpoint_url=self.endpoint,
            aws_access_key_id=self.environment["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=self.environment["AWS_SECRET_ACCESS_KEY"],
        )

    def address(self, api_id: str, stage: str) -> Address:
        """Where a deployed REST API is served."""
        if self.endpoint is None:
            suffix = "amazonaws.com.cn" if self.region.startswith("cn-") else "amazonaws.com"
            host = f"{api_id}.execute-api.{self.region}.{suffix}"
            return Address(host, 443, True, host, f"/{stage}")
        port = int(self.endpoint.rpartition(":")[2])
        return Address("127.0.0.1", port, False, f"{api_id}.execute-api.localhost:{port}", f"/{stage}")
