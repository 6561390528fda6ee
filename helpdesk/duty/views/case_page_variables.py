"""The template variables of the case page: every feature is asked for its part, most of it in one
trip."""

from collections.abc import Sequence
from functools import partial
from typing import Any, Final

from sqlalchemy import bindparam, select
from wtforms.fields import SelectChoice

from helpdesk.accounts import queries as accounts
from helpdesk.cases import (
    disputed_conversations,
    news,
    operations,
    past_disputes,
    policy,
    queries,
    report_content,
    reporter_objections,
)
from helpdesk.cases.forms import (
    CloseCaseForm,
    ConsentForm,
    ConversationForm,
    HandOverCaseForm,
    MessageToReporterForm,
    NoteForm,
    PauseCaseForm,
    ReleaseCaseForm,
)
from helpdesk.cases.models import (
    Case,
    LoggedConversation,
    LowerLevelRequest,
    Message,
    Note,
    UrgentClosingRequest,
)
from helpdesk.cases.stale_page_marks import NEWEST_OF_OURS, mark_of_shown_case
from helpdesk.core import history, keys
from helpdesk.core.errors import NotFound
from helpdesk.core.markup import bidi_isolate
from helpdesk.core.round_trips import BatchQuery, Gathered
from helpdesk.core.stale_page_marks import mark_of
from helpdesk.core.work import Work
from helpdesk.duty import timeline
from helpdesk.duty.case_closing import pending_closing_request, unfinished_steps
from helpdesk.duty.findings_contradicting_answers import find_findings_contradicting_answers
from helpdesk.duty.playbook_offers import playbooks_not_in_mailbox, rank_playbook_offers
from helpdesk.duty.unanswered_questions import unanswered_questions
from helpdesk.escalations import queries as escalations
from helpdesk.escalations import request_lists
from helpdesk.escalations import staff_and_partner_labels as request_words
from helpdesk.escalations.models import Escalation
from helpdesk.escalations.policy import may_ask_partner
from helpdesk.intake.queries import REMINDERS_OF_CASE
from helpdesk.partners import queries as partners
from helpdesk.playbooks.repository import load_current_library
from helpdesk.runs import queries as playbooks
from helpdesk.runs.forms import MailboxFollowsRunForm
from helpdesk.triage import queries as triage
from helpdesk.triage.repository import load_decision_table
from helpdesk.web.blank_forms import cached_blank_form

ON_THE_PAGE: Final = BatchQuery(
    copies=keys.COPIES,
    messages=queries.MESSAGES,
    conversations=disputed_conversations.CONVERSATIONS,
    newest_objection=reporter_objections.NEWEST_OBJECTION,
    newest_of_ours=NEWEST_OF_OURS,
    unanswered_disputes=reporter_objections.UNANSWERED_DISPUTES,
    notes=queries.NOTES,
    consents=queries.CONSENTS,
    entries=history.OF_CASE.limit(timeline.SHOWN + 1),
    evaluations=triage.EVALUATIONS,
    insiders=accounts.INSIDERS,
    read_lately=operations.ONE_READ_LATELY,
    news=news.UNSEEN_OF_CASE,
    at_work=playbooks.AT_WORK,
    facts=playbooks.FACTS,
    # Whether there are any: most cases have none, and then nobody asks further.
    wishes=select(LowerLevelRequest.id)
    .where(LowerLevelRequest.case_id == bindparam("case_id"))
    .limit(1),
    closing_wishes=select(UrgentClosingRequest.id)
    .where(UrgentClosingRequest.case_id == bindparam("case_id"))
    .limit(1),
    runs=playbooks.EVER_AT_WORK.limit(1),
    requests=select(Escalation.id).where(Escalation.case_id == bindparam("case_id")).limit(1),
    reminders=REMINDERS_OF_CASE,
)

CASE_AND_LISTS: Final = ON_THE_PAGE.beside(
    queries.BY_REF, case_id=Case.id, key_id=Case.key_id, team_id=Case.team_id
)


