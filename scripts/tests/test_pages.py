"""Links in pages lead somewhere, files that pages name exist, and the glossary has each term once."""

from __future__ import annotations

import functools
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted(
    ROOT / name
    for name in subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.md"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    if (ROOT / name).exists()
)
GLOSSARY = ROOT / "docs" / "glossary.md"


def without_code(text: str) -> str:
    """The page without code blocks and code spans, in which nothing is a link or a heading."""
    return re.sub(r"`[^`\n]*`", "", re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL))


@functools.cache
def anchors(page: Path) -> set[str]:
    """The anchors that GitHub gives the headings of a page, and those that the page sets itself."""
    text = re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf8"), flags=re.MULTILINE | re.DOTALL)
    found: set[str] = set()
    for heading in re.findall(r"^#+ (.+)$", text, re.MULTILINE):
        shown = re.sub(r"\[([^\]]+)\]\([^)]*\)", r"\1", heading)
        anchor = re.sub(r"[^\w\- ]", "", shown.lower()).replace(" ", "-")
        repeats = 0
        while (anchor if repeats == 0 else f"{anchor}-{repeats}") in found:
            repeats += 1
        found.add(anchor if repeats == 0 else f"{anchor}-{repeats}")
    return found | set(re.findall(r'<a (?:id|name)="([^"]+)"', text))


def broken_links(page: Path, text: str) -> list[str]:
    """The links of a page to files of this repository that lead to no file or to no heading."""
    broken = []
    for target in re.findall(r"\]\(([^)\s]+)\)", without_code(text)):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        linked = (page.parent / path).resolve() if path else page
        if not linked.exists() or (anchor and linked.suffix == ".md" and anchor not in anchors(linked)):
            broken.append(target)
    return broken


def unknown_sources(text: str) -> list[str]:
    """The Rust and Python files that a page names in code spans, whole or by the end of their path, and that do not exist."""
    prose = re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)
    named = re.findall(r"`([\w./-]+\.(?:rs|py))`", prose)
    return [name for name in named if not any(path == name or path.endswith(f"/{name}") for path in sources())]


@functools.cache
def sources() -> list[str]:
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.rs", "*.py"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    return [path for path in listed if (ROOT / path).exists()]


def terms() -> list[str]:
    """The first column of the glossary's tables, without their headings."""
    rows = re.findall(r"^\| ([^|]+) \|", GLOSSARY.read_text(encoding="utf8"), re.MULTILINE)
    return [row for row in rows if row != "term"]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_of_a_page_leads_to_a_file_and_a_heading(page):
    assert broken_links(page, page.read_text(encoding="utf8")) == []


def test_a_link_to_a_missing_file_or_heading_is_noticed():
    text = "[a](missing.md), [b](stages.md#no-such-heading), [c](stages.md#every-setting), [d](https://example.com/x)"
    assert broken_links(GLOSSARY, text) == ["missing.md", "stages.md#no-such-heading"]


@pytest.mark.parametrize(
    # The changelog names files of earlier versions.
    "page",
    [page for page in PAGES if page.name != "CHANGELOG.md"],
    ids=lambda page: str(page.relative_to(ROOT)),
)
def test_every_source_that_a_page_names_exists(page):
    assert unknown_sources(page.read_text(encoding="utf8")) == []


def test_a_source_that_does_not_exist_is_noticed():
    text = "`engine/src/gate.rs`, `gate.rs`, `no/such/gate.rs` and `no_such_script.py`"
    assert unknown_sources(text) == ["no/such/gate.rs", "no_such_script.py"]


def test_the_glossary_has_each_term_once():
    names = [term.lower() for term in terms()]
    assert len(names) > 50
    assert sorted(names) == sorted(set(names))


def test_every_term_of_the_glossary_names_a_page():
    rows = [row for row in GLOSSARY.read_text(encoding="utf8").splitlines() if re.match(r"\| (?!term)\w", row)]
    assert len(rows) == len(terms())
    assert [row for row in rows if "](" not in row.rsplit(" | ", 1)[-1]] == []
