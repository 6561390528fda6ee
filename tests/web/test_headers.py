"""Headers that depend on where a surface is reached."""

from dataclasses import replace

import pytest

from helpdesk.app import create_app
from helpdesk.core.actors import Role
from helpdesk.settings import Surface
from tests.factories import a_person, sign_in

ADDRESSES = {
    Surface.PUBLIC: "public_url",
    Surface.STAFF: "staff_url",
    Surface.PARTNER: "partner_url",
}


def headers_of(context, surface, url, path="/"):
    settings = replace(context.settings, **{ADDRESSES[surface]: url})
    with create_app(replace(context, settings=settings), surface).test_client().get(path) as answer:
        return answer.headers


@pytest.mark.parametrize("surface", Surface)
@pytest.mark.parametrize("path", ["/", "/no/such/page", "/static/css/base.css"])
def test_a_surface_with_a_certificate_insists_on_it_whatever_a_proxy_says(context, surface, path):
    # The proxy speaks plain HTTP to us: the request itself does not look secure.
    headers = headers_of(context, surface, "https://helpdesk.example", path)

    assert headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"


@pytest.mark.parametrize("surface", Surface)
def test_an_onion_address_has_no_certificate_to_insist_on(context, surface):
    headers = headers_of(context, surface, "http://expyuzz4wqqyqhjn.onion")

    assert "Strict-Transport-Security" not in headers


@pytest.mark.parametrize("surface", Surface)
@pytest.mark.parametrize("path", ["/", "/no/such/page", "/static/css/base.css"])
def test_every_body_says_what_it_is_and_in_which_letters(context, surface, path):
    headers = headers_of(context, surface, "http://helpdesk.example", path)

    assert headers["Content-Type"] in {"text/html; charset=utf-8", "text/css; charset=utf-8"}


@pytest.mark.parametrize("path", ["/static/none.css", "/static/../none", "/static/css"])
def test_a_page_in_the_place_of_a_file_is_kept_nowhere(context, staff, path):
    with context.begin() as work:
        somebody = a_person(work, Role.COORDINATOR, name="Asha Rao")

    with sign_in(staff, somebody).get(path) as answer:
        assert "Asha Rao" in answer.text
        assert answer.headers["Cache-Control"] == "no-store"


def test_a_file_may_be_kept(staff):
    with staff.get("/static/css/base.css") as answer:
        assert answer.headers["Cache-Control"] == "public, max-age=3600"
        mark = answer.headers["ETag"]
    with staff.get("/static/css/base.css", headers={"If-None-Match": mark}) as answer:
        assert (answer.status_code, answer.headers["Cache-Control"]) == (
            304,
            "public, max-age=3600",
        )


@pytest.mark.parametrize("name", ["If-Modified-Since", "If-Unmodified-Since", "If-Range"])
def test_a_date_that_is_none_is_no_condition(staff, name):
    odd = {name: "Fri, 99 Feb 99999999999999 99:99:99 GMT", "Range": "bytes=0-9"}

    with staff.get("/static/css/base.css", headers=odd) as answer:
        assert answer.status_code < 400
