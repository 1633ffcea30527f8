"""The example files agree with each other and with the program; those for Docker as far as that can be tested without it."""

from __future__ import annotations

import json
import re
import shlex
import subprocess

import pytest
import yaml

from local.cloud.processes import ROOT

from .programs import EXAMPLES, free_port, oathgate

COMPOSE = yaml.safe_load((ROOT / "local" / "compose.yml").read_text(encoding="utf8"))["services"]
TRAEFIK = yaml.safe_load((EXAMPLES / "traefik" / "dynamic.yml").read_text(encoding="utf8"))["http"]
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf8")


@pytest.fixture(scope="module")
def vouched() -> list[str]:
    """The headers that the gate lists for a gateway to copy."""
    command = [oathgate(), "headers", "--config", EXAMPLES / "config.yml", "--format", "json"]
    listed = subprocess.run(command, capture_output=True, check=True).stdout
    return [one["header"] for one in json.loads(listed)["vouched"]]


def test_every_gateway_takes_every_vouched_header(vouched):
    nginx = (EXAMPLES / "nginx.conf").read_text(encoding="utf8")
    assert sorted(re.findall(r"proxy_set_header (X-User|Authorization) \$gate_", nginx)) == vouched
    caddy = (EXAMPLES / "Caddyfile").read_text(encoding="utf8")
    assert sorted(re.search(r"copy_headers (.+)", caddy).group(1).split()) == vouched
    assert sorted(re.findall(r"request_header @\w+ -([\w-]+)", caddy)) == vouched
    traefik = TRAEFIK["middlewares"]["oathgate"]["forwardAuth"]
    assert sorted(traefik["authResponseHeaders"]) == vouched


def test_traefik_removes_what_only_the_gate_sets_before_it_calls_the_gate():
    (router,) = TRAEFIK["routers"].values()
    assert router["middlewares"] == ["only-the-gate-sets-these", "oathgate"]
    removed = TRAEFIK["middlewares"]["only-the-gate-sets-these"]["headers"]["customRequestHeaders"]
    orders = {f"X-Accel-{name}" for name in ("Redirect", "Expires", "Limit-Rate", "Buffering", "Charset")} | {
        "X-Sendfile"
    }
    assert removed == dict.fromkeys({"X-User", "X_User", "Connection"} | orders, "")
    assert TRAEFIK["middlewares"]["oathgate"]["forwardAuth"]["trustForwardHeader"] is False


def test_traefik_calls_services_that_compose_starts():
    gate = TRAEFIK["middlewares"]["oathgate"]["forwardAuth"]["address"]
    port = yaml.safe_load((EXAMPLES / "config.yml").read_text(encoding="utf8"))["serve"]["api"]["port"]
    assert gate == f"http://oathgate:{port}/decisions"
    (server,) = TRAEFIK["services"]["backend"]["loadBalancer"]["servers"]
    assert server["url"] == "http://backend:" + COMPOSE["backend"]["command"][3]
    url = COMPOSE["oathgate"]["environment"]["AUTHENTICATORS_COOKIE_SESSION_CONFIG_CHECK_SESSION_URL"]
    assert url == f"http://sessions:{COMPOSE['sessions']['command'][3]}/sessions/whoami"


def test_compose_mounts_files_that_exist():
    mounted = [mount.split(":")[0] for service in COMPOSE.values() for mount in service.get("volumes", [])]
    assert [path for path in mounted if not (ROOT / "local" / path).exists()] == []


@pytest.mark.parametrize("name", ["backend", "sessions"])
def test_the_sample_services_take_the_arguments_that_compose_gives(name):
    python, *arguments, port, address = COMPOSE[name]["command"]
    assert (python, arguments, address) == ("python", ["-m", f"local.services.{name}"], "0.0.0.0")
    assert port.isdigit()


def test_the_image_runs_a_command_that_the_program_knows(site):
    (entry,) = re.findall(r"^ENTRYPOINT (.+)$", DOCKERFILE, re.MULTILINE)
    (command,) = re.findall(r"^CMD (.+)$", DOCKERFILE, re.MULTILINE)
    assert [*json.loads(entry), *json.loads(command)] == ["oathgate", "serve", "--config", "/etc/oathgate/config.yml"]
    assert "./gateways:/etc/oathgate:ro" in COMPOSE["oathgate"]["volumes"]
    (health,) = re.findall(r"^HEALTHCHECK .* CMD (.+)$", DOCKERFILE, re.MULTILINE)
    program, *arguments = json.loads(health)
    assert program == "oathgate"
    url = f"http://127.0.0.1:{site.oracle.port}/health/ready"
    assert subprocess.run([oathgate(), *arguments, url]).returncode == 0
    unreachable = subprocess.run([oathgate(), *arguments, f"http://127.0.0.1:{free_port()}/"], capture_output=True)
    assert unreachable.returncode == 1
    assert b"not ready" in unreachable.stderr


def test_the_image_is_built_with_the_toolchain_of_the_project():
    channel = re.search(r'channel = "(.+)"', (ROOT / "rust-toolchain.toml").read_text(encoding="utf8")).group(1)
    assert f"FROM rust:{channel}-" in DOCKERFILE
    assert f"RUSTUP_TOOLCHAIN={channel}" in DOCKERFILE


def test_the_image_is_built_from_all_that_cargo_reads():
    kept = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    members = re.search(r"members = \[(.+)\]", (ROOT / "Cargo.toml").read_text(encoding="utf8")).group(1)
    # A folder whose members all count is named itself.
    folders = {member.strip('"').removesuffix("/*") for member in shlex.split(members.replace(",", " "))}
    assert kept == {"Cargo.toml", "Cargo.lock", ".cargo", *folders}
