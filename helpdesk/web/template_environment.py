"""The Jinja environment of our templates."""

from collections.abc import MutableMapping
from typing import Any

from flask.templating import Environment


class TemplateEnvironment(Environment):
    """Flask's Jinja environment, where all templates share one dictionary of global names.

    Jinja gives each template a chain of two dictionaries, for globals of its own. None of ours has
    any, and every import walks that chain in Python: `docs/decisions/0053`.
    """

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        return super().make_globals(d) if d else self.globals
