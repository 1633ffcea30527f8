"""Go templates: expressions of random shape over the session, mostly of the types that functions want."""

import json
import re

from . import data, signatures

LITERALS = {
    "key": ('"a"', '"b"', '"first"', '"name"', '"missing"', '"k"'),
    "re": ('"[a-z]+"', '"(\\\\w)(\\\\w*)"', '"^a|b$"', '"@.*"', '"[^,]*"', '"(?i)A"', '"x*"', '"\\\\s+"', "`\\d{1,3}`"),
    "jsn": ('"{\\"a\\":[1,2.5,null]}"', '`{"k":{"b":"x"}}`', '"[1,\\"a\\"]"', '"3"', '"nope"', '"\\"s\\""'),
    "lay": ('"2006-01-02"', '"Mon Jan 2 15:04:05 2006"', '"02/01/06 03:04 PM"', '"2006-002"', '"15h"', '"January _2"'),
    "day": ('"2024-02-29"', '"1999-12-31"', '"nope"'),
    "zone": (*['"UTC"'] * 30, '"Europe/Berlin"'),
    "dur": ('"1h30m"', '"-36h"', '"90s"', '"1500ms"', '"24h"'),
    "url": ('"https://u:p@h.example:81/p/q?x=1#f"', '"mailto:a@b.c"', '"/only/path?y"', ".Extra.link"),
    "ver": ('"1.2.3"', '"v2.0"', '"1.2.3-beta.1+x"', ".Extra.semver"),
    "con": ('"^1.2.0"', '">=1.0, <2"', '"~1.2"', '"1.x || 3.0"', '"!=1.2.3"', '"*"', '"1.2 - 2.0"'),
    "b64": ('"w7xiZXI="', '"YQ=="', '"%%%"', "(b64enc .Subject)"),
    "b32": ('"MFSGC==="', '"!"', "(b32enc .Subject)"),
    "kind": ('"string"', '"map"', '"slice"', '"float64"', '"bool"', '"invalid"', '"int"'),
    "type": ('"string"', '"float64"', '"map[string]interface {}"', '"[]interface {}"', '"bool"', '"int"'),
    "i": ("0", "1", "2", "3", "5", "10", "-1"),
    "n": ("0", "1", "7", "-3", "100", "3.5", "1e3", "0x1F"),
    "f": ("0.5", "2.0", "-1.25", "1e-3", "3.0"),
    "b": ("true", "false"),
    "s": (
        '"ada"',
        '"Ada Lovelace"',
        '""',
        '"a,b,c"',
        '"first_name"',
        '"HTTPServer"',
        '"né 😀"',
        "`raw \\n`",
        '"x\\ty"',
        '" pad "',
    ),
    "l": ("(list 1 2 3)", '(list "a" "b" "a")', "(list)", '(list "" 0 nil "x")'),
    "L": ('(list "b" "a" "c")', '(splitList "/" "a/b/c")'),
    "m": ('(dict "a" 1 "b" "x")', "(dict)", '(dict "a" (dict "k" "deep"))'),
    "M": ("(dict)", '(dict "a" 1 "k" "v")', "(deepCopy .Extra.labels)"),
    "t": ('(toDate "2006-01-02" "2024-02-29")', '(toDate "2006-01-02 15:04:05" "2001-09-09 01:46:40")'),
}
METHODS = (
    ".MatchContext.Method",
    ".MatchContext.URL.Path",
    ".MatchContext.URL.Host",
    ".MatchContext.URL.Scheme",
    ".MatchContext.URL.String",
    ".MatchContext.URL.Hostname",
    ".MatchContext.URL.Port",
    ".MatchContext.URL.RawQuery",
    ".MatchContext.URL.RequestURI",
    ".MatchContext.URL.EscapedPath",
    '(.MatchContext.URL.Query.Get "q")',
    '(.MatchContext.URL.Query.Has "q")',
    ".MatchContext.URL.Query.Encode",
    ".MatchContext.URL.IsAbs",
    ".MatchContext.URL.Redacted",
    ".MatchContext.URL",
    '(.MatchContext.Header.Get "x-one")',
    '(.MatchContext.Header.Get "Accept")',
    '(.MatchContext.Header.Values "X-One")',
    '(index .MatchContext.Header "X-One")',
    '(.Header.Get "X-One")',
    ".Header",
    "(printIndex .MatchContext.RegexpCaptureGroups 0)",
    "(index .MatchContext.RegexpCaptureGroups 0)",
    ".MatchContext.RegexpCaptureGroups",
    "(len .MatchContext.RegexpCaptureGroups)",
)


