"""The terms of a partner: what it takes, its time zone, and whom it can call here."""

from collections.abc import Collection
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final

# The values of `escalations.states.Ask`: partners stand below requests and name them by code.
EVERY_ASK: Final = ("restore", "lock", "remove", "preserve", "review")
# As alike as "facebok" is to "facebook".
ALIKE: Final = 0.75


@dataclass(frozen=True)
class PartnerTerms:
    """`reach_us`: who we are and whom they can call, as they read it beside each request."""

    asks: tuple[str, ...] = EVERY_ASK
    timezone: str = "UTC"
    reach_us: str = ""


ABOUT: Final = PartnerTerms()


def unknown_platform_message(platform: str, known: Collection[str]) -> str:
    """The sentence that no report form knows this platform, and which one may have been meant."""
    near = get_close_matches(platform, known, n=1, cutoff=ALIKE)
    if near:
        return (
            f"No report names the platform “{platform}”. Did you mean “{near[0]}”? If it really "
            "is another one, tick the box."
        )
    return (
        f"No report names the platform “{platform}”. If it is new, tick the box. Reporters can "
        "only agree to it once it is in a playbook."
    )
