"""Running a whole helpdesk: started step by step and said aloud, and stopped from wherever it
got."""

import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from types import FrameType

from helpdesk.adapters import child_processes
from helpdesk.adapters.embedded import EmbeddedPostgres, EmbeddedRedis, ServerNotStarted
from helpdesk.supervisor.instance_folder import InstanceFolder
from helpdesk.supervisor.listening_sockets import SurfaceSocket, close_sockets, open_sockets
from helpdesk.supervisor.process_environments import ProcessEnvironments
from helpdesk.supervisor.process_group import ChildProgram, ProcessGroup, Say

SURFACES = ("public", "staff", "partner")
QUEUES = ("notices", "deliveries", "reminders")
ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 60.0
# As long as a tick may take on a busy machine, and the letters under way after it: a ticker that is
# killed inside one has broken off what it did.
PATIENCE_WITH_TICKER = 30.0
STOPPERS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
# A plain list, not an Event: a second signal that lands inside the first would wait for its lock.
_wishes_to_stop: list[int] = []


class StopRequested(BaseException):
    """Raised if somebody pressed Ctrl-C, or the machine goes down."""


def run_everything(
    instance: InstanceFolder, port: int, say: Say, outside: Mapping[str, str]
) -> None:
    """Run everything until somebody interrupts; then leave no process behind."""
    with _interruptible(), instance.lock():
        surface_sockets = open_sockets(SURFACES, port)
        postgres = EmbeddedPostgres(
            instance.folder / "postgres",
            passwords=instance.database_passwords_folder,
        )
        redis = EmbeddedRedis(instance.folder / "redis")
        processes = ProcessGroup(say, instance.process_list_file)
        child_processes.adopt_orphans()
        try:
            _start(instance, surface_sockets, postgres, redis, processes, say, outside)
            processes.watch(until=_asked_to_stop, put_back=partial(_put_roles_back, postgres))
        except StopRequested:
            say("\nStopping. Press Ctrl-C again to stop without waiting.")
        finally:
            _go_down(processes, say)
            close_sockets(surface_sockets)
    say("Stopped. Your data is kept. To start again: make run")


def _start(
    instance: InstanceFolder,
    surface_sockets: list[SurfaceSocket],
    postgres: EmbeddedPostgres,
    redis: EmbeddedRedis,
    processes: ProcessGroup,
    say: Say,
    outside: Mapping[str, str],
) -> None:
    began = time.monotonic()
    with _step(say, "Folder and keys"):
        is_unsigned = instance.is_older_than_signatures
        is_unsigned = not instance.prepare() and is_unsigned
    with _step(say, "PostgreSQL"):
        processes.add("database", postgres)
    with _step(say, "Redis"):
        processes.add("Redis", redis)
    environments = ProcessEnvironments(instance, surface_sockets, postgres, redis, outside)
    with _step(say, "Tables"):
        _run("migrate", environments.owner(), instance)
    if instance.old_service_key.exists():
        with _step(say, "A key for each purpose"):
            _split_key(instance, environments)
    if is_unsigned:
        with _step(say, "Signing the existing keys"):
            _run("keys", environments.owner(), instance, "sign", "--as", "up", "--first")
    with _step(say, "Drill organisation (the first time takes a moment)"):
        _run("drill", environments.drill(), instance, "seed")
    with _step(say, "Public, staff and partner pages"):
        pages = {
            surface_socket: _pages(surface_socket, environments, instance)
            for surface_socket in surface_sockets
        }
        for surface_socket, program in pages.items():
            processes.add(f"{surface_socket.surface} pages", program)
        for surface_socket, program in pages.items():
            _wait_for(surface_socket, program)
    with _step(say, "Workers and ticker"):
        for queue in QUEUES:
            processes.add(
                f"worker for {queue}",
                _command(instance, f"worker-{queue}", environments.worker(queue), "worker", queue),
            )
        ticker = _command(instance, "ticker", environments.ticker(), "ticker")
        ticker.patience = PATIENCE_WITH_TICKER
        processes.add("ticker", ticker)
    say(f"Everything is running ({time.monotonic() - began:.1f} s).\n")
    say(_run("drill", environments.drill(), instance, "people"))
    say("Press Ctrl-C to stop.")


