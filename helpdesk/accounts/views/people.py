"""Pages on which coordinators and operators manage people and teams."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms.fields import SelectChoice

from helpdesk.accounts import operations, queries
from helpdesk.accounts.forms import AddToTeamForm, InvitationForm, NewQueueForm
from helpdesk.accounts.models import Person, TeamKind
from helpdesk.accounts.policy import (
    INVITES,
    may_assign_to_team,
    may_manage_person,
    role_fits_team,
)
from helpdesk.accounts.stale_page_marks import account_mark_of
from helpdesk.accounts.views.blueprints import people_bp, require_people_manager_or_404
from helpdesk.core import send_hold
from helpdesk.core.actors import Role
from helpdesk.core.errors import Conflict
from helpdesk.core.markup import bidi_isolate
from helpdesk.web.request_work import work
from helpdesk.web.stale_page_marks import submitted_page_mark


@people_bp.get("/people")
def index() -> ResponseReturnValue:
    """The list of people and teams."""
    require_people_manager_or_404()
    return render_template(
        "people/index.html",
        people=queries.all_visible_people(work),
        teams=queries.all_visible_teams(work),
        held=send_hold.reason_for_hold(work.session),
        now=work.at,
    )


@people_bp.get("/people/invitation")
def new_invitation() -> ResponseReturnValue:
    """The form to invite a person."""
    require_people_manager_or_404()
    return render_template("people/invitation.html", form=_invitation_form())


@people_bp.post("/people/invitation")
def create_invitation() -> ResponseReturnValue:
    """Invite a person and show their enrolment code once."""
    require_people_manager_or_404()
    form = _invitation_form()
    if not form.validate_on_submit():
        return render_template("people/invitation.html", form=form), 422
    try:
        person, code = operations.invite_person(
            work,
            handle=form.handle.data or "",
            name=form.name.data or "",
            role=Role(form.role.data),
            teams=[queries.team_by_slug(work, slug) for slug in form.teams.data or ()],
            email=form.email.data or "",
        )
    except Conflict as refusal:
        field = form.name if isinstance(refusal, operations.DisplayNameTaken) else form.handle
        field.errors = [refusal.sentence]
        return render_template("people/invitation.html", form=form), 422
    return _code_page(person, code)


@people_bp.get("/people/<person_id>")
def show(person_id: str) -> ResponseReturnValue:
    """The page of one person."""
    require_people_manager_or_404()
    person = queries.person_by_id(work, person_id)
    return _person_page(person, _membership_form(person))


@people_bp.post("/people/<person_id>/enrolment")
def create_enrolment(person_id: str) -> ResponseReturnValue:
    """Create a new enrolment code for an invited person; who has enrolled already is reset
    elsewhere."""
    require_people_manager_or_404()
    person = queries.person_by_id(work, person_id)
    if person.is_enrolled:  # an old page: since then it says first what hangs on them
        return redirect(url_for("duty.new_reset", person_id=person.id), 303)
    return _code_page(person, operations.renew_invitation(work, person, seen=submitted_page_mark()))


@people_bp.post("/people/<person_id>/memberships")
def create_membership(person_id: str) -> ResponseReturnValue:
    """Add a person to a team."""
    require_people_manager_or_404()
    person = queries.person_by_id(work, person_id)
    form = _membership_form(person)
    if not form.validate_on_submit():
        return _person_page(person, form, seen=submitted_page_mark()), 422
    team = queries.team_by_slug(work, form.team.data or "")
    operations.add_member(work, person, team, seen=submitted_page_mark())
    who, where = bidi_isolate(person.name), bidi_isolate(team.name)
    flash(
        f"{who} is now in {where}. They can’t read anything there until a member gives them access."
    )
    return redirect(url_for(".show", person_id=person_id), 303)


@people_bp.post("/people/<person_id>/reopening")
def create_unblock(person_id: str) -> ResponseReturnValue:
    """Unblock a person."""
    require_people_manager_or_404()
    person = queries.person_by_id(work, person_id)
    operations.enable_person(work, person, seen=submitted_page_mark())
    flash(f"{bidi_isolate(person.name)} can sign in again.")
    return redirect(url_for(".show", person_id=person_id), 303)


@people_bp.get("/people/queue")
def new_queue() -> ResponseReturnValue:
    """The form to make a queue."""
    require_people_manager_or_404()
    return render_template("people/queue.html", form=NewQueueForm())


@people_bp.post("/people/queue")
def create_queue() -> ResponseReturnValue:
    """Create a queue."""
    require_people_manager_or_404()
    form = NewQueueForm()
    if not form.validate_on_submit():
        return render_template("people/queue.html", form=form), 422
    try:
        team = operations.create_team(
            work, slug=form.slug.data or "", name=form.name.data or "", kind=TeamKind.QUEUE
        )
    except Conflict as refusal:
        form.slug.errors = [refusal.sentence]
        return render_template("people/queue.html", form=form), 422
    flash(
        f"The queue {bidi_isolate(team.name)} has been created. Only people who are given access "
        "can read its cases."
    )
    return redirect(url_for(".index"), 303)


def _invitation_form() -> InvitationForm:
    form = InvitationForm()
    form.role.choices = [
        SelectChoice(role.value, role.value.title())
        for role in Role
        if role in INVITES[work.actor.role]
    ]
    form.teams.choices = [
        SelectChoice(team.slug, bidi_isolate(team.name))
        for team in queries.all_visible_teams(work)
        if may_assign_to_team(work.actor, team)
    ]
    return form


def _membership_form(person: Person) -> AddToTeamForm:
    form = AddToTeamForm()
    inside = {membership.team_id for membership in person.memberships}
    form.team.choices = [
        SelectChoice(team.slug, bidi_isolate(team.name))
        for team in queries.all_visible_teams(work)
        if team.id not in inside
        and role_fits_team(person.role, team)
        and may_assign_to_team(work.actor, team)
    ]
    return form


def _person_page(person: Person, form: AddToTeamForm, *, seen: str | None = None) -> str:
    return render_template(
        "people/show.html",
        person=person,
        form=form,
        seen=account_mark_of(person) if seen is None else seen,
        may_manage_person=may_manage_person(work.actor, person),
        now=work.at,
    )


def _code_page(person: Person, code: str) -> ResponseReturnValue:
    return render_template("people/code.html", person=person, code=code), 201
