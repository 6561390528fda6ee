"""Queries for cases, always from what the actor may see."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date
from typing import Any, Final

from sqlalchemy import (
    ARRAY,
    BindParameter,
    ColumnElement,
    Select,
    String,
    any_,
    bindparam,
    exists,
    func,
    literal,
    or_,
    select,
    text,
    union_all,
)
from sqlalchemy.orm import aliased, defer

from helpdesk.accounts import queries as accounts
from helpdesk.accounts.models import Person, Team
from helpdesk.cases.levels import Level
from helpdesk.cases.models import Case, Closure, Consent, LoggedConversation, Message, Note
from helpdesk.cases.states import ConsentKind
from helpdesk.core.actors import Actor
from helpdesk.core.errors import NotAllowed, NotFound
from helpdesk.core.keys import KeyCopy
from helpdesk.core.work import NOT_LET_IN, Work

# Spelt as the partial indexes spell it, so that the planner knows them again.
NOT_CLOSED = text("cases.state <> 'closed'")
NOBODYS = text("cases.owner_id IS NULL")
# Each queue has two lanes. What looks sent by a machine is never between what people sent.
FIRST_LANE = Case.in_slow_lane.is_(False)
SECOND_LANE = Case.in_slow_lane.is_(True)
DUE = func.coalesce(
    func.least(Case.reply_due_at, Case.word_due_at), text("'infinity'::timestamptz")
)
IN_ORDER = (Case.level, DUE, Case.id)
# So many of each kind are on the board, which says where there may be more. What is followed up
# stays there until its case opens again, so that few would hide the others for good.
LISTED_AT_MOST: Final = 20
FOLLOW_UPS_AT_MOST: Final = 100
# What the page of a case gathers, oldest first; of messages without the copies that only reporters
# open, of consents what was taken back included.
MESSAGES: Final = (
    select(
        Message.id,
        Message.is_from_reporter,
        Message.author,
        Message.sent_at,
        Message.body,
        Message.answers,
    )
    .where(Message.case_id == bindparam("case_id"))
    .order_by(Message.sent_at, Message.id)
)
# Those of them that answer questions of the mailbox.
LATER_ANSWERS: Final = (
    select(Message.id, Message.answers)
    .where(Message.case_id == bindparam("case_id"), Message.answers.is_not(None))
    .order_by(Message.sent_at, Message.id)
)
NOTES: Final = (
    select(Note.id, Note.author, Note.written_at, Note.body)
    .where(Note.case_id == bindparam("case_id"))
    .order_by(Note.written_at, Note.id)
)
CONSENTS: Final = (
    select(
        Consent.id,
        Consent.kind,
        Consent.platform,
        Consent.partner_id,
        Consent.given_at,
        Consent.given_by,
        Consent.confirmed_by,
        Consent.withdrawn_at,
    )
    .where(Consent.case_id == bindparam("case_id"))
    .order_by(Consent.given_at, Consent.id)
)
# While a partner has the move, we still owe the reporter an update.
OUR_MOVE = text(
    "(cases.state <> 'waiting' OR cases.reply_due_at IS NOT NULL OR cases.word_due_at IS NOT NULL)"
)
# A list has no use for what people told us, and it is most of a case's bytes.
LISTED = (
    defer(Case.story),
    defer(Case.contact),
    defer(Case.answers),
    defer(Case.for_advice),
)


def is_case_in_queues(queues: Collection[str] | BindParameter[Any]) -> ColumnElement[bool]:
    """An SQL condition: the case is in one of these queues. It is asked of whatever shows cases, or
    what hangs on them."""
    if not isinstance(queues, BindParameter):
        queues = literal(sorted(queues), ARRAY(String))
    return Case.team_id == any_(queues)


def visible_cases(actor: Actor) -> Select[Case]:
    """A select of the cases that the actor may see: those of their queues; none for operators,
    partners and strangers, nor for who waits to be let in."""
    return select(Case).where(is_case_in_queues(actor.queues))


# One case by its name, for whoever may see it, put together once.
BY_REF: Final = select(Case).where(
    Case.ref == bindparam("ref"), is_case_in_queues(bindparam("queues", type_=ARRAY(String)))
)


def case_by_ref(work: Work, ref: str) -> Case:
    """Load a case of the actor's queues by its reference, or NotFound. Who waits to be let in is
    told so, and opens no page of it."""
    case = work.session.scalar(BY_REF, bind_values_of_case_by_ref(work, ref))
    if case is None:
        raise NotFound
    refuse_actor_without_key(work, case)
    return case


def refuse_actor_without_key(work: Work, case: Case) -> None:
    """Refuse with NotAllowed whoever is in the case's queue and waits to be given access."""
    if case.team_id in work.actor.waits_in:
        raise NotAllowed(NOT_LET_IN)


