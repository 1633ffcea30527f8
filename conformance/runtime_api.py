"""The Lambda Runtime API: passes events to a `bootstrap` and takes its responses."""

import json
import os
import queue
import subprocess
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class RuntimeApi(ThreadingHTTPServer):
    """One environment of a function. `invoke` returns what the bootstrap posted: `("response", data)` or
    `("error", data)`."""

    daemon_threads = True

    def __init__(self):
        self.events, self.responses = queue.Queue(), queue.Queue()
        self.count = 0
        super().__init__(("127.0.0.1", 0), Handler)
        self.address = f"127.0.0.1:{self.server_address[1]}"
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def handle_error(self, request, client_address):
        """A function that is stopped leaves its connection open: not an error."""

    def invoke(self, event, timeout=20):
        while not self.responses.empty():
            self.responses.get()
        self.count += 1
        self.events.put((f"request-{self.count}", json.dumps(event).encode(), time.time() + timeout))
        try:
            return self.responses.get(timeout=timeout + 1)
        except queue.Empty:
            return ("nothing", "the function did not respond before its deadline")


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Head and body in one packet: the second of two waits until the first is acknowledged, some 40 ms.
    wbufsize = -1

    def log_message(self, *_):
        pass

    def do_GET(self):
        identity, event, deadline = self.server.events.get()
        if event is None:
            self.close_connection = True
            return
        try:
            self.send_response(200)
            self.send_header("Lambda-Runtime-Aws-Request-Id", identity)
            self.send_header("Lambda-Runtime-Deadline-Ms", str(int(deadline * 1000)))
            self.send_header(
                "Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:eu-west-1:123456789012:function:gate"
            )
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(event)))
            self.end_headers()
            self.wfile.write(event)
        except OSError:
            pass  # the function is gone

    def do_POST(self):
        data = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        kind = "response" if self.path.endswith("/response") else "error"
        try:
            self.server.responses.put((kind, json.loads(data)))
        except ValueError:
            self.server.responses.put(("malformed", data.decode("utf8", "replace")))
        self.send_response(202)
        self.send_header("Content-Length", "0")
        self.end_headers()


class Function:
    """A bootstrap that runs in a packaged folder, as Lambda starts it."""

    def __init__(self, folder, environment, log, runner=(), working_folder=None):
        self.api = RuntimeApi()
        inherited = {name: os.environ[name] for name in ("PATH", "QEMU_LD_PREFIX") if name in os.environ}
        self.process = subprocess.Popen(
            [*runner, str(folder / "bootstrap")],
            cwd=working_folder or folder,
            stdout=log,
            stderr=log,
            env={
                **inherited,
                "AWS_LAMBDA_RUNTIME_API": self.api.address,
                "AWS_LAMBDA_FUNCTION_NAME": "gate",
                "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "256",
                "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
                "AWS_LAMBDA_LOG_GROUP_NAME": "/aws/lambda/gate",
                "AWS_LAMBDA_LOG_STREAM_NAME": "local",
                "AWS_REGION": "eu-west-1",
                "AWS_ACCESS_KEY_ID": "test",
                "AWS_SECRET_ACCESS_KEY": "test",
                "LAMBDA_TASK_ROOT": str(folder),
                **environment,
            },
        )

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.api.events.put((None, None, 0))
        self.api.shutdown()
        self.api.server_close()

    def invoke(self, event):
        if self.process.poll() is not None:
            return ("nothing", f"the bootstrap ended with {self.process.returncode}")
        return self.api.invoke(event)
