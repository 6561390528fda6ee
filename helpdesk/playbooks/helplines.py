"""Helplines: emergency numbers, crisis lines, and groups that protect people at risk.

A line names how to reach it, where, in which languages and when, where that can be looked up, and
the day on which a person checked it. One that nobody has checked says so wherever it is shown.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class HelplinePurpose(StrEnum):
    """The purposes of helplines: what somebody reaches one for."""

    EMERGENCY = "emergency"
    CRISIS = "crisis"
    HOME = "home"
    CHILDREN = "children"
    DEFENDERS = "defenders"
    DIGITAL = "digital"
    IMAGES = "images"


class HelplineChannel(StrEnum):
    """The channels of helplines: how one is reached."""

    CALL = "call"
    TEXT = "text"
    EMAIL = "email"
    SITE = "site"


@dataclass(frozen=True)
class HelplineContact:
    """A contact of a helpline: a number, an address or a site, as people read it."""

    reach: HelplineChannel
    to: str
    # What it is for, where a country has one number for the police and another for an ambulance.
    of: str = ""

    @property
    def href(self) -> str:
        """What a tap opens. A site is nowhere of ours, so nothing of our page goes along."""
        bare = "".join(sign for sign in self.to if sign in "+*#0123456789")
        return {
            HelplineChannel.CALL: f"tel:{bare}",
            HelplineChannel.TEXT: f"sms:{bare}",
            HelplineChannel.EMAIL: f"mailto:{self.to}",
            HelplineChannel.SITE: f"https://{self.to}",
        }[self.reach]


@dataclass(frozen=True)
class Helpline:
    """A helpline. Without countries it answers people from anywhere; without hours, always."""

    slug: str
    name: str
    purpose: HelplinePurpose
    ways: tuple[HelplineContact, ...]
    source: str
    countries: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    hours: str = ""
    verified_on: date | None = None


def helplines_for(
    helplines: Iterable[Helpline], purpose: HelplinePurpose
) -> tuple[tuple[Helpline, ...], tuple[Helpline, ...]]:
    """The helplines for a purpose: those for people from anywhere, then those of single
    countries."""
    of_it = [line for line in helplines if line.purpose is purpose]
    everywhere = tuple(line for line in of_it if not line.countries)
    return everywhere, tuple(line for line in of_it if line.countries)
