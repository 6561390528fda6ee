"""A helpdesk is set up once, whoever else is setting it up at that moment."""

from concurrent.futures import ThreadPoolExecutor, wait

import pytest
from sqlalchemy.orm import sessionmaker

from helpdesk.accounts import operations
from helpdesk.core.actors import operator
from helpdesk.core.app_context import AppContext
from helpdesk.core.errors import Conflict
from tests.conftest import SERVICE, FakeMailer, FakeQueueNotifier
from tests.intake.test_sending_twice import database_of_its_own

SHELL = operator("shell")


def test_of_two_who_set_a_helpdesk_up_at_once_one_is_refused(postgres, settings):
    with database_of_its_own(postgres) as engine_for:
        maker = sessionmaker(engine_for("helpdesk_owner"), expire_on_commit=False)
        empty = AppContext(settings, maker, FakeQueueNotifier(), FakeMailer(), SERVICE)

        def set_up(slug):
            with empty.begin(SHELL) as work:
                return operations.set_up_helpdesk(
                    work, queue=slug, queue_name=slug, handle=slug, name=slug
                )

        with ThreadPoolExecutor(1) as threads:
            with empty.begin(SHELL) as work:
                operations.set_up_helpdesk(
                    work, queue="first", queue_name="first", handle="first", name="first"
                )
                second = threads.submit(set_up, "second")
                wait([second], timeout=1)
            with pytest.raises(Conflict, match="already has people"):
                second.result(30)
