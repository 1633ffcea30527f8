"""URL patterns of rules, and paths that they match or nearly match."""

import re

# (a part of a regexp pattern, texts it matches, texts it does not or hardly)
REGEXPS = (
    ("<[0-9]+>", ("7", "42", "007"), ("", "x", "7a")),
    ("<.*>", ("", "a", "a/b/c", "ü", "a.b"), ("%2F", "a%20b")),
    ("<.+>", ("a", "a/b"), ("",)),
    ("<[^/]+>", ("a", "a.b", "%2F", "x-y"), ("", "a/b")),
    ("<(?!admin).*>", ("user", "", "a/admin"), ("admin", "administrator")),
    ("<(?!.*secret)[a-z/]*>", ("open/door", ""), ("a/secret", "secret")),
    ("<(a|b)>", ("a", "b"), ("c", "ab")),
    ("<(?:x|yy)z?>", ("x", "xz", "yyz"), ("y", "zz")),
    ("<(?:\\d{2}|[a-c]{2,3})>", ("12", "abc", "ab"), ("1", "abcd")),
    ("<\\d{2,4}>", ("12", "1234"), ("1", "12345")),
    ("<(\\w)(\\w)\\2>", ("abb", "xyy"), ("abc",)),
    ("<(?<year>\\d{4})-(\\d\\d)>", ("2024-01",), ("24-01",)),
    ("<(?i)abc>", ("ABC", "aBc"), ("abd",)),
    ("<\\p{L}+>", ("é", "ab", "Ж"), ("1",)),
    ("<\\w+>", ("a_1", "é"), ("-", "a-b")),
    ("<[\\w-]+\\.(png|jpe?g)>", ("a.png", "b-c.jpeg"), ("a.gif", ".png")),
    ("<[a-f\\d]{8}(-[a-f\\d]{4}){3}-[a-f\\d]{12}>", ("9f425a8d-7efc-4768-8f23-7647a74fdf13",), ("9f425a8d",)),
    ("<(en|de)?>", ("", "en"), ("fr",)),
    ("<x*>", ("", "xxx"), ("y",)),
    ("<[^a-c]{2}>", ("de", "/."), ("aa",)),
    ("<(a(b(c)?)?)+>", ("a", "ab", "abcab"), ("b",)),
    ("<.*?(\\d+)?>", ("a1", "9", ""), ()),
    ("<a|b>", ("a", "b"), ("x",)),
    ("<^a$>", ("a",), ("b",)),
    ("<(?=[a-z]).{3}>", ("abc", "a/b"), ("1bc",)),
    ("<(x)|(y)>", ("x", "y"), ("z",)),
    ("<[[:alpha:]]+>", ("a", ":"), ("1",)),
    ("<\\Qa.b\\E>", ("a.b",), ("axb",)),
    ("<(?:a+)+b>", ("aab",), ("aac",)),
    ("<(?#note)a>", ("a",), ("n",)),
    ("<\\x61\\u0062>", ("ab",), ("a",)),
    ("<[\\s\\S]{1,3}>", ("a/b", "~"), ("abcd",)),
    ("<[a-z-[aeiou]]+>", ("bcd",), ("abe",)),
    ("<\\bfoo\\b>", ("foo",), ("foob",)),
)
GLOBS = (
    ("<*>", ("a", "", "x-1"), ("a/b", "a.b")),
    ("<**>", ("a/b", "", "a.b/c"), ()),
    ("<?>", ("a", "ü"), ("", "ab", "/")),
    ("<[abc]>", ("a", "c"), ("d", "")),
    ("<[!abc]>", ("d", "/"), ("a",)),
    ("<[a-z]>", ("q",), ("Q", "1")),
    ("<{a,b}>", ("a", "b"), ("c", "ab")),
    ("<a*>", ("a", "abc"), ("b",)),
    ("<*.png>", ("x.png",), ("x.gif", "a/x.png")),
    ("<{en,de}>", ("en",), ("fr",)),
    ("<{a*,?b}>", ("axx", "xb"), ("b",)),
    ("<a?c>", ("abc",), ("ac",)),
    ("<v[0-9]>", ("v1",), ("vx",)),
    ("<**/x>", ("a/x", "a/b/x"), ("x",)),
    ("<\\*>", ("*",), ("a",)),
    ("<{a,{b,c}d}>", ("a", "bd"), ("b",)),
)
ODD_TEXTS = (
    "%2e%2e",
    "%41",
    "ü",
    "a b",
    "a+b",
    "%zz",
    ";x=1",
    "a:b",
    "@",
    "''",
    "(",
    "a//b",
    "./a",
    "../b",
    "%00",
    "%C3%BC",
    "%c3%bc",
    "~",
    "*",
    "|",
    "^",
    "%3C",
    "%20",
    ".",
    "..",
    "%25",
)


class Pattern:
    """The path of one rule: `/<name>` and then literal and matched parts."""

    def __init__(self, chance, name, glob):
        self.chance = chance
        self.parts = ["/" + name]
        for _ in range(chance.weighted({0: 4, 1: 5, 2: 3, 3: 1})):
            self.parts.append(chance.one("/", "/", "/", "/", "-", ".", ""))
            self.parts.append(
                chance.one(*(GLOBS if glob else REGEXPS))
                if chance.maybe(0.75)
                else chance.one("a", "v1.0", "x_y", "ü", "a+b")
            )

    @property
    def text(self):
        return "".join(part if isinstance(part, str) else part[0] for part in self.parts)

    def path(self, good):
        """A path that the pattern matches, or one that it may not."""
        chance, found = self.chance, ""
        for part in self.parts:
            if isinstance(part, str):
                found += part
            elif good or not part[2] or chance.maybe(0.4):
                found += chance.one(*part[1])
            else:
                found += chance.one(*part[2], chance.one(*ODD_TEXTS))
        if not good:
            found = chance.one(
                found,
                found,
                found + "/",
                found + chance.one(*ODD_TEXTS),
                found.replace("/", "//", 1),
                found.upper(),
                "/x/.." + found,
                found + "/../a",
                found[:-1],
            )
        return found


def documented_glob(pattern):
    """The regular expression that is equivalent to a glob pattern as documented: `*` and `?` stop at `.` and `/`."""
    return re.compile("".join(_delimited(pattern)) + r"\Z", re.S)


def _delimited(pattern):
    depth, start = 0, 0
    for at, letter in enumerate(pattern):
        if letter == "<":
            if depth == 0:
                yield re.escape(pattern[start:at])
                start = at + 1
            depth += 1
        elif letter == ">":
            depth -= 1
            if depth == 0:
                yield "(?:" + _glob(pattern[start:at]) + ")"
                start = at + 1
    yield re.escape(pattern[start:])


def _glob(text):
    found, at, depth = "", 0, 0
    while at < len(text):
        letter = text[at]
        at += 1
        if text.startswith("**", at - 1):
            found += ".*"
            at += 1
        elif letter == "*":
            found += "[^./]*"
        elif letter == "?":
            found += "[^./]"
        elif letter == "[":
            end = text.index("]", at)
            inside = text[at:end].removeprefix("!")
            kept = re.escape(inside) if len(inside) != 3 or inside[1] != "-" else inside
            found += ("[^" if text[at] == "!" else "[") + kept + "]"
            at = end + 1
        elif letter == "{":
            found, depth = found + "(?:", depth + 1
        elif letter == "}" and depth:
            found, depth = found + ")", depth - 1
        elif letter == "," and depth:
            found += "|"
        elif letter == "\\":
            found += re.escape(text[at : at + 1])
            at += 1
        else:
            found += re.escape(letter)
    return found
