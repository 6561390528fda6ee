"""The search for a kind of trouble on the report form, by the words in which somebody tells it."""

import hashlib
from collections.abc import Sequence
from functools import cache, cached_property
from typing import Any

from flask_babel import gettext

from helpdesk.intake import report_form_rules
from helpdesk.intake.forms.report_steps import multilingual_search_for
from helpdesk.intake.report_form_rules import STORY, KindHeading
from helpdesk.playbooks.incident_search import SearchHit, alternative_phrases
from helpdesk.playbooks.model import Playbook
from helpdesk.playbooks.repository import danger_detector, load_current_library
from helpdesk.playbooks.several_kinds_of_trouble import SOMETHING_ELSE, playbooks_of_kinds


class KindSearch:
    """The result of the search: what was ticked, what the words may mean, and all the rest."""

    def __init__(self, first: Any, kinds: Sequence[str], language: str, *, looked: str) -> None:
        self._library = load_current_library(language)
        self.words: str = " ".join((first[STORY].data or "").split())
        self.was_shown = looked == self.query_hash
        self._ticked = tuple(kind for kind in kinds if kind != SOMETHING_ELSE)
        self._language = language

    @cached_property
    def found(self) -> tuple[SearchHit, ...]:
        """What the words may mean; only where a page asks, for sending a report needs none."""
        return multilingual_search_for(self._language).find(self.words) if self.words else ()

    @property
    def query_hash(self) -> str:
        """What a page carries along to say for which words it was made."""
        return hashlib.blake2b(self.words.encode(), digest_size=8).hexdigest()

    @property
    def needs_review(self) -> bool:
        """Whether somebody typed words and went on without looking or ticking anything."""
        return bool(self.words and self.found) and not self._ticked and not self.was_shown

    @property
    def ticked_kinds(self) -> tuple[Playbook, ...]:
        """What was ticked before and is not among what the words lead to: it stays in sight."""
        shown = {page.id for page in (*self.common, *(one.page for one in self.found))}
        kinds = [kind for kind in self._ticked if kind not in shown]
        return playbooks_of_kinds(self._library, kinds) if kinds else ()

    @property
    def common(self) -> tuple[Playbook, ...]:
        """What most people come with: shown where words found nothing."""
        shown = self._library.collection.common if self.words and not self.found else ()
        return playbooks_of_kinds(self._library, shown) if shown else ()

    @property
    def headings(self) -> tuple[KindHeading, ...]:
        """The whole list, without what stands above it."""
        above = {page.id for page in (*self.common, *self.ticked_kinds)}
        above |= {one.page.id for one in self.found}
        rest = (
            KindHeading(
                one.id, one.title, tuple(page for page in one.pages if page.id not in above)
            )
            for one in report_form_rules.kinds_by_heading(self._library)
        )
        return tuple(heading for heading in rest if heading.pages)

    @property
    def example_phrases(self) -> dict[str, str]:
        """What other people say who mean the same, where it is not the title once more; nobody who
        is in danger reads of despair as an example."""
        return {
            one.page.id: gettext("“%(words)s”", words=one.nearest)
            for one in self.found
            if any(one.nearest in alternative_phrases(words) for words in one.page.also_called)
            and not _tells_of_danger(one.nearest)
        }


@cache
def _tells_of_danger(phrase: str) -> bool:
    """One of our own examples, of which there are so many and no more: read once."""
    return bool(danger_detector().signs_in(phrase))
