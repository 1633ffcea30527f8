"""Lambda functions that are backends behind the gate."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager

from local.cloud.launcher import LocalCloud
from local.cloud.processes import ROOT

#: The source of the example's function, whose handler is `handler`.
EXAMPLE = (ROOT / "examples" / "backends" / "lambda_backend.py").read_text(encoding="utf8")


@contextmanager
def backend_function(cloud: LocalCloud, name: str, source: str = EXAMPLE, handler: str = "handler") -> Iterator[str]:
    """A function of one Python module, for as long as it is needed; its ARN."""
    package = io.BytesIO()
    with zipfile.ZipFile(package, "w") as archive:
        archive.writestr("backend.py", source)
    client = cloud.client("lambda")
    made = client.create_function(
        FunctionName=name,
        Runtime="python3.12",
        Role="arn:aws:iam::000000000000:role/backend",
        Handler=f"backend.{handler}",
        Code={"ZipFile": package.getvalue()},
    )
    try:
        yield made["FunctionArn"]
    finally:
        client.delete_function(FunctionName=name)
