"""What of two answers must agree, and where they do not."""

import json
import urllib.parse

FREE_TEXT = ("reason", "debug", "details", "request", "id")


def hard(answer):
    """An answer without what may be worded or ordered otherwise: error reasons, plain text, cookies' order."""
    answer = json.loads(json.dumps(answer))
    body = answer.get("body")
    if isinstance(body, str):
        del answer["body"]
    elif isinstance(body, dict) and isinstance(body.get("error"), dict):
        for name in FREE_TEXT:
            body["error"].pop(name, None)
    for name in ("vary", "ory-error-id"):
        (answer.get("headers") or {}).pop(name, None)
    for call in answer.get("calls", []):
        harden_call(call)
    for headers in [answer.get("headers") or {}, *(call["headers"] for call in answer.get("calls", []))]:
        if isinstance(headers.get("cookie"), str):
            cookies = headers["cookie"].split("; ")
            headers["cookie"] = "; ".join(sorted(cookies, key=lambda cookie: cookie.split("=")[0]))
    return answer


def harden_call(call):
    kind = call["headers"].pop("content-type", "")
    if call["headers"].get("referer", "").startswith("${STUB}"):
        del call["headers"]["referer"]
    if kind.startswith("application/x-www-form-urlencoded") and isinstance(call["body"], str):
        call["body"] = [list(pair) for pair in sorted(urllib.parse.parse_qsl(call["body"], keep_blank_values=True))]


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
    elif wanted != got:
        yield f"{at}: want {brief(wanted)}, got {brief(got)}"


def brief(value):
    text = json.dumps(value)
    return text if len(text) <= 160 else text[:160] + "…"
