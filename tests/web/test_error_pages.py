"""What cannot be understood is refused in a sentence, and never as a failure of ours."""

from functools import partial
from html import unescape

import pytest
from psycopg.errors import (
    AdminShutdown,
    CheckViolation,
    InsufficientPrivilege,
    UndefinedTable,
    UniqueViolation,
)
from sqlalchemy.exc import IntegrityError, OperationalError, ProgrammingError
from werkzeug.exceptions import InternalServerError

from helpdesk.app import LARGEST_REQUEST
from helpdesk.core.errors import NotAllowed
from helpdesk.core.lost_commits import CommitLost
from tests import factories

EVERY_SURFACE = pytest.mark.parametrize(
    ("surface", "door"),
    [("public", "/report"), ("staff", "/sign-in"), ("partner_desk", "/sign-in")],
)


@pytest.mark.parametrize("handle", ["\0", "nobody\0", "n" * 5000])
def test_a_sign_in_name_that_cannot_exist_is_like_any_unknown_one(staff, handle):
    staff.application.config["WTF_CSRF_ENABLED"] = False

    answer = staff.post("/sign-in", data={"handle": handle, "passphrase": "seven words"})

    assert answer.status_code == 422


def test_an_address_with_a_nul_leads_nowhere(staff, context):

    with context.begin() as work:
        somebody = factories.a_person(work, teams=[factories.a_team(work)])
    factories.sign_in(staff, somebody)

    assert staff.get("/queues/%00").status_code in (400, 404)
    assert staff.get("/cases/%00").status_code in (400, 404)


@EVERY_SURFACE
def test_what_is_too_much_is_refused_with_what_to_do_now(request, surface, door):
    browser = request.getfixturevalue(surface)

    answer = browser.post(door, data={"story": "x" * LARGEST_REQUEST})

    assert answer.status_code == 413
    assert "This is more than we can take at once." in answer.text
    assert "your earlier answers are still there" in answer.text


def test_only_colleagues_are_sent_to_a_coordinator(public, staff):
    for browser, is_asked in ((public, False), (staff, True)):
        browser.application.view_functions["static"] = _not_allowed

        answer = browser.get("/static/css/base.css")

        assert answer.status_code == 403
        assert ("ask a coordinator" in answer.text) == is_asked
        assert ("You can see this" in answer.text) == is_asked


@EVERY_SURFACE
def test_a_failure_of_ours_is_said_in_the_style_of_the_surface(request, surface, door):
    browser = request.getfixturevalue(surface)
    browser.application.testing = False
    browser.application.view_functions["static"] = _break_down

    answer = browser.get("/static/css/base.css")

    assert answer.status_code == 500
    assert "Something went wrong on our side" in answer.text
    assert "css/base.css" in answer.text
    assert "out of order" not in answer.text


@pytest.mark.parametrize("is_at_the_end", [False, True], ids=["in the view", "with the commit"])
@EVERY_SURFACE
def test_who_is_slower_by_a_moment_is_told_to_look_again(request, surface, door, is_at_the_end):
    """Two ask at once for what there can be once: both found it free, and one has it."""
    browser = request.getfixturevalue(surface)
    browser.application.testing = False
    taken = IntegrityError("INSERT", {}, UniqueViolation("marker-words"))
    if is_at_the_end:
        taken = InternalServerError(original_exception=taken)

    browser.application.view_functions["static"] = partial(_break_down, failure=taken)
    answer = browser.get("/static/css/base.css")

    assert answer.status_code == 409
    assert "Someone else may have made a change first" in answer.text
    assert "marker-words" not in answer.text


def test_another_rule_of_the_database_is_a_failure_of_ours(staff):
    staff.application.testing = False
    broken = partial(_break_down, failure=IntegrityError("INSERT", {}, CheckViolation("!")))
    staff.application.view_functions["static"] = broken

    assert staff.get("/static/css/base.css").status_code == 500


