"""Calling the tools as somebody at a shell does."""

import json

from click.testing import CliRunner

from helpdesk.cli import main


def run(*arguments, **more):
    """The result of `helpdesk playbooks …`."""
    return CliRunner().invoke(main, ["playbooks", *map(str, arguments)], **more)


def as_data(*arguments):
    """The status and what the tool says as JSON."""
    result = run(*arguments, "--json")
    return result.exit_code, json.loads(result.stdout)


def in_words(text):
    """The same words, wherever the lines break."""
    return " ".join(text.split())
