"""The order of the packages is held by import-linter; each contract catches a planted breach."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

BREACHES = [
    ("features-point-down", "cases/queries.py", "import helpdesk.escalations.models"),
    ("features-point-down", "core/codes.py", "import helpdesk.accounts.models"),
    ("features-point-down", "stray/__init__.py", '"""A package nobody placed in the order."""'),
    ("features-point-down", "playbooks/incident_search.py", "import helpdesk.runs.models"),
    ("inside-authoring", "authoring/source/files.py", "import helpdesk.authoring.lint.runner"),
    ("processes-load-no-authoring", "app.py", "import helpdesk.authoring.publishing"),
    ("processes-load-no-authoring", "playbooks/published.py", "import yaml"),
    ("inside-a-feature", "cases/policy.py", "import helpdesk.cases.views"),
    ("inside-a-feature", "cases/models/case.py", "import helpdesk.cases.queries"),
    ("domain-without-flask", "cases/operations.py", "import flask"),
    ("domain-without-flask", "escalations/jobs.py", "import rq"),
    ("pages-are-private", "duty/queries.py", "import helpdesk.cases.forms"),
]


def lint(root):
    return subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=root,
        capture_output=True,
        text=True,
        env={"PYTHONPATH": str(root), "PATH": "/usr/bin:/bin"},
    )


@pytest.fixture
def copy(tmp_path):
    ignored = shutil.ignore_patterns("__pycache__", "templates", "static", "translations")
    shutil.copytree(ROOT / "helpdesk", tmp_path / "helpdesk", ignore=ignored)
    shutil.copytree(ROOT / "bench", tmp_path / "bench", ignore=ignored)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_the_order_holds(copy):
    result = lint(copy)

    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize(("contract", "path", "breach"), BREACHES)
def test_a_planted_breach_is_caught(copy, contract, path, breach):
    planted = copy / "helpdesk" / path
    planted.parent.mkdir(exist_ok=True)
    before = planted.read_text() if planted.exists() else ""
    planted.write_text(f"{before}\n{breach}\n")

    result = lint(copy)

    assert result.returncode != 0
    assert "BROKEN" in result.stdout
