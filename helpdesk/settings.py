"""All settings, read once from the environment; a half-configured helpdesk does not start."""

import base64
import binascii
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Final, TypeVar

from helpdesk import setting_values as values

T = TypeVar("T")

KEY_BYTES = 32
NO_REDIS = "none"
# The languages there are words for. The first is the one that everything is written in.
LANGUAGES = ("en", "es", "fr", "ar", "pt")


class Surface(StrEnum):
    """A set of pages with its own door, cookie and database role."""

    PUBLIC = "public"
    STAFF = "staff"
    PARTNER = "partner"


class NotConfigured(Exception):
    """The environment lacks something or holds what cannot be; the message names all of it."""


# What a process needs that serves pages or performs jobs.
EVERYTHING: Final = frozenset(
    {
        "DATABASE_URL",
        "REDIS_URL",
        "PUBLIC_URL",
        "STAFF_URL",
        "PARTNER_URL",
        "MAIL_URL",
        "MAIL_FROM",
        "SERVICE_KEY_FILE",
    }
)


@dataclass(frozen=True)
class Settings:
    """What a process was told about its surroundings: see docs/running.md for every field."""

    database_url: str = field(repr=False)
    redis_url: str
    serves: frozenset[Surface]
    public_url: str
    staff_url: str
    partner_url: str
    mail_url: str = field(repr=False)
    mail_from: str
    intake_keys: tuple[bytes, ...] = field(repr=False)
    service_keys: tuple[bytes, ...] = field(repr=False)
    instance: Path
    helpdesk_name: str
    exit_url: str
    drill: bool
    languages: tuple[str, ...] = LANGUAGES
    offer_unreviewed: bool = False
    # Megabytes that reports and what reporters write may take in 24 hours.
    reports_quota: int = 1000
    # What people read who cannot report: other ways to reach help.
    other_ways: str = ""

    @classmethod
    def from_environment(
        cls, environment: Mapping[str, str], *, needs: Collection[str] = EVERYTHING
    ) -> "Settings":
        """Read every setting, or raise NotConfigured with a sentence for each that is wrong.

        What is not among `needs` may be missing; where it is there, it must still be right.
        """
        reader = _Reader(environment, needs)
        serves = reader.surfaces("SERVES")
        reads_sealed = not serves or bool(serves - {Surface.PUBLIC})
        settings = cls(
            database_url=reader.required(
                "DATABASE_URL", "where PostgreSQL is", values.database_url
            ),
            redis_url=reader.redis("REDIS_URL", serves),
            serves=serves,
            public_url=reader.pages("PUBLIC_URL", "the address reporters use"),
            staff_url=reader.pages("STAFF_URL", "the address responders use"),
            partner_url=reader.pages("PARTNER_URL", "the address partners use"),
            mail_url=reader.required(
                "MAIL_URL", "smtp://…, smtps://… or folder:///path", values.mail_url
            ),
            mail_from=reader.required(
                "MAIL_FROM", "the address our mail comes from", values.email_address
            ),
            intake_keys=reader.keys("INTAKE_KEY_FILE", needed=Surface.PUBLIC in serves),
            service_keys=reader.keys(
                "SERVICE_KEY_FILE", needed=reads_sealed and "SERVICE_KEY_FILE" in needs
            ),
            instance=reader.optional("INSTANCE", "instance", values.folder),
            helpdesk_name=environment.get("HELPDESK_NAME", "Helpdesk"),
            exit_url=reader.optional("EXIT_URL", "https://www.wikipedia.org/", values.web_address),
            drill=environment.get("DRILL", "") == "1",
            languages=reader.languages("LANGUAGES"),
            offer_unreviewed=environment.get("OFFER_UNREVIEWED", "") == "1",
            reports_quota=reader.optional("REPORTS_QUOTA", "1000", values.megabytes),
            other_ways=environment.get("OTHER_WAYS", "").strip(),
        )
        if len(settings.service_keys) > 1:
            reader.wrong.append("SERVICE_KEY_FILE holds more than one key: it cannot be changed.")
        reader.finish()
        return settings

    def url_of(self, surface: Surface) -> str:
        """The address at which people reach a surface, without a trailing slash."""
        return {
            Surface.PUBLIC: self.public_url,
            Surface.STAFF: self.staff_url,
            Surface.PARTNER: self.partner_url,
        }[surface]