@pytest.mark.parametrize("is_at_the_end", [False, True], ids=["in the view", "with the commit"])
@EVERY_SURFACE
def test_what_the_database_refuses_is_offered_again_and_the_time_asked_first(
    request, surface, door, is_at_the_end
):
    """Its clock was set a moment ago: what we write is for another time than its own."""
    browser = request.getfixturevalue(surface)
    browser.application.testing = False
    refused = ProgrammingError("INSERT", {}, InsufficientPrivilege("marker-words"))
    if is_at_the_end:
        refused = InternalServerError(original_exception=refused)

    browser.application.view_functions["static"] = partial(_break_down, failure=refused)
    answer = browser.get("/static/css/base.css")

    assert answer.status_code == 503
    assert "marker-words" not in answer.text
    assert browser.application.extensions["context"].clock.is_stale


@pytest.mark.parametrize(
    ("is_at_the_end", "said"),
    [(False, "Nothing was sent."), (True, "tell whether this was saved")],
    ids=["in the view", "with the commit"],
)
@EVERY_SURFACE
def test_what_was_lost_with_the_commit_may_be_saved(request, surface, door, is_at_the_end, said):
    app = request.getfixturevalue(surface).application
    kind = CommitLost if is_at_the_end else OperationalError
    lost = kind("COMMIT", {}, AdminShutdown("marker-words"))
    if is_at_the_end:
        lost = InternalServerError(original_exception=lost)

    with app.test_request_context("/", method="POST"):
        answer = app.make_response(app.handle_user_exception(lost))

    page = answer.get_data(as_text=True)
    assert answer.status_code == 503
    assert said in page
    assert "marker-words" not in page


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("/account/passphrase", "the passphrase that you have just chosen"),
        ("/account/second-factor", "a code from the new phone"),
        ("/account/recovery-key", "The recovery key you had may no longer work"),
    ],
)
@pytest.mark.parametrize("surface", ["staff", "partner_desk"])
def test_what_opens_something_is_not_sent_again_after_a_lost_commit(
    request, surface, address, said
):
    """The passphrase does not come back, so a second press would be another form."""
    app = request.getfixturevalue(surface).application
    lost = CommitLost("COMMIT", {}, AdminShutdown())

    with app.test_request_context(address, method="POST"):
        error = InternalServerError(original_exception=lost)
        page = app.make_response(app.handle_user_exception(error)).get_data(as_text=True)

    assert said in unescape(page)
    assert "Send it again" not in page
    # With another recovery key one is signed in still.
    assert ("Please sign in" in page) is (address != "/account/recovery-key")


def test_another_statement_that_cannot_be_run_is_a_failure_of_ours(staff):
    staff.application.testing = False
    broken = partial(_break_down, failure=ProgrammingError("INSERT", {}, UndefinedTable("!")))
    staff.application.view_functions["static"] = broken

    assert staff.get("/static/css/base.css").status_code == 500


def _not_allowed(**_kwargs):
    raise NotAllowed


def _break_down(failure=None, **_values):
    raise failure or RuntimeError("out of order")


@pytest.mark.parametrize(
    ("address", "above"),
    [("/mailbox/case/messages", "/mailbox/case"), ("/mailbox/sign-out", "/mailbox")],
)
def test_the_address_of_a_form_leads_to_the_page_of_the_form(public, address, above):
    answer = public.get(address)

    assert answer.status_code == 405
    assert f'<a href="{above}">Open that page</a>' in answer.text


def test_an_address_that_takes_no_form_says_so(public):
    answer = public.post("/help-now")

    assert answer.status_code == 405
    assert "Open that page" not in answer.text


@EVERY_SURFACE
def test_a_host_that_is_none_is_refused_in_a_sentence(request, surface, door):
    answer = request.getfixturevalue(surface).get(door, headers={"Host": "x" * 64})

    assert answer.status_code == 400
    assert "We couldn’t understand what was sent." in answer.text
