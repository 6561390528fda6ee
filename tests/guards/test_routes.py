"""Every address is known, closed to strangers unless it says otherwise, and blind to outsiders."""

import re
from datetime import timedelta
from pathlib import Path

import pytest

from helpdesk.app import create_app
from helpdesk.cases.levels import Level
from helpdesk.cases.models import Case
from helpdesk.core.actors import Role
from helpdesk.settings import Surface
from helpdesk.triage import operations as triage
from helpdesk.web.login import is_public_view
from tests import factories
from tests.escalations.conftest import a_house

LISTED = Path(__file__).with_name("addresses.txt")
REACHABLE = {303, 302}


def apps(context):
    for surface in Surface:
        app = create_app(context, surface)
        app.testing = True
        app.config["WTF_CSRF_ENABLED"] = False
        yield surface, app


def routes(app):
    for rule in sorted(app.url_map.iter_rules(), key=lambda one: (one.rule, one.endpoint)):
        for method in sorted(rule.methods - {"HEAD", "OPTIONS"}):
            yield method, rule


def address(app, rule, **known):
    """The rule's address, with what is known put in and nonsense for the rest."""
    values = {name: known.get(name, "0" * 32) for name in rule.arguments}
    adapter = app.url_map.bind("localhost")
    return adapter.build(rule.endpoint, values)


def plain(response, ref):
    """A page without what the address says, and without the token, which tells the second."""
    page = response.get_data(as_text=True).replace(ref, "")
    return re.sub(r'name="csrf_token"[^>]*', "", page)


def test_every_address_is_listed(context):
    found = [
        f"{surface} {method} {rule.rule} {rule.endpoint}"
        for surface, app in apps(context)
        for method, rule in routes(app)
    ]

    assert found == LISTED.read_text().splitlines(), (
        "An address came or went. If that is meant, write it into addresses.txt; "
        "removing one that people may have kept needs a redirect."
    )


def test_only_get_and_post(context):
    assert {method for _, app in apps(context) for method, _ in routes(app)} == {"GET", "POST"}


@pytest.mark.parametrize("surface", [Surface.STAFF, Surface.PARTNER])
def test_a_stranger_is_sent_to_the_sign_in(context, surface):
    app = dict(apps(context))[surface]
    client = app.test_client()

    for method, rule in routes(app):
        if is_public_view(app, rule.endpoint):
            continue
        response = client.open(address(app, rule), method=method)
        assert response.status_code in REACHABLE, (method, rule.rule)
        assert response.location.partition("?")[0] == "/sign-in", (method, rule.rule)


@pytest.fixture
def house(context):
    """A case in one queue, with people in it and beside it."""
    with context.begin() as work:
        queue, other = factories.a_team(work), factories.a_team(work)
        people = {
            "inside": factories.a_person(work, Role.RESPONDER, [queue]),
            "of another queue": factories.a_person(work, Role.RESPONDER, [other]),
            "lead of another queue": factories.a_person(work, Role.COORDINATOR, [other]),
            "operator": factories.a_person(work, Role.OPERATOR),
        }
        case = factories.a_case(work, queue)
    return context, people, case


@pytest.mark.parametrize("who", ["of another queue", "lead of another queue", "operator"])
def test_an_outsider_cannot_tell_a_case_from_nothing(house, who):
    context, people, case = house
    app = dict(apps(context))[Surface.STAFF]
    client = factories.sign_in(app.test_client(), people[who])
    asked = 0

    for method, rule in routes(app):
        if "ref" not in rule.arguments:
            continue
        there = client.open(address(app, rule, ref=case.ref), method=method)
        nowhere = client.open(address(app, rule, ref="0A0-0A0A"), method=method)
        asked += 1
        assert there.status_code == nowhere.status_code == 404, (method, rule.rule)
        assert plain(there, case.ref) == plain(nowhere, "0A0-0A0A"), (method, rule.rule)
    assert asked > 10


