"""Rate limits on sign-in, counted by browser and by name, never by address."""

import math
from typing import Final

from helpdesk.web.known_devices import current_device
from helpdesk.web.rate_limits import spend_try_or_wait_seconds

# Strangers share these tries for each name, whether it exists or not.
STRANGERS_TRIES, STRANGERS_PER_MINUTE = 8, 0.5
# A browser that has let this person in before has tries of its own, which nobody else can spend.
OWN_TRIES, OWN_PER_MINUTE = 10, 2.0


MUST_WAIT: Final = (
    "Too many attempts with this name in browsers that haven’t signed in with it before. "
    "You can try again here in {wait}. If you’ve signed in with another browser before, you can "
    "use that one now."
)
MUST_WAIT_AT_HOME: Final = "Too many attempts in this browser. You can try again in {wait}."


def spend_sign_in_try(purpose: str, handle: str) -> str:
    """Spend one try to sign in; if there was none left, the sentence that says how long it takes to
    the next.

    The same for every name, so that it does not say which ones there are.
    """
    device = current_device()
    if device.has_signed_in(handle):
        who, size, rate, sentence = (
            f"{device.id} {handle}",
            OWN_TRIES,
            OWN_PER_MINUTE,
            MUST_WAIT_AT_HOME,
        )
    else:
        who, size, rate, sentence = handle, STRANGERS_TRIES, STRANGERS_PER_MINUTE, MUST_WAIT
    wait = spend_try_or_wait_seconds(
        f"{purpose} {sentence is MUST_WAIT}", size=size, per_minute=rate, who=who
    )
    return sentence.format(wait=_in_words(wait)) if wait else ""


def spend_device_try(handle: str) -> bool:
    """Spend one of the tries that a known browser has for codes, if it has let this person in
    before.

    With none left it tries as a stranger: whoever has a colleague's computer and passphrase does
    not guess for ever.
    """
    device = current_device()
    return device.has_signed_in(handle) and not spend_try_or_wait_seconds(
        "accounts.code", size=OWN_TRIES, per_minute=OWN_PER_MINUTE, who=f"{device.id} {handle}"
    )


def _in_words(wait: float) -> str:
    """Never less than it takes."""
    minutes, seconds = divmod(math.ceil(wait), 60)
    parts = [(minutes, "minute"), (seconds, "second")]
    return " ".join(f"{many} {unit}{'' if many == 1 else 's'}" for many, unit in parts if many)
