"""Reading what was judged: the level in force and why, what was thought before, what is asked."""

from collections.abc import Sequence

from sqlalchemy import select

from helpdesk.cases.models import Case, LevelRequest
from helpdesk.core.work import Work
from helpdesk.playbooks.known import answers_of
from helpdesk.playbooks.pages import Playbook
from helpdesk.playbooks.shelf import the_library
from helpdesk.triage.judging import Judgement, judge_report
from helpdesk.triage.models import Evaluation

LAST_RESORT = "something-else"


def page_of(case: Case) -> Playbook:
    """The page whose questions were asked; for a type whose page is gone, the last resort."""
    library = the_library()
    page = library.playbook(case.incident_type) or library.playbook(LAST_RESORT)
    if page is None:
        raise LookupError(f"There is no page {LAST_RESORT}.")
    return page


def judgement_of(work: Work, case: Case) -> Judgement:
    """What today's table says to the answers as they stand, with what is assumed and to ask."""
    return judge_report(the_library().table, page_of(case), answers_of(work, case))


def evaluations_of(work: Work, case: Case) -> Sequence[Evaluation]:
    """Every level this case was given, newest first."""
    given = select(Evaluation).where(Evaluation.case_id == case.id)
    return work.session.scalars(given.order_by(Evaluation.at.desc(), Evaluation.id)).all()


def standing_request(work: Work, case: Case) -> LevelRequest | None:
    """The wish to lower the level that nobody has decided yet."""
    return work.session.scalar(
        select(LevelRequest).where(
            LevelRequest.case_id == case.id, LevelRequest.decided_at.is_(None)
        )
    )


def standing_requests(work: Work) -> Sequence[LevelRequest]:
    """Wishes to lower a level in the actor's queues, oldest first."""
    standing = (
        select(LevelRequest)
        .join(Case, Case.id == LevelRequest.case_id)
        .where(Case.team_id.in_(work.actor.teams), LevelRequest.decided_at.is_(None))
        .order_by(LevelRequest.asked_at)
    )
    return work.session.scalars(standing).all()
