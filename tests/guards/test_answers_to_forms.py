"""No form is answered in its own place: what follows a POST is a page with an address."""

import pytest

from helpdesk.app import create_app
from helpdesk.core.actors import Role
from helpdesk.settings import Surface
from helpdesk.web import kept_result_pages
from tests import factories
from tests.guards.test_routes import address, routes
from tests.intake.browser import FROM_US, token_in

# None is answered in place on purpose. A browser that keeps no cookies is, since it could not find
# the page again, and so is one that is answered very often: tests/web/test_form_results.py.
WHO = {Surface.STAFF: Role.COORDINATOR, Surface.PARTNER: Role.PARTNER}
TRIES = ({}, {"made_up": "words that no form asks for"})


@pytest.fixture(params=list(Surface))
def browser(request, context):
    """A browser with a page of ours open, on one surface, of somebody who may do most."""
    surface = request.param
    app = create_app(context, surface)
    app.testing = False  # what fails is answered with a page, as in production
    client = app.test_client()
    if surface in WHO:
        kind = (
            factories.TeamKind.PARTNER if surface is Surface.PARTNER else factories.TeamKind.QUEUE
        )
        with context.begin() as work:
            team = factories.a_team(work, kind=kind)
            factories.sign_in(client, factories.a_person(work, WHO[surface], [team]))
    return client


def a_token(client):
    """The token of a page that is open."""
    start = "/mailbox" if client.application.extensions["surface"] is Surface.PUBLIC else "/account"
    page = client.get(start, headers=FROM_US).get_data(as_text=True)
    return token_in(page)


def posts(client):
    """Every form of this surface, with nonsense for what its address names."""
    app = client.application
    return [
        (rule.endpoint, address(app, rule))
        for method, rule in routes(app)
        if method == "POST" and "sign_out" not in rule.endpoint
    ]


@pytest.mark.parametrize("answers", TRIES, ids=["empty", "unknown fields"])
def test_whatever_a_form_is_answered_stands_at_an_address(browser, answers, monkeypatch):
    monkeypatch.setattr(kept_result_pages, "BURST", 10_000)
    token, asked = a_token(browser), 0

    for endpoint, place in posts(browser):
        for sent in (answers | {"csrf_token": token}, answers):
            answer = browser.post(place, data=sent, headers=FROM_US)
            assert answer.status_code == 303, (endpoint, answer.status_code)
            shown = browser.get(answer.location, headers=FROM_US)
            assert shown.status_code != 404 or "This page has expired" not in shown.text, endpoint
            asked += 1
    assert asked > 10


def test_an_address_that_takes_no_form_is_answered_at_an_address_too(browser):
    token = a_token(browser)

    for place in ("/no/such/page", "/"):
        answer = browser.post(place, data={"csrf_token": token}, headers=FROM_US)
        assert answer.status_code == 303
        assert browser.get(answer.location).status_code in (404, 405)
