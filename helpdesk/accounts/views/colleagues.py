"""The page of one's own teams, at both doors: who is there, and who waits for access."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from helpdesk.accounts import operations, queries
from helpdesk.accounts.key_fingerprints import key_fingerprint
from helpdesk.accounts.stale_page_marks import fingerprint_mark_of
from helpdesk.accounts.two_person_access_rule import names_of_access_granters, why_access_is_refused
from helpdesk.accounts.views.blueprints import bp
from helpdesk.core.markup import bidi_isolate
from helpdesk.web.request_work import work
from helpdesk.web.stale_page_marks import submitted_page_mark


@bp.get("/colleagues")
def colleagues() -> ResponseReturnValue:
    """The page of one's own teams: their members, and who waits for access."""
    waiting = [
        (
            membership,
            key_fingerprint(membership.person.key),
            fingerprint_mark_of(membership.person.key),
            why_access_is_refused(work.session, membership, work.actor.id),
            names_of_access_granters(work.session, membership),
        )
        for membership in queries.members_without_key(work)
        if membership.person.key is not None
    ]
    return render_template(
        "accounts/colleagues.html",
        teams=[(team, queries.members_of_team(work, team)) for team in queries.teams_of(work)],
        waiting=waiting,
        actor=work.actor,
    )


@bp.post("/colleagues/<person_id>/<team_id>/key")
def create_access(person_id: str, team_id: str) -> ResponseReturnValue:
    """Give a colleague access to a team that we share."""
    membership = queries.membership_of(work, person_id, team_id)
    operations.grant_team_key(work, membership, seen=submitted_page_mark())
    person, team = (
        bidi_isolate(membership.person.name),
        bidi_isolate(membership.team.name),
    )
    flash(f"{person} now has access to {team}.")
    return redirect(url_for(".colleagues"), 303)
