"""A decision server under test: started with a suite's configuration, called over HTTP, stopped."""

import http.client
import json
import os
import re
import shlex
import shutil
import signal
import ssl
import subprocess
import time
import urllib.parse

from . import token
from .suite import pairs

NOT_COMPARED = {"date", "content-length", "connection", "transfer-encoding"}


class DecisionServer:
    def __init__(self, command, stage):
        self.stage = stage
        self.log = (stage.folder / "server.log").open("w")
        program, *arguments = shlex.split(command.replace("{config}", str(stage.config)))
        self.process = subprocess.Popen(
            [shutil.which(os.path.abspath(program)) or program, *arguments],
            stdout=self.log,
            stderr=self.log,
            env=dict(os.environ, **stage.filled(stage.suite.spec.get("env", {}))),
            cwd=stage.folder,
            start_new_session=True,
        )

    def __enter__(self):
        try:
            self.wait_until_ready()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGTERM)
            try:
                self.process.wait(5)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
        self.log.close()

    def wait_until_ready(self):
        for _ in range(400):
            if self.process.poll() is not None:
                raise RuntimeError("the server stopped: " + self.tail())
            try:
                connection = self.connection(2)
                connection.request("GET", "/health/alive")
                if connection.getresponse().status == 200:
                    time.sleep(self.stage.suite.spec.get("settle_ms", 300) / 1000)
                    return
            except OSError:
                pass
            time.sleep(0.05)
        raise RuntimeError("the server did not come up: " + self.tail())

    def connection(self, seconds):
        if self.stage.suite.spec.get("tls"):
            # The certificate is the suite's own.
            context = ssl._create_unverified_context()
            return http.client.HTTPSConnection("127.0.0.1", self.stage.api_port, timeout=seconds, context=context)
        return http.client.HTTPConnection("127.0.0.1", self.stage.api_port, timeout=seconds)

    def tail(self):
        with open(self.log.name, encoding="utf8", errors="replace") as log:
            return log.read()[-800:]

    def send(self, case):
        """The response to one case: status, headers, body and, where one was signed, the token."""
        request = self.stage.filled(case["request"])
        url = urllib.parse.urlsplit(request["url"])
        sent = pairs(request.get("headers"))
        connection = self.connection(20)
        connection.putrequest(request["method"], request.get("at", "/decisions"), True, True)
        connection.putheader("Host", "gate.local")
        connection.putheader("X-Forwarded-Method", request["method"])
        connection.putheader("X-Forwarded-Proto", url.scheme)
        connection.putheader("X-Forwarded-Host", url.netloc)
        connection.putheader("X-Forwarded-Uri", url.path + ("?" + url.query if url.query else ""))
        for name, value in sent:
            connection.putheader(name, value)
        body = request.get("body")
        if body is not None:
            body = (body if isinstance(body, str) else json.dumps(body)).encode()
            connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body)
        response = connection.getresponse()
        content = response.read()
        headers = {}
        for name, value in response.getheaders():
            if name.lower() not in NOT_COMPARED:
                headers.setdefault(name.lower(), []).append(value)
        headers = {name: values[0] if len(values) == 1 else values for name, values in sorted(headers.items())}
        found = {"status": response.status, "headers": headers}
        signed = headers.get("authorization")
        if isinstance(signed, str) and signed not in {value for name, value in sent if name.lower() == "authorization"}:
            shown = token.show(signed, self.stage.keys())
            if shown:
                found["jwt"] = shown
                headers["authorization"] = "Bearer <jwt>"
        if content:
            found["body"] = parsed(content)
        return found


def parsed(content):
    try:
        return without_stacks(json.loads(content))
    except ValueError:
        return without_stacks(content.decode("utf8", "replace"))


def without_stacks(value):
    """A response without Go's stack traces in its texts: they name files of the machine that built it."""
    if isinstance(value, str):
        return re.sub(r"\n(\ngithub\.com/|goroutine ).*", "\n… (stack)", value, flags=re.S)
    if isinstance(value, dict):
        return {name: without_stacks(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [without_stacks(inner) for inner in value]
    return value
