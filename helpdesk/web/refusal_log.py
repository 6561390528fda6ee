"""The security log of refusals: the kind and the surface, no address, no name, bounded."""

import logging
from typing import Final

from helpdesk.web.current_app_context import current_surface
from helpdesk.web.rate_limits import is_within_limit

log = logging.getLogger(__name__)
# A flood fills no disk: so many lines, and then so many a minute.
LINES, PER_MINUTE = 60, 20
EVERYBODY: Final = "everybody"


def log_refusal(what: str, *, where: str = "") -> None:
    """Log one refusal, unless there were very many just now."""
    if is_within_limit("log of refusals", size=LINES, per_minute=PER_MINUTE, who=EVERYBODY):
        log.warning("%s at %s%s", what, current_surface(), f": {where}" if where else "")
