"""Contributions: which colleagues had a part in a case or request, so that a second person can be
found."""

from sqlalchemy.dialects.postgresql import insert

from helpdesk.cases.models import Contribution, ContributionKind
from helpdesk.core.database import new_id
from helpdesk.core.work import Work


def answer_contribution_name(question: str) -> str:
    """The name under which a corrected answer is recorded as a contribution."""
    return f"answer {question}"


def record_contribution(
    work: Work,
    case_id: str,
    part: ContributionKind,
    *,
    name: str = "",
    subject_id: str = "",
    actor: str = "",
) -> None:
    """Record that a colleague had a part in a case: whoever does this work, or `actor`. Once is
    enough."""
    actor = actor or work.actor.id
    if not actor.startswith("person:"):
        return  # reporters and partners are nobody's second person
    work.session.flush()  # the row points at the case
    row = insert(Contribution).values(
        id=new_id(),
        case_id=case_id,
        subject_id=subject_id or case_id,
        part=part,
        name=name,
        actor=actor,
        at=work.at,
    )
    work.session.execute(row.on_conflict_do_nothing())
