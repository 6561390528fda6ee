"""What each process of a helpdesk is told about the others, and no more."""

import os
from collections.abc import Mapping

from helpdesk.adapters.embedded import EmbeddedPostgres, EmbeddedRedis
from helpdesk.settings import NO_REDIS
from helpdesk.supervisor.instance import Instance
from helpdesk.supervisor.ports import Door

CORES = min(max(os.cpu_count() or 1, 2), 4)
WEB_WORKERS = {"public": CORES, "staff": CORES, "partner": 1}
ROLES = {"public": "helpdesk_intake", "staff": "helpdesk_app", "partner": "helpdesk_partner"}
PASSED_ON = (
    "PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "VIRTUAL_ENV", "WEB_THREADS", "EXIT_URL",
    "LANGUAGES", "REPORTS_QUOTA", "OTHER_WAYS",
)  # fmt: skip


class Surroundings:
    """What each process is told, and no more: the public pages get no key that opens anything."""

    def __init__(
        self,
        instance: Instance,
        doors: list[Door],
        postgres: EmbeddedPostgres,
        redis: EmbeddedRedis,
        outside: Mapping[str, str],
    ) -> None:
        self._postgres = postgres
        self._redis = redis
        self._instance = instance
        plain = {name: outside[name] for name in PASSED_ON if name in outside}
        urls = {f"{door.surface.upper()}_URL": door.url for door in doors}
        self._common = plain | urls | {
            "MAIL_URL": f"folder://{instance.outbox.resolve()}",
            "MAIL_FROM": "helpdesk@drill.example",
            "INSTANCE": str(instance.folder.resolve()),
            "HELPDESK_NAME": "Drill helpdesk",
            "DRILL": "1",
            "OFFER_UNREVIEWED": "1",
            "PYTHONUNBUFFERED": "1",
        }  # fmt: skip

    def owner(self) -> dict[str, str]:
        return self._as("helpdesk_owner") | self._service_key() | {"REDIS_URL": NO_REDIS}

    def worker(self) -> dict[str, str]:
        redis = {"REDIS_URL": self._redis.url("worker")}
        return self._as("helpdesk_worker") | self._service_key() | redis

    def ticker(self) -> dict[str, str]:
        redis = {"REDIS_URL": self._redis.url("ticker")}
        return self._as("helpdesk_ticker") | self._service_key() | redis

    def drill(self) -> dict[str, str]:
        """Who plays reporters and staff alike needs both keys, for as long as it takes."""
        keys = self._service_key() | self._intake_key()
        return self._as("helpdesk_app") | keys | {"REDIS_URL": NO_REDIS}

    def pages(self, surface: str) -> dict[str, str]:
        told = {"SERVES": surface, "WEB_CONCURRENCY": str(WEB_WORKERS[surface])}
        key = self._intake_key() if surface == "public" else self._service_key()
        return self._as(ROLES[surface]) | key | told

    def _as(self, role: str) -> dict[str, str]:
        """The address holds the password of that role and of no other."""
        return self._common | {"DATABASE_URL": self._postgres.url(role)}

    def _service_key(self) -> dict[str, str]:
        return {"SERVICE_KEY_FILE": str(self._instance.service_key.resolve())}

    def _intake_key(self) -> dict[str, str]:
        return {"INTAKE_KEY_FILE": str(self._instance.intake_key.resolve())}
