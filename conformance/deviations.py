"""Every case that deviates on purpose is listed in `docs/differences.md`, and nothing else is."""

import re
from pathlib import Path

PAGE = Path(__file__).parent.parent / "docs" / "differences.md"


def listed(page=PAGE):
    """The (suite, case) pairs in the last column of the page's table."""
    found = set()
    for line in page.read_text(encoding="utf8").splitlines():
        cells = line.strip().strip("|").split(" | ")
        if not line.startswith("|") or len(cells) != 3:
            continue
        for part in re.split(r"; (?=[a-z-]+: `)", cells[2]):
            name, _, cases = part.strip().partition(": ")
            found.update((name, case) for case in re.findall(r"`([^`]+)`", cases))
    return found


def check(suites):
    """A line for each case that is missing on the page or stands there without deviating."""
    marked = {(one.name, case["name"]) for one in suites for case in one.cases if "deviates" in case}
    on_page = {pair for pair in listed() if pair[0] in {one.name for one in suites}}
    for name, case in sorted(marked - on_page):
        yield f"{name}: `{case}` deviates and is not listed in docs/differences.md"
    for name, case in sorted(on_page - marked):
        yield f"{name}: `{case}` is listed in docs/differences.md and does not deviate"
