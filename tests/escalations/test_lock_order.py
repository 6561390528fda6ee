"""What two people may change at once is locked in one order: the case, then its requests."""

import pytest
from sqlalchemy import select

from helpdesk.escalations import operations
from helpdesk.escalations.models import Escalation
from helpdesk.escalations.operations import locking
from tests.escalations.lock_order import locked_tables, watched


@pytest.mark.parametrize(
    ("statement", "tables"),
    [
        ("SELECT escalations.id FROM escalations WHERE id = 1 FOR UPDATE", {"escalations"}),
        ("SELECT 1 FROM escalations JOIN cases ON true FOR UPDATE OF escalations", {"escalations"}),
        ("SELECT 1 FROM cases AS cases_1 FOR NO KEY UPDATE OF cases_1", {"cases"}),
        ("SELECT 1 FROM cases JOIN escalations ON true FOR SHARE", {"cases", "escalations"}),
        ("SELECT 1 FROM escalations", set()),
    ],
)
def test_it_is_read_from_a_statement_which_rows_it_locks(statement, tables):
    assert locked_tables(statement) == tables


def test_a_request_that_is_locked_before_its_case_is_seen(house, lock_order):
    escalation = house.ask()

    with watched() as order, house.as_(house.writer) as work:
        work.session.scalars(
            select(Escalation.id).where(Escalation.id == escalation.id).with_for_update()
        ).all()
        locking.lock_request_if_unchanged(work, house.mine(work, escalation))
    assert len(order.wrong) == 1
    lock_order.wrong.clear()


def test_the_other_order_is_none_and_is_looked_at(house, lock_order):
    before = lock_order.asked
    with house.as_(house.writer) as work:
        operations.withdraw_request(work, house.mine(work, house.ask()))

    assert lock_order.asked > before
