"""Reading one playbook: the whole page, with every reference followed."""

from collections.abc import Callable
from typing import Any, TypeVar

from helpdesk.authoring.reading import advice, evidence_and_ends, metadata
from helpdesk.authoring.reading.consistency import PlaybookConsistency
from helpdesk.authoring.reading.context import PlaybookReferenceContext, SharedContentContext
from helpdesk.authoring.reading.questions import read_questions
from helpdesk.authoring.reading.steps import StepsReader
from helpdesk.authoring.source import ErrorCollector, Fields, Node
from helpdesk.playbooks.model import Playbook, PlaybookReadiness

T = TypeVar("T")

MUST = (
    "schema id version status title trigger scope_limit sharing questions safe_now steps ends "
    "sources"
)
MAY = (
    "also_called not_for reviewed tags red_flags evidence escalations replaces "
    "device_may_be_watched"
)


def read_playbook(file: Node, content: SharedContentContext) -> Playbook:
    """Read one playbook, resolved. It is refused if anything in it leads nowhere."""
    page = file.fields(MUST, MAY)
    if page["schema"].text() != "playbook/1":
        page["schema"].refuse("this reader knows playbook/1")
    context = PlaybookReferenceContext(metadata.read_playbook_id(page["id"]), content)
    playbook = _read(page, context)
    PlaybookConsistency(page, playbook, context).check()
    return playbook


def _read(page: Fields, context: PlaybookReferenceContext) -> Playbook:
    """Part by part, so that what is wrong in one does not hide what is wrong in the next."""
    gathered, words = ErrorCollector(), context.content.words

    def part(
        key: str, how: Callable[[Node, PlaybookReferenceContext], tuple[T, ...]]
    ) -> tuple[T, ...]:
        read = list[T]()
        with gathered.collecting():
            read += page.read(key, lambda node: how(node, context), ())
        return tuple(read)

    header: dict[str, Any] = {}
    with gathered.collecting():
        header = _header(page, context)
    ends = part("ends", evidence_and_ends.read_ends)
    steps = StepsReader(context.content.fragments, words.scales, ends, context.references)
    parts: dict[str, Any] = {
        "ends": ends,
        "questions": part(
            "questions",
            lambda node, _: read_questions(node, context.home, words, context.references),
        ),
        "steps": part("steps", lambda node, _: steps.read(node, context.home)),
        "safe_now": part("safe_now", advice.read_advice),
        "red_flags": part("red_flags", advice.read_red_flags),
        "evidence": part("evidence", evidence_and_ends.read_evidence_items),
        "escalations": part("escalations", evidence_and_ends.read_escalation_plans),
        "also_called": part("also_called", metadata.read_common_names),
        "not_for": part("not_for", metadata.read_better_fitting_playbooks),
        "tags": part("tags", metadata.read_tags),
        "sources": part("sources", metadata.read_citations),
    }
    gathered.raise_collected()
    return Playbook(**header, **parts)


def _header(page: Fields, context: PlaybookReferenceContext) -> dict[str, Any]:
    sharing = page["sharing"].fields("playbook case_default")
    return {
        "id": context.home,
        "version": page["version"].version(),
        "status": page["status"].one_of(PlaybookReadiness),
        "title": context.text("title", page["title"]),
        "trigger": context.text("trigger", page["trigger"]),
        "scope_limit": context.text("scope_limit", page["scope_limit"]),
        "sharing": metadata.read_sharing(sharing["playbook"]),
        "case_sharing": metadata.read_sharing(sharing["case_default"]),
        "reviewed": page.read("reviewed", metadata.read_review, None),
        "replaces": page.read("replaces", lambda said: metadata.read_replaces(said, context), None),
        "device_may_be_watched": page.read("device_may_be_watched", Node.flag, otherwise=False),
    }
