"""The known differences, each with its reason in `docs/differences.md`: nothing else is ignored.

Each is recognised as narrowly as the responses allow.
"""

import json
import re
import urllib.parse
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from pathlib import Path

from .. import compare
from ..deviations import PAGE
from .patterns import documented_glob


@dataclass(frozen=True)
class Known:
    name: str
    # Words of the page that give the reason; a test looks them up.
    reason: str
    explains: Callable


def of(observation, world):
    """The known difference that explains all of an observation's differences, if one does."""
    return next((known for known in KNOWN if known.explains(observation, world)), None)


def unlisted(page: Path = PAGE):
    """Known differences whose reason the page does not give."""
    text = " ".join(page.read_text(encoding="utf8").split())
    return [known.name for known in KNOWN if known.reason not in text]


def paths(observation):
    return [line.split(": ")[0] for line in observation.differences]


def status(observation):
    return observation.wanted["status"], observation.got["status"]


def traced(observation, name):
    return (observation.trace or {}).get(name)


def rule_of(observation, world):
    return next((rule for rule in world.all_rules() if rule["id"] == traced(observation, "rule_id")), None)


def error_configs(observation, world):
    """The configurations of the error handlers that could have written the response."""
    rule = rule_of(observation, world)
    entries = (rule or {}).get("errors") or []
    entries = [*entries, *({"handler": name} for name in world.section("errors"))]
    return [world.effective("errors", entry) for entry in entries]


def glob(observation, world):
    """Only where Oathgate found exactly the rules that the patterns match as documented."""
    if (world.config.get("access_rules") or {}).get("matching_strategy") != "glob":
        return False
    request = observation.case["request"]
    url = urllib.parse.urlsplit(request["url"].encode("latin1").decode("utf8", "replace"))
    cleaned = clean(url.path)
    # Bytes that are escaped are matched as they stand.
    text = f"{url.scheme}://{url.netloc}{cleaned}"
    right = [
        rule["id"]
        for rule in world.all_rules()
        if request["method"] in [method.upper() for method in rule["match"]["methods"]]
        and documented_glob(rule["match"]["url"]).match(text)
    ]
    found = traced(observation, "overlapping") or [traced(observation, "rule_id")]
    return (right or [None]) == found


def clean(path):
    """Go's path.Clean, for a path that begins with a slash."""
    kept = []
    for part in path.split("/"):
        if part == "..":
            kept = kept[:-1]
        elif part not in ("", "."):
            kept.append(part)
    return "/" + "/".join(kept)


def cidr(observation, world):
    """A condition on addresses that the client's is not among, and two refusals."""
    ranges = [
        tuple((condition.get("request") or {}).get("cidr") or ())
        for config in error_configs(observation, world)
        for condition in config.get("when") or []
    ]
    elsewhere = any(one and not any(among("127.0.0.1", text) for text in one) for one in ranges)
    answered = all(path.split(".")[1].split("[")[0] in ("status", "headers", "body") for path in paths(observation))
    return elsewhere and answered and min(status(observation)) >= 300 and traced(observation, "granted") is False


def among(address, text):
    try:
        return ip_address(address) in ip_network(text, strict=False)
    except ValueError:
        return False


def location_alone(observation):
    """Another address, which the page of the redirect names as well."""
    return paths(observation) in ([".headers.location"], [".body", ".headers.location"])


def return_to(observation, world):
    if not location_alone(observation):
        return False
    wanted, got = (urllib.parse.urlsplit(one["headers"]["location"]) for one in (observation.wanted, observation.got))
    names = {config.get("return_to_query_param") for config in error_configs(observation, world)} - {None, ""}
    queries = [
        [pair for pair in urllib.parse.parse_qsl(one.query, keep_blank_values=True) if pair[0] not in names]
        for one in (wanted, got)
    ]
    return wanted[:3] == got[:3] and wanted.fragment == got.fragment and queries[0] == queries[1]


