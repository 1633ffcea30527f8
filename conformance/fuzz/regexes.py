"""Regular expressions of random shape in regexp2's dialect, with texts that they match more often than not.

The text between `<` and `>` of a rule must have its angle brackets balanced, so there is no look-behind.
"""

LETTERS = "abcAB12-_.é"
CLASSES = (
    ("[a-c]", "abc"),
    ("[^a-c]", "12A-"),
    ("[abc1]", "abc1"),
    ("[\\w-]", "a1-_"),
    ("[^/]", "ab1."),
    ("\\d", "12"),
    ("\\w", "a1_é"),
    ("\\D", "ab-"),
    ("\\W", "-."),
    ("\\s", " "),
    ("\\S", "a1."),
    (".", "ab1/é"),
    ("\\p{L}", "aAé"),
    ("\\p{Lu}", "AB"),
    ("\\P{L}", "1-"),
    ("[\\d.]", "1."),
    ("[a-z-[aeiou]]", "bc"),
    ("[\\x61-\\x63]", "abc"),
    ("\\x62", "b"),
    ("\\u0061", "a"),
    ("\\.", "."),
    ("\\-", "-"),
    ("[]a]", "a]"),
    ("[^]a]", "bc"),
    ("[a\\]b]", "ab]"),
)
REPEATS = (
    ("?", 0, 1),
    ("*", 0, 3),
    ("+", 1, 3),
    ("{2}", 2, 2),
    ("{1,3}", 1, 3),
    ("{0,2}", 0, 2),
    ("{2,}", 2, 4),
    ("{,2}", None, None),
    ("{1", None, None),
)


class Regexes:
    def __init__(self, chance):
        self.chance, self.groups, self.named = chance, 0, 0

    def expression(self, depth=0):
        """(the text of an expression, a function that makes up a text for it)"""
        count = 1 if depth > 2 else self.chance.weighted({1: 4, 2: 2, 3: 0.5})
        branches = [self.sequence(depth) for _ in range(count)]
        return "|".join(text for text, _ in branches), lambda: self.chance.one(*branches)[1]()

    def sequence(self, depth):
        items = [self.repeated(depth) for _ in range(self.chance.weighted({0: 0.3, 1: 4, 2: 4, 3: 2}))]
        return "".join(text for text, _ in items), lambda: "".join(make() for _, make in items)

    def repeated(self, depth):
        text, make = self.atom(depth)
        if text and self.chance.maybe(0.35) and not text.endswith(("\\b", "^", "$")):
            mark, least, most = self.chance.one(*REPEATS)
            if least is None:
                return text + mark, lambda: make() + mark
            lazy = self.chance.weighted({"": 5, "?": 2})
            return text + mark + lazy, lambda: "".join(make() for _ in range(self.chance.randint(least, most)))
        return text, make

    def atom(self, depth):
        chance = self.chance
        shapes = {
            "letter": 5,
            "class": 4,
            "group": 3 if depth < 3 else 0,
            "anchor": 0.6,
            "look": 0.8 if depth < 2 else 0,
        }
        shape = chance.weighted({**shapes, "back": 0.8 if self.groups else 0, "flag": 0.4, "word": 1})
        if shape == "letter":
            letter = chance.one(*LETTERS)
            return ("\\." if letter == "." else letter), lambda: letter
        if shape == "word":
            word = chance.one("ab", "v1", "admin", "/a", "x/")
            return word, lambda: word
        if shape == "class":
            text, letters = chance.one(*CLASSES)
            return text, lambda: chance.one(*letters)
        if shape == "anchor":
            return chance.one("^", "$", "\\b", "\\B", "\\A", "\\z", "\\Z", "\\G"), lambda: ""
        if shape == "back":
            return f"\\{chance.randint(1, self.groups)}", lambda: chance.one("a", "b", "1", "")
        if shape == "flag":
            return chance.one("(?i)", "(?s)", "(?-i)", "(?x)", "(?n)", "(?#c)", "(?m)"), lambda: ""
        return self.group(depth, shape)

    def group(self, depth, shape):
        chance = self.chance
        if shape == "look":
            inner, _ = self.expression(depth + 1)
            return f"({chance.one('?=', '?!')}{inner})", lambda: ""
        kind = chance.weighted({"(": 5, "(?:": 3, "(?i:": 0.5, "name": 1, "(?s-i:": 0.2, "(?n:": 0.2})
        if kind == "(":
            self.groups += 1
        if kind == "name":
            self.named += 1
            kind = f"(?<{chance.one('n', 'm')}{self.named}>" if chance.maybe(0.8) else "(?<n>"
        inner, make = self.expression(depth + 1)
        return f"{kind}{inner})", make


def part(chance):
    """A `<…>` part, with texts for and against it, as `patterns.REGEXPS` has them."""
    text, make = Regexes(chance).expression()
    texts = tuple(make() for _ in range(4))
    return f"<{text}>", texts, tuple(changed(chance, one) for one in texts)


def changed(chance, text):
    """A text with one letter more, less or another."""
    at = chance.randint(0, len(text))
    letter = chance.one(*LETTERS, "/", "x")
    return chance.one(text[:at] + letter + text[at:], text[:at] + text[at + 1 :], text[:at] + letter + text[at + 1 :])


def glob_part(chance):
    """The same of a glob. Its stars and alternatives are few, since the library behind Oathkeeper gets them wrong."""
    pattern, texts = "", [""] * 4
    for _ in range(chance.randint(1, 4)):
        piece, letters = chance.one(
            ("a", "a"),
            ("b", "b"),
            ("-", "-"),
            ("?", "ab1"),
            ("[a-c]", "abc"),
            ("[!a-c]", "dx/"),
            ("[abc]", "abc"),
            ("{a,b1}", ("a", "b1")),
            ("*", ("", "a", "ab")),
            (".", "."),
            ("/", "/"),
            ("\\?", "?"),
            ("é", "é"),
        )
        pattern += piece
        texts = [text + chance.one(*letters) for text in texts]
    return f"<{pattern}>", tuple(texts), tuple(changed(chance, one) for one in texts)