def bind_values_of_case_by_ref(work: Work, ref: str) -> dict[str, Any]:
    """The bind values of BY_REF. Who waits finds it too, and `refuse_actor_without_key` says so."""
    actor = work.actor
    waits_in = actor.waits_in if actor.works_on_cases else frozenset()
    return {"ref": ref.upper(), "queues": sorted(actor.queues | waits_in)}


def lock_case(work: Work, case: Case) -> None:
    """Lock a case for the rest of this piece of work, and read it as it is now."""
    work.session.flush()  # what this piece of work has changed already must not be read over
    work.session.refresh(case, with_for_update=True)


def own_cases(work: Work, limit: int = 100) -> Sequence[Case]:
    """The cases that the actor has, the next one first."""
    mine = visible_cases(work.actor).where(Case.owner_id == work.actor.person_id, NOT_CLOSED)
    return work.session.scalars(mine.options(*LISTED).order_by(*IN_ORDER).limit(limit)).all()


def open_cases_of_person(person_id: str, team_ids: Iterable[str]) -> Select[Case]:
    """The open cases of some queues that a person has, whoever asks."""
    return select(Case).where(
        Case.owner_id == person_id, Case.team_id.in_(sorted(team_ids)), NOT_CLOSED
    )


def cases_whose_owner_lost_access(work: Work, limit: int = LISTED_AT_MOST) -> Sequence[Case]:
    """Open cases whose owner cannot open them any more, the most urgent first."""
    of_case, of_team = aliased(KeyCopy), aliased(KeyCopy)
    can_open = exists().where(
        of_case.key_id == Case.key_id,
        of_team.key_id == of_case.holder_id,
        of_team.holder_id == Person.key_id,
    )
    insider = accounts.filter_by_team_access(select(Person.id), Case.team_id).correlate(Case)
    lost = (
        visible_cases(work.actor)
        .join(Person, Person.id == Case.owner_id)
        .where(NOT_CLOSED, or_(Person.id.not_in(insider), ~can_open))
    )
    return work.session.scalars(lost.options(*LISTED).order_by(*IN_ORDER).limit(limit)).all()


def unclaimed_cases_of(work: Work, team: Team) -> Select[Case]:
    """Cases of a queue that nobody has claimed, the next one first; not those that wait for
    somebody else, unless we owe their reporter an answer or an update. The second lane is not part
    of it."""
    return _unclaimed(work, team).where(FIRST_LANE)


def second_lane_cases_of(work: Work, team: Team) -> Select[Case]:
    """Unclaimed cases of the second lane: what looks sent by a machine. People may be among it."""
    return _unclaimed(work, team).where(SECOND_LANE)


def _unclaimed(work: Work, team: Team) -> Select[Case]:
    return (
        visible_cases(work.actor)
        .where(Case.team_id == team.id, NOT_CLOSED, NOBODYS, OUR_MOVE)
        .options(*LISTED)
        .order_by(*IN_ORDER)
    )


def next_unclaimed_case(work: Work, team: Team, exclude: Collection[str] = ()) -> Case | None:
    """The next case to claim in a queue, but for some. Two who ask at once get two different
    ones."""
    return _nearest(work, unclaimed_cases_of(work, team), exclude)


def next_second_lane_case(work: Work, team: Team, exclude: Collection[str] = ()) -> Case | None:
    """The next case to claim in the second lane."""
    return _nearest(work, second_lane_cases_of(work, team), exclude)


def _nearest(work: Work, unclaimed: Select[Case], but: Collection[str]) -> Case | None:
    unclaimed = unclaimed.where(Case.id.not_in(but)) if but else unclaimed
    return work.session.scalar(unclaimed.limit(1).with_for_update(skip_locked=True, of=Case))


