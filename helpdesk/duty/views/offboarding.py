"""Pages that block or reset a person, take them out of a team, or leave one's own: their work is
handed over first.

Each is a page that says first what hangs on them, and asks who takes it.
"""

from collections.abc import Sequence

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from helpdesk.accounts import operations, queries
from helpdesk.accounts.models import Membership, Person, Team
from helpdesk.accounts.policy import (
    may_assign_to_team,
    may_leave_team,
    may_manage_person,
)
from helpdesk.accounts.stale_page_marks import account_mark_of
from helpdesk.accounts.views.blueprints import require_people_manager_or_404
from helpdesk.cases.operations.offboarding import count_cases_passed_by
from helpdesk.core.errors import NotFound
from helpdesk.core.markup import bidi_isolate
from helpdesk.duty.forms import OffboardingHandoverForm, offboarding_handover_form
from helpdesk.duty.offboarding import open_work_of_leaver
from helpdesk.duty.views.blueprint import bp
from helpdesk.web.request_work import work
from helpdesk.web.stale_page_marks import submitted_page_mark


@bp.get("/people/<person_id>/closing")
def new_block(person_id: str) -> ResponseReturnValue:
    """The page to block a person, with their open work."""
    person = _managed(person_id)
    return _page("closing", person, _form(person, _teams_of(person)))


@bp.post("/people/<person_id>/closing")
def create_block(person_id: str) -> ResponseReturnValue:
    """Block a person and hand over their work."""
    person = _managed(person_id)
    teams = _teams_of(person)
    form = _form(person, teams)
    if not form.validate_on_submit():
        return _page("closing", person, form), 422
    operations.disable_person(work, person, form.reassignment())
    flash(f"{bidi_isolate(person.name)} has been signed out everywhere and can no longer sign in.")
    return _back_to(person, teams, form)


@bp.get("/people/<person_id>/reset")
def new_reset(person_id: str) -> ResponseReturnValue:
    """The page to reset a person's account, with their open work."""
    person = _managed(person_id)
    form = _form(person, _teams_of(person))
    return _page("reset", person, form, seen=account_mark_of(person))


@bp.post("/people/<person_id>/reset")
def create_reset(person_id: str) -> ResponseReturnValue:
    """Reset a person's account and hand over their work."""
    person = _managed(person_id)
    form = _form(person, _teams_of(person))
    if not form.validate_on_submit():
        return _page("reset", person, form, seen=submitted_page_mark()), 422
    code = operations.require_new_enrolment(
        work, person, form.reassignment(), seen=submitted_page_mark()
    )
    _say_what_was_passed_by(person, _teams_of(person))
    return render_template("people/code.html", person=person, code=code), 201


@bp.get("/people/<person_id>/memberships/<team_id>/end")
def new_membership_end(person_id: str, team_id: str) -> ResponseReturnValue:
    """The page to take a person out of a team, with their open work."""
    membership = _placed(person_id, team_id)
    return _page("end", membership.person, _form(membership.person, [membership.team]), membership)


@bp.post("/people/<person_id>/memberships/<team_id>/end")
def create_membership_end(person_id: str, team_id: str) -> ResponseReturnValue:
    """Take a person out of a team and hand over their work."""
    membership = _placed(person_id, team_id)
    person, team = membership.person, membership.team
    form = _form(person, [team])
    if not form.validate_on_submit():
        return _page("end", person, form, membership), 422
    operations.remove_member(work, membership, form.reassignment())
    flash(f"{bidi_isolate(person.name)} is no longer in {bidi_isolate(team.name)}.")
    return _back_to(person, [team], form)


@bp.get("/account/memberships/<team_id>/end")
def new_departure(team_id: str) -> ResponseReturnValue:
    """The page to leave a team of one's own, with one's open work."""
    membership = _own(team_id)
    return _page("own", membership.person, _form(membership.person, [membership.team]), membership)


@bp.post("/account/memberships/<team_id>/end")
def create_departure(team_id: str) -> ResponseReturnValue:
    """Leave a team of one's own and hand over one's work."""
    membership = _own(team_id)
    person, team = membership.person, membership.team
    form = _form(person, [team])
    if not form.validate_on_submit():
        return _page("own", person, form, membership), 422
    operations.leave_team(work, membership, form.reassignment())
    flash(f"You are no longer in {bidi_isolate(team.name)}.")
    _say_what_was_passed_by(person, [team])
    return redirect(url_for("accounts.show_own_account"), 303)


def _managed(person_id: str) -> Person:
    """Somebody the actor may block or reset; for everybody else these addresses do not exist."""
    require_people_manager_or_404()
    person = queries.person_by_id(work, person_id)
    work.require(may_manage_person, person)
    return person


def _placed(person_id: str, team_id: str) -> Membership:
    require_people_manager_or_404()
    membership = queries.membership_of(work, person_id, team_id)
    work.require(may_assign_to_team, membership.team)
    return membership


def _own(team_id: str) -> Membership:
    for membership in queries.current_person(work).memberships:
        if membership.team_id == team_id and may_leave_team(work.actor, membership):
            return membership
    raise NotFound


def _teams_of(person: Person) -> list[Team]:
    return [membership.team for membership in person.memberships]


def _form(person: Person, teams: Sequence[Team]) -> OffboardingHandoverForm:
    return offboarding_handover_form(open_work_of_leaver(work, person, teams))


def _back_to(
    person: Person, teams: Sequence[Team], form: OffboardingHandoverForm
) -> ResponseReturnValue:
    if not _say_what_was_passed_by(person, teams) and form.hanging.how_many:
        flash(
            "Each of their cases has a new owner or is back in its queue. We have emailed the "
            "people concerned."
        )
    return redirect(url_for("people.show", person_id=person.id), 303)


def _say_what_was_passed_by(person: Person, teams: Sequence[Team]) -> bool:
    """Say how many cases could not be handed over, because they were in use; False if none."""
    passed_by = count_cases_passed_by(work, person, [team.id for team in teams])
    if passed_by:
        flash(
            f"Cases that were in use just then and couldn’t be handed over: {passed_by}. They’ll "
            "go back to their queues within a minute, not to the person you chose, and without "
            "your handover note. We’ll email those on duty.",
            "warning",
        )
    return passed_by > 0


def _page(
    act: str,
    person: Person,
    form: OffboardingHandoverForm,
    membership: Membership | None = None,
    *,
    seen: str = "",
) -> str:
    return render_template(
        "duty/leaving.html",
        act=act,
        person=person,
        team=membership.team if membership else None,
        form=form,
        seen=seen,
        hanging=form.hanging,
        now=work.at,
    )