def relative_redirect(observation, world):
    targets = [config.get("to", "") for config in error_configs(observation, world)]
    return location_alone(observation) and any(not re.match(r"[a-z]+:|/", target) for target in targets if target)


def session_is_not_json(observation, world):
    return "the session service's response has the status 200 and is not valid JSON" in (
        traced(observation, "reason") or ""
    )


def zone(observation, world):
    return "the only time zone here is" in (traced(observation, "reason") or "")


def pattern(observation, world):
    return re.search("does not compile: .* not supported", traced(observation, "reason") or "") is not None


def list_end(observation, world):
    return "the position is out of range" in (traced(observation, "reason") or "")


def origins(observation, world):
    """More than one `Origin`."""
    wanted = observation.wanted.get("headers", {}).get("access-control-allow-origin")
    return paths(observation) == [".headers.access-control-allow-origin"] and isinstance(wanted, list)


def audience_type(observation, world):
    """The name of a Go type, which `printf "%T"` and `typeOf` show."""
    wanted, got = (json.dumps(compare.hard(one, True), sort_keys=True) for one in (observation.wanted, observation.got))
    return wanted.replace("authn.Audience", "[]string") == got


def cut_letters(observation, world):
    """The replacement character, as bytes, where Oathkeeper has bytes that are not a character."""
    places = [line for line in observation.differences if "\\u00ef\\u00bf\\u00bd" in line.split(", got ")[-1]]
    return len(places) == len(observation.differences) and status(observation) == (200, 200)


def critical(observation, world):
    return "`crit`" in (traced(observation, "reason") or "") and traced(observation, "handler") == "jwt"


def message(observation, world):
    """The same refusal of a verbose `json` in other words than Go's, which may name an address or repeat an answer."""
    if paths(observation) != [".body.error.message"] or traced(observation, "error_handler") != "json":
        return False
    verbose = any(config.get("verbose") is True for config in error_configs(observation, world))
    wanted, got = (one["body"]["error"]["message"] for one in (observation.wanted, observation.got))
    return wanted.endswith(": " + got) or (verbose and status(observation) == (500, 500))


def panic(observation, world):
    """A panic's text is plain; an answer to HEAD shows that type alone, without what Go's own errors add to it."""
    body, headers = observation.wanted.get("body"), observation.wanted.get("headers") or {}
    silent = body is None and observation.case["request"]["method"] == "HEAD"
    silent = silent and headers.get("content-type") == "text/plain; charset=utf-8" and len(headers) == 1
    refused = traced(observation, "granted") is False and status(observation)[1] >= 300
    panicked = silent or (isinstance(body, str) and body.startswith("PANIC"))
    return panicked and refused and status(observation)[0] == 500


def not_found(observation, world):
    return observation.trace is None and status(observation) == (404, 404)


def order(observation, world):
    """Headers of one mutator that are made of one another."""
    rule = rule_of(observation, world)
    headers = [world.effective("mutators", entry).get("headers") or {} for entry in (rule or {}).get("mutators", [])]
    mixed = any(
        len(one) > 1 and any(re.search(r"\.Header|\$[ )}]", str(text)) for text in one.values()) for one in headers
    )
    return mixed and all(path.startswith((".headers.", ".jwt", ".calls")) for path in paths(observation))


def kept_for_another(observation, world):
    """Oathkeeper grants by a response that it keeps for another rule's request; Oathgate sends its own."""
    entries = (rule_of(observation, world) or {}).get("authenticators", [])
    keeps = any(
        entry["handler"] == "oauth2_introspection"
        and (world.effective("authenticators", entry).get("cache") or {}).get("enabled")
        for entry in entries
    )
    wanted, got = (
        sum(call["path"].startswith("/introspect") for call in answer.get("calls", []))
        for answer in (observation.wanted, observation.got)
    )
    return keeps and wanted == 0 and got == 1


def authorizations(observation, world):
    """More than one `Authorization`."""
    return traced(observation, "code") == "ambiguous_authorization"


def unfit(observation, world):
    """What Oathkeeper grants with another value than the rule's, or without a header, or refuses for a later fault."""
    return traced(observation, "code") == "value_unfit" and status(observation)[1] == 403


