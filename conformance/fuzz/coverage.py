"""Which handlers and options decisions went through, and with which outcome."""

import base64
import json
import re
import subprocess
from collections import Counter

from . import merging, signatures
from .templates import functions_of, in_tree

STEPS = ("match", "authenticate", "authorize", "mutate", "granted")
TOKEN = re.compile(r"\bey[\w-]+\.[\w-]*\.[\w-]*")


class Coverage:
    def __init__(self):
        # (section, handler, option or "") -> outcomes
        self.handlers = {}
        self.settings, self.functions, self.algorithms, self.patterns, self.steps = (Counter() for _ in range(5))

    def add(self, other):
        for key, outcomes in other.handlers.items():
            self.handlers.setdefault(key, Counter()).update(outcomes)
        for name in ("settings", "functions", "algorithms", "patterns", "steps"):
            getattr(self, name).update(getattr(other, name))

    def world(self, world):
        """What a configuration sets beside its handlers."""
        handlers = ("authenticators", "authorizers", "mutators")
        config = {name: value for name, value in world.config.items() if name not in handlers}
        config["errors"] = {"fallback": config["errors"].get("fallback")}
        for path in merging.paths(config):
            self.settings[".".join(path)] += 1
        self.settings["access_rules.repositories"] += 1
        self.settings[f"(written as {world.form})"] += 1
        for way, form in world.sources:
            self.settings[f"(rules by {way}, as {form})"] += 1
        self.settings["(variables)"] += len(world.env)

    def decision(self, world, observation):
        trace = observation.trace
        if not trace:
            self.steps["no decision"] += 1
            return
        self.steps[trace["step"]] += 1
        rule = next((rule for rule in world.all_rules() if rule["id"] == trace["rule_id"]), None)
        if rule:
            for part in re.findall(r"<[^/]*?>", rule["match"]["url"]):
                self.patterns[part] += 1
        for section, entry, outcome in handlers_run(world, rule, trace):
            self.handler(section, entry["handler"], world.effective(section, entry), outcome)
            if entry["handler"] == "jwt" and outcome != "passed over":
                for alg in algorithms(observation.case):
                    self.algorithms[f"{alg} {outcome}"] += 1

    def handler(self, section, handler, config, outcome):
        for option in {"", *(".".join(path) for path in merging.paths(config))}:
            self.handlers.setdefault((section, handler, option), Counter())[outcome] += 1
        for template in in_tree(config):
            for name in functions_of(template):
                self.functions[name] += 1

    def never(self, wanted):
        """Options of the schema that no decision went through."""
        reached = {
            ".".join((*where(section), handler, option)).rstrip(".") for section, handler, option in self.handlers
        }
        # Free names below an option, such as a header's, are not options.
        return sorted(option for option in wanted if option not in reached and option not in self.settings)

    def functions_never(self):
        return [name for name in signatures.NAMES if name not in self.functions]

    def lines(self):
        """The table: every handler, every option, each outcome with its count."""
        for (section, handler, option), outcomes in sorted(self.handlers.items()):
            counts = ", ".join(f"{outcome} {count}" for outcome, count in sorted(outcomes.items()))
            yield f"  {section:<15} {handler:<26} {option or '(at all)':<58} {counts}"
        for title in ("steps", "settings", "algorithms"):
            found = getattr(self, title)
            yield f"  {title}: " + ", ".join(f"{name} {count}" for name, count in sorted(found.items()))
        yield f"  template functions: {len(self.functions)} of {len(signatures.NAMES)}; URL patterns: {len(self.patterns)} shapes"


def where(section):
    return ("errors", "handlers") if section == "errors" else (section,)


def handlers_run(world, rule, trace):
    """(section, entry, outcome) of each handler that took part in a decision."""
    refused, reached = str(trace["status"]), STEPS.index(trace["step"])
    if rule:
        passed = len(trace.get("passed_over") or [])
        listed = rule["authenticators"]
        for entry in listed[:passed]:
            yield "authenticators", entry, "passed over"
        if passed < len(listed):
            yield "authenticators", listed[passed], "accepted" if reached > 1 else refused
        if reached >= 2:
            yield "authorizers", rule["authorizer"], "accepted" if reached > 2 else refused
        if reached >= 3:
            for entry in rule["mutators"]:
                failed = reached == 3 and entry["handler"] == trace["handler"]
                yield "mutators", entry, refused if failed else "accepted"
                if failed:
                    break
    if not trace["granted"]:
        names = [entry["handler"] for entry in (rule or {}).get("errors") or []]
        entries = list((rule or {}).get("errors") or [])
        if trace["error_handler"] and trace["error_handler"] not in names:
            entries += [{"handler": name} for name in world.config["errors"].get("fallback", [])]
        for entry in entries:
            answered = entry["handler"] == trace["error_handler"]
            yield "errors", entry, f"answered {trace['status']}" if answered else "passed over"


def algorithms(case):
    for token in TOKEN.findall(json.dumps(case["request"])):
        head = token.split(".")[0]
        try:
            alg = json.loads(base64.urlsafe_b64decode(head + "=" * (-len(head) % 4))).get("alg")
        except (ValueError, AttributeError):
            alg = "malformed"
        yield alg if isinstance(alg, str) else "malformed"


def options_of_the_schema(oathgate):
    """Every option of the configuration's schema."""
    done = subprocess.run([oathgate, "schema", "config"], capture_output=True, text=True, check=True)
    schema = json.loads(done.stdout)
    found = set()
    options(schema, schema, (), found)
    # Whether a handler is enabled is read for every handler.
    switches = {"enabled", "config"}
    return {
        ".".join(path) for path in found if path[0] in PLAIN or (path[-1] not in switches or len(path) > 4)
    } - GROUPS


PLAIN = ("serve", "log", "tracing", "version", "profiling", "access_rules")
GROUPS = {"authenticators", "authorizers", "mutators", "errors", "errors.handlers"}


def options(schema, node, path, found):
    if "$ref" in node:
        node = (
            schema["$defs"][node["$ref"].split("/")[-1]]
            if "$defs" in schema
            else schema["definitions"][node["$ref"].split("/")[-1]]
        )
    for part in ("anyOf", "oneOf", "allOf"):
        for inner in node.get(part, []):
            options(schema, inner, path, found)
    if isinstance(node.get("items"), dict):
        options(schema, node["items"], path, found)
    for name, inner in node.get("properties", {}).items():
        # Below a handler, `config` is not part of an option's name.
        at = path if name == "config" and len(path) in (2, 3) else (*path, name)
        if at != path:
            found.add(at)
        options(schema, inner, at, found)
