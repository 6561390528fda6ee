"""docs/asvs.md answers every requirement of levels 1 and 2, and points at tests that exist."""

import ast
import csv
import os
import re
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = ROOT / "docs" / "asvs.md"
REQUIREMENTS = ROOT.parent / "shared" / "data" / "owasp-asvs-5.0.0.csv"
ROW = re.compile(r"\| (V\d+\.\d+\.\d+) \| L([12]) \| (met|not met|n/a) \| (.+?) \|(?: (.+?) \|)?")
STATES = ("met", "not met", "n/a")


def rows():
    return [found.groups() for found in map(ROW.match, DOCUMENT.read_text().splitlines()) if found]


@cache
def functions_in(path):
    return {
        node.name
        for node in ast.walk(ast.parse((ROOT / path).read_text()))
        if isinstance(node, ast.FunctionDef)
    }


def missing_tests(text):
    """The tests that a text names and that are not there."""
    for path, name in re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", text):
        if not (ROOT / path).exists() or (name and name not in functions_in(path)):
            yield f"{path}::{name}"


def test_every_test_that_is_named_is_there():
    assert list(missing_tests(DOCUMENT.read_text())) == []


def test_a_test_that_is_gone_is_seen():
    assert list(missing_tests("`tests/guards/test_asvs.py::test_that_is_gone`"))
    assert list(missing_tests("`tests/gone.py`"))
    assert not list(missing_tests("`tests/guards/test_asvs.py::test_a_test_that_is_gone_is_seen`"))


def test_what_is_not_met_says_why():
    assert [row[0] for row in rows() if row[2] == "not met" and len(row[3].split()) < 8] == []


def test_the_counts_are_those_of_the_rows():
    counted = Counter((f"L{level}", state) for _, level, state, *_ in rows())

    for level in ("L1", "L2"):
        said = re.search(rf"\| {level} \| (\d+) \| (\d+) \| (\d+) \|", DOCUMENT.read_text())
        assert [*map(int, said.groups())] == [counted[level, state] for state in STATES]


def test_every_requirement_of_levels_1_and_2_is_answered_once():
    if not REQUIREMENTS.exists() and not os.environ.get("CI"):
        pytest.skip(f"{REQUIREMENTS} is not here: the list itself is OWASP's to give out.")
    with REQUIREMENTS.open() as file:
        wanted = [(row["req_id"], row["L"]) for row in csv.DictReader(file) if row["L"] in "12"]

    assert [row[:2] for row in rows()] == wanted
