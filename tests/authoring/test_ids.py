"""The identifiers of pages: made once, never changed."""

import json
import shutil
from uuid import UUID

import pytest
from click.testing import CliRunner

from helpdesk.authoring.playbook_uuids import read_playbook_uuids, write_missing_uuids
from helpdesk.authoring.reading.folder import playbook_names
from helpdesk.authoring.source import PlaybookError
from helpdesk.cli import main
from helpdesk.playbooks.repository import CONTENT


def test_a_page_gets_an_identifier_once_and_keeps_it(tmp_path):
    assert write_missing_uuids(tmp_path, ["doxing", "advice"]) == ("doxing", "advice")
    first = read_playbook_uuids(tmp_path)

    assert write_missing_uuids(tmp_path, ["doxing", "smear-campaign"]) == ("smear-campaign",)
    then = read_playbook_uuids(tmp_path)

    assert {page: then[page] for page in first} == first
    assert {UUID(one).version for one in then.values()} == {4}


def test_the_command_says_what_it_added_and_changes_nothing_the_second_time(tmp_path):
    folder = shutil.copytree(CONTENT, tmp_path / "playbooks")
    (folder / "ids.lock.yml").unlink(missing_ok=True)
    words = ["playbooks", "ids", "--folder", str(folder), "--json"]

    first, second = CliRunner().invoke(main, words), CliRunner().invoke(main, words)

    assert json.loads(first.stdout)["added"] == list(playbook_names(folder))
    assert json.loads(second.stdout) == {**json.loads(first.stdout), "added": []}
    assert (first.exit_code, second.exit_code) == (0, 0)


@pytest.mark.parametrize(
    ("written", "complaint"),
    [
        ("doxing: seven", "is not an identifier"),
        ("doxing: 886313e1-3b8a-5372-9b90-0c9aee199e5d", "is not a UUIDv4"),
        (
            "a: 0c9aee19-3b8a-4372-9b90-886313e1e5d0\nb: 0c9aee19-3b8a-4372-9b90-886313e1e5d0",
            "two pages have the identifier",
        ),
    ],
)
def test_a_lock_that_somebody_edited_is_refused(tmp_path, written, complaint):
    (tmp_path / "ids.lock.yml").write_text(written)

    with pytest.raises(PlaybookError, match=complaint):
        read_playbook_uuids(tmp_path)