def case_page_variables(work: Work, ref: str) -> dict[str, Any]:
    """The template variables of the case page, by name."""
    case, found = _find(work, ref)
    level = triage.triage_summary(
        work,
        case,
        evaluations=found["evaluations"],
        at_work=[one.playbook for one in found["at_work"]],
        request=triage.pending_lower_level_request(work, case) if found["wishes"] else None,
        messages=found["messages"],
    )
    runs = playbooks.runs_of_case(work, case) if found["runs"] else ()
    requests = escalations.requests_of_case(work, case) if found["requests"] else ()
    closing_wish = pending_closing_request(work, case) if found["closing_wishes"] else None
    heard, entries = _last_heard(found), found["entries"][: timeline.SHOWN]
    mark_with = partial(mark_of_shown_case, case, heard, found["newest_of_ours"][0])
    actors = _actors(case, level, requests, found) | timeline.actor_ids_in(entries)
    if closing_wish is not None:
        actors.add(closing_wish.asked_by)
    by_name = {one.partner_id for one in found["consents"] if one.partner_id}
    partner_names = partners.names_of_partners(work, by_name | timeline.partner_ids_in(entries))
    names = _names(work, actors, found["insiders"]) | partner_names
    return {
        "case": case,
        "now": work.at,
        "actor": work.actor,
        "person": work.actor.id,
        "may": policy,
        "may_work": policy.may_work_on_case(work.actor, case),
        "story": report_content.story_of(work, case),
        "contact": report_content.contact_of(work, case),
        "messages": report_content.open_field_of_rows(work, case, Message, found["messages"]),
        "conversations": report_content.open_field_of_rows(
            work, case, LoggedConversation, found["conversations"], "summary"
        ),
        "seen": heard,
        "case_mark": mark_with(),
        "wish_mark": mark_with(level.request.id) if level.request else "",
        "closing_wish": closing_wish,
        "closing_mark": mark_with(closing_wish.id) if closing_wish else "",
        "disputes_our_word": bool(found["unanswered_disputes"]),
        "was_dispute_answered_only_by_recorder": _may_have_disputes(found)
        and past_disputes.was_dispute_answered_only_by_recorder(work, case),
        "notes": report_content.open_field_of_rows(work, case, Note, found["notes"]),
        "consents": found["consents"],
        "partner_names": partner_names,
        "unreadable": work.keys.unreadable,
        "lines": timeline.timeline_of(entries, names, [one.page for one in runs]),
        "is_all": len(found["entries"]) <= timeline.SHOWN,
        "triage": level,
        "unanswered": unanswered_questions(work, case, level.known),
        "tags": level.tags_of_incident(dict(found["facts"])),
        "runs": runs,
        "offers": rank_playbook_offers(
            load_current_library(), case, runs, level.pages, level.known
        ),
        "not_in_mailbox": playbooks_not_in_mailbox(load_current_library(), case),
        "steps_left": unfinished_steps(runs),
        "conflicts": find_findings_contradicting_answers(
            runs,
            load_decision_table(),
            level.judgement.settled,
            danger_told_at=report_content.danger_told_at(work, case, found["messages"])
            if runs
            else None,
        ),
        "platform": playbooks.platform_of(case),
        "acted_late": request_lists.ids_of_requests_acted_on_before_withdrawal(work, case)
        if requests
        else (),
        "requests": requests,
        "without_basis": request_lists.requests_no_longer_justified(work, case) if requests else (),
        "for_other_accounts": request_lists.requests_for_other_accounts(work, case)
        if requests
        else (),
        "may_ask_partner": may_ask_partner(work.actor, case) and not case.is_closed,
        "request_words": request_words,
        "names": names,
        "read_lately": bool(found["read_lately"]),
        "has_news": bool(found["news"]),
        "reminders": found["reminders"][0] if found["reminders"] else None,
        **_forms(case, found, myself=work.actor.person_id),
    }


def _find(work: Work, ref: str) -> tuple[Case, Gathered]:
    wanted = (
        queries.bind_values_of_case_by_ref(work, ref)
        | operations.bind_values_of_recent_reading(work)
        | news.bind_values_of_unseen_news(work)
    )
    found = CASE_AND_LISTS.ask(work.session, holders=work.keys.brought, **wanted)
    if found is None:
        raise NotFound
    queries.refuse_actor_without_key(work, found[0])
    work.keys.open_copies(found[1]["copies"])
    return found


def _last_heard(found: Gathered) -> str:
    """As `disputed_conversations.last_heard_marks`, of what stands on the page."""
    theirs = [one.id for one in found["messages"] if one.is_from_reporter]
    disputed = [
        one.id
        for one in found["conversations"]
        if one.objected_at is not None and one.settled_at is None
    ]
    answers = [one.id for one in found["newest_objection"]]
    return disputed_conversations.join_reporter_activity_ids(
        theirs[-1] if theirs else "", answers[0] if answers else None, disputed
    )


def _may_have_disputes(found: Gathered) -> bool:
    """Most cases have none, and then nobody asks further."""
    objected = any(one.objected_at is not None for one in found["conversations"])
    return objected or bool(found["newest_objection"])


def _actors(
    case: Case,
    level: triage.TriageSummary,
    requests: Sequence[Escalation],
    found: Gathered,
) -> set[str]:
    """Whoever is named on the page, so that the names are asked for once."""
    actors = {one.author for one in (*found["messages"], *found["conversations"], *found["notes"])}
    actors |= {one.by for one in level.evaluations}
    actors |= {one.drafted_by for one in requests}
    for one in found["consents"]:
        actors |= {one.given_by, one.confirmed_by or one.given_by}
    if level.request is not None:
        actors.add(level.request.asked_by)
    if case.is_closed and case.closure is not None:
        actors.add(case.closure.by)
    return actors | {f"person:{case.owner_id}"}


def _names(work: Work, actors: set[str], insiders: Sequence[Any]) -> dict[str, str]:
    """Most are of the queue, whose names are here already."""
    known = {f"person:{one.id}": one.name for one in insiders}
    return accounts.name_actors(
        actors, known | accounts.names_of_people(work.session, actors - known.keys())
    )


def _forms(case: Case, found: Gathered, *, myself: str | None) -> dict[str, Any]:
    handover = HandOverCaseForm(None, meta={"csrf": False})
    handover.hand_to.choices = [
        SelectChoice(one.id, bidi_isolate(one.name))
        for one in found["insiders"]
        if one.id not in (case.owner_id, myself)
    ]
    return {
        "handover_form": handover,
        "platform_mark": mark_of(case.platform),
        **_blank_forms(),
    }


def _blank_forms() -> dict[str, Any]:
    return {
        "message_form": cached_blank_form(MessageToReporterForm),
        "conversation_form": cached_blank_form(ConversationForm),
        "note_form": cached_blank_form(NoteForm),
        "start_form": cached_blank_form(MailboxFollowsRunForm),
        "release_form": cached_blank_form(ReleaseCaseForm),
        "wait_form": cached_blank_form(PauseCaseForm),
        "closure_form": cached_blank_form(CloseCaseForm),
        "consent_form": cached_blank_form(ConsentForm),
    }
