"""Every address is known, closed to strangers unless it says otherwise, and blind to outsiders."""

import re
from pathlib import Path

import pytest

from helpdesk.app import create_app
from helpdesk.core.actors import Role
from helpdesk.settings import Surface
from helpdesk.web.login import is_open_to_strangers
from tests import factories

LISTED = Path(__file__).with_name("addresses.txt")
REACHABLE = {303, 302}


def apps(desk):
    for surface in Surface:
        app = create_app(desk, surface)
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


def test_every_address_is_listed(desk):
    found = [
        f"{surface} {method} {rule.rule} {rule.endpoint}"
        for surface, app in apps(desk)
        for method, rule in routes(app)
    ]

    assert found == LISTED.read_text().splitlines(), (
        "An address came or went. If that is meant, write it into addresses.txt; "
        "removing one that people may have kept needs a redirect."
    )


def test_only_get_and_post(desk):
    assert {method for _, app in apps(desk) for method, _ in routes(app)} == {"GET", "POST"}


@pytest.mark.parametrize("surface", [Surface.STAFF, Surface.PARTNER])
def test_a_stranger_is_sent_to_the_sign_in(desk, surface):
    app = dict(apps(desk))[surface]
    client = app.test_client()

    for method, rule in routes(app):
        if is_open_to_strangers(app, rule.endpoint):
            continue
        response = client.open(address(app, rule), method=method)
        assert response.status_code in REACHABLE, (method, rule.rule)
        assert response.location.partition("?")[0] == "/sign-in", (method, rule.rule)


@pytest.fixture
def house(desk):
    """A case in one queue, with people in it and beside it."""
    with desk.begin() as work:
        queue, other = factories.a_team(work), factories.a_team(work)
        people = {
            "inside": factories.a_person(work, Role.RESPONDER, [queue]),
            "of another queue": factories.a_person(work, Role.RESPONDER, [other]),
            "lead of another queue": factories.a_person(work, Role.COORDINATOR, [other]),
            "operator": factories.a_person(work, Role.OPERATOR),
        }
        case = factories.a_case(work, queue)
    return desk, people, case


@pytest.mark.parametrize("who", ["of another queue", "lead of another queue", "operator"])
def test_an_outsider_cannot_tell_a_case_from_nothing(house, who):
    desk, people, case = house
    app = dict(apps(desk))[Surface.STAFF]
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
    desk, people, case = house
    app = dict(apps(desk))[Surface.STAFF]
    client = factories.sign_in(app.test_client(), people["inside"])

    assert client.get(f"/cases/{case.ref}").status_code == 200


def test_a_partner_is_nobody_on_the_staffs_pages(desk):
    with desk.begin() as work:
        somebody = factories.a_person(
            work, Role.PARTNER, [factories.a_team(work, kind=factories.TeamKind.PARTNER)]
        )
    app = dict(apps(desk))[Surface.STAFF]
    client = factories.sign_in(app.test_client(), somebody)

    for method, rule in routes(app):
        if not is_open_to_strangers(app, rule.endpoint):
            response = client.open(address(app, rule), method=method)
            assert response.status_code in REACHABLE | {403, 404}, (method, rule.rule)


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_every_answer_carries_the_headers_errors_included(desk, method):
    for _, app in apps(desk):
        response = app.test_client().open("/no/such/page", method=method)

        assert response.status_code in {404, *REACHABLE}
        assert "default-src 'none'" in response.headers["Content-Security-Policy"]
        assert "script-src 'none'" in response.headers["Content-Security-Policy"]
        assert response.headers["Cache-Control"] == "no-store"
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert response.headers["Referrer-Policy"] == "same-origin"


WRITES_BY_ONE_STATEMENT = {"intake.create_report"}


def test_whose_statements_stand_for_themselves_reads_or_writes_by_one(desk):
    marked = {
        rule.endpoint: rule.methods - {"HEAD", "OPTIONS"}
        for _, app in apps(desk)
        for rule in app.url_map.iter_rules()
        if hasattr(app.view_functions[rule.endpoint], "by_statement")
    }
    writing = {endpoint for endpoint, methods in marked.items() if methods != {"GET"}}
    assert writing == WRITES_BY_ONE_STATEMENT
