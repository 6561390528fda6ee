"""In a drill, the letters that would have gone out: one's own, and those of one's own queues."""

from dataclasses import replace

import pytest

from helpdesk.accounts.operations import propose_own_email_address
from helpdesk.accounts.queries import current_person
from helpdesk.adapters.mailer import FolderMailer
from helpdesk.app import create_app
from helpdesk.core.actors import Role
from helpdesk.core.app_context import AppContext, Email
from helpdesk.settings import Surface
from tests.factories import a_case, a_person, a_team, sign_in, work_as


@pytest.fixture
def in_drill(context, tmp_path) -> AppContext:
    settings = replace(context.settings, drill=True, mail_url=f"folder://{tmp_path}")
    return replace(context, settings=settings, mailer=FolderMailer(tmp_path, "us@helpdesk.test"))


@pytest.mark.parametrize(
    ("role", "sees"),
    [
        (Role.RESPONDER, {"mine", "ours"}),
        (Role.COORDINATOR, {"mine", "ours"}),
        (Role.OPERATOR, {"mine"}),
    ],
)
def test_nobody_reads_letters_of_queues_that_are_not_theirs(in_drill, role, sees):
    with in_drill.begin() as work:
        here, elsewhere = a_team(work), a_team(work)
        a_person(work, teams=[here])
        a_person(work, teams=[elsewhere])
        teams = [] if role is Role.OPERATOR else [here]
        reader = a_person(work, role, teams)
        ours, theirs = a_case(work, here), a_case(work, elsewhere)
    with work_as(in_drill, reader) as work:
        propose_own_email_address(work, current_person(work), "reader@helpdesk.test")
    for number, (to, subject) in enumerate(
        [
            ("reader@helpdesk.test", "mine: something waits"),
            ("other@helpdesk.test", f"ours: case {ours.ref} waits"),
            ("other@helpdesk.test", f"theirs: case {theirs.ref} waits"),
        ]
    ):
        in_drill.mailer.send(Email(to, subject, "Please look.", f"<{number}@helpdesk.test>"))
    app = create_app(in_drill, Surface.STAFF)
    app.testing = True

    page = sign_in(app.test_client(), reader).get("/outbox").text

    assert {word for word in ("mine", "ours", "theirs") if f"{word}: " in page} == sees