class _Reader:
    """Collects what is wrong, so that one message can name all of it."""

    def __init__(self, environment: Mapping[str, str], needs: Collection[str]) -> None:
        self.environment = environment
        self.needs = needs
        self.wrong: list[str] = []

    def required(self, name: str, meaning: str, check: Callable[[str], str]) -> str:
        """A value that passes its check; empty where it is wrong, or missing and not needed."""
        value = self.environment.get(name, "")
        if not value:
            if name in self.needs:
                self.wrong.append(f"{name} is missing ({meaning}).")
            return ""
        return self.checked(name, value, check) or ""

    def optional(self, name: str, otherwise: str, check: Callable[[str], T]) -> T:
        """A value that passes its check, or what holds where there is none."""
        value = self.checked(name, self.environment.get(name) or otherwise, check)
        return check(otherwise) if value is None else value

    def checked(self, name: str, value: str, check: Callable[[str], T]) -> T | None:
        try:
            return check(value)
        except ValueError as wrong:
            self.wrong.append(f"{name} {wrong}.")
            return None

    def pages(self, name: str, meaning: str) -> str:
        return self.required(name, meaning, values.address_of_pages)

    def redis(self, name: str, serves: frozenset[Surface]) -> str:
        """Where Redis is, for workers and the ticker. A process of pages must not know it."""
        if not serves:
            if self.environment.get(name) == NO_REDIS or name not in self.needs:
                return NO_REDIS
            return self.required(name, "where Redis or Valkey is, or none", values.redis_url)
        if self.environment.get(name, NO_REDIS) != NO_REDIS:
            self.wrong.append(f"{name} is set, and pages have no use for it: take it away.")
        return NO_REDIS

    def surfaces(self, name: str) -> frozenset[Surface]:
        """Which surfaces to serve; none for a worker, a ticker or a command."""
        words = [word.strip() for word in self.environment.get(name, "").split(",") if word.strip()]
        unknown = [word for word in words if word not in set(Surface)]
        if unknown:
            self.wrong.append(f"{name} knows public, staff and partner, not {', '.join(unknown)}.")
        return frozenset(Surface(word) for word in words if word not in unknown)

    def languages(self, name: str) -> tuple[str, ...]:
        """Which languages to offer, the one for everybody else first; without a word, all."""
        words = self.environment.get(name, "").replace(",", " ").split() or LANGUAGES
        unknown = [word for word in words if word not in LANGUAGES]
        if unknown:
            known = ", ".join(LANGUAGES)
            self.wrong.append(f"{name} knows {known}, not {', '.join(unknown)}.")
        return tuple(dict.fromkeys(word for word in words if word in LANGUAGES))

    def keys(self, name: str, *, needed: bool) -> tuple[bytes, ...]:
        """One base64 key a line, the current one first; what older ones signed is still taken."""
        path = self.environment.get(name, "")
        if not path:
            if needed:
                self.wrong.append(f"{name} is missing (a file with a 32-byte key in base64).")
            return ()
        try:
            keys = tuple(
                base64.b64decode(line, validate=True) for line in Path(path).read_text().split()
            )
        except (OSError, binascii.Error, UnicodeDecodeError):
            keys = ()
        if not keys or any(len(key) != KEY_BYTES for key in keys):
            self.wrong.append(f"{name} does not name a readable file of 32-byte keys in base64.")
        return keys

    def finish(self) -> None:
        if self.wrong:
            raise NotConfigured("\n".join(self.wrong))
