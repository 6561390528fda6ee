"""What a browser, or something that is none, may send to any address."""

from dataclasses import replace

import pytest

from helpdesk.app import create_app
from helpdesk.core.actors import Role
from helpdesk.settings import Surface
from tests import factories
from tests.guards.test_routes import address, apps, routes

ODD = (
    "9" * 40,
    "-1",
    "1e999",
    "NaN",
    "\u202e\u0000",
    "..%2f..%2fetc%2fpasswd",
    "' OR '1'='1",
    "{{7*7}}${7*7}%s",
    "x" * 3000,
    "\r\nSet-Cookie: a=b",
    "\ud7ff\U0010ffff",
)


def signed_in(context, app, surface):
    """A browser of a person who can open most addresses, and the reference of a case there."""
    with context.begin() as work:
        if surface is Surface.PARTNER:
            team = factories.a_team(work, kind=factories.TeamKind.PARTNER)
            person, case = factories.a_person(work, Role.PARTNER, [team]), None
        else:
            queue = factories.a_team(work)
            person = factories.a_person(work, Role.COORDINATOR, [queue])
            case = factories.a_case(work, queue)
    client = app.test_client()
    if surface is not Surface.PUBLIC:
        factories.sign_in(client, person)
    return client, case.ref if case else "0A0-0A0A"


@pytest.mark.parametrize("surface", Surface)
def test_no_address_takes_a_form_without_its_token(context, surface):
    app = create_app(context, surface)
    app.testing = True
    client, ref = signed_in(context, app, surface)

    taken = [
        rule.rule
        for method, rule in routes(app)
        if method == "POST"
        and client.post(address(app, rule, ref=ref), data={"body": "words"}).status_code < 400
    ]

    assert taken == []


@pytest.mark.parametrize("surface", Surface)
@pytest.mark.parametrize("odd", ODD)
def test_odd_words_in_an_address_are_never_a_failure(context, surface, odd):
    app = dict(apps(context))[surface]
    client, ref = signed_in(context, app, surface)
    query = dict.fromkeys(("show", "after", "step", "next", "q", "platform", "partner"), odd)
    failed = []

    for method, rule in routes(app):
        names = {name: odd for name in rule.arguments if name != "filename"}
        for known in (names, {**names, "ref": ref}) if "ref" in names else (names,):
            answer = client.open(
                address(app, rule, **known), method=method, query_string=query, data=query
            )
            if answer.status_code >= 500 or "Set-Cookie: a=b" in str(answer.headers):
                failed.append((method, rule.rule))
            answer.close()

    assert failed == []


@pytest.mark.parametrize("method", ["TRACE", "PUT", "DELETE", "PATCH", "CONNECT", "FOO"])
def test_other_methods_are_not_answered(context, method):
    for surface, app in apps(context):
        client, _ = signed_in(context, app, surface)
        for rule in app.url_map.iter_rules():
            with client.open(address(app, rule), method=method) as answer:
                assert answer.status_code in {302, 303, 404, 405}, (method, rule.rule)


@pytest.mark.parametrize("surface", [Surface.STAFF, Surface.PARTNER])
def test_with_a_certificate_cookies_are_for_this_host_and_tls_alone(context, surface):
    urls = {"staff_url": "https://staff.example", "partner_url": "https://partner.example"}
    app = create_app(replace(context, settings=replace(context.settings, **urls)), surface)

    app.config["WTF_CSRF_ENABLED"] = False
    sent = {"base_url": "https://staff.example", "data": {"code": "none"}}
    with app.test_client().post("/enrolment", **sent) as answer:  # it says a sentence
        cookies = answer.headers.getlist("Set-Cookie")

    assert cookies
    for cookie in cookies:
        assert cookie.startswith("__Host-")
        said = {part.strip() for part in cookie.split(";")}
        assert {"Secure", "HttpOnly", "Path=/", "SameSite=Strict"} <= said
        assert not any(part.startswith("Domain") for part in said)
