"""What comes with a request reaches a view only when it is a whole form, as large as ours are."""

import io
import random

import pytest

from helpdesk.app import LARGEST_REQUEST, create_app
from helpdesk.server import server_limits
from helpdesk.settings import Surface
from helpdesk.web import request_bodies
from tests.guards.test_routes import address, routes

CUTS = 500
SEED = 20_261_129
FIELDS = b"body=words+of+a+person&note=words&code=words&csrf_token=x&page=3&to=send&story=words"


@pytest.fixture(params=Surface)
def forms(request, context):
    """A browser, every address that takes a form, and the views that were entered."""
    app = create_app(context, request.param)
    app.config["WTF_CSRF_ENABLED"] = False
    entered = []
    for name in app.view_functions:
        app.view_functions[name] = _noting(name, entered)
    posts = [address(app, rule) for method, rule in routes(app) if method == "POST"]
    # what comes before a view, such as signing in, is not what we ask about here
    ours = [one for one in app.before_request_funcs[None] if one is request_bodies.refuse_bad_body]
    app.before_request_funcs[None] = ours
    return app.test_client(), posts, entered


def _noting(name, entered):
    def view(**_values):
        entered.append(name)
        return "taken"

    return view


def post(browser, path, body, *, says=None, kind=request_bodies.FORM, **headers):
    return browser.post(
        path,
        input_stream=io.BytesIO(body),
        content_type=kind,
        headers=headers,
        environ_overrides={
            "wsgi.input_terminated": True,  # as servers say that do not count themselves
            "CONTENT_LENGTH": str(len(body) if says is None else says),
        },
    )


def test_a_whole_form_reaches_every_view(forms):
    browser, posts, entered = forms

    for path in posts:
        assert post(browser, path, FIELDS).text == "taken"

    assert len(entered) == len(posts)


def test_a_form_cut_off_anywhere_reaches_no_view(forms):
    browser, posts, entered = forms
    chance = random.Random(SEED)  # noqa: S311 - where to cut

    for number in range(CUTS):
        path = posts[number % len(posts)]
        cut = FIELDS[: chance.randrange(len(FIELDS))]
        assert post(browser, path, cut, says=len(FIELDS)).status_code == 400, (path, cut)

    assert entered == []


@pytest.mark.parametrize(
    ("body", "kind", "headers", "status"),
    [
        (b"a=&" * 300_000, request_bodies.FORM, {}, 413),
        (b"a=&" * 500, request_bodies.FORM, {}, 413),
        (b"story=" + b"%22" * 250_000, request_bodies.FORM, {}, 413),
        (b'{"body": "words"}', "application/json", {}, 415),
        (b"words", "text/plain", {}, 415),
        (b"--x\r\n\r\nwords\r\n--x--", "multipart/form-data; boundary=x", {}, 415),
        (b"5\r\nhello\r\n0\r\n\r\n", request_bodies.FORM, {"Transfer-Encoding": "chunked"}, 411),
    ],
)
def test_what_no_form_of_ours_sends_reaches_no_view(forms, body, kind, headers, status):
    browser, posts, entered = forms

    for path in posts[:10]:
        answer = post(browser, path, body, kind=kind, **headers)
        assert (answer.status_code, len(answer.data) < 20_000) == (status, True), path

    assert entered == []


def test_a_query_of_very_many_fields_is_refused(forms):
    browser, _, entered = forms

    assert browser.get("/?" + "a=&" * 600).status_code == 400
    assert entered == []


def test_the_server_takes_as_much_as_the_pages_do():
    assert server_limits.MAX_BODY_BYTES >= LARGEST_REQUEST
    assert server_limits.MAX_DISCARDED_BYTES > server_limits.MAX_BODY_BYTES
