"""One public class name stands for one thing in the package; what stands for two today is listed.

The list only shrinks: a name that is no longer double has to be taken out.
"""

import ast
from collections import defaultdict
from pathlib import Path

import pytest

from tests.guards.rules import python_files

ROOT = Path(__file__).resolve().parents[2]

TODAY = frozenset(
    {
        "Meta",
    }
)


def doubles(root):
    """Each public class name that is defined more than once, with the modules that define it."""
    homes = defaultdict(list)
    for path in python_files(root):
        tree = ast.parse(path.read_text())
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                homes[node.name].append(str(path.relative_to(root)))
    return {name: found for name, found in homes.items() if len(found) > 1}


def complaints(root, listed):
    """What the list does not allow, and what it allows without need."""
    found = doubles(root)
    for name in sorted(found.keys() - listed):
        yield f"{name} is the name of several classes: {', '.join(found[name])}"
    for name in sorted(listed - found.keys()):
        yield f"{name} is no longer double; take it out of TODAY"


def test_no_two_public_classes_share_a_name():
    assert list(complaints(ROOT, TODAY)) == []


@pytest.fixture
def package(tmp_path):
    (tmp_path / "helpdesk" / "cases").mkdir(parents=True)
    (tmp_path / "helpdesk" / "duty").mkdir()
    (tmp_path / "helpdesk" / "cases" / "a.py").write_text("class Letter: ...\nclass _Own: ...\n")
    (tmp_path / "helpdesk" / "duty" / "b.py").write_text("class Letter: ...\nclass _Own: ...\n")
    return tmp_path


def test_a_second_class_of_a_name_is_refused(package):
    assert list(complaints(package, frozenset())) == [
        "Letter is the name of several classes: helpdesk/cases/a.py, helpdesk/duty/b.py"
    ]


def test_a_name_that_is_listed_and_no_longer_double_is_refused(package):
    assert list(complaints(package, frozenset({"Letter"}))) == []

    (package / "helpdesk" / "duty" / "b.py").write_text("class Email: ...\n")

    assert list(complaints(package, frozenset({"Letter"}))) == [
        "Letter is no longer double; take it out of TODAY"
    ]
