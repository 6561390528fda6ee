"""What a partner most likely answers stands first, and every answer can still be given."""

import pytest

from helpdesk.escalations.decision_rules import possible_actions
from helpdesk.escalations.forms import PartnerDecisionForm
from helpdesk.escalations.likely_decisions import likely_actions, reasons_not_to_act, reasons_to_act
from helpdesk.escalations.states import Ask, PartnerAction, Reason
from helpdesk.partners.packet_fields import BY_NAME

WHAT_WAS_ASKED = {
    Ask.RESTORE: PartnerAction.ACCESS_RESTORED,
    Ask.LOCK: PartnerAction.ACCESS_LOCKED,
    Ask.REMOVE: PartnerAction.CONTENT_REMOVED,
    Ask.PRESERVE: PartnerAction.DATA_PRESERVED,
}
KINDS = ["", *dict(BY_NAME["target_kind"].choices)]


@pytest.mark.parametrize("ask", Ask)
@pytest.mark.parametrize("kind", KINDS)
def test_every_answer_can_be_given_once_and_doing_nothing_never_hides(public, ask, kind):
    with public.application.test_request_context():
        form = PartnerDecisionForm(formdata=None, meta={"csrf": False}).about(ask, kind)

    actions, reasons = form.action.choices, form.reason.choices
    assert sorted(one.value for one in actions) == sorted(possible_actions(ask))
    assert sorted(one.value for one in reasons) == sorted(Reason)
    first = [one.value for one in actions if one.optgroup is None]
    assert first == [one.value for one in likely_actions(ask, kind)]
    assert first[-1] == PartnerAction.NONE
    assert 2 <= len(first) <= 4


@pytest.mark.parametrize(("ask", "action"), WHAT_WAS_ASKED.items())
def test_what_was_asked_for_stands_first(ask, action):
    assert likely_actions(ask, "post")[0] is action


def test_a_whole_account_is_switched_off():
    assert likely_actions(Ask.REMOVE, "account")[0] is PartnerAction.ACCOUNT_DISABLED


@pytest.mark.parametrize("ask", Ask)
def test_no_reason_stands_on_both_sides(ask):
    assert not set(reasons_to_act(ask)) & set(reasons_not_to_act(ask))


def test_a_decision_upheld_is_one_that_broke_the_rules():
    assert reasons_to_act(Ask.REVIEW) == (Reason.NO_BREACH_FOUND,)
    assert Reason.POLICY_BREACH in reasons_not_to_act(Ask.REVIEW)