def cases_with_late_update(work: Work, limit: int = 20) -> Sequence[Case]:
    """Cases whose reporter should have had an update by now, the most urgent first.

    Not those of the second lane, which would fill the list in a flood: they have one of their own.
    """
    overdue = [
        visible_cases(work.actor)
        .with_only_columns(Case.id)
        .where(NOT_CLOSED, FIRST_LANE, Case.level == level, Case.team_id == team, work.at > DUE)
        .order_by(DUE)
        .limit(limit)
        for level in Level
        for team in sorted(work.actor.queues)
    ]
    if not overdue:
        return []
    # One short walk along the index for each level: a walk over all of them would be a long one.
    ids = union_all(*(select(one.subquery().c.id) for one in overdue))
    found = select(Case).where(Case.id.in_(ids)).options(*LISTED).order_by(*IN_ORDER)
    return work.session.scalars(found.limit(limit)).all()


def cases_to_follow_up(
    work: Work, *, today: date, limit: int = FOLLOW_UPS_AT_MOST
) -> Sequence[Case]:
    """Closed cases to follow up: their reporter should be asked again how things are; the most
    urgent first."""
    due = (
        visible_cases(work.actor)
        .join(Closure, Closure.case_id == Case.id)
        .where(Closure.follow_up_on <= today)
        .options(*LISTED)
        .order_by(Case.level, Closure.follow_up_on, Case.id)
    )
    return work.session.scalars(due.limit(limit)).all()


def messages_with_reporter(work: Work, case: Case) -> Sequence[Message]:
    """The messages of a case, both ways, oldest first; without the copies that only reporters
    open."""
    written = select(Message).where(Message.case_id == case.id)
    written = written.options(defer(Message.for_reporter))
    return work.session.scalars(written.order_by(Message.sent_at, Message.id)).all()


def was_reporter_answered(work: Work, case: Case) -> bool:
    """Whether one of us has ever written to the reporter, or spoken with them another way."""
    ours = select(Message.id).where(Message.case_id == case.id, ~Message.is_from_reporter)
    spoken = select(LoggedConversation.id).where(
        LoggedConversation.case_id == case.id,
        LoggedConversation.reached,
        LoggedConversation.objected_at.is_(None),
    )
    return work.session.scalar(union_all(ours, spoken).limit(1)) is not None


def is_reporter_to_move_next(work: Work, case: Case) -> bool:
    """Whether it is the reporter's turn: they have our last message before them, or a consent to
    confirm. Not while we owe them an answer: then the move is ours."""
    if case.reply_due_at is not None:
        return False
    words = select(Message.is_from_reporter).where(Message.case_id == case.id)
    newest = words.order_by(Message.sent_at.desc(), Message.id.desc()).limit(1)
    if work.session.scalar(newest) is False:
        return True
    to_confirm = select(Consent.id).where(
        Consent.case_id == case.id, Consent.withdrawn_at.is_(None), ~Consent.is_effective
    )
    return work.session.scalar(to_confirm.limit(1)) is not None


def unwithdrawn_consents(
    work: Work, case: Case, kinds: Collection[ConsentKind]
) -> Sequence[Consent]:
    """The consents of these kinds that were not withdrawn, confirmed or not."""
    found = select(Consent).where(
        Consent.case_id == case.id, Consent.withdrawn_at.is_(None), Consent.kind.in_(kinds)
    )
    return work.session.scalars(found.order_by(Consent.given_at, Consent.id)).all()


def newest_reporter_message_id(work: Work, case: Case) -> str:
    """The id of the last message that the reporter wrote; empty if they wrote none."""
    theirs = select(Message.id).where(Message.case_id == case.id, Message.is_from_reporter)
    newest = theirs.order_by(Message.sent_at.desc(), Message.id.desc()).limit(1)
    return work.session.scalar(newest) or ""


def notes_of(work: Work, case: Case) -> Sequence[Note]:
    """The notes for colleagues on a case, oldest first."""
    written = select(Note).where(Note.case_id == case.id)
    return work.session.scalars(written.order_by(Note.written_at, Note.id)).all()


def consent_by_id(work: Work, case: Case, consent_id: str) -> Consent:
    """A consent of this case by its id, or NotFound."""
    consent = work.session.get(Consent, consent_id)
    if consent is None or consent.case_id != case.id:
        raise NotFound
    return consent
