"""Who may do what to a request: the permission rules, as pure functions. What is missing on the way
is in gates.py."""

from collections.abc import Collection

from helpdesk.cases.models import Case
from helpdesk.cases.policy import is_reporter_of, may_see_case
from helpdesk.core.actors import Actor, Role
from helpdesk.escalations.models import Delivery, Escalation


def may_ask_partner(actor: Actor, case: Case) -> bool:
    """Whether the actor may write a request for this case: whoever may work on it."""
    return may_see_case(actor, case)


def may_work_on_request(actor: Actor, escalation: Escalation) -> bool:
    """Whether the actor may work on this request: whoever may ask a partner for its case."""
    return may_ask_partner(actor, escalation.case)


def may_waive_public_form(actor: Actor, escalation: Escalation) -> bool:
    """Whether the actor may waive the platform's own form. A lead answers for leaving out the
    platform's own form."""
    return actor.role is Role.COORDINATOR and may_work_on_request(actor, escalation)


def may_carry_by_hand(actor: Actor, escalation: Escalation) -> bool:
    """Whether the actor may fill in a form of theirs with this request: whoever may work on it."""
    return escalation.is_by_form and may_work_on_request(actor, escalation)


def may_open_by_link(actor: Actor, escalation: Escalation) -> bool:
    """Whether the actor may make and end the link by which a partner without an account opens this
    request: whoever may work on it."""
    return escalation.is_by_link and may_work_on_request(actor, escalation)


def may_enter_answers(actor: Actor, escalation: Escalation) -> bool:
    """Whether the actor may enter what they answer to this request: whoever may work on it. What
    goes to a partner desk is their own people's to answer."""
    return escalation.is_answered_to_us and may_work_on_request(actor, escalation)


def may_receive_request(actor: Actor, escalation: Escalation) -> bool:
    """Whether the actor may receive this request. The people of the partner that was asked, and
    nobody of another; by a link, whoever came by the one to this request."""
    if actor.role is not Role.PARTNER:
        return False
    if escalation.is_by_link:
        return actor.request_id == escalation.id
    return escalation.partner.team_id in actor.teams


def may_export_requests(actor: Actor, team_ids: Collection[str]) -> bool:
    """Whether the actor may export requests. The people of a partner, of their own teams alone."""
    return actor.role is Role.PARTNER and actor.teams.issuperset(team_ids)


def may_see_request_board(actor: Actor, queues: Collection[str]) -> bool:
    """Whether the actor may see the board of all requests. Who answers for all requests of some
    queues; responders have theirs on the duty board."""
    return actor.role is Role.COORDINATOR and bool(queues)


def may_record_verdict(actor: Actor, escalation: Escalation) -> bool:
    """Whether the actor may record a verdict. The reporter of the case, or a responder to whom they
    said it."""
    return is_reporter_of(actor, escalation.case) or may_work_on_request(actor, escalation)


def may_dispute_verdict(actor: Actor, escalation: Escalation) -> bool:
    """Whether the actor may dispute a verdict. Only the reporter knows what they never said."""
    return is_reporter_of(actor, escalation.case)


def may_deliver_requests(actor: Actor, _delivery: Delivery | None) -> bool:
    """Whether the actor may deliver requests. Only the worker: nobody's page may say that something
    was delivered."""
    return actor.role is Role.SYSTEM


def may_record_partner_told(actor: Actor, _escalation: Escalation) -> bool:
    """Whether the actor may record that a partner was emailed: only the worker knows that."""
    return actor.role is Role.SYSTEM


def may_apply_partner_vetting(actor: Actor, partner_id: str) -> bool:
    """Whether the actor may hold or resume a partner's requests: the worker, after the vetting
    changed."""
    return actor.role is Role.SYSTEM and bool(partner_id)


def may_wake_cases(actor: Actor, team_id: str) -> bool:
    """Whether the actor may resume cases: the worker, after a partner's team lost somebody."""
    return actor.role is Role.SYSTEM and bool(team_id)


def may_raise_requests_to_level(actor: Actor, case_id: str) -> bool:
    """Whether the actor may raise requests: the worker, after a case became more urgent."""
    return actor.role is Role.SYSTEM and bool(case_id)


def may_withdraw_without_consent(actor: Actor, case_id: str) -> bool:
    """Whether the actor may withdraw requests: the worker, after a consent was withdrawn."""
    return actor.role is Role.SYSTEM and bool(case_id)
