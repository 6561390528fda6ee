"""Who may do what to partners: the permission rules, as pure functions."""

from helpdesk.core.actors import Actor, Role
from helpdesk.partners.models import Partner

STAFF = frozenset({Role.RESPONDER, Role.COORDINATOR, Role.OPERATOR})


def may_see_partners(actor: Actor) -> bool:
    """Whether the actor may see the pages of partners: staff."""
    return actor.role in STAFF


def may_register_partner(actor: Actor, _slug: str) -> bool:
    """Whether the actor may register a partner: coordinators who were let into a queue."""
    return actor.role is Role.COORDINATOR and bool(actor.accessible_teams)


def may_manage_partner(actor: Actor, _partner: Partner) -> bool:
    """Whether the actor may manage this partner. What may leave, and to whom, is settled by those
    who answer for the cases, once they were let into a queue."""
    return actor.role is Role.COORDINATOR and bool(actor.accessible_teams)


def may_vet_partner(actor: Actor, _partner: Partner) -> bool:
    """Whether the actor may vet this partner. Anyone who works on cases and was let in can be the
    second person: in a small team that is a responder. Who had a part in the partner cannot
    (`partners.vetting`)."""
    return bool(actor.queues)


def may_confirm_partner_email_address(actor: Actor, partner: Partner) -> bool:
    """Whether the actor may confirm a partner's address: their own people, or a coordinator to whom
    they read the code out."""
    is_theirs = actor.role is Role.PARTNER and partner.team_id in actor.teams
    return is_theirs or may_manage_partner(actor, partner)
