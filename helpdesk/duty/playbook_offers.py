"""Playbook offers on a case: what it is about first, then what its answers point to."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from helpdesk.cases.models import Case
from helpdesk.playbooks.answer_evaluation import raised_red_flags
from helpdesk.playbooks.conditions import Context
from helpdesk.playbooks.library import Library
from helpdesk.playbooks.model import Playbook
from helpdesk.runs.queries import RunProgress, startable_playbooks


@dataclass(frozen=True)
class StartablePlaybookOffer:
    """A playbook that is offered, and why it stands where it stands."""

    page: Playbook
    because: str = ""


@dataclass(frozen=True)
class PlaybookOffers:
    """The playbooks offered on a case: what the report is about, what a red flag points to, all
    others."""

    named: tuple[StartablePlaybookOffer, ...]
    suggested: tuple[StartablePlaybookOffer, ...]
    others: tuple[StartablePlaybookOffer, ...]


def rank_playbook_offers(
    library: Library,
    case: Case,
    runs: Sequence[RunProgress],
    pages: Iterable[Playbook],
    answers: Context,
) -> PlaybookOffers:
    """Rank the playbooks that could be started, each once. What has ended here before is offered
    last."""
    free = {page.id: page for page in startable_playbooks(runs)}
    begun = {one.page.id for one in runs}
    named = [
        StartablePlaybookOffer(free[kind])
        for kind in case.kinds
        if kind in free and kind not in begun
    ]
    seen = begun | {offer.page.id for offer in named}
    suggested: dict[str, StartablePlaybookOffer] = {}
    for page in pages:
        for flag in raised_red_flags(page, answers):
            if flag.go_to in free and flag.go_to not in seen:
                suggested.setdefault(
                    flag.go_to, StartablePlaybookOffer(free[flag.go_to], str(flag.why))
                )
    seen = {offer.page.id for offer in named} | set(suggested)
    others = [page for page in _in_order(library, free) if page not in seen]
    return PlaybookOffers(
        named=tuple(named),
        suggested=tuple(suggested.values()),
        others=tuple(StartablePlaybookOffer(free[name]) for name in others),
    )


def playbooks_not_in_mailbox(library: Library, case: Case) -> tuple[Playbook, ...]:
    """The playbooks that a case is about by now and the reporter's mailbox gives no advice for."""
    pages = (library.playbook(kind) for kind in case.kinds if kind not in case.kinds_for_reporter)
    return tuple(page for page in pages if page is not None)


def _in_order(library: Library, names: Iterable[str]) -> list[str]:
    """As the public form lists them; what stands under no heading comes last."""
    listed = [name for group in library.collection.groups for name in group.playbooks]
    return sorted(names, key=lambda name: listed.index(name) if name in listed else len(listed))
