"""What `make mutants` changes."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_every_pattern_of_the_configuration_names_a_file():
    patterns = re.findall(r'^    "(authorizer/.*)",$', (ROOT / ".cargo/mutants.toml").read_text(), re.MULTILINE)
    assert patterns
    assert [pattern for pattern in patterns if not any(ROOT.glob(pattern))] == []
