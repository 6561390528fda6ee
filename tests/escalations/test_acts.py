"""No sequence of people and acts sends on one word what needs two, or lowers a level by one."""

import sys

import pytest

from helpdesk.accounts import policy
from helpdesk.cases import past_disputes
from helpdesk.core.errors import NotAllowed
from helpdesk.core.keys import Keyring
from helpdesk.core.work import Work
from helpdesk.escalations import contributors, gates
from helpdesk.escalations.operations import staff_actions
from helpdesk.partners import vetting
from helpdesk.triage import level_changes
from helpdesk.triage import operations as triage
from tests.escalations.acts import TRIED, TwoPeople
from tests.sequences import run_sequences

SEED = 7
SEQUENCES, ACTS = 12, 25
# What so many sequences do each at least once, and fewer may not.
MANY = 300
SELDOM = (
    "let in", "reset", "steps", "lowered", "left alone", "answers sent", "consents by hand",
    "consents confirmed", "confirmed in the mailbox", "waived", "read afterwards", "vetted",
    "records denied", "calls disputed",
)  # fmt: skip


def falls_as_judged(work, case, judgement, **_how):
    level_changes.move_to_level(work, case, judgement.level, rule=judgement.code)
    work.record("test.judged", case)
    return False


def only_the_rule(work, rule, subject):
    if not rule(work.actor, subject):
        raise NotAllowed


def always(*_):
    return True


def only_who_registered(_session, partner):
    yield partner.registered_by, "registered them"


def is_a_manager(actor):
    return actor.role in policy.INVITES


def run(context, *, seed=SEED, sequences=SEQUENCES, acts=ACTS):
    """So many sequences of so many acts; what was tried, by kind."""
    TRIED.clear()
    run_sequences(TwoPeople, context, seed=seed, sequences=sequences, acts=acts)
    return TRIED


def test_nothing_leaves_and_no_level_falls_on_the_word_of_one(context, request):
    sequences, seed = map(request.config.getoption, ("--sequences", "--acts-seed"))

    tried = run(context, seed=seed, sequences=sequences)

    sys.stdout.write(f"\n{sequences} sequences of people and acts, seed {seed}: {dict(tried)}\n")
    assert tried["acts"] > tried["refused"] > 0
    assert tried["approved"] > 0
    assert tried["left"] >= sequences
    if sequences >= MANY:
        assert min(tried[what] for what in SELDOM) > 0


SEEN = (
    "it left on one word|had opened a gate|is called|an answer left|lowered a level|level fell"
    "|is outside|read it afterwards|partner vetted it|left against a dispute"
)
PLANTED = {
    "a part is forgotten": [
        (gates, "would_leave_without_second_reader", lambda _seen, _approver: False)
    ],
    "an answer is not held": [(staff_actions, "could_change_account_access", lambda _ask: False)],
    "who wrote evidence had no part": [(contributors, "_evidence", lambda _escalation: {})],
    "answers lower a level at once": [(triage, "_apply", falls_as_judged)],
    "who was not let in counts": [(Work, "require", only_the_rule), (Keyring, "holds", always)],
    "who was not let in looks after people": [
        (policy, "manages_people", is_a_manager),
        (policy, "_looks_after", always),
    ],
    "a dispute stops nothing": [
        (past_disputes, "why_dispute_bars_requests", lambda _work, _case: ""),
        (staff_actions, "why_dispute_bars_requests", lambda _work, _case: ""),
    ],
    "who changed a partner vets it": [(vetting, "_parts", only_who_registered)],
}
# Few acts meet these: what somebody from outside does is refused for other reasons, too, and most
# evidence is written by whoever had another part as well. With these it is among the first twelve.
SEED_OF = {"who was not let in counts": 1, "who wrote evidence had no part": 6}


@pytest.mark.parametrize("fault", PLANTED)
def test_a_planted_fault_is_seen(context, monkeypatch, fault):
    for place in PLANTED[fault]:
        monkeypatch.setattr(*place)

    with pytest.raises(AssertionError, match=SEEN):
        run(context, seed=SEED_OF.get(fault, SEED), sequences=60)
