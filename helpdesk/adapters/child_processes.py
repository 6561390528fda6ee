"""Starting and stopping child processes: tethered to the one that started them, stopped politely,
then firmly."""

import ctypes
import os
import resource
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

FULL_LOG = 5_000_000
PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36

_libc = ctypes.CDLL(None, use_errno=True)


class CannotStart(Exception):
    """Raised if something on this machine keeps us from starting; the sentence is for the
    operator."""


@dataclass(frozen=True)
class SystemAccount:
    """The system account under which a child runs, if it is not ours."""

    uid: int
    gid: int


def spawn_child(
    command: Sequence[str | Path],
    *,
    log: Path,
    signal_if_parent_dies: signal.Signals = signal.SIGTERM,
    account: SystemAccount | None = None,
    environment: Mapping[str, str] | None = None,
    folder: Path | None = None,
    keeps_open: tuple[int, ...] = (),
    most_memory: int | None = None,
) -> subprocess.Popen[bytes]:
    """Spawn a child in a session of its own. If we die without a word, it gets
    `signal_if_parent_dies`. `most_memory` is how many bytes it, and each of its own children, may
    have for itself."""
    if log.exists() and log.stat().st_size > FULL_LOG:
        log.replace(log.with_suffix(".old"))
    with log.open("ab") as output:
        return subprocess.Popen(  # noqa: S603 - the commands are ours
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=folder,
            env=environment,
            pass_fds=keeps_open,
            user=account.uid if account else None,
            group=account.gid if account else None,
            extra_groups=[] if account else None,
            umask=0o077,
            start_new_session=True,  # Ctrl-C reaches us alone; we decide who stops when
            # System calls alone, no lock is taken.
            preexec_fn=_tether(signal_if_parent_dies, most_memory),
        )


def stop_process(process: subprocess.Popen[bytes], *steps: tuple[signal.Signals, float]) -> None:
    """Stop a process: send each signal in turn, with its patience in seconds, until it has
    ended."""
    for number, patience in (*steps, (signal.SIGKILL, 10.0)):
        if process.poll() is not None:
            return
        process.send_signal(number)
        try:
            process.wait(patience)
        except subprocess.TimeoutExpired:
            continue


def stop_by_pid(pid: int, *steps: tuple[signal.Signals, float]) -> None:
    """Stop a process that is not our child by its pid: one left over from an earlier run."""
    for number, patience in (*steps, (signal.SIGKILL, 10.0)):
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            return
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline:
            if not is_alive(pid):
                return
            time.sleep(0.05)


def is_alive(pid: int) -> bool:
    """Whether a process with this pid is alive; one that only waits to be collected is not."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return status.rpartition(")")[2].split()[0] not in {"Z", "X"}


def has_working_folder(pid: int, folder: Path) -> bool:
    """Whether a process has `folder` as its working directory: how we know our own again."""
    try:
        return Path(f"/proc/{pid}/cwd").readlink() == folder.resolve()
    except OSError:
        return False


def adopt_orphans() -> None:
    """Adopt orphans from now on: a grandchild whose parent dies becomes our child, so that we can
    end it."""
    _libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def child_pids() -> list[int]:
    """The pids of our child processes."""
    me = os.getpid()
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                status = (entry / "stat").read_text()
            except OSError:
                continue
            if int(status.rpartition(")")[2].split()[1]) == me:
                found.append(int(entry.name))
    return found


def end_all_children(patience: float = 10.0) -> None:
    """End all our child processes, and every orphan that becomes ours meanwhile."""
    deadline = time.monotonic() + patience
    while (left := child_pids()) and time.monotonic() < deadline:
        for pid in left:
            try:
                os.kill(pid, signal.SIGKILL)
                os.waitpid(pid, 0)
            except (ProcessLookupError, ChildProcessError):
                continue


def log_tail(log: Path, lines: int = 12) -> str:
    """The last lines of a log, for the message that says why a process did not stay."""
    try:
        return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])
    except OSError:
        return ""


def _within_own_limit(most_memory: int) -> int:
    """So many bytes, or as many as this process may have: nobody can raise that for a child."""
    _soft, own = resource.getrlimit(resource.RLIMIT_DATA)
    return most_memory if own == resource.RLIM_INFINITY else min(most_memory, own)


def _tether(farewell: signal.Signals, most_memory: int | None) -> Callable[[], None]:
    parent = os.getpid()
    limit = None if most_memory is None else _within_own_limit(most_memory)

    def tie() -> None:
        if limit is not None:
            resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
        _libc.prctl(PR_SET_PDEATHSIG, farewell.value, 0, 0, 0)
        if os.getppid() != parent:  # it died before the knot was tied
            os.kill(os.getpid(), farewell)

    return tie
