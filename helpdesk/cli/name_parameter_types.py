"""Click parameter types for names: no page takes one that a command would not, either."""

from typing import Any, Final

import click

from helpdesk.accounts.handle_pattern import LONGEST_NAME, SHORT_NAME
from helpdesk.core.actors import operator
from helpdesk.core.visible_text import has_visible_text


class _ShortName(click.ParamType[str]):
    """A sign-in name, or the short name of a queue."""

    name = "short name"

    def convert(self, value: Any, param: Any, ctx: Any) -> str:
        if not SHORT_NAME.match(str(value).lower()):
            self.fail("Use 2 to 39 lower-case letters, numbers, dots or dashes.", param, ctx)
        return str(value)


class _Name(click.ParamType[str]):
    """A name that people read, in a list or in history."""

    name = "name"

    def __init__(self, longest: int = LONGEST_NAME) -> None:
        self._longest = longest

    def convert(self, value: Any, param: Any, ctx: Any) -> str:
        said = str(value).strip()
        if not has_visible_text(said) or not said.isprintable() or len(said) > self._longest:
            self.fail(f"Type a name of up to {self._longest} characters, on one line.", param, ctx)
        return said


NAME: Final = _Name()
# History names an operator after "shell:", in as many characters as other names have.
OPERATOR_NAME: Final = _Name(LONGEST_NAME - len(operator("").id))
SHORT: Final = _ShortName()
