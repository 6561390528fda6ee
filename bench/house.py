"""The house under trial: the real servers and programs of a helpdesk, each started by name.

The programs are the ones that `helpdesk up` starts, told the same; here each can be started,
killed and left out on its own, and mail may go to a server of the trial.
"""

import os
import secrets
import shutil
import signal
import socket
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Collection, Mapping
from contextlib import suppress
from functools import cached_property
from pathlib import Path

import psycopg
from alembic import command
from alembic.config import Config

from helpdesk import key_files
from helpdesk.adapters import child_processes
from helpdesk.adapters.embedded import EmbeddedPostgres, EmbeddedRedis
from helpdesk.context_assembly import close_database_connections, open_context
from helpdesk.core.app_context import AppContext
from helpdesk.key_files import KeyFile
from helpdesk.settings import Settings
from helpdesk.supervisor.instance_folder import InstanceFolder
from helpdesk.supervisor.listening_sockets import HOST, WAITING_ROOM
from helpdesk.supervisor.process_environments import ROLES, WEB_WORKERS
from helpdesk.supervisor.process_group import ChildProgram

ROOT = Path(__file__).resolve().parents[1]
SURFACES = ("public", "staff", "partner")
PATIENCE = 60.0
ENDLESS_PATIENCE = 600.0
# Below those that the kernel gives to whoever calls out.
FIRST_PORT, LAST_PORT, ATTEMPTS = 20_000, 30_000, 200


