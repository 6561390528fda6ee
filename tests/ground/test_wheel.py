"""The wheel holds all that an installed helpdesk needs: migrations, playbooks, pages, wsgi.py."""

import base64
import os
import subprocess
import sys
import sysconfig
from pathlib import Path

import psycopg
import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCES = ("helpdesk", "migrations", "playbooks", "wsgi.py", "pyproject.toml", "README.md")


def run(*words, **more):
    done = subprocess.run(words, capture_output=True, text=True, check=False, **more)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """A folder in which nothing but the wheel was unpacked; the source is elsewhere."""
    place = tmp_path_factory.mktemp("wheel")
    source = place / "source"
    source.mkdir()
    listed = run("git", "ls-files", "-co", "--exclude-standard", *SOURCES, cwd=ROOT).split("\n")
    for name in (name for name in listed if name and (ROOT / name).exists()):
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        (source / name).write_bytes((ROOT / name).read_bytes())
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check")
    offline = ("--quiet", "--no-deps", "--no-index")
    run(*pip, "wheel", *offline, "--no-build-isolation", "-w", str(place), str(source))
    [wheel] = place.glob("*.whl")
    run(*pip, "install", *offline, "--target", str(place / "site"), str(wheel))
    return place / "site"


def python(installed, program, **environment):
    """Run a program with the wheel and the locked packages, and without our source tree."""
    # -S leaves out the .pth file through which the development install finds the source.
    packages = sysconfig.get_path("purelib")
    known = {"PATH": os.environ["PATH"], "PYTHONPATH": f"{installed}{os.pathsep}{packages}"}
    return run(
        sys.executable, "-S", "-c", program, cwd=installed.parent, env={**known, **environment}
    )


def test_it_is_the_wheel_that_runs(installed):
    where = python(installed, "import helpdesk; print(helpdesk.__file__)")

    assert Path(where.strip()).is_relative_to(installed)


def test_the_playbooks_read(installed):
    program = (
        "from helpdesk.playbooks.repository import load_current_library\n"
        "print(len(load_current_library().playbooks), len(load_current_library('ar').playbooks))\n"
    )

    assert python(installed, program).split() == ["23", "23"]


def test_the_tables_are_made_and_the_pages_open(installed, postgres, tmp_path):
    key = tmp_path / "a.key"
    key.write_text(base64.b64encode(b"k" * 32).decode())
    server = postgres.url("postgres", "postgres").replace("+psycopg", "")
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute("DROP DATABASE IF EXISTS wheel WITH (FORCE)")
        connection.execute("CREATE DATABASE wheel OWNER helpdesk_owner")
    migrate = (
        "import sys; sys.argv = ['helpdesk', 'migrate']; from helpdesk.cli import main; main()"
    )
    pages = "import wsgi; print(wsgi.application)"

    made = python(installed, migrate, DATABASE_URL=postgres.url("helpdesk_owner", "wheel"))
    opened = python(
        installed,
        pages,
        DATABASE_URL=postgres.url("helpdesk_intake", "wheel"),
        SERVES="public",
        PUBLIC_URL="https://public.test",
        STAFF_URL="https://staff.test",
        PARTNER_URL="https://partner.test",
        MAIL_URL=f"folder://{tmp_path}/outbox",
        MAIL_FROM="helpdesk@helpdesk.test",
        INTAKE_KEY_FILE=str(key),
        STAFF_SIGNING_PUBLIC_FILE=str(key),
        REMINDER_ADDRESSES_PUBLIC_FILE=str(key),
    )

    assert made.endswith("The tables are up to date.\n")
    assert opened
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute("DROP DATABASE wheel WITH (FORCE)")


def test_nothing_but_the_application_is_in_it(installed):
    top = {path.name for path in installed.iterdir() if not path.name.endswith(".dist-info")}

    assert top - {"__pycache__", "bin"} == {"helpdesk", "migrations", "playbooks", "wsgi.py"}
    assert not [path for path in installed.rglob("*") if path.name in {".git", "tests.py"}]
    assert {path.name for path in (installed / "migrations" / "versions").glob("0*.py")} == {
        path.name for path in (ROOT / "migrations" / "versions").glob("0*.py")
    }
