"""One local cloud for these tests, with a small API whose authorizer the tests steer by a header."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import pytest

from local.cloud.gateway_client import Response, send
from local.cloud.launcher import LocalCloud
from local.cloud.web_socket_client import WebSocket

HERE = Path(__file__).parent

#: Away from the demo's ports, so that both can run.
FIRST_PORT = 14_560


@pytest.fixture(scope="session")
def cloud():
    cloud = LocalCloud.on_free_ports(FIRST_PORT)
    cloud.start()
    yield cloud
    cloud.stop()


def function_archive(bootstrap: str) -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        entry = zipfile.ZipInfo("bootstrap")
        entry.external_attr = 0o755 << 16
        file.writestr(entry, bootstrap)
    return archive.getvalue()


@pytest.fixture(scope="session")
def archive_of():
    """Makes a function's archive of the text of its bootstrap."""
    return function_archive


class SteeredApi:
    """An API whose authorizer responds as the test wants, and whose last event the test can read."""

    def __init__(self, cloud: LocalCloud, outputs: dict[str, str], events: Path):
        self.cloud = cloud
        self.api_id = outputs["ApiId"]
        self.http_api_id = outputs["HttpApiId"]
        self.web_socket_api_id = outputs["WebSocketApiId"]
        self.events = events

    def send(self, method: str, path: str, headers=(), body=b"", authorizer: dict | None = None, host=None) -> Response:
        """`authorizer` is what the authorizer responds: `context`, `effect`, `error`, `raw`, `resource`."""
        steer = [("X-Steer", json.dumps(authorizer))] if authorizer else []
        return send(self.cloud.port, self.api_id, "test", method, path, [*headers, *steer], body, host)

    def send_to_http_api(
        self, method: str, path: str, headers=(), body=b"", authorizer: dict | None = None, allow: bool = True
    ) -> Response:
        """Sends to the HTTP API; `authorizer` is what the authorizer responds, else a simple response with `allow`."""
        responds = authorizer or {"raw": {"isAuthorized": allow, "context": {}}}
        steer = [("X-Steer", json.dumps(responds))]
        return send(self.cloud.port, self.http_api_id, None, method, path, [*headers, *steer], body)

    def open_web_socket(self, headers=(), target: str = "/test", authorizer: dict | None = None) -> WebSocket:
        """Opens a connection to the WebSocket API; `authorizer` as for `send`."""
        steer = [("X-Steer", json.dumps(authorizer))] if authorizer else []
        return WebSocket(self.cloud.port, self.web_socket_api_id, target, [*headers, *steer])

    def event(self) -> dict:
        """The event the authorizer got last."""
        return json.loads(self.events.read_text())


@pytest.fixture(scope="session")
def api(cloud, tmp_path_factory):
    events = tmp_path_factory.mktemp("events") / "event.json"
    s3 = cloud.client("s3")
    s3.create_bucket(Bucket="code")
    s3.put_object(Bucket="code", Key="a.zip", Body=function_archive((HERE / "steered_authorizer.py").read_text()))
    cloudformation = cloud.client("cloudformation")
    template = (HERE / "api.template.json").read_text()
    cloudformation.create_stack(
        StackName="steered",
        TemplateBody=template,
        Capabilities=["CAPABILITY_IAM"],
        Parameters=[
            {"ParameterKey": "BackendUrl", "ParameterValue": f"http://127.0.0.1:{cloud.backend.port}"},
            {"ParameterKey": "EventFile", "ParameterValue": str(events)},
        ],
    )
    cloudformation.get_waiter("stack_create_complete").wait(
        StackName="steered", WaiterConfig={"Delay": 1, "MaxAttempts": 60}
    )
    stack = cloudformation.describe_stacks(StackName="steered")["Stacks"][0]
    outputs = {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}
    return SteeredApi(cloud, outputs, events)


@pytest.fixture
def case_sensitive(cloud):
    """Header mappings replace the client's header of their own spelling alone, while a test runs."""
    cloud.set_mappings("case-sensitive")
    yield
    cloud.set_mappings("any-case")
