"""What cannot be right is said beside the field, to its last letter."""

import pytest
from werkzeug.datastructures import MultiDict

from helpdesk.accounts.forms import AuthenticatorCodeForm, InvitationForm, RecoveryForm, SignInForm
from helpdesk.app import create_app
from helpdesk.settings import Surface


@pytest.fixture(autouse=True)
def in_a_request(context):
    app = create_app(context, Surface.STAFF)
    app.config["WTF_CSRF_ENABLED"] = False
    with app.test_request_context(method="POST"):
        yield


@pytest.mark.parametrize(
    ("handle", "fits"),
    [
        ("night-shift", True),
        ("a1", True),
        ("a", False),
        ("Night", False),
        ("night shift", False),
        ("night/../shift", False),
        ("n" * 39, True),
        ("n" * 40, False),
    ],
)
def test_a_sign_in_name_fits_or_is_refused(handle, fits):
    form = InvitationForm(MultiDict({"handle": handle, "name": "x"}))
    form.role.choices = form.teams.choices = []
    form.validate()

    assert ("handle" not in form.errors) is fits


@pytest.mark.parametrize(
    ("code", "fits"),
    [
        ("123456", True),
        (" 123 456 ", True),
        ("12345", False),
        ("1234567", False),
        ("12345x", False),
    ],
)
def test_a_code_has_six_digits(code, fits):
    form = AuthenticatorCodeForm(MultiDict({"code": code}))
    form.validate()

    assert ("code" not in form.errors) is fits


@pytest.mark.parametrize("typed", ["night-shift", "Night-Shift", " NIGHT-SHIFT "])
def test_a_capital_that_a_telephone_put_there_keeps_nobody_out(typed):
    assert SignInForm(MultiDict({"handle": typed})).handle.data == "night-shift"
    assert RecoveryForm(MultiDict({"handle": typed})).handle.data == "night-shift"
