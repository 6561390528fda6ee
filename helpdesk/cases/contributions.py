"""Who had a part in a case and its requests: kept with each change, asked for before approving."""

from sqlalchemy.dialects.postgresql import insert

from helpdesk.cases.models import Contribution, ContributionKind
from helpdesk.core.database import new_id
from helpdesk.core.work import Work


def answer_contribution_name(question: str) -> str:
    """Under which name it is kept that somebody of ours corrected an answer of the reporter."""
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
    """Keep that somebody of ours had a part: whoever does this work, or `actor`. Once is enough."""
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
