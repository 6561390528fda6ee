"""The repository of the decision table of this process: loaded once, in each language asked for.

It is written in playbooks/triage.yml and published beside the library.
"""

from functools import cache

from helpdesk.playbooks import repository
from helpdesk.playbooks.localization import translate_texts
from helpdesk.playbooks.published import load_published_part
from helpdesk.triage.decision_table import DecisionTable

TRIAGE = "triage"
WRITTEN = ("triage.yml",)


def load_decision_table(language: str | None = None) -> DecisionTable:
    """Load the decision table in its own language, or in a reader's. What is kept is always the
    source."""
    source = _source()
    original = repository.load_current_library().collection.language
    return source if language in (None, original) else _in(str(language))


@cache
def _source() -> DecisionTable:
    return load_published_part(repository.CONTENT, TRIAGE, DecisionTable, WRITTEN)


@cache
def _in(language: str) -> DecisionTable:
    return translate_texts(_source(), repository.translator_for(language))
