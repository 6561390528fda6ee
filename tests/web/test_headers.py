"""Headers that depend on where a surface is reached."""

from dataclasses import replace

import pytest

from helpdesk.app import create_app
from helpdesk.settings import Surface

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
