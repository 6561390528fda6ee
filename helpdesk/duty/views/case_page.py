"""What the page of a case shows: every feature is asked for its part, once."""

from collections.abc import Sequence
from typing import Any

from wtforms.fields import SelectChoice

from helpdesk.accounts import queries as accounts
from helpdesk.cases import policy, queries, told
from helpdesk.cases.forms import (
    ClosureForm,
    ConsentForm,
    HandoverForm,
    MessageForm,
    NoteForm,
    ReleaseForm,
    WaitForm,
)
from helpdesk.cases.models import Case, Message, Note
from helpdesk.core import history
from helpdesk.core.work import Work
from helpdesk.duty import timeline
from helpdesk.duty.operations import steps_left
from helpdesk.escalations import queries as escalations
from helpdesk.escalations import words as request_words
from helpdesk.playbooks import queries as playbooks
from helpdesk.triage import queries as triage


def parts_of(work: Work, case: Case) -> dict[str, Any]:
    """Everything the templates of the case page want, by the name they want it under."""
    messages, notes = queries.messages_of(work, case), queries.notes_of(work, case)
    level, runs = triage.triage_of(work, case), playbooks.runs_of(work, case)
    requests, entries = escalations.of_case(work, case), history.of_case(work.session, case.id)
    actors = _actors(case, level, requests, messages, notes) | timeline.actors_in(entries)
    names = accounts.names(work.session, actors)
    return {
        "case": case,
        "now": work.at,
        "actor": work.actor,
        "person": work.actor.id,
        "may": policy,
        "may_work": policy.may_work_on(work.actor, case),
        "story": told.story_of(work, case),
        "contact": told.contact_of(work, case),
        "messages": [(one, work.keys.open(one, "body")) for one in messages],
        "notes": [(one, work.keys.open(one, "body")) for one in notes],
        "consents": queries.consents_of(work, case),
        "lines": timeline.lines_of(entries, names),
        "triage": level,
        "runs": runs,
        "startable": playbooks.startable(runs),
        "steps_left": steps_left(runs),
        "platform": playbooks.platform_of(case),
        "requests": requests,
        "request_words": request_words,
        "names": names,
        **_forms(work, case),
    }


def _actors(
    case: Case,
    level: triage.TriageNow,
    requests: escalations.RequestsOfCase,
    messages: Sequence[Message],
    notes: Sequence[Note],
) -> set[str]:
    """Whoever is named on the page, so that the names are asked for once."""
    actors = {one.author for one in messages} | {one.author for one in notes}
    actors |= {one.by for one in level.evaluations}
    actors |= {one.drafted_by for one in requests.requests}
    if level.request is not None:
        actors.add(level.request.asked_by)
    if case.is_closed and case.closure is not None:
        actors.add(case.closure.by)
    return actors | {f"person:{case.owner_id}"}


def _forms(work: Work, case: Case) -> dict[str, Any]:
    handover = HandoverForm(None)
    handover.hand_to.choices = [
        SelectChoice(person.id, person.name)
        for person in accounts.colleagues(work, case.team_id)
        if person.id != case.owner_id
    ]
    return {
        "handover_form": handover,
        "message_form": MessageForm(None),
        "note_form": NoteForm(None),
        "release_form": ReleaseForm(None),
        "wait_form": WaitForm(None),
        "closure_form": ClosureForm(None),
        "consent_form": ConsentForm(None),
    }
