"""The public forms of platforms, and what a report there needs, as far as somebody looked.

Each fact names its source and the day on which a person checked it. What nobody has looked at says
so wherever it is shown: an empty list is no proof that there is nothing.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class PlatformFormField:
    """What a form asks for: its own label, and the field of a request that answers it."""

    label: str
    field: str
    source: str
    longest: int | None = None
    verified_on: date | None = None


@dataclass(frozen=True)
class PlatformForm:
    """A public form of a platform: what it is, where, and what it asks for. Without fields, nobody
    has looked at those."""

    id: str
    says: str
    link: str
    source: str
    fields: tuple[PlatformFormField, ...] = ()
    verified_on: date | None = None


@dataclass(frozen=True)
class PlatformForms:
    """What we know of a platform's forms. `looked_on`: when a person last looked for all of them;
    None: nobody ever has."""

    platform: str
    forms: tuple[PlatformForm, ...] = ()
    looked_on: date | None = None


def forms_of_platform(register: Iterable[PlatformForms], platform: str) -> PlatformForms:
    """What we know of the forms of a platform; of one that the register does not know, nothing."""
    return next((one for one in register if one.platform == platform), PlatformForms(platform))