def _put_roles_back(postgres: EmbeddedPostgres) -> Iterator[str]:
    for role in postgres.put_roles_back():
        yield (
            f"The database role {role} had set a password or settings for itself, which no process"
            " of ours does. They were reset. Someone else may be using its password."
        )


def _split_key(instance: InstanceFolder, environments: ProcessEnvironments) -> None:
    """An instance from before has one key for all; it goes when it opens nothing any more."""
    old = str(instance.old_service_key)
    _run("keys", environments.owner(), instance, "reseal", "--as", "up", "--from", old)
    instance.old_service_key.unlink()


def _pages(
    surface_socket: SurfaceSocket, environments: ProcessEnvironments, instance: InstanceFolder
) -> ChildProgram:
    number = surface_socket.listener.fileno()
    return ChildProgram(
        [
            sys.executable, "-m", "helpdesk.server", "--bind", f"fd://{number}",
            "wsgi:application",
        ],
        log=instance.logs_folder / f"{surface_socket.surface}.log",
        environment=environments.pages(surface_socket.surface),
        folder=ROOT,
        keeps_open=(number,),
    )  # fmt: skip


def _command(
    instance: InstanceFolder, name: str, environment: Mapping[str, str], *words: str
) -> ChildProgram:
    return ChildProgram(
        [sys.executable, "-m", "helpdesk.cli", *words],
        log=instance.logs_folder / f"{name}.log",
        environment=environment,
        folder=ROOT,
    )


def _run(
    command: str, environment: Mapping[str, str], instance: InstanceFolder, *words: str
) -> str:
    """Run one of our commands to its end; what it said."""
    with (instance.logs_folder / f"{command}.log").open("a+") as log:
        done = subprocess.run(  # noqa: S603 - the command is ours
            [sys.executable, "-m", "helpdesk.cli", command, *words],
            env=dict(environment),
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            check=False,
        )
    if done.returncode:
        raise ServerNotStarted(
            f"helpdesk {command} failed. Its output was:\n"
            f"{done.stdout}{child_processes.log_tail(instance.logs_folder / f'{command}.log')}"
        )
    return done.stdout


def _wait_for(surface_socket: SurfaceSocket, pages: ChildProgram) -> None:
    """Wait until a surface answers anything at all."""
    deadline = time.monotonic() + PATIENCE
    while pages.is_running and time.monotonic() < deadline:
        try:
            urllib.request.urlopen(surface_socket.url, timeout=1).close()  # noqa: S310 - our own address
        except OSError as trouble:
            if isinstance(trouble, urllib.error.HTTPError) and trouble.code < 500:
                return
            time.sleep(0.1)
        else:
            return
    words = child_processes.log_tail(pages.log)
    raise ServerNotStarted(
        f"The {surface_socket.surface} pages do not answer. Their log says:\n{words}"
    )


@contextmanager
def _step(say: Say, name: str) -> Iterator[None]:
    began = time.monotonic()
    say(f"{name} …")
    yield
    say(f"{name}: ready ({time.monotonic() - began:.1f} s)")


@contextmanager
def _interruptible() -> Iterator[None]:
    """Whatever asks us to stop raises Stopped, here in the middle of what we do."""
    _wishes_to_stop.clear()
    before = [(number, signal.signal(number, _raise_stopped)) for number in STOPPERS]
    try:
        yield
    finally:
        for number, handler in before:
            signal.signal(number, handler)


def _raise_stopped(number: int, _frame: FrameType | None) -> None:
    # What is raised while Python cleans up after some object reaches nobody; this is seen later.
    _wishes_to_stop.append(number)
    raise StopRequested


def _asked_to_stop() -> bool:
    return bool(_wishes_to_stop)


def _go_down(processes: ProcessGroup, say: Callable[[str], None]) -> None:
    """Stop politely; when interrupted again, at once. Nothing of ours stays."""
    try:
        processes.stop()
    except StopRequested:
        say("Stopping without waiting.")
    finally:
        with suppress(StopRequested):
            child_processes.end_all_children()