def end_cleanly_when_asked() -> None:
    """From now on SIGTERM ends us as Ctrl-C does, so that no server and no folder stays behind."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)


class House:
    """A helpdesk in a folder of its own that is deleted at the end."""

    def __init__(self, *, mail_url: str = "", durable: bool = True) -> None:
        folder = Path(tempfile.mkdtemp(prefix="helpdesk-trial-"))
        folder.chmod(0o711)  # as root, PostgreSQL runs as somebody else and must pass through
        self.instance = InstanceFolder(folder / "instance")
        self.instance.prepare()
        self.postgres = EmbeddedPostgres(self.instance.folder / "postgres", durable=durable)
        self.redis = EmbeddedRedis(self.instance.folder / "redis")
        self.programs: dict[str, ChildProgram] = {}
        # Settings of a trial's own, for every program that is started from then on.
        self.told: dict[str, str] = {}
        self._mail_url = mail_url or f"folder://{self.instance.emails_folder}"
        self._doors = {name: _listen() for name in (*SURFACES, "bare", "plain")}
        self._folder = folder

    def __enter__(self) -> "House":
        child_processes.adopt_orphans()
        self.postgres.start()
        self.redis.start()
        migration = Config(toml_file=str(ROOT / "pyproject.toml"))
        migration.attributes["url"] = self.postgres.url("helpdesk_owner")
        command.upgrade(migration, "head")
        return self

    def __exit__(self, *_trouble: object) -> None:
        for name in list(self.programs):
            self.close(name)
        for name in ("context", "overseer"):
            if name in self.__dict__:
                close_database_connections(getattr(self, name))
        self.redis.stop()
        self.postgres.remove()
        for door in self._doors.values():
            door.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    @cached_property
    def context(self) -> AppContext:
        """A desk with both keys, for whoever plays reporters and staff alike."""
        return self._desk_as("helpdesk_app")

    @cached_property
    def overseer(self) -> AppContext:
        """A desk with every right, for a judge who lets time pass and chains what is left."""
        return self._desk_as("helpdesk_owner")

    def _desk_as(self, role: str) -> AppContext:
        told = self._told(role, key_files.ALL) | {"REDIS_URL": "none"}
        return open_context(Settings.from_environment(told, holds=key_files.ALL))

    def port(self, name: str) -> int:
        return int(self._doors[name].getsockname()[1])

    def url(self, name: str) -> str:
        return f"http://{HOST}:{self.port(name)}"

    def database(self, role: str = "postgres", name: str = "helpdesk") -> str:
        """A database's address in psycopg's words."""
        return self.postgres.url(role, name).replace("postgresql+psycopg", "postgresql")

    def serve(self, surface: str, application: str = "wsgi:application") -> ChildProgram:
        """The pages of a surface, as `make run` serves them, or with a fault planted in them."""
        told = {"SERVES": surface, "WEB_CONCURRENCY": str(WEB_WORKERS[surface])}
        told |= self._told(ROLES[surface], key_files.OF_PAGES[surface])
        told.pop("MAIL_URL")  # pages send no email, and refuse to know of a server
        return self._serve(surface, application, told)

    def serve_bare(self, like: str) -> ChildProgram:
        """The bare app, by the same server with as many workers as that surface has."""
        self.make_database("bare")
        told = {
            "BARE_DATABASE": self.database("helpdesk_owner", "bare"),
            "WEB_CONCURRENCY": str(WEB_WORKERS[like]),
        }
        return self._serve("bare", "bench.bare:create_app()", told | _plain())

    def serve_plain(self, like: str) -> ChildProgram:
        """The bare app by plain waitress, once it is furnished for `serve_bare`."""
        told = {
            "BARE_DATABASE": self.database("helpdesk_owner", "bare"),
            "WEB_CONCURRENCY": str(WEB_WORKERS[like]),
        }
        number = self._doors["plain"].fileno()
        return self._start(
            "plain", "bench.plain", str(number),
            environment=told | _plain(), keeps_open=(number,),
        )  # fmt: skip

    def work(
        self, queue: str, module: str = "helpdesk.cli", *, user: str = "worker"
    ) -> ChildProgram:
        """A worker of a queue, or one with a fault planted in it, as one of Redis' users."""
        name = f"worker-{queue}"
        told = self._told("helpdesk_worker", key_files.OF_WORKER[queue]) | {
            "REDIS_URL": self.redis.url(user)
        }
        return self._start(name, module, "worker", queue, environment=told)

    def tick(self) -> ChildProgram:
        told = self._told("helpdesk_ticker", key_files.OF_TICKER) | {
            "REDIS_URL": self.redis.url("ticker")
        }
        return self._start("ticker", "helpdesk.cli", "ticker", environment=told)

    def mend(self) -> None:
        """Start again what has died, as the supervisor does.

        Call it from the main thread: a child is tethered to the thread that has started it.
        """
        self.postgres.start()
        self.redis.start()
        for program in self.programs.values():
            if not program.is_running:
                program.start()

    def close(self, name: str) -> None:
        """End a program and all that it has started, at once; its door stays open for the next."""
        program = self.programs.pop(name)
        with suppress(ProcessLookupError):
            os.killpg(program.pid, signal.SIGKILL)
        program.stop()

    def make_database(self, name: str) -> None:
        """Another database in the same cluster."""
        with psycopg.connect(self.database(name="postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} OWNER helpdesk_owner")

    def wait_for(self, name: str, path: str = "/") -> float:
        """Wait until a surface answers below 500; the seconds it took.

        On a busy machine that may take minutes: whoever lives is waited for.
        """
        began = time.monotonic()
        while self.programs[name].is_running and time.monotonic() < began + ENDLESS_PATIENCE:
            if answers(self.url(name) + path):
                return time.monotonic() - began
            time.sleep(0.02)
        words = child_processes.log_tail(self.instance.logs_folder / f"{name}.log")
        raise TimeoutError(f"The {name} pages do not answer. Their log says:\n{words}")

    def memory(self) -> dict[str, float]:
        """Megabytes of each part and all its processes; shared ones are counted in parts (PSS)."""
        parts = {"postgres": self.postgres.pid, "redis": self.redis.pid}
        parts |= {name: program.pid for name, program in self.programs.items()}
        return {name: _proportional_set(pid) for name, pid in parts.items()}

    def _serve(self, name: str, application: str, told: Mapping[str, str]) -> ChildProgram:
        number = self._doors[name].fileno()
        return self._start(
            name,
            "helpdesk.server", "--bind", f"fd://{number}", application,
            environment=told, keeps_open=(number,),
        )  # fmt: skip

    def _start(
        self,
        name: str,
        *words: str,
        environment: Mapping[str, str],
        keeps_open: tuple[int, ...] = (),
    ) -> ChildProgram:
        program = ChildProgram(
            [sys.executable, "-m", *words],
            log=self.instance.logs_folder / f"{name}.log",
            environment=environment,
            folder=ROOT,
            keeps_open=keeps_open,
        )
        self.programs[name] = program
        program.start()
        return program

    def _common(self) -> dict[str, str]:
        addresses = {f"{name.upper()}_URL": self.url(name) for name in SURFACES}
        return _plain() | addresses | {
            "MAIL_URL": self._mail_url,
            "MAIL_FROM": "helpdesk@trial.example",
            "INSTANCE": str(self.instance.folder),
            "HELPDESK_NAME": "Trial helpdesk",
            "DRILL": "1",
        } | self.told  # fmt: skip

    def _told(self, role: str, keys: Collection[KeyFile]) -> dict[str, str]:
        return self._common() | {
            "DATABASE_URL": self.postgres.url(role),
            **{key.value: str(self.instance.key(key)) for key in keys},
        }


def answers(url: str) -> bool:
    """Whether somebody is at home."""
    try:
        urllib.request.urlopen(url, timeout=PATIENCE).close()  # noqa: S310 - our own door
    except urllib.error.HTTPError as answer:
        return answer.code < 500
    except OSError:
        return False
    return True


def family_of(pid: int) -> list[int]:
    """A process and all below it."""
    found, fresh = [], [pid]
    while fresh:
        found += fresh
        fresh = [child for one in fresh for child in children_of(one)]
    return found


def children_of(pid: int) -> list[int]:
    with suppress(OSError):
        return [int(n) for n in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return []


def _proportional_set(pid: int) -> float:
    kilobytes = 0
    for one in family_of(pid):
        with suppress(OSError):
            for line in Path(f"/proc/{one}/smaps_rollup").read_text().splitlines():
                if line.startswith("Pss:"):
                    kilobytes += int(line.split()[1])
    return kilobytes / 1024


def _plain() -> dict[str, str]:
    return {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}


def _listen() -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((HOST, 0))
    listener.listen(WAITING_ROOM)
    return listener


def free_ports(how_many: int) -> int:
    """The first of so many ports in a row that nobody has.

    Somebody else may take one before we do: whoever uses them must be ready to ask again. Two that
    ask at once look in different places.
    """
    for _ in range(ATTEMPTS):
        port = FIRST_PORT + secrets.randbelow(LAST_PORT - FIRST_PORT)
        listeners = [socket.socket() for _ in range(how_many)]
        try:
            for offset, listener in enumerate(listeners):
                listener.bind((HOST, port + offset))
        except OSError:
            continue
        else:
            return port
        finally:
            for listener in listeners:
                listener.close()
    raise LookupError("There are no free ports in a row.")
