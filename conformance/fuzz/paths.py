"""GJSON paths of random shape over what sessions say (`data.py`)."""

NAMES = (
    "subject",
    "extra",
    "identity",
    "email",
    "roles",
    "mixed",
    "matrix",
    "groups",
    "name",
    "labels",
    "nothing",
    "blank",
    "none",
    "age",
    "yes",
    "missing",
    "dash-key",
    "identity.traits",
    "extra.name",
    "identity.id",
)
STEPS = ("0", "1", "-1", "9", "#", "first", "name", "a", "k", "@this", "*", "f*t", "?", "n", "#.name", "#.n")
QUERIES = (
    "#(n==1)",
    "#(n==1).name",
    "#(n>1)#",
    "#(n>=1)#.name",
    '#(name=="a")',
    '#(name!="a")#.n',
    '#(name%"a*")',
    '#(name!%"b")#',
    "#(=1)",
    '#(=="admin")',
    '#(=="admin")#',
    "#(n<2)|name",
    "#(n==~true)",
    "#(#(=1))#",
    "#()#",
    "#(n==1",
    "#(nothing==null)",
)
MODIFIERS = (
    "@this",
    "@reverse",
    "@ugly",
    "@pretty",
    "@flatten",
    '@flatten:{"deep":true}',
    "@keys",
    "@values",
    "@join",
    "@valid",
    "@tostr",
    "@fromstr",
    "@group",
    "@nosuch",
    '@pretty:{"sortKeys":true}',
    "@dig:name",
    "@json",
    "@to",
)
WHOLE = (
    "{email,age}",
    '{"id":identity.id,roles}',
    "[email,roles.0]",
    "{a:email}",
    "[]",
    "{}",
    "[missing]",
    "{name.first,labels}",
    '!"text"',
    "!7",
    '!{"subject":"lit"}',
    "..",
    "..0",
    "..#",
    "a\\.b",
    "dash\\-key",
    "e*",
    "??le?",
    "extra.*.first",
    "@this|@pretty|subject",
    "subject.@reverse",
)


def path(chance):
    shape = chance.weighted({"name": 2, "steps": 5, "query": 3, "modifier": 4, "whole": 2})
    if shape == "whole":
        return chance.one(*WHOLE)
    found = chance.one(*NAMES)
    if shape == "steps":
        for _ in range(chance.randint(1, 3)):
            found += chance.weighted({".": 5, "|": 1}) + chance.one(*STEPS)
    elif shape == "query":
        found = chance.one("groups", "roles", "mixed", "identity.traits.groups", "matrix") + "." + chance.one(*QUERIES)
    elif shape == "modifier":
        found += chance.weighted({"|": 3, ".": 2}) + chance.one(*MODIFIERS)
        if chance.maybe(0.3):
            found += "." + chance.one(*STEPS)
    return found