def test_somebody_inside_can_open_the_case(house):
    """The proof above would also pass if nobody could open anything."""
    context, people, case = house
    app = dict(apps(context))[Surface.STAFF]
    client = factories.sign_in(app.test_client(), people["inside"])

    assert client.get(f"/cases/{case.ref}").status_code == 200


@pytest.fixture
def at_work(context):
    """A case that is late and has a request and a wish, in a queue with an account that nobody has
    let in."""
    with context.begin() as work:
        house = a_house(work, context)
        people = {
            "let in": house.lead,
            "waits": factories.a_person(work, Role.COORDINATOR, [house.queue], let_in=False),
        }
    request = house.ask()
    with house.as_(house.writer) as work:
        case = work.session.get(Case, house.case.id)
        case.reply_due_at = case.unheard_since = work.at - timedelta(hours=1)
        triage.raise_case_level(work, case, level=Level.IMMEDIATE, reason="!")
        triage.request_lower_level(work, case, level=Level.URGENT, reason="!")
    known = {
        "ref": house.case.ref,
        "request_ref": request.ref,
        "slug": house.queue.slug,
        "team_id": house.queue.id,
    }
    return context, people, known


def pages_for(at_work, who):
    """Every page that can be opened without a form, as this person gets it."""
    context, people, known = at_work
    app = dict(apps(context))[Surface.STAFF]
    client = factories.sign_in(app.test_client(), people[who])
    for method, rule in routes(app):
        if method == "GET" and not is_public_view(app, rule.endpoint):
            yield rule, client.get(address(app, rule, **known))


def test_who_waits_to_be_let_in_opens_no_page_of_a_case_and_finds_none_on_any_list(at_work):
    known, asked = at_work[2], 0
    for rule, answer in pages_for(at_work, "waits"):
        asked += 1
        if "ref" in rule.arguments:
            assert answer.status_code == 403, rule.rule
            assert "You don’t have access yet" in answer.text, rule.rule
        else:
            # A page that refuses says which address it was asked for.
            shown = answer.text if answer.status_code == 200 else ""
            assert known["ref"] not in shown, rule.rule
            assert known["request_ref"] not in shown, rule.rule
    assert asked > 20


def test_who_was_let_in_finds_it_on_these_pages(at_work):
    """The proof above would also pass if the case were nowhere."""
    known = at_work[2]
    found = {
        rule.endpoint
        for rule, answer in pages_for(at_work, "let in")
        if answer.status_code == 200 and known["ref"] in answer.text
    }

    assert found >= {
        "duty.show_history",
        "duty.show_case",
        "duty.board",
        "duty.approvals",
        "escalations.show",
    }


def test_who_waits_to_be_let_in_changes_nothing_by_any_address_of_a_case(at_work):
    context, people, known = at_work
    app = dict(apps(context))[Surface.STAFF]
    client = factories.sign_in(app.test_client(), people["waits"])

    for method, rule in routes(app):
        if method == "POST" and "ref" in rule.arguments:
            assert client.post(address(app, rule, **known)).status_code == 403, rule.rule


def test_a_partner_is_nobody_on_the_staffs_pages(context):
    with context.begin() as work:
        somebody = factories.a_person(
            work, Role.PARTNER, [factories.a_team(work, kind=factories.TeamKind.PARTNER)]
        )
    app = dict(apps(context))[Surface.STAFF]
    client = factories.sign_in(app.test_client(), somebody)

    for method, rule in routes(app):
        if not is_public_view(app, rule.endpoint):
            response = client.open(address(app, rule), method=method)
            assert response.status_code in REACHABLE | {403, 404}, (method, rule.rule)


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_every_answer_carries_the_headers_errors_included(context, method):
    for _, app in apps(context):
        response = app.test_client().open("/no/such/page", method=method)

        assert response.status_code in {404, *REACHABLE}
        assert "default-src 'none'" in response.headers["Content-Security-Policy"]
        assert "script-src 'none'" in response.headers["Content-Security-Policy"]
        assert response.headers["Cache-Control"] == "no-store"
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert response.headers["Referrer-Policy"] == "same-origin"
