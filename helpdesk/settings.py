"""All settings, read once from the environment; a half-configured helpdesk does not start."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Final, TypeVar

from helpdesk import key_files
from helpdesk import setting_values as values
from helpdesk.key_files import KeyFile

T = TypeVar("T")

NO_REDIS = "none"
# The languages there are words for. The first is the one that everything is written in.
LANGUAGES = ("en", "es", "fr", "ar", "pt")


class Surface(StrEnum):
    """The surfaces: sets of pages, each with its own door, cookie and database role."""

    PUBLIC = "public"
    STAFF = "staff"
    PARTNER = "partner"


class NotConfigured(Exception):
    """Raised if the environment lacks something or holds what cannot be; the message names all of
    it."""


# What a process needs that serves pages or performs jobs, beside its keys.
EVERYTHING: Final = frozenset(
    {
        "DATABASE_URL",
        "REDIS_URL",
        "PUBLIC_URL",
        "STAFF_URL",
        "PARTNER_URL",
        "MAIL_URL",
        "MAIL_FROM",
    }
)


@dataclass(frozen=True)
class Settings:
    """The settings of a process: see docs/running.md for every field."""

    database_url: str = field(repr=False)
    redis_url: str
    serves: frozenset[Surface]
    public_url: str
    staff_url: str
    partner_url: str
    mail_url: str = field(repr=False)
    mail_from: str
    intake_keys: tuple[bytes, ...] = field(repr=False)
    # The keys of the purposes that this process has, and no other.
    service_keys: Mapping[KeyFile, tuple[bytes, ...]] = field(repr=False)
    instance: Path
    helpdesk_name: str
    exit_url: str
    drill: bool
    # The server is somebody else's, who lets nobody be superuser: the board says nothing of what
    # only a superuser gives a database.
    without_superuser: bool = False
    languages: tuple[str, ...] = LANGUAGES
    offer_unreviewed: bool = False
    # Megabytes that reports and what reporters write may take in 24 hours.
    reports_quota: int = 1000
    # What people read who cannot report: other ways to reach help.
    other_ways: str = ""
    # A file of lines that help at once, instead of those in playbooks/vocab.
    helplines: Path | None = None
    # Where email reminders to reporters come from, and where the link opens that stops them: at a
    # host that isn't the helpdesk's, because each email names it. Without both there are none.
    reminder_from: str = ""
    reminder_url: str = ""

    @classmethod
    def from_environment(
        cls,
        environment: Mapping[str, str],
        *,
        needs: Collection[str] = EVERYTHING,
        holds: Collection[KeyFile] = (),
        serves_pages: bool = False,
    ) -> "Settings":
        """Read every setting, or raise NotConfigured with a sentence for each that is wrong.

        What is not among `needs` may be missing; where it is there, it must still be right.
        `holds`: the keys of a process or command that serves no pages. No other key is read. A
        process that `serves_pages` has to be told which: what else it needs depends on that.
        """
        reader = _Reader(environment, needs)
        serves = reader.surfaces("SERVES")
        if serves_pages and not serves:
            reader.refuse_no_surface("SERVES")
        keys = reader.all_keys(serves, holds, runs=needs is EVERYTHING)
        settings = cls(
            database_url=reader.required(
                "DATABASE_URL", "where PostgreSQL is", values.parse_database_url
            ),
            redis_url=reader.redis("REDIS_URL", serves),
            serves=serves,
            public_url=reader.pages("PUBLIC_URL", "the address reporters use"),
            staff_url=reader.pages("STAFF_URL", "the address responders use"),
            partner_url=reader.pages("PARTNER_URL", "the address partners use"),
            mail_url=reader.mail_server("MAIL_URL", serves),
            mail_from=reader.sender("MAIL_FROM", serves),
            intake_keys=keys.pop(KeyFile.INTAKE, ()),
            service_keys=keys,
            instance=reader.optional("INSTANCE", "instance", values.parse_folder_path),
            helpdesk_name=environment.get("HELPDESK_NAME", "Helpdesk"),
            exit_url=reader.optional(
                "EXIT_URL", "https://www.wikipedia.org/", values.parse_web_address
            ),
            drill=reader.optional("DRILL", "0", values.parse_yes_or_no),
            without_superuser=reader.optional("WITHOUT_SUPERUSER", "0", values.parse_yes_or_no),
            languages=reader.languages("LANGUAGES"),
            offer_unreviewed=reader.optional("OFFER_UNREVIEWED", "0", values.parse_yes_or_no),
            reports_quota=reader.optional("REPORTS_QUOTA", "1000", values.parse_megabytes),
            other_ways=environment.get("OTHER_WAYS", "").strip(),
            helplines=reader.checked(
                "HELPLINES", environment["HELPLINES"], values.parse_existing_file_path
            )
            if environment.get("HELPLINES")
            else None,
            reminder_from=reader.if_told("REMINDER_FROM", values.parse_sender_address),
            reminder_url=reader.if_told("REMINDER_URL", values.parse_surface_url),
        )
        reader.refuse_our_hosts("REMINDER_URL", settings.reminder_url, settings)
        reader.refuse_our_hosts("REMINDER_FROM", settings.reminder_from, settings)
        reader.refuse_variables(values.OVER_THE_DATABASE_URL)
        reader.finish()
        return settings

    @property
    def offers_reminders(self) -> bool:
        """Whether reporters can be told by email, without a word of who we are."""
        return bool(self.reminder_from and self.reminder_url)

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

    def if_told(self, name: str, check: Callable[[str], str]) -> str:
        """A value that passes its check; empty where there is none."""
        value = self.environment.get(name, "")
        return self.checked(name, value, check) or "" if value else ""

    def refuse_our_hosts(self, name: str, address: str, settings: Settings) -> None:
        """What stands in an email that says nothing of us must not be where people find us."""
        ours = {
            "PUBLIC_URL": settings.public_url,
            "STAFF_URL": settings.staff_url,
            "PARTNER_URL": settings.partner_url,
            "MAIL_FROM": settings.mail_from,
        }
        for other, at in ours.items():
            if address and at and values.share_host(address, at):
                self.wrong.append(
                    f"{name} is at the host of {other}, or one is a subdomain of the other, so"
                    " every email reminder would give it away. Use a host name that says nothing"
                    " about the helpdesk."
                )

    def refuse_variables(self, names: Collection[str]) -> None:
        """What would count beside a setting that was checked, and is none of ours."""
        for name in names:
            if self.environment.get(name):
                self.wrong.append(
                    f"{name} is set, and would lead past DATABASE_URL. Unset it, and write where "
                    "PostgreSQL is into DATABASE_URL."
                )

    def checked(self, name: str, value: str, check: Callable[[str], T]) -> T | None:
        try:
            return check(value)
        except ValueError as wrong:
            self.wrong.append(f"{name} {wrong}.")
            return None

    def pages(self, name: str, meaning: str) -> str:
        return self.required(name, meaning, values.parse_surface_url)

    def redis(self, name: str, serves: frozenset[Surface]) -> str:
        """Where Redis is, for workers and the ticker. A process of pages must not know it."""
        if not serves:
            if self.environment.get(name) == NO_REDIS or name not in self.needs:
                return NO_REDIS
            return self.required(name, "where Redis or Valkey is, or none", values.parse_redis_url)
        if self.environment.get(name, NO_REDIS) != NO_REDIS:
            self.wrong.append(f"{name} is set, but the pages do not need it. Remove it.")
        return NO_REDIS

    def mail_server(self, name: str, serves: frozenset[Surface]) -> str:
        """Where emails go, for workers and the ticker. A process of pages sends none, and must not
        know the password of the server; it may know a folder, whose emails a drill shows."""
        if not serves:
            meaning = "smtp://…, smtps://… or folder:///path"
            return self.required(name, meaning, values.parse_mail_url)
        url = self.if_told(name, values.parse_mail_url)
        if url and not url.startswith("folder:"):
            self.wrong.append(f"{name} is set, but the pages send no email. Remove it.")
        return url

    def sender(self, name: str, serves: frozenset[Surface]) -> str:
        """Where emails come from; the pages may be told, and send none."""
        if serves:
            return self.if_told(name, values.parse_sender_address)
        meaning = "the address our emails come from"
        return self.required(name, meaning, values.parse_sender_address)

    def surfaces(self, name: str) -> frozenset[Surface]:
        """Which surfaces to serve; none for a worker, a ticker or a command."""
        words = [word.strip() for word in self.environment.get(name, "").split(",") if word.strip()]
        unknown = [word for word in words if word not in set(Surface)]
        if unknown:
            self.wrong.append(f"{name} knows public, staff and partner, not {', '.join(unknown)}.")
        return frozenset(Surface(word) for word in words if word not in unknown)

    def refuse_no_surface(self, name: str) -> None:
        """A process of pages that serves none: nothing else can be said before it is told which."""
        if not self.wrong:
            self.wrong.append(
                f"{name} is missing: say which pages this process serves, as in {name}=staff. It "
                "is public, staff or partner; what else each of them needs is in docs/running.md."
            )
        self.finish()

    def languages(self, name: str) -> tuple[str, ...]:
        """Which languages to offer, the one for everybody else first; without a word, all."""
        words = self.environment.get(name, "").replace(",", " ").split() or LANGUAGES
        unknown = [word for word in words if word not in LANGUAGES]
        if unknown:
            known = ", ".join(LANGUAGES)
            self.wrong.append(f"{name} knows {known}, not {', '.join(unknown)}.")
        return tuple(dict.fromkeys(word for word in words if word in LANGUAGES))

    def all_keys(
        self, serves: frozenset[Surface], holds: Collection[KeyFile], *, runs: bool
    ) -> dict[KeyFile, tuple[bytes, ...]]:
        """The keys that this process needs. One that `runs` on its own must be told no other."""
        needed = {key for surface in serves for key in key_files.OF_PAGES[surface]} or {*holds}
        if runs:
            self._refuse_other_keys(needed)
        return {key: self.key(key) for key in KeyFile if key in needed}

    def key(self, name: KeyFile) -> tuple[bytes, ...]:
        """One base64 key a line, the current one first, where what older ones made is taken."""
        path = self.environment.get(name, "")
        if not path:
            self.wrong.append(f"{name} is missing (a file with a 32-byte key in base64).")
            return ()
        keys = self.checked(name, path, key_files.read_keys) or ()
        if len(keys) > 1 and name not in key_files.SEVERAL:
            self.wrong.append(f"{name} holds more than one key; see helpdesk keys reseal.")
        return keys

    def _refuse_other_keys(self, needed: Collection[KeyFile]) -> None:
        for key in KeyFile:
            if key not in needed and self.environment.get(key):
                self.wrong.append(f"{key} is set, but this process does not need it. Remove it.")
        if self.environment.get(key_files.BEFORE):
            self.wrong.append(
                f"{key_files.BEFORE} named the one key that was used before. There is now a key "
                "for each purpose: see helpdesk keys reseal, then remove it."
            )

    def finish(self) -> None:
        if self.wrong:
            raise NotConfigured("\n".join(self.wrong))
