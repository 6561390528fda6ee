"""The terms of a partner: what it is and takes, for whom and when, and whom it can call here."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import time
from difflib import get_close_matches
from typing import Final

# The values of `escalations.states.Ask`: partners stand below requests and name them by code.
EVERY_ASK: Final = ("restore", "lock", "remove", "preserve", "review")
# As alike as "facebok" is to "facebook".
ALIKE: Final = 0.75


# What a partner is to the platform for which it answers. The platform itself may have several
# teams; a host or a registrar is another organisation, and what was agreed of the platform is not
# of it.
PLATFORM: Final = "platform"
KINDS: Final = {
    PLATFORM: "A team of the platform itself",
    "host": "A hosting company",
    "registrar": "A domain registrar",
    "messenger": "A messaging service",
    "payment": "A payment service",
    "cert": "A national CERT",
    "helpdesk": "Another helpdesk",
}
# By the numbers that ISO 8601 gives them.
WEEKDAYS: Final = {
    1: "Monday",
    2: "Tuesday",
    3: "Wednesday",
    4: "Thursday",
    5: "Friday",
    6: "Saturday",
    7: "Sunday",
}


@dataclass(frozen=True)
class OfficeHours:
    """When somebody is there, in the partner's own zone; over midnight where it closes before it
    opens, and the whole day where both are the same. No days: we do not know."""

    weekdays: tuple[int, ...] = ()
    opens: time | None = None
    closes: time | None = None


@dataclass(frozen=True)
class PartnerTerms:
    """`regions` are UN subregions and `languages` codes: none of the first means everywhere, none
    of the second that we do not know. `reach_us`: who we are and whom they can call, as they read
    it beside each request."""

    asks: tuple[str, ...] = EVERY_ASK
    timezone: str = "UTC"
    reach_us: str = ""
    kind: str = PLATFORM
    regions: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    hours: OfficeHours = OfficeHours()


ABOUT: Final = PartnerTerms()


@dataclass(frozen=True)
class ContactTerms:
    """What is settled about a contact of a partner; as of the partner, nothing means unknown."""

    is_person: bool
    regions: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    timezone: str = "UTC"
    hours: OfficeHours = OfficeHours()


HALF_OF_HOURS: Final = (
    "Choose the days they work, and when they open and close. Or leave all three empty."
)


def are_hours_whole(hours: OfficeHours) -> bool:
    """Whether days, opening and closing are all there, or none of them is."""
    told = {bool(hours.weekdays), hours.opens is not None, hours.closes is not None}
    return len(told) == 1


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
