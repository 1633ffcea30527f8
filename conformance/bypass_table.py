"""The table of known attacks in `docs/security.md`, made from the cases that prove it."""

from pathlib import Path

PAGE = Path(__file__).parent.parent / "docs" / "security.md"
BEGIN = "<!-- The table is written by `python -m conformance bypasses-table`. -->"
END = "<!-- End of the table. -->"


def rows(suites):
    yield "| what it was | whom it hit | how the gate answers | case |"
    yield "|---|---|---|---|"
    for one in suites:
        for case in one.cases:
            hit = ", ".join(f"{entry['product']} [{entry['id']}]({entry['url']})" for entry in case["hit"])
            where = "" if "on" not in case else f" ({', '.join(case['on'])})"
            cells = (case["was"], hit, case["answers"], f"{one.name}: `{case['name']}`{where}")
            yield "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def page(suites, text):
    """The page's text with the table as the suites have it."""
    before, rest = text.split(BEGIN)
    after = rest.split(END)[1]
    return "\n".join([f"{before}{BEGIN}", "", *rows(suites), "", f"{END}{after}"])


def write(suites):
    PAGE.write_text(page(suites, PAGE.read_text(encoding="utf8")), encoding="utf8")
