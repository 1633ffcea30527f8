"""How a rule's configuration goes over the global one."""


def merged(base, over):
    """Objects merge key by key; anything else replaces."""
    if isinstance(base, dict) and isinstance(over, dict):
        found = dict(base)
        for name, value in over.items():
            found[name] = merged(found[name], value) if name in found else value
        return found
    return over


def paths(value, at=()):
    """Every key of nested objects, as a path; lists of objects are looked into."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield (*at, name)
            yield from paths(inner, (*at, name))
    elif isinstance(value, list):
        for inner in value:
            if isinstance(inner, dict):
                yield from paths(inner, at)
