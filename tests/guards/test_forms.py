"""Every form that makes something makes it once, and acts only for whom its page was made."""

import pytest

from helpdesk.settings import Surface
from tests.guards.test_routes import apps, routes

# They make nothing that two presses could double: a way in or out, a page in another language. Or
# they see to it themselves: a report by its own token, under a unique constraint; danger by what
# was told within the hour.
REPEATABLE = {
    "intake.create_report",
    "intake.create_danger",
    "intake.create_return",
    "intake.create_sign_out",
    "intake.create_language_switch",
    "accounts.create_sign_in",
    "accounts.create_sign_in_code",
    "accounts.create_sign_out",
    "accounts.create_sign_out_everywhere",
    "accounts.create_enrolment_start",
    "partner_desk.create_link_visit",
}
# They act on nobody's things but on what is typed into them.
FOR_ANYONE = {
    "intake.create_report",
    "intake.create_return",
    "intake.create_reminder_stop",
    "accounts.create_sign_in",
    "accounts.create_sign_in_code",
    "accounts.create_enrolment_start",
    "accounts.create_enrolment",
    "accounts.create_recovery",
    "partner_desk.create_link_visit",
}


@pytest.mark.parametrize(
    ("mark", "listed"),
    [
        ("repeatable", REPEATABLE),
        ("for_anyone", FOR_ANYONE),
        # What its link holds is the right to it.
        ("from_anywhere", {"intake.create_reminder_stop"}),
    ],
)
def test_only_these_forms_are_spared(context, mark, listed):
    found = {
        rule.endpoint
        for _surface, app in apps(context)
        for method, rule in routes(app)
        if method == "POST" and hasattr(app.view_functions[rule.endpoint], mark)
    }

    assert found == listed


def test_the_check_and_the_press_stand_before_every_view(context):
    for surface, app in apps(context):
        before = [one.__module__ for one in app.before_request_funcs[None]]
        login = ["helpdesk.web.login"] if surface is not Surface.PUBLIC else []
        expected = ["helpdesk.web.form_tokens", *login, "helpdesk.web.double_submit"]
        assert [one for one in before if one in expected] == expected