class Templates:
    """`rich` templates use what only a session with facts has."""

    def __init__(self, chance, rich):
        self.chance, self.rich, self.depth = chance, rich, 0

    def field(self, kind):
        names = {"s": data.TEXTS, "n": data.NUMBERS, "i": ("one", "zero", "age"), "l": data.LISTS, "m": data.MAPS}
        names |= {"L": ("roles",), "b": ("yes", "no"), "f": ("price",), "a": data.ANYTHING}
        return f".Extra.{self.chance.one(*names[kind])}" if kind in names else None

    def leaf(self, kind):
        chance = self.chance
        if kind in "sa" and chance.maybe(0.3):
            return chance.one(".Subject", "(print .Subject)", *METHODS)
        if self.rich and chance.maybe(0.6):
            found = self.field(kind)
            # A number of a session is a fraction: most functions of whole numbers want it cast.
            if found and not (kind == "i" and chance.maybe(0.9)):
                return found
        if kind in LITERALS:
            return chance.one(*LITERALS[kind])
        if kind == "a":
            return self.leaf(chance.one("s", "n", "b", "l", "m"))
        return ".Extra"

    def expression(self, kind):
        """A term of a type that another call can take: in brackets where it is one."""
        self.depth += 1
        try:
            calls = signatures.BY_RESULT.get(kind, [])
            if kind == "a" or not calls or self.depth > 3 or self.chance.maybe(0.35):
                if kind == "a" and self.depth <= 3 and self.chance.maybe(0.6):
                    return self.expression(self.chance.one("s", "n", "b", "l", "m", "f", "L"))
                return self.leaf(kind)
            return f"({self.call(*self.chance.one(*calls))})"
        finally:
            self.depth -= 1

    def call(self, name, kinds):
        terms = [self.expression(kind) if kind in signatures.BY_RESULT else self.leaf(kind) for kind in kinds]
        if terms and self.chance.maybe(0.25):
            *terms, last = terms
            return " ".join([last, "|", name, *terms])
        return " ".join([name, *terms])

    def action(self):
        chance = self.chance
        if chance.maybe(0.08):
            return chance.one(*signatures.WRAPPED.values())
        if chance.maybe(0.03):
            return f'printf "{chance.one("%v", "%s", "%d", "%q", "%5.1f", "%x", "%t", "%T", "%+v", "%#v", "%08.3f", "%-6v|", "%c", "%U", "%e")}" {self.expression("a")}'
        if chance.maybe(0.5):
            every = [one for calls in signatures.BY_RESULT.values() for one in calls]
            return self.call(*chance.one(*every))
        return self.expression(chance.one(*"ssssnablmfL")).strip()

    def statement(self):
        chance, expression = self.chance, self.expression
        shape = chance.weighted(
            {"plain": 12, "if": 2, "with": 1, "range": 1.5, "let": 1, "set": 0.5, "odd": 0.4, "define": 0.3}
        )
        left, right = chance.one("{{", "{{", "{{", "{{- "), chance.one("}}", "}}", "}}", " -}}")
        if shape == "plain":
            return f"{left} {self.action()} {right}"
        if shape == "if":
            other = chance.one("", "{{ else }}n", f"{{{{ else if {expression('b')} }}}}m{{{{ else }}}}o")
            return f"{{{{ if {expression(chance.one('b', 'a'))} }}}}y{{{{ {self.action()} }}}}{other}{{{{ end }}}}"
        if shape == "with":
            return f"{{{{ with {expression('a')} }}}}{{{{ . }}}}{{{{ else }}}}none{{{{ end }}}}"
        if shape == "range":
            inner = chance.one("{{ . }},", "{{ print . }};", '{{ if eq (print .) "ops" }}{{ break }}{{ end }}{{ . }}')
            over = expression(chance.one("l", "L", "m", "i"))
            head = chance.one(f"range {over}", f"range $i, $e := {over}")
            inner = "{{ $i }}={{ $e }} " if "$i" in head else inner
            return f"{{{{ {head} }}}}{inner}{{{{ else }}}}nobody{{{{ end }}}}"
        if shape == "let":
            return f"{{{{ $x := {expression('a')} }}}}[{{{{ $x }}}}]"
        if shape == "set":
            return f"{{{{ $x := 1 }}}}{{{{ if {expression('b')} }}}}{{{{ $x = 2 }}}}{{{{ end }}}}{{{{ $x }}}}"
        if shape == "define":
            return f'{{{{ define "part" }}}}<{{{{ . }}}}>{{{{ end }}}}{{{{ template "part" {expression("a")} }}}}'
        return chance.one(
            "{{/* note */}}",
            "{{ nosuch 1 }}",
            "{{ .Nope }}",
            "{{ if }}",
            "{{ .Extra.a.b.c }}",
            "{{ $ }}",
            "{{",
            "{{ nil }}",
            "{{ 1 | 2 }}",
            "{{ .Subject.X }}",
            '{{ template "x" }}',
            '{{ "a" | upper | len }}',
            "{{ .Extra.roles.x }}",
            "{{ and }}",
            "{{ .MatchContext.URL.Query.q }}",
        )

    def text(self):
        """The value of a header, a cookie, a field."""
        chance = self.chance
        if chance.maybe(0.25):
            return chance.one(
                "static",
                "{{ .Subject }}",
                "{{ print .Subject }}",
                "",
                "a b",
                "{{ .Extra.email }}",
                "{{ print .Extra.email }}",
            )
        return "".join(
            chance.one("", "", "x", " a ", "–", "/") + self.statement()
            for _ in range(chance.weighted({1: 6, 2: 2, 3: 1}))
        )

    def json(self):
        """An object of JSON: claims, a payload."""
        chance = self.chance
        if chance.maybe(0.05):
            return chance.one(
                "{{ .Extra | toJson }}", "[1]", "{", "null", '{"a": {{ .Extra }} }', "", '"text"', "{{ .Subject }}"
            )
        members = ['"session": {{ .Extra | toJson }}'] if chance.maybe(0.4) else []
        for name in chance.some(("a", "b", "sub", "iss", "exp", "roles", "aud", "n", "scope", "nbf"), 0, 4):
            if chance.maybe(0.7):
                members.append(f'"{name}": {{{{ {self.action()} | toJson }}}}')
            else:
                members.append(
                    f'"{name}": '
                    + chance.one(
                        '"{{ print .Subject }}"', "1.0", "1e2", "null", "[]", '"{{ .Subject }}"', '{"k": [true]}'
                    )
                )
        return "{" + chance.one("", "\n  ", " ").join([", ".join(members)]) + "}"


def functions_of(template):
    """The functions a template names."""
    inside = " ".join(re.findall(r"\{\{(.*?)\}\}", template, re.S))
    inside = re.sub(r'"(?:[^"\\]|\\.)*"|`[^`]*`', " ", inside)
    return {word for word in re.findall(r"(?<![\w.$])[A-Za-z_]\w*", inside) if word in signatures.NAMES}


def in_tree(value):
    """Every text with an action in a configuration."""
    if isinstance(value, str):
        if "{{" in value:
            yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from in_tree(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from in_tree(inner)


def as_json(value):
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)
