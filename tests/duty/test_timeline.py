"""History in sentences: codes are said as on the pages where people choose them."""

import pytest

from helpdesk.cases.states import ConsentKind
from helpdesk.core.history import HistoryEntry
from helpdesk.duty.timeline import (
    CONSENTS,
    SENTENCES,
    actor_ids_in,
    partner_ids_in,
    sentence_for_entry,
)
from helpdesk.escalations.states import Ask


@pytest.mark.parametrize(
    ("action", "details", "said"),
    [
        (
            "escalation.drafted",
            {"partner": "drill-platform", "ask": "restore"},
            "Wrote a request to drill-platform: Give the account back to its owner.",
        ),
        (
            "escalation.decided",
            {"outcome": "none", "reason": "no_breach_found"},
            "The partner decided: Nothing was done. Their reason: It does not break our rules.",
        ),
        (
            "escalation.decided",
            {"ask": "restore", "outcome": "access_restored", "reason": "policy_breach"},
            "The partner decided: Access was given back to the owner. Their reason: Someone had "
            "taken it over, which breaks our rules.",
        ),
        (
            "escalation.decided",
            {"outcome": "none", "reason": "no_breach_found", "corrects": "an-id"},
            "The partner corrected its decision: Nothing was done."
            " Their reason: It does not break our rules.",
        ),
        (
            "escalation.second_person_called",
            {"words": "answer"},
            "Asked for a second person to read the answer to the partner.",
        ),
        (
            "escalation.second_person_untold",
            {},
            "Nobody could be reached to read the request.",
        ),
        (
            "case.resumed",
            {"because": "partner_acted"},
            "The case is open again. The partner has answered or asked something.",
        ),
        ("case.resumed", {}, "The case is open again."),
        (
            "case.lowering_decided",
            {"granted": True, "was": "urgent", "level": "soon"},
            "Agreed to the lower level from urgent to soon.",
        ),
        (
            "case.lowering_decided",
            {"granted": True, "was": "urgent"},
            "Agreed to the lower level from urgent.",
        ),
        (
            "case.lowering_decided",
            {"granted": False, "was": "urgent", "level": "soon"},
            "Did not agree to a lower level.",
        ),
        ("case.closing_decided", {"granted": True}, "Agreed that it is not a report."),
        ("case.closing_decided", {"granted": False}, "Did not agree that it is not a report."),
        (
            "escalation.approved",
            {"alone": True},
            "Approved the request, on one person’s approval.",
        ),
        ("escalation.approved", {"alone": False}, "Approved the request."),
        (
            "escalation.answered",
            {"alone": True},
            "Answered the partner’s question, on one person’s approval.",
        ),
        ("escalation.verified", {"verdict": "confirmed"}, "Whether it is fixed: It’s fixed."),
        (
            "consent.withdrawn",
            {"kind": "platform", "platform": "instagram"},
            "Consent was withdrawn: to ask Instagram (Meta).",
        ),
        (
            "consent.given",
            {"kind": "helper", "platform": None},
            "Consent was recorded: to share it with another helper.",
        ),
        (
            "consent.given",
            {"kind": "platform", "platform": "a-place-we-do-not-know"},
            "Consent was recorded: to ask a-place-we-do-not-know.",
        ),
        (
            "case.waits",
            {"on": "partner", "until": "2026-12-03"},
            "The case is waiting for the partner until 3 December 2026.",
        ),
        (
            "case.waits",
            {"on": "date", "until": "2026-12-03"},
            "The case is paused until 3 December 2026.",
        ),
    ],
)
def test_a_code_is_said_in_words(action, details, said):
    entry = HistoryEntry(action=action, details=details)

    assert sentence_for_entry(entry, {}, {}) == said


# What no entry of ours says, under any name that an entry has.
ODD = (
    "banana",
    "0001-01-01T00:00:00+23:59",
    "9999-12-31T23:59:59-23:59",
    ["x"],
    [["x"]],
    {"a": 1},
    {},
    5,
    -1.5,
    True,
    "",
    None,
)
NAMES = (
    "spoke_at",
    "platform",
    "partner_id",
    "playbook",
    "to",
    "step",
    "outcome",
    "on",
    "until",
    "at",
    "answers",
    "corrected",
    "was",
    "level",
    "granted",
    "kind",
    "reason",
    "because",
    "way",
    "ask",
    "verdict",
    "words",
    "exported",
    "corrects",
    "alone",
    "slow_lane",
    "partner",
    "percent",
    "result",
    "trouble",
)


@pytest.mark.parametrize("action", SENTENCES)
def test_an_entry_of_any_shape_is_a_line_and_takes_no_page_with_it(action):
    for details in ({}, *({name: odd} for name in NAMES for odd in ODD)):
        entry = HistoryEntry(actor_id="reporter:x", action=action, details=details)
        actor_ids_in([entry])
        partner_ids_in([entry])

        said = sentence_for_entry(entry, {"x": "X"}, {})

        assert said
        assert "[" not in said


@pytest.mark.parametrize("ask", Ask)
def test_whatever_can_be_asked_of_a_partner_has_words(ask):
    entry = HistoryEntry(action="escalation.drafted", details={"partner": "x", "ask": ask.value})

    assert f": {ask.value}." not in sentence_for_entry(entry, {}, {})


def test_every_kind_of_consent_has_words():
    assert set(CONSENTS) == set(ConsentKind)
