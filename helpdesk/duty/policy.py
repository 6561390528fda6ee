"""Who may look after what nobody else keeps; pure functions."""

from helpdesk.core.actors import Actor, Role
from helpdesk.core.outbox import Promise


def may_look_after_promises(actor: Actor, _promise: Promise) -> bool:
    return actor.role is Role.COORDINATOR
