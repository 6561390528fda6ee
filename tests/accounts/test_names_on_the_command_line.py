"""Names on the command line: what no page takes, no command takes."""

import click
import pytest
from click.testing import CliRunner

from helpdesk.cli import maintenance
from helpdesk.cli.name_parameter_types import NAME, SHORT

INVITE = {"--as": "Op", "--handle": "asha", "--name": "Asha", "--role": "responder"}


@pytest.mark.parametrize(
    "handle", ["", "a", "Big Name", "a\nb", "\u0131i", "ok\x01", "-a", "a" * 40, "a/b"]
)
def test_no_sign_in_name_that_nobody_could_type_at_the_door(handle):
    with pytest.raises(click.BadParameter, match="2 to 39 lower-case letters"):
        SHORT.convert(handle, None, None)


@pytest.mark.parametrize("name", ["", " ", "\u200b", "\u3164", "a\nb", "ok\x01", "n" * 81])
def test_no_name_that_nobody_could_read(name):
    with pytest.raises(click.BadParameter, match="up to 80 characters"):
        NAME.convert(name, None, None)


@pytest.mark.parametrize("option", ["--as", "--handle", "--name"])
def test_an_empty_name_makes_no_account(option):
    arguments = [part for pair in (INVITE | {option: ""}).items() for part in pair]

    answer = CliRunner().invoke(maintenance.invite_command, arguments)

    assert answer.exit_code == 2
    assert option in answer.output


def test_names_as_people_have_them_are_taken():
    assert SHORT.convert("asha.k-2", None, None) == "asha.k-2"
    name = "Nour \u0627\u0644\u0646\u0648\u0631"
    assert NAME.convert(f" {name} ", None, None) == name
