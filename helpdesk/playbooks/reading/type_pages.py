"""Reading one kind of trouble: the whole page, with every reference followed."""

from collections.abc import Callable
from typing import Any, TypeVar

from helpdesk.playbooks.pages import Playbook, Readiness
from helpdesk.playbooks.reading import about, first_words, outcomes
from helpdesk.playbooks.reading.here import Here, Shelf
from helpdesk.playbooks.reading.questions import read_questions
from helpdesk.playbooks.reading.steps import StepsReader
from helpdesk.playbooks.reading.whole import WholePage
from helpdesk.playbooks.source import Fields, Gathered, Piece

T = TypeVar("T")

MUST = (
    "schema id version status title trigger scope_limit sharing questions safe_now steps ends "
    "sources"
)
MAY = "also_called not_for reviewed tags red_flags evidence escalations replaces"


def read_playbook(file: Piece, shelf: Shelf) -> Playbook:
    """One page, resolved. It is refused if anything in it leads nowhere."""
    page = file.fields(MUST, MAY)
    if page["schema"].text() != "playbook/1":
        page["schema"].refuse("this reader knows playbook/1")
    here = Here(about.read_own_name(page["id"]), shelf)
    playbook = _read(page, here)
    WholePage(page, playbook, here).check()
    return playbook


def _read(page: Fields, here: Here) -> Playbook:
    """Part by part, so that what is wrong in one does not hide what is wrong in the next."""
    gathered, words = Gathered(), here.shelf.words

    def part(key: str, how: Callable[[Piece, Here], tuple[T, ...]]) -> tuple[T, ...]:
        read = list[T]()
        with gathered.going_on():
            read += page.read(key, lambda piece: how(piece, here), ())
        return tuple(read)

    header: dict[str, Any] = {}
    with gathered.going_on():
        header = _header(page, here)
    ends = part("ends", outcomes.read_ends)
    steps = StepsReader(here.shelf.fragments, words.scales, ends, here.references)
    parts: dict[str, Any] = {
        "ends": ends,
        "questions": part(
            "questions",
            lambda piece, _: read_questions(piece, here.home, words, here.references),
        ),
        "steps": part("steps", lambda piece, _: steps.read(piece, here.home)),
        "safe_now": part("safe_now", first_words.read_advice),
        "red_flags": part("red_flags", first_words.read_red_flags),
        "evidence": part("evidence", outcomes.read_evidence),
        "escalations": part("escalations", outcomes.read_escalations),
        "also_called": part("also_called", about.read_names),
        "not_for": part("not_for", about.read_not_for),
        "tags": part("tags", about.read_tags),
        "sources": part("sources", about.read_citations),
    }
    gathered.settle()
    return Playbook(**header, **parts)


def _header(page: Fields, here: Here) -> dict[str, Any]:
    sharing = page["sharing"].fields("playbook case_default")
    return {
        "id": here.home,
        "version": page["version"].version(),
        "status": page["status"].one_of(Readiness),
        "title": here.text("title", page["title"]),
        "trigger": here.text("trigger", page["trigger"]),
        "scope_limit": here.text("scope_limit", page["scope_limit"]),
        "sharing": about.read_sharing(sharing["playbook"]),
        "case_sharing": about.read_sharing(sharing["case_default"]),
        "reviewed": page.read("reviewed", about.read_review, None),
        "replaces": page.read("replaces", lambda said: about.read_replaces(said, here), None),
    }
