"""What sessions, tokens and services say about a subject: of one shape, so that templates find what they use."""

import copy

FACTS = {
    "email": "ada@example.com",
    "million": 1000000,
    "age": 36,
    "price": 19.99,
    "one": 1,
    "zero": 0,
    "neg": -7,
    "big": 12345678901234567890,
    "yes": True,
    "no": False,
    "nothing": None,
    "empty": "",
    "spaced": "  a  b ",
    "quoted": 'say "hi" <b>&amp;</b>',
    "emoji": "né 😀",
    "csv": "a,b,,c",
    "path": "/usr/../lib/x.tar.gz",
    "semver": "1.2.3-beta.1+x",
    "date": "2024-02-29",
    "link": "https://u:p@h.example:81/p/q?x=1&y=2#f",
    "roles": ["admin", "ops", "admin"],
    "mixed": ["a", 1, True, None, 2.5, {"k": "v"}],
    "none": [],
    "blank": {},
    "matrix": [[1, 2], [3]],
    "name": {"first": "Ada <b>&", "last": "Ünal"},
    "groups": [{"name": "a", "n": 1}, {"name": "b", "n": 2}],
    "labels": {"a": "1", "b": "2"},
    "dash-key": "dashed",
}
TEXTS = ("email", "spaced", "quoted", "emoji", "csv", "path", "empty", "semver", "date", "link")
NUMBERS = ("million", "age", "price", "one", "zero", "neg", "big")
LISTS = ("roles", "mixed", "none", "matrix", "groups")
MAPS = ("name", "labels", "blank")
ANYTHING = (*TEXTS, *NUMBERS, *LISTS, *MAPS, "yes", "no", "nothing", "missing")

SUBJECTS = (
    "ada",
    "bob",
    "9f425a8d-7efc-4768",
    "ada@example.com",
    "Ünal",
    'a"b',
    "",
    "<script>",
    "a b",
    "x" * 70,
    "a/b:c",
)
ODD_VALUES = (
    None,
    True,
    0,
    -1.5,
    1e21,
    1e-7,
    123456789012345678901234567890,
    "",
    "text",
    "<>&\u2028",
    [],
    {},
    [1, [2]],
    {"a": {"b": None}},
)


def facts(chance):
    """The facts about a subject; now and then some are missing or odd."""
    found = copy.deepcopy(FACTS)
    if chance.maybe(0.25):
        for name in chance.some(list(found), 1, 6):
            if chance.maybe(0.5):
                del found[name]
            else:
                found[name] = chance.one(*ODD_VALUES)
    return found


def subject(chance):
    return chance.one("ada", "ada", "bob", *SUBJECTS)


def session(chance):
    """The body of a session service's response: `subject`, `extra`, and Kratos's shape beside them."""
    about = facts(chance)
    return {"subject": subject(chance), "extra": about, "identity": {"id": subject(chance), "traits": about}, **about}
