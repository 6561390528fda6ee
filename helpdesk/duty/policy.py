"""Who may look after what nobody else keeps; pure functions."""

from helpdesk.core.actors import Actor, Role
from helpdesk.core.outbox import Promise


def may_look_after_promises(actor: Actor, _promise: Promise) -> bool:
    return actor.role is Role.COORDINATOR


def may_release(actor: Actor, _row: str) -> bool:
    """Whoever has a shell on the server; no page leads here."""
    return actor.role is Role.OPERATOR and actor.person_id is None