def contradicting(observation, world):
    """Two different forwarded values, of which Oathkeeper takes the first."""
    request = observation.case["request"]
    forwarded = {f"x-forwarded-{part}" for part in ("method", "proto", "host", "uri")}
    if status(observation)[1] != 400 or not forwarded & {name.lower() for name, _ in request.get("headers", [])}:
        return False
    body = observation.got.get("body")
    message = body["error"].get("message", "") if isinstance(body, dict) and "error" in body else ""
    # Responses to HEAD have no body that could show it.
    return request["method"].upper() == "HEAD" or message.endswith("headers with different values")


def host_in_another_form(observation, world):
    """A host that Oathkeeper matches as it is written."""
    url = urllib.parse.urlsplit(observation.case["request"]["url"])
    own_port = {"http": ":80", "https": ":443"}.get(url.scheme, "")
    return url.netloc != url.netloc.lower().removesuffix(own_port).rstrip(".")


def steering(observation, world):
    """A header of a connection, or an order to the server in front, that Oathkeeper repeats to the gateway."""
    names = r"connection|http2-settings|keep-alive|te|trailer|transfer-encoding|upgrade|proxy-.*|x-(accel|lighttpd|reproxy)-.*"
    missing = rf"\.headers\.({names}|x-sendfile.*): missing .*"
    return all(re.fullmatch(missing, line) for line in observation.differences)


def cookie_read_as(observation, world):
    """A client's cookie that is left out, since a server could read it under the name of one that is there."""
    if paths(observation) != [".headers.cookie"]:
        return False
    wanted, got = (str(answer["headers"].get("cookie")).split("; ") for answer in (observation.wanted, observation.got))
    names = {plain_name(cookie) for cookie in got}
    left_out = [cookie for cookie in wanted if cookie not in got]
    return set(got) <= set(wanted) and all(plain_name(cookie) in names for cookie in left_out)


def plain_name(cookie):
    return re.sub("[^a-z0-9]", "_", cookie.split("=")[0].lower())


KNOWN = (
    Known("glob", "These are defects of the glob library that Oathkeeper uses", glob),
    Known("cidr", "`when.request.cidr` is compared with the client's address", cidr),
    Known("return_to", "`return_to` is the address that the browser requested", return_to),
    Known("relative redirect", "A redirect whose `to` is relative starts at the folder of the path", relative_redirect),
    Known(
        "session without JSON", "A session service's 200 counts only if its body is blank or JSON", session_is_not_json
    ),
    Known("crit", "Any `crit` in a token's header is refused", critical),
    Known("error message", "Errors show no address, stack trace or claim", message),
    Known("panic", "Where Oathkeeper's response is a panic's stack, it is the usual 500", panic),
    Known("time zones", "Times in templates are in UTC", zone),
    Known("patterns", "URL patterns with a lazy `*?` or `+?` over what may be empty", pattern),
    Known("authorizations", "A request with several `Authorization` headers that differ", authorizations),
    Known("hosts", "Hosts are matched in lower case", host_in_another_form),
    Known("steering headers", "No response has an instruction to the server in front", steering),
    Known("two forwarded values", "a request with two different values of `X-Forwarded-Method`", contradicting),
    Known("cookies read alike", "leaves out the client's cookies that some server reads", cookie_read_as),
    Known("values that do not fit", "A value that cannot be passed on is refused directly", unfit),
    Known("ends of lists", "A slice of a list ends at its own length", list_end),
    Known("origins", "Of several `Origin` headers only the first counts", origins),
    Known("audience", "The type of an introspected token's `aud`", audience_type),
    Known("cut letters", "A character that a function splits becomes U+FFFD", cut_letters),
    Known("kept answers", "A kept introspection counts for an equal request alone", kept_for_another),
    Known("not found", "a path that is not found is a 404 with JSON", not_found),
    Known(
        "order of headers", "The templates of one `header` or `cookie` mutator see the session as it was before", order
    ),
)
