"""The Click option that names a language."""

from collections.abc import Callable
from typing import Any, TypeVar

import click

from helpdesk.settings import LANGUAGES
from helpdesk.web.catalogues import SOURCE

F = TypeVar("F", bound=Callable[..., Any])

TRANSLATED = tuple(code for code in LANGUAGES if code != SOURCE)


def language_option(command: F) -> F:
    """A Click option that names a language. The command gets `lang`."""
    said = click.option(
        "--lang", required=True, type=click.Choice(TRANSLATED), help="The language to translate to."
    )
    return said(command)
