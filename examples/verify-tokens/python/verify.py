"""Verifies the gate's tokens with PyJWT. Reads one from each line, and prints `ok SUBJECT` or `refused: REASON`."""

from __future__ import annotations

import json
import re
import sys
import urllib.request

import jwt

if len(sys.argv) != 3:
    sys.exit(
        "usage: verify.py URL ISSUER: where /.well-known/openid-configuration is found, and what tokens name as `iss`"
    )
url, issuer = sys.argv[1:]

with urllib.request.urlopen(url.rstrip("/") + "/.well-known/openid-configuration", timeout=10) as answer:
    provider = json.load(answer)
    max_age = re.search(r"max-age=(\d+)", answer.headers.get("Cache-Control", ""))
if provider["issuer"] != issuer:
    sys.exit(f"the documents are those of {provider['issuer']}")
# The keys are fetched again when they are as old as the gate lets them become, and when a token names an unknown one.
keys = jwt.PyJWKClient(provider["jwks_uri"], lifespan=int(max_age[1]) if max_age else 300)


def verify(token: str) -> dict:
    """The claims of a token that the gate signed; raises PyJWTError for any other."""
    key = keys.get_signing_key_from_jwt(token)
    algorithms = provider["id_token_signing_alg_values_supported"]
    return jwt.decode(token, key, algorithms=algorithms, issuer=issuer, leeway=5, options={"require": ["exp", "iss"]})


for line in sys.stdin:
    try:
        print(f"ok {verify(line.strip())['sub']}", flush=True)
    except jwt.PyJWTError as error:
        print(f"refused: {error}", flush=True)
