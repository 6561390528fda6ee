"""Contributors to a request: who had a part in it, so that a second person really is one.

History is not asked. It says what happened; what may happen hangs on rows of its own.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select

from helpdesk.cases.contributions import answer_contribution_name
from helpdesk.cases.models import Agreement, Contribution, ContributionKind
from helpdesk.cases.states import ConsentKind
from helpdesk.core.work import Work
from helpdesk.escalations.consent_coverage import consent_coverage_of
from helpdesk.escalations.models import Escalation
from helpdesk.escalations.packet_sources import ANSWERS
from helpdesk.partners.packet_fields import FIELDS, FieldSource

# What a colleague did, by part; "You" or a name stands before it.
DONE: Final[Mapping[ContributionKind, str]] = {
    ContributionKind.WORDS: "wrote or changed what it says",
    ContributionKind.LEVEL: "changed how urgent the case is",
    ContributionKind.WAIVER: "waived the platform’s own form",
    ContributionKind.SENT_ALONE: "sent it without a second person",
}
# Who approved or read a request was its second person. That makes them no contributor to it, and
# yet what they find out afterwards counts for nothing alone (`people_behind_request`).
SECOND_PERSONS: Final = frozenset({ContributionKind.APPROVAL, ContributionKind.SECOND_READING})
FOUND: Final[Mapping[str, str]] = {
    "vetted": "recorded who is asking",
    "owner_confirmed": "recorded whose account it is",
    "public_form": "recorded what happened to the platform’s own form",
    "public_form_ref": "recorded the number of the platform’s own form",
}
AGREED: Final = "recorded or confirmed what the reporter agreed to"
# On what these open, one person's word alone never leaves: only words and evidence open nothing.
OPENS: Final = frozenset({ContributionKind.FACT, ContributionKind.LEVEL, ContributionKind.WAIVER})


@dataclass(frozen=True)
class RequestContribution:
    """A contribution to a request: what one person did for it, and whether a gate stands open on
    it."""

    did: str
    opens: bool
    is_words: bool = False


Parts = Mapping[str, Collection[RequestContribution]]


def contributions_to(work: Work, escalation: Escalation) -> Parts:
    """All contributions to a request: who wrote, changed or confirmed something on which it rests,
    and what."""
    parts: dict[str, dict[RequestContribution, None]] = defaultdict(dict)
    for actor, share in (*_noted(work, escalation), *_agreed(work, escalation)):
        parts[actor][share] = None
    return {actor: tuple(shares) for actor, shares in parts.items()}


def excluded_second_persons(work: Work, escalation: Escalation) -> set[str]:
    """Who is not alerted as a second person: who had a part in the request, and who let it be sent,
    unless it is an answer that waits now. That is read by anyone who had no part in it."""
    us = set(contributions_to(work, escalation))
    if escalation.approved_by is not None and not escalation.has_answer_to_approve:
        us.add(escalation.approved_by)
    return us


def _noted(work: Work, escalation: Escalation) -> Iterator[tuple[str, RequestContribution]]:
    yield (
        escalation.drafted_by,
        RequestContribution(DONE[ContributionKind.WORDS], opens=False, is_words=True),
    )
    if escalation.waived_by is not None:
        yield escalation.waived_by, RequestContribution(DONE[ContributionKind.WAIVER], opens=True)
    evidence = _evidence(escalation)
    found = select(Contribution.actor, Contribution.part, Contribution.name).where(
        Contribution.case_id == escalation.case_id,
        Contribution.subject_id.in_((escalation.id, escalation.case_id)),
        Contribution.part.not_in(SECOND_PERSONS),
    )
    for actor, part, name in work.session.execute(found.order_by(Contribution.at)):
        if part is ContributionKind.EVIDENCE:
            if name in evidence:
                yield actor, RequestContribution(f"recorded “{evidence[name]}”", opens=False)
        elif part is not ContributionKind.FACT:
            yield (
                actor,
                RequestContribution(
                    DONE[part], opens=part in OPENS, is_words=part is ContributionKind.WORDS
                ),
            )
        elif name in FOUND:
            yield actor, RequestContribution(FOUND[name], opens=True)


def _evidence(escalation: Escalation) -> dict[str, str]:
    """What this partner may receive that steps write down, or that an answer fills which one of us
    has corrected, with our word for it."""
    fields = [
        field
        for field in FIELDS
        if field.source is FieldSource.EVIDENCE and field.name in escalation.partner.allowed_fields
    ]
    answers = {
        answer_contribution_name(ANSWERS[field.name]): field.staff_label
        for field in fields
        if field.name in ANSWERS
    }
    return {field.origin: field.staff_label for field in fields} | answers


def _agreed(work: Work, escalation: Escalation) -> Iterator[tuple[str, RequestContribution]]:
    """Who speaks for the reporter, where what stands is not the reporter's own word."""
    coverage = consent_coverage_of(work, escalation.case_id)
    wanted = {Agreement(ConsentKind.HELP), coverage.agreement_for(escalation.partner)}
    rows = [one for one in coverage.consents if one.agreement in wanted]
    own = {one.agreement for one in rows if one.withdrawn_at is None and one.is_by_reporter}
    for one in rows:
        if one.is_noted_by_staff and one.agreement not in own:
            yield one.given_by, RequestContribution(AGREED, opens=True)
            if one.confirmed_by is not None and not one.is_by_reporter:
                yield one.confirmed_by, RequestContribution(AGREED, opens=True)
