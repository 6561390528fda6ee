"""One public class name is one thing in the package.

A class inside another is that class's own affair: each form of WTForms may have its `Meta`.
"""

import ast
from collections import defaultdict
from pathlib import Path

import pytest

from tests.guards.rules import python_files

ROOT = Path(__file__).resolve().parents[2]


def doubles(root):
    """Each public class name that is defined more than once, with the modules that define it."""
    homes = defaultdict(list)
    for path in python_files(root):
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                homes[node.name].append(str(path.relative_to(root)))
    return {name: found for name, found in homes.items() if len(found) > 1}


def complaints(root):
    for name, found in sorted(doubles(root).items()):
        yield f"{name} is the name of several classes: {', '.join(found)}"


def test_no_two_public_classes_share_a_name():
    assert list(complaints(ROOT)) == []


@pytest.fixture
def package(tmp_path):
    (tmp_path / "helpdesk" / "cases").mkdir(parents=True)
    (tmp_path / "helpdesk" / "duty").mkdir()
    (tmp_path / "helpdesk" / "cases" / "a.py").write_text("class Letter: ...\nclass _Own: ...\n")
    (tmp_path / "helpdesk" / "duty" / "b.py").write_text("class Letter: ...\nclass _Own: ...\n")
    return tmp_path


def test_a_second_class_of_a_name_is_refused(package):
    assert list(complaints(package)) == [
        "Letter is the name of several classes: helpdesk/cases/a.py, helpdesk/duty/b.py"
    ]


def test_what_a_framework_wants_inside_a_class_is_no_second_one(package):
    for path in (package / "helpdesk" / "cases" / "a.py", package / "helpdesk" / "duty" / "b.py"):
        path.write_text(f"class Form{path.stem}:\n    class Meta: ...\n")

    assert list(complaints(package)) == []
