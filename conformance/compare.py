"""What of two responses must agree, and where they do not."""

import json
import urllib.parse

FREE_TEXT = ("reason", "debug", "details", "request", "id")


def hard(response, texts=False):
    """A response without what may be worded or ordered differently: error reasons, the order of cookies and, unless
    `texts` is true, plain text."""
    response = json.loads(json.dumps(response))
    body = response.get("body")
    if isinstance(body, str) and not texts:
        del response["body"]
    elif isinstance(body, dict) and isinstance(body.get("error"), dict):
        for name in FREE_TEXT:
            body["error"].pop(name, None)
    for name in ("ory-error-id",) if texts else ("vary", "ory-error-id"):
        (response.get("headers") or {}).pop(name, None)
    for call in response.get("calls", []):
        harden_call(call)
    for headers in [response.get("headers") or {}, *(call["headers"] for call in response.get("calls", []))]:
        if isinstance(headers.get("cookie"), str):
            headers["cookie"] = in_order(headers["cookie"])
    return response


def in_order(cookies):
    return "; ".join(sorted(cookies.split("; "), key=lambda cookie: cookie.split("=")[0]))


def harden_call(call):
    kind = call["headers"].pop("content-type", "")
    if call["headers"].get("referer", "").startswith("${STUB}"):
        del call["headers"]["referer"]
    if kind.startswith("application/x-www-form-urlencoded") and isinstance(call["body"], str):
        call["body"] = [list(pair) for pair in sorted(urllib.parse.parse_qsl(call["body"], keep_blank_values=True))]
    if isinstance(call["body"], dict):
        # A session as a hydrator receives it.
        sessions = [call["body"].get("header"), (call["body"].get("match_context") or {}).get("header")]
        for header in sessions:
            if isinstance(header, dict) and isinstance(header.get("Cookie"), list):
                header["Cookie"] = [in_order(cookies) for cookies in header["Cookie"]]


def differences(wanted, got, at=""):
    """Each place where two values differ, as a line."""
    if isinstance(wanted, dict) and isinstance(got, dict):
        for name in sorted({*wanted, *got}):
            if name not in wanted:
                yield f"{at}.{name}: unexpected {brief(got[name])}"
            elif name not in got:
                yield f"{at}.{name}: missing {brief(wanted[name])}"
            else:
                yield from differences(wanted[name], got[name], f"{at}.{name}")
    elif isinstance(wanted, list) and isinstance(got, list) and len(wanted) == len(got):
        for index, (one, other) in enumerate(zip(wanted, got, strict=True)):
            yield from differences(one, other, f"{at}[{index}]")
    elif wanted != got:
        yield f"{at}: want {brief(wanted)}, got {brief(got)}"


def brief(value):
    text = json.dumps(value)
    return text if len(text) <= 160 else text[:160] + "…"
