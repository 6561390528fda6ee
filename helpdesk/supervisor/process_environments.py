"""Environments of the processes of a helpdesk: what each is told about the others, and no more."""

import os
from collections.abc import Collection, Mapping

from helpdesk import key_files
from helpdesk.adapters.embedded import EmbeddedPostgres, EmbeddedRedis
from helpdesk.key_files import KeyFile
from helpdesk.settings import NO_REDIS
from helpdesk.supervisor.instance_folder import InstanceFolder
from helpdesk.supervisor.listening_sockets import HOST, SurfaceSocket

CORES = min(max(os.cpu_count() or 1, 2), 4)
WEB_WORKERS = {"public": CORES, "staff": CORES, "partner": 1}
ROLES = {"public": "helpdesk_intake", "staff": "helpdesk_app", "partner": "helpdesk_partner"}
PASSED_ON = (
    "PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "VIRTUAL_ENV", "WEB_THREADS", "EXIT_URL",
    "LANGUAGES", "REPORTS_QUOTA", "OTHER_WAYS", "HELPLINES",
)  # fmt: skip


class ProcessEnvironments:
    """Makes the environment of each process, and no more: the public pages get no key that opens
    anything."""

    def __init__(
        self,
        instance: InstanceFolder,
        surface_sockets: list[SurfaceSocket],
        postgres: EmbeddedPostgres,
        redis: EmbeddedRedis,
        outside: Mapping[str, str],
    ) -> None:
        self._postgres = postgres
        self._redis = redis
        self._instance = instance
        plain = {name: outside[name] for name in PASSED_ON if name in outside}
        urls = {
            f"{surface_socket.surface.upper()}_URL": surface_socket.url
            for surface_socket in surface_sockets
        }
        # Another name of this machine: what an email reminder names must not be PUBLIC_URL's host.
        self._common = plain | urls | {
            "MAIL_URL": f"folder://{instance.emails_folder.resolve()}",
            "MAIL_FROM": "helpdesk@drill.example",
            "REMINDER_FROM": "notes@calendar.example",
            "REMINDER_URL": urls["PUBLIC_URL"].replace(HOST, "localhost"),
            "INSTANCE": str(instance.folder.resolve()),
            "HELPDESK_NAME": "Drill helpdesk",
            "DRILL": "1",
            "OFFER_UNREVIEWED": "1",
            "PYTHONUNBUFFERED": "1",
        }  # fmt: skip

    def owner(self) -> dict[str, str]:
        """For the tables, and for what is done once to all keys."""
        return self._as("helpdesk_owner") | self._keys(key_files.ALL) | {"REDIS_URL": NO_REDIS}

    def worker(self, queue: str) -> dict[str, str]:
        keys = self._keys(key_files.OF_WORKER[queue])
        return self._as("helpdesk_worker") | keys | {"REDIS_URL": self._redis.url("worker")}

    def ticker(self) -> dict[str, str]:
        keys = self._keys(key_files.OF_TICKER)
        return self._as("helpdesk_ticker") | keys | {"REDIS_URL": self._redis.url("ticker")}

    def drill(self) -> dict[str, str]:
        """Who plays reporters, staff, partners and workers needs all keys and all rights, once."""
        return self._as("helpdesk_owner") | self._keys(key_files.ALL) | {"REDIS_URL": NO_REDIS}

    def pages(self, surface: str) -> dict[str, str]:
        told = {"SERVES": surface, "WEB_CONCURRENCY": str(WEB_WORKERS[surface])}
        return self._as(ROLES[surface]) | self._keys(key_files.OF_PAGES[surface]) | told

    def _as(self, role: str) -> dict[str, str]:
        """The address holds the password of that role and of no other."""
        return self._common | {"DATABASE_URL": self._postgres.url(role)}

    def _keys(self, keys: Collection[KeyFile]) -> dict[str, str]:
        return {key.value: str(self._instance.key(key).resolve()) for key in sorted(keys)}
